import Base

/// Whom a fault hits, resolved when it is made.
package struct ResolvedTarget {
  /// The indexes of the nodes, ascending.
  package private(set) var nodes: [Int]
  /// What was asked for, and what was done instead where that was not possible.
  package private(set) var note: String
  /// The nodes' names, for the history.
  package private(set) var value = JSON.null

  /// Draws the nodes of a target. The leader is whom the latest answers name; when nobody is known
  /// a node is drawn, and the note says so.
  package init(_ target: FaultTarget, of count: Int, leader: Int?, _ random: inout SplitMix64) {
    note = target.rawValue
    let order = Array(0..<count).shuffled(using: &random)
    switch target {
    case .one: nodes = [order[0]]
    case .minority: nodes = Array(order.prefix(max(1, (count - 1) / 2)))
    case .majority: nodes = Array(order.prefix(count / 2 + 1))
    case .all: nodes = order
    case .follower:
      let follower = order.first { $0 != leader }
      nodes = [follower ?? order[0]]
      if leader == nil { note = "leader unknown, one drawn" }
      if follower == nil { note = "no follower, the leader instead" }
    case .leader:
      nodes = [leader ?? order[0]]
      if leader == nil { note = "leader unknown, one drawn" }
    }
    nodes.sort()
  }

  /// Draws the nodes of a scheduled fault.
  ///
  /// Where the schedule names no target it is `other`. A fault that hits one node at a time
  /// (`isSingle`) draws one where several are wanted.
  package init(
    _ scheduled: ScheduledFault, _ host: any FaultHost, or other: FaultTarget = .one,
    isSingle: Bool = false, _ random: inout SplitMix64
  ) {
    var target = scheduled.target ?? other
    if isSingle, ![.leader, .follower].contains(target) { target = .one }
    self.init(target, of: host.names.count, leader: host.leader, &random)
    self = named(host)
  }

  /// The same with the nodes' names.
  func named(_ host: any FaultHost) -> ResolvedTarget {
    var named = self
    named.value = .array(nodes.map { .string(host.names[$0]) })
    return named
  }

  /// The same for a fault that draws nothing else.
  package init(
    _ scheduled: ScheduledFault, _ host: any FaultHost, or other: FaultTarget = .one,
    isSingle: Bool = false
  ) {
    var random = SplitMix64(seed: scheduled.seed)
    self.init(scheduled, host, or: other, isSingle: isSingle, &random)
  }

  /// What was asked for, for the history.
  package var details: [(String, JSON)] { [("target", .string(note))] }
}

/// A fault of nodes: what it hits is their names.
protocol NodeFault: Fault {
  /// Whom it hits.
  var target: ResolvedTarget { get }
}

extension NodeFault {
  var nodes: [Int] { target.nodes }
  var value: JSON { target.value }
  var details: [(String, JSON)] { target.details }
}
