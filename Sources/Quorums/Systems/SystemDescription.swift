/// A system as a command line or a file describes it, before it is made.
public struct SystemDescription: Sendable, Equatable {
  /// The nodes that were declared; empty when the expressions name them.
  public var nodes: [QuorumNode] = []
  /// The votes of each node (`a=3,b=1`), or nil.
  public var votes: String?
  /// The votes (without ``votes``: nodes) that a read needs.
  public var read: Int?
  /// The votes (without ``votes``: nodes) that a write needs.
  public var write: Int?
  /// The expression of read quorums.
  public var reads: String?
  /// The expression of write quorums.
  public var writes: String?
  /// A system by its name and size: `majority:5`, `grid:2x3`.
  public var named: String?
  /// What the parts are called in messages: `--reads`, `reads` of a file.
  public var prefix = "--"

  /// Describes nothing yet: ``make()`` wants a named system, expressions, or numbers of votes or
  /// nodes, and only one of these.
  public init() {}

  /// Makes the system.
  ///
  /// A side that is missing is the dual of the other: the largest family that still meets it. For
  /// counts and votes that is V + 1 less what the other side needs.
  ///
  /// - Throws: ``QuorumError`` that names the part, the place and what was expected.
  public func make() throws(QuorumError) -> QuorumSystem {
    let hasExpressions = reads != nil || writes != nil
    let hasCounts = votes != nil || read != nil || write != nil
    if named != nil, hasExpressions || hasCounts {
      throw QuorumError("\(prefix)system is a whole system: no other quorums can be given with it")
    }
    if hasExpressions, hasCounts {
      let expression = reads == nil ? "writes" : "reads"
      let count = votes != nil ? "votes" : read != nil ? "read" : "write"
      throw QuorumError(
        "\(prefix)\(expression) is an expression and \(prefix)\(count) a number of votes: "
          + "a system is one or the other")
    }
    if let named {
      let system = try NamedSystem.make(named, label: "\(prefix)system")
      return try renamed(system)
    }
    if hasExpressions { return try ofExpressions() }
    if hasCounts || !nodes.isEmpty { return try ofVotes() }
    throw QuorumError(
      "no quorum system is given: \(prefix)nodes 5 \(prefix)read 2 \(prefix)write 4, "
        + "\(prefix)votes, \(prefix)reads, \(prefix)writes or \(prefix)system")
  }

  /// A named system over declared nodes takes their names and properties.
  private func renamed(_ system: QuorumSystem) throws(QuorumError) -> QuorumSystem {
    guard !nodes.isEmpty else { return system }
    guard nodes.count == system.nodes.count else {
      throw QuorumError(
        "\(prefix)system has \(system.nodes.count) nodes, and \(nodes.count) are given")
    }
    var renamed = system
    renamed.nodes = nodes
    return renamed
  }

  private func ofExpressions() throws(QuorumError) -> QuorumSystem {
    var names = NodeNames(nodes.map(\.name), isClosed: !nodes.isEmpty)
    let left = try parsed(reads, "reads", &names)
    let right = try parsed(writes, "writes", &names)
    guard let first = left ?? right?.dual, let second = right ?? left?.dual else {
      throw QuorumError("neither reads nor writes are given")
    }
    let all = nodes.isEmpty ? names.names.map { QuorumNode($0) } : nodes
    return QuorumSystem(nodes: all, reads: first, writes: second)
  }

  private func parsed(
    _ text: String?, _ side: String, _ names: inout NodeNames
  ) throws(QuorumError) -> QuorumExpression? {
    guard let text else { return nil }
    do throws(QuorumError) {
      return try ExpressionParser.parse(text, names: &names)
    } catch {
      throw error.labelled("\(prefix)\(side)")
    }
  }

  private func ofVotes() throws(QuorumError) -> QuorumSystem {
    var voters = nodes
    var each = [Int](repeating: 1, count: nodes.count)
    if let votes {
      let list = try VoteList.parse(votes, label: "\(prefix)votes")
      if nodes.isEmpty {
        voters = list.map { QuorumNode($0.name) }
        each = list.map(\.votes)
      } else {
        each = [Int](repeating: 0, count: nodes.count)
        for entry in list {
          guard let index = nodes.firstIndex(where: { $0.name == entry.name }) else {
            throw QuorumError("\(prefix)votes: “\(entry.name)” is no node of this system")
          }
          each[index] = entry.votes
        }
      }
    }
    let total = each.reduce(0, +)
    guard !voters.isEmpty else {
      throw QuorumError(
        "how many nodes? \(prefix)nodes 5 for equal ones, \(prefix)votes a=3,b=1 for others")
    }
    guard total > 0 else { throw QuorumError("\(prefix)votes: nobody has a vote") }
    for (name, count) in [("read", read), ("write", write)] {
      guard let count, !(1...total).contains(count) else { continue }
      throw QuorumError(
        "\(prefix)\(name) is \(count), expected 1 to \(total), the votes that there are")
    }
    let majority = total / 2 + 1
    let writing = write ?? read.map { total + 1 - $0 } ?? majority
    let reading = read ?? total + 1 - writing
    return QuorumSystem(
      nodes: voters, votes: each, read: read == nil && write == nil ? majority : reading,
      write: writing)
  }
}

extension QuorumError {
  /// The error with the option or key in front.
  public func labelled(_ label: String) -> QuorumError {
    var labelled = self
    labelled.label = label
    return labelled
  }
}
