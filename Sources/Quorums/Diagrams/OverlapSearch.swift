/// Finds quorums, one of each family, that have too few nodes in common.
///
/// The question “is there a quorum of A and one of B that share at most c nodes” walks the diagrams
/// side by side. Because families are upward closed it is enough to let each node be absent
/// from exactly one of the quorums, for free, or present in all, at the price of one. What
/// remains of the functions is a point of the walk; a point that failed is never tried again. For
/// votes the points are numbers of missing votes, so the walk is the subset-sum test of Gifford's
/// rule.
struct OverlapSearch {
  /// How many points may be visited.
  static let limit = 4 << 20

  private let diagrams: Diagrams
  private var failed = IndexTable()
  private var chosen: [NodeSet]

  private init(_ diagrams: Diagrams, families: Int) {
    self.diagrams = diagrams
    chosen = Array(repeating: 0, count: families)
  }

  /// Sets with a quorum of each family that share at most `common` nodes, or nil when none exist.
  ///
  /// - Precondition: two families, or three with `common` 0.
  /// - Complexity: O(product of the sizes) at worst, O(n · V) for one set of votes with sum V.
  static func find(
    _ families: [Diagrams.Reference], sharing common: Int, in diagrams: Diagrams
  ) throws(BoundReached) -> [NodeSet]? {
    precondition(families.count == 2 || (families.count == 3 && common == 0))
    var search = OverlapSearch(diagrams, families: families.count)
    return try search.walk(families, common) ? search.chosen : nil
  }

  private func key(_ families: [Diagrams.Reference], _ common: Int) -> UInt64 {
    families.reduce(0) { $0 << 21 | UInt64($1) } | (families.count == 2 ? UInt64(common) << 42 : 0)
  }

  private mutating func walk(
    _ families: [Diagrams.Reference], _ common: Int
  ) throws(BoundReached) -> Bool {
    if families.contains(Diagrams.never) { return false }
    if families.allSatisfy({ $0 == Diagrams.always }) { return true }
    let key = key(families, common)
    if failed[key] != nil { return false }
    let top = families.map { diagrams.level[Int($0)] }.min() ?? 0
    let node = NodeSet.only(diagrams.order[Int(top)])
    // A family that does not look at this node can do without it at no loss.
    let indifferent = families.indices.filter { diagrams.level[Int(families[$0])] != top }
    let absentees = indifferent.isEmpty ? Array(families.indices) : [indifferent[0]]
    for absentee in absentees {
      var next = families
      for index in families.indices {
        next[index] = diagrams.branch(families[index], top, index == absentee ? 0 : 1)
        if index != absentee { chosen[index] |= node }
      }
      if try walk(next, common) { return true }
      for index in families.indices { chosen[index] &= ~node }
    }
    if indifferent.isEmpty, common > 0 {
      let next = families.map { diagrams.branch($0, top, 1) }
      for index in families.indices { chosen[index] |= node }
      if try walk(next, common - 1) { return true }
      for index in families.indices { chosen[index] &= ~node }
    }
    guard failed.count < Self.limit else { throw BoundReached("\(Self.limit) points of a search") }
    failed.set(key, 1)
    return false
  }
}
