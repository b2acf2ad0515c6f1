import Base

/// A fault after which nodes do not start, because a record on their disks is not what was written.
protocol RecordFault: NodeFault {}

extension RecordFault {
  /// Each of them saw it.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    let found = nodes.compactMap { host.refusal(of: $0) }
    return found.count == nodes.count ? ["refusedToStart": .array(found)] : nil
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { nodes.flatMap { [.repair($0), .start($0)] } }

  func isUndone(_ host: any FaultHost) -> Bool { nodes.allSatisfy { host.state($0) == .up } }
}

extension FaultFamily {
  /// Why a real run does not damage records.
  static let onlySimulated =
    "only plumbline simulate makes it: it knows where the records of its nodes are"
}
