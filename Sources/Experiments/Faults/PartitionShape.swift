import Base

/// Which links a partition cuts.
package struct PartitionShape {
  package let links: [Link]
  package let note: String
  private let groups: [[Int]]

  /// Draws a partition of that kind.
  package init(_ kind: PartitionKind, of count: Int, leader: Int?, _ random: inout SplitMix64) {
    let order = Array(0..<count).shuffled(using: &random)
    var note = kind.rawValue
    var groups: [[Int]]
    var links: [Link]?
    switch kind {
    case .halves: groups = PartitionShape.split(order, count / 2)
    case .majorityMinority: groups = PartitionShape.split(order, (count - 1) / 2)
    case .isolateOne: groups = PartitionShape.split(order, 1)
    case .isolateLeader:
      if leader == nil { note = "isolate-leader (leader unknown, one drawn)" }
      let alone = leader ?? order[0]
      groups = [[alone], order.filter { $0 != alone }]
    case .isolateFollower:
      if leader == nil { note = "isolate-follower (leader unknown, one drawn)" }
      let alone = order.first { $0 != leader } ?? order[0]
      groups = [[alone], order.filter { $0 != alone }]
    case .majorityRing:
      groups = [order]
      links = PartitionShape.ring(order)
    case .bridge:
      let rest = Array(order.dropFirst())
      groups = PartitionShape.split(rest, rest.count / 2) + [[order[0]]]
      links = PartitionShape.between(groups[0], groups[1])
    case .oneWay:
      groups = PartitionShape.split(order, max(1, (count - 1) / 2))
      links = PartitionShape.from(groups[0], to: groups[1])
    }
    if links?.isEmpty ?? false {
      // Two nodes have neither a ring nor a bridge that cuts anything.
      note += " (too few nodes, halves instead)"
      groups = PartitionShape.split(order, count / 2)
      links = nil
    }
    self.note = note
    self.groups = groups.map { $0.sorted() }
    self.links = links ?? PartitionShape.between(groups[0], groups[1])
  }

  /// The groups, by the nodes' names.
  package func value(_ names: [String]) -> JSON {
    .array(groups.map { .array($0.map { .string(names[$0]) }) })
  }

  private static func split(_ order: [Int], _ first: Int) -> [[Int]] {
    let size = max(1, first)
    return [Array(order.prefix(size)), Array(order.dropFirst(size))]
  }

  private static func from(_ left: [Int], to right: [Int]) -> [Link] {
    left.flatMap { from in right.map { Link(from: from, to: $0) } }
  }

  private static func between(_ left: [Int], _ right: [Int]) -> [Link] {
    from(left, to: right) + from(right, to: left)
  }

  /// Each node keeps the neighbours round it that make a majority with itself.
  private static func ring(_ order: [Int]) -> [Link] {
    let count = order.count
    let reach = (count / 2 + 1) / 2
    var links: [Link] = []
    for left in 0..<count {
      for right in 0..<count where left != right {
        let distance = min((left - right + count) % count, (right - left + count) % count)
        if distance > reach { links.append(Link(from: order[left], to: order[right])) }
      }
    }
    return links
  }
}
