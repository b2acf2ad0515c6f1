import Base
import Quorums

/// Random small expressions, and what brute force says about them.
enum RandomSystem {
  /// An expression over `count` nodes in which nodes may occur several times.
  static func expression(
    nodes count: Int, depth: Int = 3, _ random: inout SplitMix64
  ) -> QuorumExpression {
    if depth == 0 || random.chance(0.25) { return .node(random.draw(0..<count)) }
    let parts = (0..<random.draw(1..<5)).map { _ in
      QuorumExpression.Share(
        random.chance(0.6) ? 1 : random.draw(0..<5),
        expression(nodes: count, depth: depth - 1, &random))
    }
    let total = parts.reduce(0) { $0 + $1.votes }
    guard total > 0 else { return .node(random.draw(0..<count)) }
    return .votes(random.draw(1..<total + 1), of: parts)
  }

  /// All sets of `count` nodes that contain a quorum.
  static func quorums(_ expression: QuorumExpression, nodes count: Int) -> [NodeSet] {
    (0...NodeSet.first(count)).filter { expression.isQuorum($0) }
  }

  /// Those of them from which nothing can be taken away.
  static func minimal(_ quorums: [NodeSet]) -> [NodeSet] {
    quorums.filter { quorum in !quorums.contains { $0 != quorum && $0 & quorum == $0 } }
  }
}
