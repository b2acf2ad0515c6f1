import Base

/// The power fails: the processes are gone at once, and so is what they had not synced.
struct PowerLossFault: NodeFault {
  let target: ResolvedTarget
  private var lost: JSON?

  init(_ scheduled: ScheduledFault, _ host: any FaultHost) {
    target = ResolvedTarget(scheduled, host, or: .all)
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] {
    nodes.map { .end($0, .powerLoss) }
  }

  /// Each of them is gone, and the disks say what they lost. Only then: a process that still ran
  /// would see its own disk change.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    if let lost { return lost }
    guard nodes.allSatisfy({ host.state($0) == .down }) else { return nil }
    lost = host.loseUnsynced(nodes)
    return lost
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { nodes.map { .start($0) } }

  func isUndone(_ host: any FaultHost) -> Bool { nodes.allSatisfy { host.state($0) == .up } }
}

extension FaultFamily {
  static let powerLoss = FaultFamily(
    name: "power-loss", summary: "SIGKILL, and what was not synced to the disk is gone",
    needs: "--cluster in a sandbox, and /dev/fuse", needsPeers: false, hasTarget: true,
    isUsual: false, capabilities: ["namespaces", "fuse"], facet: .disks,
    isUsualInSimulation: true,
    make: { scheduled, _, host in PowerLossFault(scheduled, host) })
}
