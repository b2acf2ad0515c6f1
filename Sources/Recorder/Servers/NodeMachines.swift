import Base
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

  /// Mounts the disks and makes the clocks.
  ///
  /// - Throws: ``ExitCode/unavailable`` when this machine does not allow it.
  init(_ plan: Plan, _ folder: RunFolder, executable: String) throws(Failure) {
    let needed = plan.faults.compactMap { Faults.named($0)?.hurts }
    var disks: [Disk] = []
    var clocks: [ShiftedClock] = []
    if needed.contains(.disk) {
      for name in plan.nodeNames {
        let node = folder.node(name)
        try File.makeFolder(node.disk)
        try File.makeFolder(node.data)
        disks.append(try Disk(backing: node.disk, mount: node.data, program: executable))
      }
    }
    if needed.contains(.clock) {
      let shim = try ClockShim.build(into: Sites.absolute(folder[.clocks]))
      for name in plan.nodeNames {
        clocks.append(
          try ShiftedClock(file: Sites.absolute(folder.node(name).clock), shim: shim))
      }
    }
    self.disks = disks
    self.clocks = clocks
  }

  /// Puts all on the disks, as after an installation that nobody hurried.
  func sync() throws(Failure) {
    for disk in disks { try disk.sync() }
  }

  /// Takes the mounts away.
  func end() {
    for disk in disks { disk.end() }
  }
}
