import Base

/// Cuts directed links between nodes. Clients always reach their node.
struct PartitionFault: Fault {
  let value: JSON
  let details: [(String, JSON)]
  private let links: [Link]
  private var before = 0
  /// Datagrams sent over the links that are cut, and one over a link that is not.
  private var probes: [UInt64] = []
  private var control: UInt64?
  private var probed: Int64?
  private static let patience: Int64 = 100_000_000

  init(_ scheduled: ScheduledFault, _ host: any FaultHost) {
    var random = SplitMix64(seed: scheduled.seed)
    let shape = PartitionShape(
      scheduled.partition ?? .halves, of: host.names.count, leader: host.leader, &random)
    links = shape.links
    value = shape.value(host.names)
    details = [
      ("kind", .string(shape.note)),
      ("target", .string(shape.note)),
    ]
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] {
    before = host.counts.cut
    return [.cut(links)]
  }

  /// Sends a datagram over each link that was cut, and one over a link that was not.
  private mutating func sendProbes(_ host: any FaultHost) {
    let nodes = host.names.indices
    let all = nodes.flatMap { from in nodes.map { Link(from: from, to: $0) } }
    let open = all.first { $0.from != $0.to && !host.isCut($0) }
    probes = links.compactMap { host.sendProbe($0) }
    control = open.flatMap { host.sendProbe($0) }
    probed = host.now
  }

  /// Each of the links would drop what were sent on it now; and where nodes have real wires,
  /// datagrams that were sent over each have not arrived while one over an open link has.
  ///
  /// The number of messages that were dropped so far is told, but nodes that have nothing to say
  /// do not make a cut untrue.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    if probed == nil { sendProbes(host) }
    guard let probed, !links.isEmpty, links.allSatisfy({ host.isCut($0) }) else { return nil }
    if let standing = host.standing(of: links) {
      guard case .cut(let witness) = standing else { return nil }
      return ["linksCut": JSON(links.count), "by": .string(witness)]
    }
    var evidence: [JSON.Member] = [
      JSON.Member("linksCut", JSON(links.count)),
      JSON.Member("dropped", JSON(host.counts.cut - before)),
    ]
    guard !probes.isEmpty else { return .object(evidence) }
    guard host.now - probed >= PartitionFault.patience else { return nil }
    guard !probes.contains(where: { host.hasArrived($0) }),
      control.map({ host.hasArrived($0) }) ?? true
    else { return nil }
    evidence.append(JSON.Member("probesLost", JSON(probes.count)))
    evidence.append(JSON.Member("controlArrived", .bool(control != nil)))
    return .object(evidence)
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { [.heal(links)] }

  func isUndone(_ host: any FaultHost) -> Bool {
    host.standing(of: links).map { $0 == .whole } ?? true
  }
}

extension FaultFamily {
  static let partition = FaultFamily(
    name: "partition", summary: "some nodes do not hear some others, one way or both",
    needs: "nothing: messages pass through the recorder", needsPeers: true, hasTarget: false,
    facet: .links,
    make: { scheduled, _, host in PartitionFault(scheduled, host) })
}
