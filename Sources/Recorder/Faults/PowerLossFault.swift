import Base
import Glibc
import Sandbox

/// The power fails: the processes are gone at once, and so is what they had not synced.
struct PowerLossFault: Fault {
  let value: JSON
  let details: [(String, JSON)]
  private let nodes: [Int]
  private var lost: JSON?

  init(_ scheduled: ScheduledFault, _ world: FaultWorld) {
    let target = ResolvedTarget(scheduled, world, or: .all)
    nodes = target.nodes
    value = target.value(world)
    details = target.details
  }

  mutating func make(_ world: FaultWorld) {
    for node in nodes { world.cluster.end(node, by: SIGKILL) }
  }

  /// The kernel has reaped each of them, and the disks say what they lost. Only then: a process
  /// that still ran would see its own disk change.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    if let lost { return lost }
    guard nodes.allSatisfy({ world.cluster.state($0) == .down }),
      let disks = world.machines?.disks
    else { return nil }
    var (files, bytes, names) = (0, 0, 0)
    for node in nodes {
      guard let loss = try? disks[node].lose() else { return nil }
      files += loss.files
      bytes += loss.bytes
      names += loss.names
    }
    lost = [
      "gone": JSON(nodes.count), "filesLost": JSON(files), "bytesLost": JSON(bytes),
      "namesLost": JSON(names),
    ]
    return lost
  }

  mutating func undo(_ world: FaultWorld) throws(Failure) {
    for node in nodes { try world.cluster.start(node) }
  }

  func isUndone(_ world: FaultWorld) -> Bool {
    nodes.allSatisfy { world.cluster.state($0) == .up }
  }
}
