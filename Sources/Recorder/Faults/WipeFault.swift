import Base
import Glibc

/// The end of a node by SIGKILL, and a restart with an empty disk.
///
/// One node at a time: what a system promises of it is its own affair, and with a majority
/// of empty disks nobody promises anything.
struct WipeFault: Fault {
  let value: JSON
  let details: [(String, JSON)]
  private let node: Int

  init(_ scheduled: ScheduledFault, _ world: FaultWorld) {
    let target = ResolvedTarget(scheduled, world, isSingle: true)
    node = target.nodes[0]
    value = target.value(world)
    details = target.details
  }

  mutating func make(_ world: FaultWorld) {
    world.cluster.end(node, by: SIGKILL)
    world.cluster.wipe(node)
  }

  mutating func evidence(_ world: FaultWorld) -> JSON? {
    guard world.cluster.isWiped(node) else { return nil }
    return world.cluster.vouched(["emptied": 1])
  }

  mutating func undo(_ world: FaultWorld) throws(Failure) { try world.cluster.start(node) }

  func isUndone(_ world: FaultWorld) -> Bool { world.cluster.state(node) == .up }
}
