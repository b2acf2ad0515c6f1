import Base

/// A record that was durable is damaged, and its node meets it when it starts.
///
/// What a node has promised may rest on any of its records: it must not start without it as if it
/// had never been. When the fault is undone the record is what it was, and the node comes back.
struct BitRotFault: RecordFault {
  let target: ResolvedTarget

  init(_ scheduled: ScheduledFault, _ host: any FaultHost) {
    target = ResolvedTarget(scheduled, host)
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] {
    nodes.flatMap { [.end($0, .kill), .damage($0, .bitRot), .start($0)] }
  }
}

extension FaultFamily {
  static let bitRot = FaultFamily(
    name: "bit-rot", summary: "SIGKILL, then a restart from a disk with a damaged record",
    needs: "plumbline simulate", needsPeers: false, hasTarget: true, isUsual: false,
    facet: .records, realObstacle: onlySimulated,
    make: { scheduled, _, host in BitRotFault(scheduled, host) })
}
