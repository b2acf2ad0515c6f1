import Base
import Quorums
import Testing

/// Every exact test against all subsets of small systems.
struct OverlapTests {
  @Test func twoFamilies() {
    var (met, missed) = (0, 0)
    for seed in 0..<2_000 {
      var random = SplitMix64(seed: UInt64(seed))
      let count = random.draw(1..<6)
      let families = (0..<2).map { _ in RandomSystem.expression(nodes: count, &random) }
      let common = random.draw(1..<4)
      let quorums = families.map {
        RandomSystem.minimal(RandomSystem.quorums($0, nodes: count))
      }
      let holds = quorums[0].allSatisfy { left in
        quorums[1].allSatisfy { (left & $0).nonzeroBitCount >= common }
      }
      let order = Array(0..<count).shuffled(using: &random)
      let overlap = OverlapTest.decide(families, common: common, order: order)
      #expect(overlap.isProved == holds, "seed \(seed)")
      if let witness = overlap.witness {
        missed += 1
        #expect(quorums[0].contains(witness[0]) && quorums[1].contains(witness[1]), "seed \(seed)")
        #expect((witness[0] & witness[1]).nonzeroBitCount < common, "seed \(seed)")
      } else {
        met += 1
      }
    }
    #expect(met > 200 && missed > 200)
  }

  @Test func threeFamilies() {
    var (met, missed) = (0, 0)
    for seed in 0..<1_000 {
      var random = SplitMix64(seed: UInt64(seed))
      let count = random.draw(2..<6)
      let families = (0..<3).map { _ in RandomSystem.expression(nodes: count, &random) }
      let quorums = families.map {
        RandomSystem.minimal(RandomSystem.quorums($0, nodes: count))
      }
      let holds = quorums[0].allSatisfy { a in
        quorums[1].allSatisfy { b in quorums[2].allSatisfy { a & b & $0 != 0 } }
      }
      let overlap = OverlapTest.decide(families, order: Array(0..<count))
      #expect(overlap.isProved == holds, "seed \(seed)")
      if let witness = overlap.witness {
        missed += 1
        #expect(zip(quorums, witness).allSatisfy { $0.contains($1) }, "seed \(seed)")
        #expect(witness.reduce(~0, &) == 0, "seed \(seed)")
      } else {
        met += 1
      }
    }
    #expect(met > 50 && missed > 50)
  }

  /// Votes against the subset sums of Gifford's rule: no set may hold from Vr to V − Vw votes.
  @Test func votesAreSubsetSums() {
    for seed in 0..<2_000 {
      var random = SplitMix64(seed: UInt64(seed))
      let votes = (0..<random.draw(1..<12)).map { _ in random.draw(0..<9) }
      let total = votes.reduce(0, +)
      guard total > 0 else { continue }
      let (read, write) = (random.draw(1..<total + 1), random.draw(1..<total + 1))
      var reachable: Set<Int> = [0]
      for vote in votes { reachable.formUnion(reachable.map { $0 + vote }) }
      let holds = !reachable.contains { $0 >= read && $0 <= total - write }
      let shares = votes.enumerated().map { QuorumExpression.Share($1, .node($0)) }
      let overlap = OverlapTest.decide(
        [.votes(read, of: shares), .votes(write, of: shares)], order: Array(votes.indices))
      #expect(overlap.isProved == holds, "seed \(seed)")
    }
  }

  @Test func theDualIsTheFamilyOfAllThatMeet() {
    for seed in 0..<500 {
      var random = SplitMix64(seed: UInt64(seed))
      let count = random.draw(1..<6)
      let family = RandomSystem.expression(nodes: count, &random)
      let quorums = RandomSystem.quorums(family, nodes: count)
      for set in 0...NodeSet.first(count) {
        #expect(family.dual.isQuorum(set) == quorums.allSatisfy { $0 & set != 0 }, "seed \(seed)")
      }
      #expect(family.dual.dual == family)
    }
  }

  @Test func sixtyFourNodesWithVotes() {
    var random = SplitMix64(seed: 7)
    let votes = (0..<64).map { _ in random.draw(1..<100) }
    let total = votes.reduce(0, +)
    let order = votes.indices.sorted { votes[$0] > votes[$1] }
    let shares = votes.enumerated().map { QuorumExpression.Share($1, .node($0)) }
    let majority = QuorumExpression.votes(total / 2 + 1, of: shares)
    #expect(OverlapTest.decide([majority, majority], order: order) == .holds)
    let less = QuorumExpression.votes(total / 2 - 1, of: shares)
    let witness = OverlapTest.decide([less, less], order: order).witness
    #expect(witness.map { $0[0] & $0[1] } == 0)
    #expect(witness.map { less.isQuorum($0[0]) && less.isQuorum($0[1]) } == true)
  }
}
