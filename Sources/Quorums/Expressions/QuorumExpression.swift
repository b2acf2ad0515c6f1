/// Which sets of nodes are quorums: a monotone formula over nodes.
///
/// One operator is enough. `a * b` asks for two of two votes, `a + b` for one of two,
/// `choose(k, ...)` for k votes, and Gifford's weighted voting (SOSP 1979,
/// doi:10.1145/800215.806583) for a number of unequal ones. A family of quorums is always upward
/// closed: more nodes never hurt.
public indirect enum QuorumExpression: Sendable, Equatable {
  /// One node, by its index in the system.
  case node(Int)
  /// At least that many votes among the shares.
  case votes(Int, of: [Share])

  /// A part and how many votes it casts when it holds.
  public struct Share: Sendable, Equatable {
    /// The votes, at least 0.
    public var votes: Int
    /// What must hold for the votes to count.
    public var part: QuorumExpression

    /// Gives a part its votes, one unless said otherwise; they count when the part holds as a
    /// whole.
    public init(_ votes: Int = 1, _ part: QuorumExpression) {
      self.votes = votes
      self.part = part
    }
  }

  /// All of the parts.
  public static func all(_ parts: [QuorumExpression]) -> QuorumExpression {
    choose(parts.count, parts)
  }

  /// At least one of the parts.
  public static func any(_ parts: [QuorumExpression]) -> QuorumExpression { choose(1, parts) }

  /// At least `count` of the parts.
  public static func choose(_ count: Int, _ parts: [QuorumExpression]) -> QuorumExpression {
    if parts.count == 1, count == 1 { return parts[0] }
    return .votes(count, of: parts.map { Share(1, $0) })
  }

  /// More than half of the parts.
  public static func majority(_ parts: [QuorumExpression]) -> QuorumExpression {
    choose(parts.count / 2 + 1, parts)
  }
}

extension QuorumExpression {
  /// Whether the set contains a quorum.
  ///
  /// - Complexity: O(size of the expression).
  public func isQuorum(_ set: NodeSet) -> Bool {
    switch self {
    case .node(let index): return set.holds(index)
    case .votes(let needed, let shares):
      var missing = needed
      for share in shares where missing > 0 && share.part.isQuorum(set) { missing -= share.votes }
      return missing <= 0
    }
  }

  /// The expression whose quorums are exactly the sets that meet every quorum of this one.
  ///
  /// A set S meets every quorum exactly when its complement contains none. For shares of V votes
  /// in all, the complement fails to collect t votes exactly when S takes at least V − t + 1 of
  /// them away, and what “takes away” means for a part is the part's own dual. With `and`, `or`
  /// and `choose` this is the duality of Whittaker et al. (“Read-Write Quorum Systems Made
  /// Practical”, 2021, doi:10.1145/3447865.3457962): it swaps `*` and `+`.
  public var dual: QuorumExpression {
    switch self {
    case .node: return self
    case .votes(let needed, let shares):
      let total = shares.reduce(0) { $0 + $1.votes }
      return .votes(total - needed + 1, of: shares.map { Share($0.votes, $0.part.dual) })
    }
  }

  /// Every node that occurs.
  public var nodes: NodeSet {
    switch self {
    case .node(let index): .only(index)
    case .votes(_, let shares): shares.reduce(0) { $0 | $1.part.nodes }
    }
  }

  /// How often nodes occur, each time counted.
  public var occurrences: Int {
    switch self {
    case .node: 1
    case .votes(_, let shares): shares.reduce(0) { $0 + $1.part.occurrences }
    }
  }

  /// Whether no node occurs twice, so that the parts fail independently.
  public var isDuplicateFree: Bool { occurrences == nodes.nonzeroBitCount }

  /// The votes of each node when the expression is one ballot over distinct nodes, else nil.
  public var ballot: (needed: Int, votes: [(node: Int, votes: Int)])? {
    guard case .votes(let needed, let shares) = self, isDuplicateFree else { return nil }
    var votes: [(node: Int, votes: Int)] = []
    for share in shares {
      guard case .node(let node) = share.part else { return nil }
      votes.append((node, share.votes))
    }
    return (needed, votes)
  }

  /// A quorum within the set from which no node can be taken away.
  ///
  /// Nodes that come late in the system are given up first.
  ///
  /// - Precondition: the set contains a quorum.
  public func shrunk(_ set: NodeSet) -> NodeSet {
    var quorum = set
    for node in set.members.reversed() where isQuorum(quorum & ~.only(node)) {
      quorum &= ~.only(node)
    }
    return quorum
  }
}

extension QuorumExpression {
  /// The expression as the parser reads it.
  public func text(names: [String]) -> String { text(names, inside: 0) }

  /// Writes with as few parentheses as the grammar allows: `+` binds 1, `*` binds 2.
  private func text(_ names: [String], inside: Int) -> String {
    guard case .votes(let needed, let shares) = self else {
      if case .node(let index) = self { return names[index] }
      return ""
    }
    let parts = shares.map(\.part)
    guard shares.allSatisfy({ $0.votes == 1 }) else {
      let list = shares.map { share in
        share.part.text(names, inside: 0) + (share.votes == 1 ? "" : "=\(share.votes)")
      }
      return "votes(\(([String(needed)] + list).joined(separator: ", ")))"
    }
    if shares.count > 1, needed == shares.count || needed == 1 {
      let binding = needed == 1 ? 1 : 2
      let joined = parts.map { $0.text(names, inside: binding) }
        .joined(separator: needed == 1 ? " + " : " * ")
      return inside >= binding ? "(\(joined))" : joined
    }
    let list = parts.map { $0.text(names, inside: 0) }.joined(separator: ", ")
    return needed == shares.count / 2 + 1
      ? "majority(\(list))" : "choose(\(needed), \(list))"
  }
}
