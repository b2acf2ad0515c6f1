import Base
import Quorums
import Testing

/// Resilience, availability and minimal quorums against all subsets.
struct MetricTests {
  static func analysis(
    _ reads: QuorumExpression, _ writes: QuorumExpression, nodes count: Int,
    _ options: Analysis.Options = .init()
  ) -> Analysis {
    let nodes = NodeNames.numbered(count).map { QuorumNode($0) }
    let system = QuorumSystem(nodes: nodes, reads: reads, writes: writes)
    return Analysis(system, checks: [], options: options)
  }

  @Test func sidesAgreeWithBruteForce() throws {
    for seed in 0..<400 {
      var random = SplitMix64(seed: UInt64(seed))
      let count = random.draw(1..<6)
      let families = (0..<2).map { _ in RandomSystem.expression(nodes: count, &random) }
      var options = Analysis.Options()
      options.failureProbability = 0.3
      let analysis = Self.analysis(families[0], families[1], nodes: count, options)
      #expect(analysis.bounds.isEmpty)
      for (family, side) in zip(families, [analysis.reads, analysis.writes]) {
        let quorums = RandomSystem.quorums(family, nodes: count)
        let all = NodeSet.first(count)
        let blocks = (0...all).filter { !family.isQuorum(all & ~$0) }
        let least = blocks.map(\.nonzeroBitCount).min() ?? 0
        #expect(side.resilience == least - 1, "seed \(seed)")
        #expect(side.block.map { blocks.contains($0) && $0.nonzeroBitCount == least } == true)
        let minimal = RandomSystem.minimal(quorums)
        #expect(Set(side.minimal?.quorums ?? []) == Set(minimal), "seed \(seed)")
        #expect(side.minimal?.count == Double(minimal.count))
        let chance = quorums.reduce(0.0) { $0 + Self.chance($1, count) }
        #expect(abs((side.availability ?? -1) - chance) < 1e-12, "seed \(seed)")
      }
      let both = (0...NodeSet.first(count)).filter { set in
        families.allSatisfy { $0.isQuorum(set) }
      }
      let chance = both.reduce(0.0) { $0 + Self.chance($1, count) }
      #expect(abs((analysis.availability ?? -1) - chance) < 1e-12, "seed \(seed)")
    }
  }

  private static func chance(_ set: NodeSet, _ count: Int) -> Double {
    (0..<count).reduce(1) { $0 * (set.holds($1) ? 0.7 : 0.3) }
  }

  /// What was measured with another tool (quoracle), to as many digits as it prints.
  @Test func knownVectors() throws {
    func make(_ reads: String?, _ writes: String?) throws -> QuorumSystem {
      var description = SystemDescription()
      (description.reads, description.writes) = (reads, writes)
      return try description.make()
    }
    func strategy(
      _ system: QuorumSystem, _ workload: String, spare: Int = 0
    ) throws -> Strategy {
      var options = Analysis.Options()
      options.workload = try #require(AccessMix(workload))
      options.spare = spare
      return try #require(Analysis(system, checks: [], options: options).strategy)
    }
    func close(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-5 }

    let grid = try make("a*b*c + d*e*f", nil)
    let gridAnalysis = Analysis(grid, checks: [])
    #expect(gridAnalysis.reads.resilience == 1)
    #expect(gridAnalysis.writes.resilience == 2)
    #expect(gridAnalysis.resilience == 1)
    #expect(close(try strategy(grid, "0.25").load, 0.375))
    #expect(close(try strategy(grid, "0.25").capacity, 8.0 / 3))
    #expect(close(try strategy(grid, "0.1:1,0.75:1").load, 0.40417))

    let majority = try make("majority(a,b,c,d,e)", nil)
    #expect(Analysis(majority, checks: []).resilience == 2)
    #expect(Analysis(majority, checks: []).reads.minimal?.count == 10)
    #expect(close(try strategy(majority, "0.5").load, 0.6))
    #expect(close(try strategy(majority, "0.5").networkLoad, 3))

    let two = try make(nil, "choose(2, a, b, c, d, e)")
    #expect(two.reads == .choose(4, (0..<5).map { .node($0) }))
    #expect(close(try strategy(two, "0").capacity, 2.5))
    #expect(close(try strategy(two, "0", spare: 1).capacity, 5.0 / 3))

    let triangle = try make("a*b + b*c + a*c", nil)
    #expect(!triangle.reads.isDuplicateFree)
    #expect(Analysis(triangle, checks: []).resilience == 1)
  }
}
