import Base
import Quorums
import Testing

struct SystemSearchTests {
  @Test func findsTheMajorityWhereWritesMustMeet() throws {
    var goal = SystemSearch.Goal()
    goal.resilience = 2
    let nodes = NodeNames.numbered(5).map { QuorumNode($0) }
    let outcome = SystemSearch.run(nodes: nodes, goal: goal) { false }
    let best = try #require(outcome.best)
    #expect(outcome.isComplete)
    #expect(best.system.writes == .majority((0..<5).map { .node($0) }))
    #expect(abs(best.strategy.load - 0.6) < 1e-9)
  }

  @Test func findsAGridWhereTheyNeedNot() throws {
    var goal = SystemSearch.Goal()
    goal.needsWriteWrite = false
    goal.options.workload = AccessMix(readFraction: 0.25)
    let nodes = NodeNames.numbered(6).map { QuorumNode($0) }
    let best = try #require(SystemSearch.run(nodes: nodes, goal: goal) { false }.best)
    // Writes to any one node and reads of all carry the most: 1/4 + 3/4 · 1/6.
    #expect(abs(best.strategy.load - 0.375) < 1e-9)
    goal.resilience = 1
    let sturdy = try #require(SystemSearch.run(nodes: nodes, goal: goal) { false }.best)
    #expect(abs(sturdy.strategy.load - 0.375) < 1e-9)
    #expect(Analysis(sturdy.system, checks: []).resilience ?? 0 >= 1)
  }

  /// Of many nodes there are too many systems; those that count nodes come first.
  @Test func manyNodesHaveAnAnswer() throws {
    var asked = 0
    let outcome = SystemSearch.run(
      nodes: NodeNames.numbered(64).map { QuorumNode($0) }, goal: .init()
    ) {
      asked += 1
      return asked > 40
    }
    #expect(!outcome.isComplete && outcome.examined == 40)
    let best = try #require(outcome.best)
    #expect(abs(best.strategy.load - 0.5 * 33 / 64 - 0.5 * 32 / 64) < 1e-9)
  }

  @Test func anExhaustedBudgetIsSaid() {
    let nodes = NodeNames.numbered(9).map { QuorumNode($0) }
    let outcome = SystemSearch.run(nodes: nodes, goal: .init()) { true }
    #expect(!outcome.isComplete && outcome.best == nil)
  }
}
