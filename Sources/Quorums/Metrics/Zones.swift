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
  /// A zone is lost as a whole, so the zones' own expression says it: a node stands for its zone,
  /// and a node without zone never fails. Sets of zones are tried by size, at most 2^20 of them.
  static func smallestBlock(_ family: QuorumExpression, _ system: QuorumSystem) -> [String]? {
    let names = names(system)
    guard !names.isEmpty else { return nil }
    let sets = names.map { nodes(of: $0, in: system) }
    var tried = 0
    func search(_ from: Int, _ left: Int, _ lost: NodeSet, _ chosen: [String]) -> [String]? {
      tried += 1
      if left == 0 { return family.isQuorum(system.all & ~lost) ? nil : chosen }
      for index in from..<names.count where names.count - index >= left && tried < 1 << 20 {
        if let found = search(index + 1, left - 1, lost | sets[index], chosen + [names[index]]) {
          return found
        }
      }
      return nil
    }
    for size in 1...names.count where tried < 1 << 20 {
      if let found = search(0, size, 0, []) { return found }
    }
    return nil
  }
}
