/// The work would have grown past what was allowed; nothing is known about the answer.
public struct BoundReached: Error, Sendable, Equatable, CustomStringConvertible {
  /// Which bound, in words: “1048576 diagram nodes”.
  public var bound: String

  /// Names the bound in words that can follow “reached the bound of”.
  public init(_ bound: String) { self.bound = bound }

  /// The words.
  public var description: String { "reached the bound of \(bound)" }
}

/// Families of quorums as reduced ordered binary decision diagrams.
///
/// Bryant, “Graph-based algorithms for Boolean function manipulation”, IEEE TC 1986,
/// doi:10.1109/TC.1986.1676819. A diagram tests nodes in one fixed order; equal functions are equal
/// references. Everything that would need all 2^n sets becomes one pass over the diagram: is there
/// a pair of disjoint quorums, the smallest set that meets all, the chance that a quorum lives, the
/// cheapest quorum. Votes of total V make a diagram of at most n·V nodes, so 64 nodes are no
/// obstacle.
struct Diagrams {
  /// One function of the nodes.
  typealias Reference = NodeTable.Reference
  /// No set is a quorum.
  static let never: Reference = 0
  /// Every set is one, the empty set included.
  static let always: Reference = 1

  /// The node that is tested at each level.
  let order: [Int]
  /// The level at which each node is tested.
  let levelOfNode: [Int]

  private var nodes: NodeTable
  private var choices: [Choice: Reference] = [:]

  private struct Choice: Hashable {
    var test, yes, no: Reference
  }

  /// Makes an empty store for that many nodes.
  ///
  /// - Precondition: `order` is a permutation of the nodes.
  init(order: [Int], limit: Int = 1 << 20) {
    self.order = order
    nodes = NodeTable(limit: limit)
    var levels = [Int](repeating: 0, count: order.count)
    for (level, node) in order.enumerated() { levels[node] = level }
    levelOfNode = levels
  }

  /// The places taken so far.
  var count: Int { nodes.count }
  /// How many places diagrams may take.
  var limit: Int { nodes.limit }
  /// The level that each place tests.
  var level: [UInt8] { nodes.level }
  /// Where each place goes on when the node of its level is absent.
  var without: [Reference] { nodes.without }
  /// Where each place goes on when the node of its level is present.
  var with: [Reference] { nodes.with }

  /// The function that tests a level and goes on with one of two functions of lower levels.
  mutating func make(
    _ at: UInt8, without no: Reference, with yes: Reference
  ) throws(BoundReached) -> Reference {
    try no == yes ? no : nodes.place(at, without: no, with: yes)
  }

  /// If `test` then `yes` else `no`, as functions.
  ///
  /// - Complexity: O(|test| · |yes| · |no|) at worst, and remembered.
  mutating func choose(
    _ test: Reference, _ yes: Reference, _ no: Reference
  ) throws(BoundReached) -> Reference {
    if test == Self.always || yes == no { return yes }
    if test == Self.never { return no }
    if yes == Self.always, no == Self.never { return test }
    let top = min(level[Int(test)], level[Int(yes)], level[Int(no)])
    let isOneNode = with[Int(test)] == Self.always && without[Int(test)] == Self.never
    if isOneNode, level[Int(test)] < min(level[Int(yes)], level[Int(no)]) {
      return try make(top, without: no, with: yes)
    }
    let key = Choice(test: test, yes: yes, no: no)
    if let known = choices[key] { return known }
    guard choices.count < 4 * limit else { throw BoundReached("\(4 * limit) diagram steps") }
    let low = try choose(branch(test, top, 0), branch(yes, top, 0), branch(no, top, 0))
    let high = try choose(branch(test, top, 1), branch(yes, top, 1), branch(no, top, 1))
    let result = try make(top, without: low, with: high)
    choices[key] = result
    return result
  }

  /// What remains of a function when the node of a level is absent (0) or present (1).
  func branch(_ function: Reference, _ at: UInt8, _ present: Int) -> Reference {
    guard level[Int(function)] == at else { return function }
    return present == 1 ? with[Int(function)] : without[Int(function)]
  }

  /// Both functions hold.
  mutating func both(_ left: Reference, _ right: Reference) throws(BoundReached) -> Reference {
    try choose(left, right, Self.never)
  }

  /// The diagram of an expression.
  mutating func build(_ expression: QuorumExpression) throws(BoundReached) -> Reference {
    switch expression {
    case .node(let node):
      return try make(UInt8(levelOfNode[node]), without: Self.never, with: Self.always)
    case .votes(let needed, let shares):
      var parts: [(votes: Int, part: Reference)] = []
      for share in shares { parts.append((share.votes, try build(share.part))) }
      // Nodes in the diagram's own order make each choice a single step.
      let level = level
      parts.sort { (level[Int($0.part)], $1.votes) < (level[Int($1.part)], $0.votes) }
      var ballot = Ballot(parts)
      return try ballot.build(from: 0, needed: needed, in: &self)
    }
  }

  /// A function's value on a set.
  func holds(_ function: Reference, _ set: NodeSet) -> Bool {
    var at = Int(function)
    while level[at] != NodeTable.bottom {
      at = Int(set.holds(order[Int(level[at])]) ? with[at] : without[at])
    }
    return at == Int(Self.always)
  }
}
