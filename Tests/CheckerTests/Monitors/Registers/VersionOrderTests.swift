import Base
import Histories
import TestSupport
import Testing

@testable import Checker

@Suite struct VersionOrderTests {
  /// Revisions that are right: what really happened is an order, found whenever nothing is pending.
  @Test func followsTheRevisions() throws {
    var random = SplitMix64(seed: 400)
    var decided = 0
    for round in 0..<trials(2000) {
      var cases = try RegisterCases()
      var shape = RegisterShape(operations: 3 + round % 8, pending: 0, noise: 0)
      shape.domain = 1 + round % 3
      shape.mismatches = 0.2
      let answer = try judge(
        .versionOrder, cases.task(simulatedRegister(shape, &random)), truth: true)
      #expect(answer == .linearizable)
      decided += 1
    }
    RungQuota.expect("version-order", decided: decided, of: 2)
  }

  /// Revisions, answers and fates that may be wrong: what is accepted is right, and nothing is
  /// refused.
  @Test func isNeverWrong() throws {
    var random = SplitMix64(seed: 401)
    var answers: [Answered: Int] = [:]
    for round in 0..<trials(3000) {
      var cases = try RegisterCases(ignoresNullReads: round % 3 == 0)
      var shape = RegisterShape(operations: 3 + round % 7, pending: 0.25)
      shape.domain = round % 4 == 0 ? nil : 1 + round % 3
      shape.noise = [0, 0.2][round % 2]
      shape.mismatches = 0.2
      var all = simulatedRegister(shape, &random)
      for place in all.indices where round % 3 == 1 && random.chance(0.3) {
        all[place].revision = Int64(random.draw(0..<all.count + 1)) - 1
      }
      answers[try judge(.versionOrder, cases.task(all)), default: 0] += 1
    }
    #expect(answers[.violation] == nil)
    #expect(answers[.linearizable, default: 0] > 800, "\(answers)")
    #expect(answers[.passed, default: 0] > 300, "\(answers)")
    RungQuota.expect("version-order", decided: decided(answers), of: 2)
  }
}
