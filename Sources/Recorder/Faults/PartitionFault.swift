import Base

/// Cuts directed links between nodes. Clients always reach their node.
struct PartitionFault: Fault {
  let value: JSON
  let details: [(String, JSON)]
  let links: [Link]
  private var before = 0
  /// Datagrams sent over the links that are cut, and one over a link that is not.
  private var probes: [UInt64] = []
  private var control: UInt64?
  private var probed: Int64 = 0
  private static let patience: Int64 = 100_000_000

  init(_ scheduled: ScheduledFault, _ plan: Plan, _ world: FaultWorld) {
    var random = SplitMix64(seed: scheduled.seed)
    let shape = PartitionShape(
      scheduled.partition ?? .halves, of: plan.nodes, leader: world.cluster.leader, &random)
    links = shape.links
    value = shape.value(plan.nodeNames)
    details = [
      ("kind", .string(shape.note)),
      ("target", .string(shape.note)),
    ]
  }

  mutating func make(_ world: FaultWorld) throws(Failure) {
    before = world.network.counts.cut
    world.network.cut(links)
    try world.cluster.obey(world.network)
    world.cluster.cut(links)
    let all = (0..<world.cluster.count).flatMap { from in
      (0..<world.cluster.count).map { Link(from: from, to: $0) }
    }
    let open = all.first { $0.from != $0.to && !world.network.isCut($0) }
    probes = links.compactMap { world.cluster.sendProbe($0) }
    control = open.flatMap { world.cluster.sendProbe($0) }
    probed = world.now()
  }

  /// Each of the links would drop what were sent on it now; and where nodes have real wires,
  /// datagrams that were sent over each have not arrived while one over an open link has.
  ///
  /// The number of messages that were dropped so far is told, but nodes that have nothing to say
  /// do not make a cut untrue.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    guard !links.isEmpty, links.allSatisfy({ world.network.isCut($0) }) else { return nil }
    if let standing = world.cluster.standing(of: links) {
      guard case .cut(let witness) = standing else { return nil }
      return ["linksCut": JSON(links.count), "by": .string(witness)]
    }
    var evidence: [JSON.Member] = [
      JSON.Member("linksCut", JSON(links.count)),
      JSON.Member("dropped", JSON(world.network.counts.cut - before)),
    ]
    guard !probes.isEmpty else { return .object(evidence) }
    guard world.now() - probed >= PartitionFault.patience else { return nil }
    guard !probes.contains(where: { world.cluster.hasArrived($0) }),
      control.map({ world.cluster.hasArrived($0) }) ?? true
    else { return nil }
    evidence.append(JSON.Member("probesLost", JSON(probes.count)))
    evidence.append(JSON.Member("controlArrived", .bool(control != nil)))
    return .object(evidence)
  }

  mutating func undo(_ world: FaultWorld) throws(Failure) {
    world.network.heal(links)
    try world.cluster.obey(world.network)
    world.cluster.heal(links)
  }

  func isUndone(_ world: FaultWorld) -> Bool {
    world.cluster.standing(of: links).map { $0 == .whole } ?? true
  }
}

/// Which links a partition cuts.
struct PartitionShape {
  let links: [Link]
  let note: String
  private let groups: [[Int]]

  /// Draws a partition of that kind.
  init(_ kind: PartitionKind, of count: Int, leader: Int?, _ random: inout SplitMix64) {
    let order = Array(0..<count).shuffled(using: &random)
    var note = kind.rawValue
    var groups: [[Int]]
    var links: [Link]?
    switch kind {
    case .halves: groups = PartitionShape.split(order, count / 2)
    case .majorityMinority: groups = PartitionShape.split(order, (count - 1) / 2)
    case .isolateOne: groups = PartitionShape.split(order, 1)
    case .isolateLeader:
      if leader == nil { note = "isolate-leader (leader unknown, one drawn)" }
      let alone = leader ?? order[0]
      groups = [[alone], order.filter { $0 != alone }]
    case .isolateFollower:
      if leader == nil { note = "isolate-follower (leader unknown, one drawn)" }
      let alone = order.first { $0 != leader } ?? order[0]
      groups = [[alone], order.filter { $0 != alone }]
    case .majorityRing:
      groups = [order]
      links = PartitionShape.ring(order)
    case .bridge:
      let rest = Array(order.dropFirst())
      groups = PartitionShape.split(rest, rest.count / 2) + [[order[0]]]
      links = PartitionShape.between(groups[0], groups[1])
    case .oneWay:
      groups = PartitionShape.split(order, max(1, (count - 1) / 2))
      links = PartitionShape.from(groups[0], to: groups[1])
    }
    if links?.isEmpty ?? false {
      // Two nodes have neither a ring nor a bridge that cuts anything.
      note += " (too few nodes, halves instead)"
      groups = PartitionShape.split(order, count / 2)
      links = nil
    }
    self.note = note
    self.groups = groups.map { $0.sorted() }
    self.links = links ?? PartitionShape.between(groups[0], groups[1])
  }

  /// The groups, by the nodes' names.
  func value(_ names: [String]) -> JSON {
    .array(groups.map { .array($0.map { .string(names[$0]) }) })
  }

  private static func split(_ order: [Int], _ first: Int) -> [[Int]] {
    let size = max(1, first)
    return [Array(order.prefix(size)), Array(order.dropFirst(size))]
  }

  private static func from(_ left: [Int], to right: [Int]) -> [Link] {
    left.flatMap { from in right.map { Link(from: from, to: $0) } }
  }

  private static func between(_ left: [Int], _ right: [Int]) -> [Link] {
    from(left, to: right) + from(right, to: left)
  }

  /// Each node keeps the neighbours round it that make a majority with itself.
  private static func ring(_ order: [Int]) -> [Link] {
    let count = order.count
    let reach = (count / 2 + 1) / 2
    var links: [Link] = []
    for left in 0..<count {
      for right in 0..<count where left != right {
        let distance = min((left - right + count) % count, (right - left + count) % count)
        if distance > reach { links.append(Link(from: order[left], to: order[right])) }
      }
    }
    return links
  }
}
