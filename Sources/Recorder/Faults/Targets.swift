import Base

/// Whom a fault hits, resolved when it is made.
struct ResolvedTarget {
  /// The indexes of the nodes, ascending.
  var nodes: [Int]
  /// What was asked for, and what was done instead where that was not possible.
  var note: String

  /// Draws the nodes of a target. The leader is whom the latest answers name; when nobody is known
  /// a node is drawn, and the note says so.
  init(_ target: FaultTarget, of count: Int, leader: Int?, _ random: inout SplitMix64) {
    note = target.rawValue
    let order = Array(0..<count).shuffled(using: &random)
    switch target {
    case .one: nodes = [order[0]]
    case .minority: nodes = Array(order.prefix(max(1, (count - 1) / 2)))
    case .majority: nodes = Array(order.prefix(count / 2 + 1))
    case .all: nodes = order
    case .follower:
      nodes = [order.first { $0 != leader } ?? order[0]]
      if leader == nil { note = "leader unknown, one drawn" }
    case .leader:
      nodes = [leader ?? order[0]]
      if leader == nil { note = "leader unknown, one drawn" }
    }
    nodes.sort()
  }
}
