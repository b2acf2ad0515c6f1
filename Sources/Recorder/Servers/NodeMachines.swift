import Base
import Experiments
import Formats
import Sandbox

/// What the nodes run on that a fault can hurt: their disks and their clocks.
///
/// Only what the plan's faults need is there: a disk of its own costs every write a detour.
final class NodeMachines {
  /// A disk for each node, or none.
  let disks: [Disk]
  /// A clock for each node, or none.
  let clocks: [ShiftedClock]
  /// Nodes that were hurt so that their servers may end by themselves.
  private var weakened: Set<Int> = []

  /// Mounts the disks and makes the clocks.
  ///
  /// - Throws: ``ExitCode/unavailable`` when this machine does not allow it.
  init(_ plan: Plan, _ folder: RunFolder, executable: String) throws(Failure) {
    let needed = plan.families.compactMap { Faults.named($0)?.facet }
    var disks: [Disk] = []
    var clocks: [ShiftedClock] = []
    if needed.contains(.disks) {
      for name in plan.nodeNames {
        let node = folder.node(name)
        try File.makeFolder(node.disk)
        try File.makeFolder(node.data)
        disks.append(try Disk(backing: node.disk, mount: node.data, program: executable))
      }
    }
    if needed.contains(.clocks) {
      let shim = try ClockShim.build(into: Sites.absolute(folder[.clocks]))
      for name in plan.nodeNames {
        clocks.append(
          try ShiftedClock(file: Sites.absolute(folder.node(name).clock), shim: shim))
      }
    }
    self.disks = disks
    self.clocks = clocks
  }

  /// The disk of a node.
  ///
  /// - Throws: a defect where there is none: the plan should have been refused.
  func disk(_ node: Int) throws(Failure) -> Disk {
    guard disks.indices.contains(node) else {
      throw Failure(.defect, "a fault of a disk was let through, and nodes have none of their own")
    }
    return disks[node]
  }

  /// The clock of a node.
  ///
  /// - Throws: a defect where there is none: the plan should have been refused.
  func clock(_ node: Int) throws(Failure) -> ShiftedClock {
    guard clocks.indices.contains(node) else {
      throw Failure(.defect, "a fault of a clock was let through, and nodes have none of their own")
    }
    return clocks[node]
  }

  /// From now on a node's server may end by itself without that being a problem.
  func expectEnd(of node: Int) { weakened.insert(node) }

  /// Whether it may.
  func mayEnd(_ node: Int) -> Bool { weakened.contains(node) }

  /// Puts all on the disks, as after an installation that nobody hurried.
  func sync() throws(Failure) {
    for disk in disks { try disk.sync() }
  }

  /// Takes the mounts away.
  func end() {
    for disk in disks { disk.end() }
  }
}
