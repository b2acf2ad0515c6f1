/// What all rules of a trace share: the nodes, the configurations, and what was found.
struct TraceContext {
  var nodes = TraceNodes()
  var epochs = Epochs()
  let breaches = Breaches()
  /// The nodes that may lie.
  var faulty: NodeSet = 0

  /// The node that a member names.
  mutating func node(
    _ field: TraceField, of line: borrowing TraceLine
  ) throws(TraceError) -> Int {
    try nodes.index(of: try line.name(field), in: line)
  }

  /// The set of nodes that a member lists.
  mutating func set(
    _ field: TraceField, of line: borrowing TraceLine
  ) throws(TraceError) -> NodeSet {
    var set: NodeSet = 0
    for place in try line.list(field) {
      guard line.tokens[place].kind == .string else {
        throw line.misfit(field, at: place, "the names of nodes")
      }
      set |= .only(try nodes.index(of: line.tokens[place], in: line))
    }
    return set
  }

  /// `{n1, n2}`.
  func text(_ set: NodeSet) -> String {
    "{\(set.members.map { nodes.names[$0] }.joined(separator: ", "))}"
  }

  /// The name of a node.
  func name(_ node: Int) -> String { node < 0 ? "a node" : nodes.names[node] }
}

/// The nodes of a trace, in the order in which they came up.
struct TraceNodes {
  private(set) var names: [String] = []
  private var hashes: [UInt64] = []

  /// The index of the node whose name is that token.
  ///
  /// - Complexity: O(nodes).
  mutating func index(
    of token: TraceLine.Token, in line: borrowing TraceLine
  ) throws(TraceError) -> Int {
    let hash = line.hash(of: token)
    if let known = hashes.firstIndex(of: hash) { return known }
    guard names.count < NodeSet.capacity else {
      throw TraceError(
        column: Int(token.start),
        message: "“\(line.text(token))” is node \(names.count + 1), and a trace has at most "
          + "\(NodeSet.capacity)")
    }
    hashes.append(hash)
    names.append(line.text(token))
    return names.count - 1
  }

  /// The index of a name.
  mutating func index(of name: String) -> Int? {
    let hash = TraceWords.hash(name.utf8)
    if let known = hashes.firstIndex(of: hash) { return known }
    guard names.count < NodeSet.capacity else { return nil }
    hashes.append(hash)
    names.append(name)
    return names.count - 1
  }
}
