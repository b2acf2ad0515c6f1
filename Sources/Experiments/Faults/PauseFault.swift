import Base

/// A node stops where it is (SIGSTOP), and goes on (SIGCONT).
struct PauseFault: NodeFault {
  let target: ResolvedTarget

  init(_ scheduled: ScheduledFault, _ host: any FaultHost) {
    target = ResolvedTarget(scheduled, host)
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] { nodes.map { .pause($0) } }

  /// Each of them was seen to be stopped.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    guard nodes.allSatisfy({ host.isStopped($0) }) else { return nil }
    return host.vouched(["stopped": JSON(nodes.count)])
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { nodes.map { .resume($0) } }

  func isUndone(_ host: any FaultHost) -> Bool { nodes.allSatisfy { !host.isStopped($0) } }
}

extension FaultFamily {
  static let pause = FaultFamily(
    name: "pause", summary: "SIGSTOP, then SIGCONT: the node notices nothing but the time",
    needs: "nothing: nodes are children of the recorder", needsPeers: false, hasTarget: true,
    facet: .pauses,
    make: { scheduled, _, host in PauseFault(scheduled, host) })
}
