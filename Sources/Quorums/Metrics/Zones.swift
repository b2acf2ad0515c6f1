/// What fails together: racks, regions.
public enum Zones {
  /// The names of the zones, in the order of the nodes.
  public static func names(_ system: QuorumSystem) -> [String] {
    var names: [String] = []
    for zone in system.nodes.compactMap(\.zone) where !names.contains(zone) { names.append(zone) }
    return names
  }

  /// The nodes of a zone.
  public static func nodes(of zone: String, in system: QuorumSystem) -> NodeSet {
    system.nodes.indices.filter { system.nodes[$0].zone == zone }.reduce(0) { $0 | .only($1) }
  }

  /// The fewest zones whose loss leaves no quorum, or nil when all together do not.
  ///
  /// A zone is lost as a whole, so a node stands for its zone, and one without zone never fails:
  /// the family becomes an expression over the zones, of which there are no more than nodes, and
  /// the smallest set whose loss leaves nothing of it is one pass over its diagram.
  ///
  /// - Throws: ``BoundReached`` when the diagram grows past its bound.
  static func smallestBlock(
    _ family: QuorumExpression, _ system: QuorumSystem
  ) throws(BoundReached) -> [String]? {
    let names = names(system)
    let zones = system.nodes.map { node in node.zone.flatMap { names.firstIndex(of: $0) } }
    let expression = family.overZones(zones)
    let block: NodeSet?
    do throws(BoundReached) {
      var diagrams = Diagrams(order: names.indices.reversed())
      let reference = try diagrams.build(expression)
      block = diagrams.smallestBlock(reference)
    } catch {
      guard let heaviest = expression.heaviestBlock else { throw error }
      block = heaviest
    }
    return block.map { $0.members.map { names[$0] } }
  }
}

extension QuorumExpression {
  /// The expression over zones, each node being the zone of that index; a node of none always
  /// lives. The votes of a zone's nodes in one ballot are cast together.
  func overZones(_ zones: [Int?]) -> QuorumExpression {
    switch self {
    case .node(let node): return zones[node].map { .node($0) } ?? .votes(0, of: [])
    case .votes(let needed, let shares):
      var left = needed
      var parts: [Share] = []
      var places: [Int: Int] = [:]
      for share in shares {
        let part = share.part.overZones(zones)
        if case .votes(let few, _) = part, few <= 0 {
          left -= share.votes
        } else if case .node(let zone) = part {
          if let place = places[zone] {
            parts[place].votes += share.votes
          } else {
            places[zone] = parts.count
            parts.append(Share(share.votes, part))
          }
        } else {
          parts.append(Share(share.votes, part))
        }
      }
      return .votes(left, of: parts)
    }
  }
}
