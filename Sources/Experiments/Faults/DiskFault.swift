import Base

/// A disk that is full, slow, or fails to keep what it was told to.
struct DiskFault: NodeFault {
  let details: [(String, JSON)]
  let target: ResolvedTarget
  private let trouble: FaultEffect.DiskTrouble

  init(
    _ trouble: FaultEffect.DiskTrouble, _ scheduled: ScheduledFault, _ settings: FaultSettings,
    _ host: any FaultHost
  ) {
    self.trouble = trouble
    target = ResolvedTarget(scheduled, host)
    var details = target.details
    if case .slow = trouble {
      details.append(("sync", JSON(duration: settings.slowSyncNanoseconds)))
    }
    self.details = details
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] {
    // Also later: a server may notice the damage when the fault is over.
    nodes.flatMap { [.expectEnd($0), .disk($0, trouble, isOn: true)] }
  }

  /// A write of the host's own on each of the disks meets the fault.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    let found = nodes.map { host.probe(trouble, of: $0) }
    guard found.allSatisfy({ $0 != nil }) else { return nil }
    return .object([JSON.Member("probe", .string(found.first.flatMap { $0 } ?? ""))])
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] {
    nodes.flatMap { node -> [FaultEffect] in
      let well = FaultEffect.disk(node, trouble, isOn: false)
      // A server that could not live with it is started again.
      return host.state(node) == .down ? [well, .start(node)] : [well]
    }
  }

  func isUndone(_ host: any FaultHost) -> Bool { nodes.allSatisfy { host.state($0) == .up } }
}

extension FaultFamily {
  private static func disk(
    _ name: String, _ summary: String, isUsualInSimulation: Bool = false,
    _ trouble: @escaping @Sendable (FaultSettings) -> FaultEffect.DiskTrouble
  ) -> FaultFamily {
    FaultFamily(
      name: name, summary: summary, needs: "--cluster in a sandbox, and /dev/fuse",
      needsPeers: false, hasTarget: true, isUsual: false, capabilities: ["namespaces", "fuse"],
      facet: .disks, isUsualInSimulation: isUsualInSimulation,
      make: { DiskFault(trouble($1), $0, $1, $2) })
  }

  static let diskFull = disk("disk-full", "nothing on the disk may grow") { _ in .full }

  static let slowDisk = disk("slow-disk", "syncs take long", isUsualInSimulation: true) {
    .slow(milliseconds: Int($0.slowSyncNanoseconds / 1_000_000))
  }

  static let syncError = disk("fsync-error", "syncs fail") { _ in .failing }
}
