import Base
import Quorums
import Testing

/// What the loss of whole zones does.
struct ZoneTests {
  private static func analysis(
    _ reads: QuorumExpression, _ writes: QuorumExpression, zones: [String?]
  ) -> Analysis {
    var nodes = NodeNames.numbered(zones.count).map { QuorumNode($0) }
    for (index, zone) in zones.enumerated() { nodes[index].zone = zone }
    return Analysis(QuorumSystem(nodes: nodes, reads: reads, writes: writes), checks: [])
  }

  @Test func theFewestZonesAgreeWithAllSetsOfZones() throws {
    var seen: [Int: Int] = [:]
    for seed in 0..<400 {
      var random = SplitMix64(seed: UInt64(seed))
      let count = random.draw(1..<8)
      let zones = (0..<count).map { _ in ["x", "y", "z", "w", nil][random.draw(0..<5)] }
      let families = (0..<2).map { _ in RandomSystem.expression(nodes: count, &random) }
      let analysis = Self.analysis(families[0], families[1], zones: zones)
      #expect(analysis.bounds.isEmpty)
      let names = Zones.names(analysis.system)
      let sets = names.map { Zones.nodes(of: $0, in: analysis.system) }
      func lives(_ family: QuorumExpression, without lost: NodeSet) -> Bool {
        family.isQuorum(
          analysis.system.all & ~lost.members.reduce(NodeSet(0)) { $0 | sets[$1] })
      }
      for (family, side) in zip(families, [analysis.reads, analysis.writes]) {
        let blocks = (0...NodeSet.first(names.count)).filter { !lives(family, without: $0) }
        let fewest = blocks.map(\.nonzeroBitCount).min()
        seen[fewest ?? -1, default: 0] += 1
        guard !names.isEmpty, let fewest else {
          #expect(side.zones == (names.isEmpty ? nil : .surviveAll), "seed \(seed)")
          continue
        }
        #expect(side.zoneResilience == fewest - 1, "seed \(seed)")
        var block: NodeSet = 0
        for name in side.zoneBlock ?? [] {
          block |= .only(try #require(names.firstIndex(of: name)))
        }
        #expect(blocks.contains(block) && block.nonzeroBitCount == fewest, "seed \(seed)")
      }
    }
    #expect((-1...3).allSatisfy { seen[$0, default: 0] > 5 || $0 == 0 }, "\(seen)")
  }

  /// More sets of zones than could be tried one by one.
  @Test func manyZonesAreExact() {
    let zones = (0..<64).map { "z\($0)" }
    let majority = QuorumExpression.majority((0..<64).map { .node($0) })
    #expect(Self.analysis(majority, majority, zones: zones).reads.zoneResilience == 31)
    let any = QuorumExpression.any((0..<64).map { .node($0) })
    let analysis = Self.analysis(any, .node(63), zones: zones)
    #expect(analysis.reads.zones == .fallTo(zones))
    #expect(analysis.writes.zones == .fallTo(["z63"]))
    var mixed: [String?] = zones
    mixed[7] = nil
    #expect(Self.analysis(any, any, zones: mixed).reads.zones == .surviveAll)
  }

  /// Votes too different for a diagram: the heaviest zones decide for one ballot.
  @Test func unequalVotesOfManyZonesAreExact() {
    var random = SplitMix64(seed: 5)
    let votes = (0..<64).map { _ in random.draw(1_000_000_000..<2_000_000_000) }
    let total = votes.reduce(0, +)
    let shares = votes.enumerated().map { QuorumExpression.Share($1, .node($0)) }
    let family = QuorumExpression.votes(total / 2 + 1, of: shares)
    // Two nodes a zone.
    let analysis = Self.analysis(family, family, zones: (0..<64).map { "z\($0 / 2)" })
    var zones: [Int] = []
    for first in stride(from: 0, to: 64, by: 2) { zones.append(votes[first] + votes[first + 1]) }
    zones.sort(by: >)
    var left = total
    var fewest = 0
    while left > total / 2 {
      left -= zones[fewest]
      fewest += 1
    }
    #expect(analysis.reads.zoneResilience == fewest - 1)
    #expect(analysis.holds == true)
  }
}
