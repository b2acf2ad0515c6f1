import Base

/// A node is taken out of the cluster by the others, ends, and joins them again with empty data.
struct MembershipFault: Fault {
  let value: JSON
  let details: [(String, JSON)]
  private let node: Int

  init(_ scheduled: ScheduledFault, _ world: FaultWorld) {
    let target = ResolvedTarget(scheduled, world, isSingle: true)
    node = target.nodes[0]
    value = target.value(world)
    details = target.details
  }

  mutating func make(_ world: FaultWorld) { world.cluster.removeMember(node) }

  /// The cluster said that it took the node out, and when asked again, that it has no such member.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    world.cluster.isRemoved(node) ? ["removed": 1, "gone": 1] : nil
  }

  mutating func undo(_ world: FaultWorld) { world.cluster.addMember(node) }

  func isUndone(_ world: FaultWorld) -> Bool { world.cluster.isMember(node) }
}
