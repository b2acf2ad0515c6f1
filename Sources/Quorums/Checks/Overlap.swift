/// What is known about “every quorum here meets every quorum there”.
public enum Overlap: Sendable, Equatable {
  /// It is so.
  case holds
  /// It is not: quorums, one of each family, that have too few nodes in common.
  case fails([NodeSet])
  /// It could not be decided within the bound.
  case undecided(String)

  /// Whether it is known to hold.
  public var isProved: Bool { self == .holds }

  /// The quorums that miss each other.
  public var witness: [NodeSet]? {
    if case .fails(let quorums) = self { return quorums }
    return nil
  }
}

/// Decides overlaps exactly.
public enum OverlapTest {
  /// Do all quorums of the families, one of each, have at least `common` nodes in common?
  ///
  /// Exact: by diagrams (``OverlapSearch``), not by inequalities. Where diagrams grow past the
  /// bound, a greedy pair may still refute it. Gifford's inequality is tried first, for its speed.
  ///
  /// - Precondition: two families, or three with `common` 1; `order`, in which the diagrams test
  ///   the nodes, is a permutation.
  public static func decide(
    _ families: [QuorumExpression], common: Int = 1, order: [Int]
  ) -> Overlap {
    precondition(families.count == 2 || (families.count == 3 && common == 1))
    guard common > 0 else { return .holds }
    if common == 1, followsFromVotes(families) { return .holds }
    do throws(BoundReached) {
      var diagrams = Diagrams(order: order)
      var references: [Diagrams.Reference] = []
      for family in families { references.append(try diagrams.build(family)) }
      let found = try OverlapSearch.find(references, sharing: common - 1, in: diagrams)
      guard let found else { return .holds }
      return .fails(zip(families, found).map { $0.shrunk($1) })
    } catch {
      return fallback(families) ?? .undecided(error.bound)
    }
  }

  /// Gifford's inequality, for two ballots over the same votes: together more than there are.
  private static func followsFromVotes(_ families: [QuorumExpression]) -> Bool {
    guard families.count == 2, let left = families[0].ballot, let right = families[1].ballot,
      left.votes.elementsEqual(right.votes, by: ==)
    else { return false }
    return left.needed + right.needed > left.votes.reduce(0) { $0 + $1.votes }
  }

  /// A refutation for ballots whose diagrams are too large, where it is easy to find.
  private static func fallback(_ families: [QuorumExpression]) -> Overlap? {
    guard families.count == 2, let left = families[0].ballot, families[1].ballot != nil
    else { return nil }
    // Give each side its heaviest voters in turn.
    var sides: [NodeSet] = [0, 0]
    for (place, entry) in left.votes.sorted(by: { $0.votes > $1.votes }).enumerated() {
      let isDone = families[0].isQuorum(sides[0])
      sides[isDone || place % 2 == 1 ? 1 : 0] |= .only(entry.node)
    }
    guard families[0].isQuorum(sides[0]), families[1].isQuorum(sides[1]) else { return nil }
    return .fails([families[0].shrunk(sides[0]), families[1].shrunk(sides[1])])
  }
}
