/// The minimal quorums of a family, as a diagram of sets: counted exactly, listed as far as wanted.
///
/// Rauzy, “New algorithms for fault trees analysis”, 1993. For a monotone function f with branches
/// f0 ≤ f1 at a node x, the minimal sets of f are those of f0, and {x} ∪ σ for those σ of f1 for
/// which f0 does not already hold without x. The diagram is zero-suppressed (Minato 1993): a place
/// whose `with` branch holds no set is left out.
struct MinimalQuorums {
  private typealias Reference = Int32
  private static let empty: Reference = 0
  private static let onlyEmptySet: Reference = 1

  private var level: [UInt8] = [Diagrams.bottom, Diagrams.bottom]
  private var without: [Reference] = [0, 1]
  private var with: [Reference] = [0, 1]
  private var unique = IndexTable()
  private var minimal = IndexTable()
  private var excluded = IndexTable()
  private var root: Reference = 0
  private let limit: Int
  private let order: [Int]

  /// Finds the minimal quorums of a family.
  init(_ family: Diagrams.Reference, of diagrams: Diagrams) throws(BoundReached) {
    limit = diagrams.limit
    order = diagrams.order
    root = try minimise(family, diagrams)
  }

  /// How many there are; a double because there may be more than 2^64.
  var count: Double {
    var counts: [Double] = [0, 1]
    for at in 2..<max(2, level.count) {
      counts.append(counts[Int(without[at])] + counts[Int(with[at])])
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
    collect(with[Int(at)], set | .only(order[Int(level[Int(at)])]), most, &found)
    collect(without[Int(at)], set, most, &found)
  }

  private mutating func make(
    _ at: UInt8, _ no: Reference, _ yes: Reference
  ) throws(BoundReached) -> Reference {
    if yes == Self.empty { return no }
    let key = UInt64(at) << 42 | UInt64(no) << 21 | UInt64(yes)
    if let known = unique[key] { return known }
    guard level.count < limit else { throw BoundReached("\(limit) diagram nodes") }
    let new = Reference(level.count)
    level.append(at)
    without.append(no)
    with.append(yes)
    unique.set(key, new)
    return new
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
    guard excluded.count < limit * 2 else { throw BoundReached("\(limit * 2) diagram steps") }
    let (own, tested) = (level[Int(sets)], diagrams.level[Int(function)])
    var result: Reference
    if tested < own {
      result = try exclude(sets, diagrams.without[Int(function)], diagrams)
    } else {
      let no = try exclude(without[Int(sets)], diagrams.branch(function, own, 0), diagrams)
      let yes = try exclude(with[Int(sets)], diagrams.branch(function, own, 1), diagrams)
      result = try make(own, no, yes)
    }
    excluded.set(key, result)
    return result
  }
}
