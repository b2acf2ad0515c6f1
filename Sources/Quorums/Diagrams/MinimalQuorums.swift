/// The minimal quorums of a family, as a diagram of sets: counted exactly, listed as far as wanted.
///
/// Rauzy, “New algorithms for fault trees analysis”, 1993, doi:10.1016/0951-8320(93)90060-C. For a
/// monotone function f with branches f0 ≤ f1 at a node x, the minimal sets of f are those of f0,
/// and {x} ∪ σ for those σ of f1 for which f0 does not already hold without x. The diagram is
/// zero-suppressed (Minato 1993, doi:10.1145/157485.164890): a place whose `with` branch holds no
/// set is left out.
struct MinimalQuorums {
  private typealias Reference = NodeTable.Reference
  private static let empty: Reference = 0
  private static let onlyEmptySet: Reference = 1

  private var nodes: NodeTable
  private var minimal = IndexTable()
  private var excluded = IndexTable()
  private var root: Reference = 0
  private let order: [Int]

  /// Finds the minimal quorums of a family.
  init(_ family: Diagrams.Reference, of diagrams: Diagrams) throws(BoundReached) {
    nodes = NodeTable(limit: diagrams.limit)
    order = diagrams.order
    root = try minimise(family, diagrams)
  }

  /// How many there are; a double because there may be more than 2^64.
  var count: Double {
    var counts: [Double] = [0, 1]
    for at in 2..<max(2, nodes.count) {
      counts.append(counts[Int(nodes.without[at])] + counts[Int(nodes.with[at])])
    }
    return counts[Int(root)]
  }

  /// The first of them: smaller quorums first, then by their nodes, when all fit in `most`.
  func list(most: Int) -> [NodeSet] {
    var found: [NodeSet] = []
    collect(root, 0, most, &found)
    return found.sorted { left, right in
      let sizes = (left.nonzeroBitCount, right.nonzeroBitCount)
      if sizes.0 != sizes.1 { return sizes.0 < sizes.1 }
      // The set with the lowest differing node comes first.
      let difference = left ^ right
      return difference != 0 && left.holds(difference.trailingZeroBitCount)
    }
  }

  private func collect(_ at: Reference, _ set: NodeSet, _ most: Int, _ found: inout [NodeSet]) {
    guard found.count < most, at != Self.empty else { return }
    if at == Self.onlyEmptySet {
      found.append(set)
      return
    }
    collect(nodes.with[Int(at)], set | .only(order[Int(nodes.level[Int(at)])]), most, &found)
    collect(nodes.without[Int(at)], set, most, &found)
  }

  private mutating func make(
    _ at: UInt8, _ no: Reference, _ yes: Reference
  ) throws(BoundReached) -> Reference {
    try yes == Self.empty ? no : nodes.place(at, without: no, with: yes)
  }

  private mutating func minimise(
    _ family: Diagrams.Reference, _ diagrams: Diagrams
  ) throws(BoundReached) -> Reference {
    if family <= 1 { return family }
    if let known = minimal[UInt64(family)] { return known }
    let (no, yes) = (diagrams.without[Int(family)], diagrams.with[Int(family)])
    let absent = try minimise(no, diagrams)
    let candidates = try minimise(yes, diagrams)
    let present = try exclude(candidates, no, diagrams)
    let result = try make(diagrams.level[Int(family)], absent, present)
    minimal.set(UInt64(family), result)
    return result
  }

  /// Those sets for which the function does not hold.
  private mutating func exclude(
    _ sets: Reference, _ function: Diagrams.Reference, _ diagrams: Diagrams
  ) throws(BoundReached) -> Reference {
    if sets == Self.empty || function == Diagrams.always { return Self.empty }
    if function == Diagrams.never { return sets }
    // A monotone function that is no constant does not hold for the empty set.
    if sets == Self.onlyEmptySet { return sets }
    let key = UInt64(sets) << 32 | UInt64(function)
    if let known = excluded[key] { return known }
    guard excluded.count < nodes.limit * 2 else {
      throw BoundReached("\(nodes.limit * 2) diagram steps")
    }
    let (own, tested) = (nodes.level[Int(sets)], diagrams.level[Int(function)])
    var result: Reference
    if tested < own {
      result = try exclude(sets, diagrams.without[Int(function)], diagrams)
    } else {
      let no = try exclude(nodes.without[Int(sets)], diagrams.branch(function, own, 0), diagrams)
      let yes = try exclude(nodes.with[Int(sets)], diagrams.branch(function, own, 1), diagrams)
      result = try make(own, no, yes)
    }
    excluded.set(key, result)
    return result
  }
}
