import Base

/// A node is taken out of the cluster by the others, ends, and joins them again with empty data.
struct MembershipFault: NodeFault {
  let target: ResolvedTarget
  private var node: Int { nodes[0] }

  init(_ scheduled: ScheduledFault, _ host: any FaultHost) {
    target = ResolvedTarget(scheduled, host, isSingle: true)
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] { [.removeMember(node)] }

  /// The cluster said that it took the node out, and when asked again, that it has no such member.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    host.isRemoved(node) ? ["removed": 1, "gone": 1] : nil
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { [.addMember(node)] }

  func isUndone(_ host: any FaultHost) -> Bool { host.isMember(node) }
}

extension FaultFamily {
  static let membership = FaultFamily(
    name: "membership", summary: "a node is taken out of the cluster, then joins it empty",
    needs: "a system that can, such as etcd or the embedded raft, and three nodes or more",
    needsPeers: false, hasTarget: true, isUsual: false, facet: .members,
    make: { scheduled, _, host in MembershipFault(scheduled, host) })
}
