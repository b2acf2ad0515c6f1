import Base

/// The end of a node, at once or as it likes, and a restart from what it has on disk.
struct KillFault: NodeFault {
  let target: ResolvedTarget
  private let end: FaultEffect.End

  init(_ scheduled: ScheduledFault, _ host: any FaultHost, by end: FaultEffect.End) {
    self.end = end
    target = ResolvedTarget(scheduled, host)
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] { nodes.map { .end($0, end) } }

  /// Each of them was seen to be gone; ``FaultHost/witness`` says who tells.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    guard nodes.allSatisfy({ host.isGone($0) }) else { return nil }
    return host.vouched(["gone": JSON(nodes.count)])
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { nodes.map { .start($0) } }

  func isUndone(_ host: any FaultHost) -> Bool { nodes.allSatisfy { host.state($0) == .up } }
}

extension FaultFamily {
  static let kill = FaultFamily(
    name: "kill", summary: "SIGKILL, then a restart from what is on disk",
    needs: "nothing: nodes are children of the recorder", needsPeers: false, hasTarget: true,
    facet: .ends(by: .kill),
    make: { scheduled, _, host in KillFault(scheduled, host, by: .kill) })

  static let stop = FaultFamily(
    name: "stop", summary: "SIGTERM: the node ends as it likes, then is started again",
    needs: "nothing: nodes are children of the recorder", needsPeers: false, hasTarget: true,
    isUsual: false, facet: .ends(by: .stop),
    make: { scheduled, _, host in KillFault(scheduled, host, by: .stop) })
}
