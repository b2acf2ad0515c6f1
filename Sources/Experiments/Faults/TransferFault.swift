import Base

/// The leader hands over to another node (Ongaro 2014, section 3.10), as before it is taken down
/// for service: no failure, and all the same a change that clients must not notice.
struct TransferFault: NodeFault {
  let target: ResolvedTarget
  private var node: Int { nodes[0] }
  /// It led already: nothing is handed over.
  private var hasLed = false

  init(_ scheduled: ScheduledFault, _ host: any FaultHost) {
    var random = SplitMix64(seed: scheduled.seed)
    target = ResolvedTarget(.follower, of: host.names.count, leader: host.leader, &random)
      .named(host)
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] {
    hasLed = host.isLeading(node) || host.leader == node
    return [.transferLeadership(to: node)]
  }

  /// It says that it leads, and did not before.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    !hasLed && host.isLeading(node) ? ["leads": 1] : nil
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { [.leaveLeadership] }

  func isUndone(_ host: any FaultHost) -> Bool { true }
}

extension FaultFamily {
  static let transfer = FaultFamily(
    name: "transfer", summary: "the leader hands over to a node that does not lead",
    needs: "an embedded protocol with leaders that can, such as raft",
    needsPeers: false, hasTarget: false, isUsual: false, facet: .leadership,
    make: { scheduled, _, host in TransferFault(scheduled, host) })
}
