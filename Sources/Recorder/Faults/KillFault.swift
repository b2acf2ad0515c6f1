import Base
import Glibc

/// The end of a node, by SIGKILL or as it likes, and a restart from what it has on disk.
struct KillFault: Fault {
  let value: JSON
  let details: [(String, JSON)]
  private let nodes: [Int]
  private let signal: Int32

  init(_ scheduled: ScheduledFault, _ world: FaultWorld, by signal: Int32) {
    self.signal = signal
    let target = ResolvedTarget(scheduled, world)
    nodes = target.nodes
    value = target.value(world)
    details = target.details
  }

  mutating func make(_ world: FaultWorld) {
    for node in nodes { world.cluster.end(node, by: signal) }
  }

  /// The kernel has reaped each of them; elsewhere ``Cluster/witness`` says who tells.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    guard nodes.allSatisfy({ world.cluster.isGone($0) }) else { return nil }
    return world.cluster.vouched(["gone": JSON(nodes.count)])
  }

  mutating func undo(_ world: FaultWorld) throws(Failure) {
    for node in nodes { try world.cluster.start(node) }
  }

  func isUndone(_ world: FaultWorld) -> Bool {
    nodes.allSatisfy { world.cluster.state($0) == .up }
  }
}
