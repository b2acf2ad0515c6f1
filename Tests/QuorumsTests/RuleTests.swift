import Base
import Quorums
import Testing

struct RuleTests {
  static func counts(_ nodes: Int, read: Int, write: Int) -> QuorumSystem {
    QuorumSystem(
      nodes: NodeNames.numbered(nodes).map { QuorumNode($0) },
      votes: [Int](repeating: 1, count: nodes), read: read, write: write)
  }

  /// The inequalities of the papers, which are exact for counts.
  @Test func countsFollowThePapers() {
    for n in 1...6 {
      for read in 1...n {
        for write in 1...n {
          let system = Self.counts(n, read: read, write: write)
          #expect(Rules.readWrite(system).overlap.isProved == (read + write > n))
          #expect(Rules.writeWrite(system).overlap.isProved == (2 * write > n))
          for fast in 1...n {
            var demand = Demand()
            demand.rule = .fastPaxos
            let family = QuorumExpression.choose(fast, (0..<n).map { .node($0) })
            demand.fast = (family, fast)
            let checks = Rules.check(system, demand)
            #expect(checks.map(\.overlap.isProved) == [read + write > n, read + 2 * fast > 2 * n])
          }
          for faults in 0...2 where faults <= n {
            for (rule, common) in [(Rule.dissemination, faults + 1), (.masking, 2 * faults + 1)] {
              var demand = Demand()
              (demand.rule, demand.faults) = (rule, faults)
              #expect(
                Rules.check(system, demand).map(\.overlap.isProved) == [
                  read + write >= n + common, 2 * write >= n + common, read <= n - faults,
                  write <= n - faults,
                ])
            }
          }
        }
      }
    }
  }

  @Test func egalitarianQuorumsNeedAnOddNumber() {
    var demand = Demand()
    demand.rule = .epaxos
    for n in 1...9 {
      let system = Self.counts(n, read: n / 2 + 1, write: n / 2 + 1)
      let holds = Rules.check(system, demand).allSatisfy(\.overlap.isProved)
      #expect(holds == !n.isMultiple(of: 2), "\(n)")
    }
  }

  @Test func oneStepNeedsConsecutiveMajorities() throws {
    func step(_ from: Int, _ to: Int, _ change: Reconfiguration) throws -> Bool {
      let old = try NamedSystem.make("majority:\(from)", label: "")
      let new = try NamedSystem.make("majority:\(to)", label: "")
      let (left, right) = try QuorumSystem.aligned(old, new)
      return change.check(from: left, to: right).allSatisfy(\.overlap.isProved)
    }
    #expect(try step(3, 4, .oneStep))
    #expect(try step(4, 3, .oneStep))
    #expect(try !step(3, 5, .oneStep))
    #expect(try step(3, 5, .joint))
    #expect(try step(3, 64, .joint))
  }

  @Test func repairsRepair() throws {
    for seed in 0..<200 {
      var random = SplitMix64(seed: UInt64(seed))
      let votes = (0..<random.draw(2..<6)).map { _ in random.draw(1..<6) }
      let total = votes.reduce(0, +)
      let nodes = NodeNames.numbered(votes.count).map { QuorumNode($0) }
      let (read, write) = (random.draw(1..<total + 1), random.draw(1..<total + 1))
      let system = QuorumSystem(nodes: nodes, votes: votes, read: read, write: write)
      let check = Rules.writeWrite(system)
      guard let repair = check.repair else {
        #expect(check.overlap.isProved)
        continue
      }
      let raised = try #require(Int(repair.split(separator: " ").last ?? ""))
      for needed in write...raised {
        let other = QuorumSystem(nodes: nodes, votes: votes, read: read, write: needed)
        #expect(Rules.writeWrite(other).overlap.isProved == (needed == raised), "seed \(seed)")
      }
    }
  }
}
