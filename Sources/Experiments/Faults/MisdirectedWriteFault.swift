import Base

/// A record is written over another one instead of where it belongs, and the disk says that all is
/// well; its machine restarts soon after, and the node meets the damage.
struct MisdirectedWriteFault: RecordFault {
  let target: ResolvedTarget

  init(_ scheduled: ScheduledFault, _ host: any FaultHost) {
    target = ResolvedTarget(scheduled, host)
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] {
    nodes.map { .damage($0, .misdirectedWrite) }
  }
}

extension FaultFamily {
  static let misdirectedWrite = FaultFamily(
    name: "misdirected-write", summary: "a write lands on another record, then the node restarts",
    needs: "plumbline simulate", needsPeers: false, hasTarget: true, isUsual: false,
    facet: .records, realObstacle: onlySimulated,
    make: { scheduled, _, host in MisdirectedWriteFault(scheduled, host) })
}
