extension QuorumSystem {
  /// Both systems over the nodes of both, so that one bit means one node.
  ///
  /// - Throws: ``QuorumError`` when there are more than 64 nodes in all.
  public static func aligned(
    _ left: QuorumSystem, _ right: QuorumSystem
  ) throws(QuorumError) -> (QuorumSystem, QuorumSystem) {
    var names = NodeNames(left.names)
    var nodes = left.nodes
    var indices: [Int] = []
    for node in right.nodes {
      let index = try names.intern(node.name)
      if index == nodes.count { nodes.append(node) }
      indices.append(index)
    }
    let first = QuorumSystem(nodes: nodes, reads: left.reads, writes: left.writes)
    let second = QuorumSystem(
      nodes: nodes, reads: right.reads.renumbered(indices),
      writes: right.writes.renumbered(indices))
    return (first, second)
  }
}

extension QuorumExpression {
  /// The expression with node `i` called `indices[i]`.
  func renumbered(_ indices: [Int]) -> QuorumExpression {
    switch self {
    case .node(let node): .node(indices[node])
    case .votes(let needed, let shares):
      .votes(needed, of: shares.map { Share($0.votes, $0.part.renumbered(indices)) })
    }
  }
}
