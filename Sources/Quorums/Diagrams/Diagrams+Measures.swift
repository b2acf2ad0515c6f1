extension Diagrams {
  /// The size of the smallest set of nodes whose loss leaves no quorum, and one such set.
  ///
  /// A smallest transversal of the family: what M. Whittaker et al., “Read-write quorum systems
  /// made practical”, PaPoC 2021, doi:10.1145/3447865.3457962, count for the resilience. Here it is
  /// one shortest path to `never`, where leaving a node out costs one. nil when even the empty set
  /// is a quorum.
  ///
  /// - Complexity: O(size of the diagram).
  func smallestBlock(_ family: Reference) -> NodeSet? {
    guard family != Self.always else { return nil }
    // Children come before their parents in the store, so one ascending pass is enough.
    var cost = [Int](repeating: 0, count: Int(family) + 1)
    let unreachable = NodeSet.capacity + 1
    if cost.count > 1 { cost[Int(Self.always)] = unreachable }
    for at in 2..<max(2, cost.count) {
      cost[at] = min(cost[Int(with[at])], cost[Int(without[at])] + 1)
    }
    var block: NodeSet = 0
    var at = Int(family)
    while at != Int(Self.never) {
      if cost[Int(with[at])] <= cost[Int(without[at])] + 1 {
        at = Int(with[at])
      } else {
        block |= .only(order[Int(level[at])])
        at = Int(without[at])
      }
    }
    return block
  }

  /// The probability that the nodes that live contain a quorum; `alive` is that of each node, by
  /// index, to live, independently of the others.
  ///
  /// - Complexity: O(size of the diagram).
  func probability(_ family: Reference, alive: [Double]) -> Double {
    var chance = [Double](repeating: 0, count: max(2, Int(family) + 1))
    chance[Int(Self.always)] = 1
    for at in 2..<max(2, Int(family) + 1) {
      let lives = alive[order[Int(level[at])]]
      chance[at] = lives * chance[Int(with[at])] + (1 - lives) * chance[Int(without[at])]
    }
    return chance[Int(family)]
  }

  /// The cheapest quorum under a price for each node, or nil when there is no quorum.
  ///
  /// - Complexity: O(size of the diagram).
  func cheapest(_ family: Reference, prices: [Double]) -> (set: NodeSet, price: Double)? {
    guard family != Self.never else { return nil }
    var cost = [Double](repeating: .infinity, count: max(2, Int(family) + 1))
    cost[Int(Self.always)] = 0
    for at in 2..<max(2, Int(family) + 1) {
      let price = prices[order[Int(level[at])]]
      cost[at] = min(cost[Int(without[at])], cost[Int(with[at])] + price)
    }
    var set: NodeSet = 0
    var at = Int(family)
    while at > 1 {
      let node = order[Int(level[at])]
      if cost[Int(without[at])] <= cost[Int(with[at])] + prices[node] {
        at = Int(without[at])
      } else {
        set |= .only(node)
        at = Int(with[at])
      }
    }
    return (set, cost[Int(family)])
  }

  /// The sets that are still quorums whatever `failures` of their members are lost.
  ///
  /// At a node x that is present it must hold both that x stays and that x is one of the lost:
  /// with(f) and without(f − 1). At an absent one there is nothing to lose.
  mutating func withstanding(
    _ failures: Int, _ family: Reference
  ) throws(BoundReached) -> Reference {
    var known = IndexTable()
    return try withstanding(failures, family, &known)
  }

  private mutating func withstanding(
    _ failures: Int, _ family: Reference, _ known: inout IndexTable
  ) throws(BoundReached) -> Reference {
    if failures == 0 || family <= 1 { return family }
    let key = UInt64(family) << 8 | UInt64(failures)
    if let reference = known[key] { return reference }
    let (no, yes) = (without[Int(family)], with[Int(family)])
    let absent = try withstanding(failures, no, &known)
    let stays = try withstanding(failures, yes, &known)
    let lost = try withstanding(failures - 1, no, &known)
    let present = try both(stays, lost)
    let reference = try make(level[Int(family)], without: absent, with: present)
    known.set(key, reference)
    return reference
  }

  /// The family when some nodes can take no part.
  mutating func restricted(
    _ family: Reference, to nodes: NodeSet
  ) throws(BoundReached) -> Reference {
    var known = IndexTable()
    return try restricted(family, to: nodes, &known)
  }

  private mutating func restricted(
    _ family: Reference, to nodes: NodeSet, _ known: inout IndexTable
  ) throws(BoundReached) -> Reference {
    if family <= 1 { return family }
    if let reference = known[UInt64(family)] { return reference }
    let no = try restricted(without[Int(family)], to: nodes, &known)
    var reference = no
    if nodes.holds(order[Int(level[Int(family)])]) {
      let yes = try restricted(with[Int(family)], to: nodes, &known)
      reference = try make(level[Int(family)], without: no, with: yes)
    }
    known.set(UInt64(family), reference)
    return reference
  }
}
