import Base
import Glibc

/// SIGSTOP and SIGCONT.
struct PauseFault: Fault {
  let value: JSON
  let details: [(String, JSON)]
  private let nodes: [Int]

  init(_ scheduled: ScheduledFault, _ world: FaultWorld) {
    let target = ResolvedTarget(scheduled, world)
    nodes = target.nodes
    value = target.value(world)
    details = target.details
  }

  mutating func make(_ world: FaultWorld) {
    for node in nodes { world.cluster.pause(node) }
  }

  /// The kernel says that each of them is stopped.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    guard nodes.allSatisfy({ world.cluster.isStopped($0) }) else { return nil }
    return world.cluster.vouched(["stopped": JSON(nodes.count)])
  }

  mutating func undo(_ world: FaultWorld) {
    for node in nodes { world.cluster.resume(node) }
  }

  func isUndone(_ world: FaultWorld) -> Bool {
    nodes.allSatisfy { !world.cluster.isStopped($0) }
  }
}
