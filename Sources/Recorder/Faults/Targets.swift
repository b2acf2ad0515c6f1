import Base

/// Whom a fault hits, resolved when it is made.
struct ResolvedTarget {
  /// The indexes of the nodes, ascending.
  private(set) var nodes: [Int]
  /// What was asked for, and what was done instead where that was not possible.
  private(set) var note: String

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
  init(
    _ scheduled: ScheduledFault, _ world: FaultWorld, or other: FaultTarget = .one,
    isSingle: Bool = false, _ random: inout SplitMix64
  ) {
    var target = scheduled.target ?? other
    if isSingle, ![.leader, .follower].contains(target) { target = .one }
    self.init(target, of: world.cluster.count, leader: world.cluster.leader, &random)
  }

  /// The same for a fault that draws nothing else.
  init(
    _ scheduled: ScheduledFault, _ world: FaultWorld, or other: FaultTarget = .one,
    isSingle: Bool = false
  ) {
    var random = SplitMix64(seed: scheduled.seed)
    self.init(scheduled, world, or: other, isSingle: isSingle, &random)
  }

  /// The nodes' names, for the history.
  func value(_ world: FaultWorld) -> JSON {
    .array(nodes.map { .string(world.cluster.name($0)) })
  }

  /// What was asked for, for the history.
  var details: [(String, JSON)] { [("target", .string(note))] }
}
