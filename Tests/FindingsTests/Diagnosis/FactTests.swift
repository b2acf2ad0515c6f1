import Base
import Checker
import Findings
import Foundation
import Histories
import Testing

/// What an explanation says is true: each of its facts, looked up one by one in the history, for
/// violations of every model as chance makes them.
@Suite struct FactTests {
  /// So many histories of each model; `PLUMBLINE_TRIALS` times as many for more.
  private static let trials =
    250 * (ProcessInfo.processInfo.environment["PLUMBLINE_TRIALS"].flatMap { Int($0) } ?? 1)

  @Test(arguments: DiagnosisHistory.models)
  func nothingFalseIsSaid(name: String) throws {
    let model = try Models.named(name)
    let functions = model.functions.map(\.name)
    var (found, stories, wrong) = (0, 0, 0)
    for seed in 0..<Self.trials where wrong < 5 {
      var maker = DiagnosisHistory(model: name, functions: functions, seed: seed)
      let history = try maker.make()
      var options = CheckOptions()
      options.model = name
      if ["register", "cas-register"].contains(name), seed % 7 == 0 { options.initial = .unknown }
      guard let result = try? Checker.check(history, options), result.verdict == .violation else {
        continue
      }
      found += 1
      for violation in result.violations {
        let words = Explanation(violation, in: result, of: history)
        if words.kind != .other { stories += 1 }
        let judge = FactJudge(
          history: history, model: name, key: violation.key, violation: violation,
          options: options)
        for sentence in words.sentences + words.faultSentences {
          let lies = sentence.facts.filter { !judge.isTrue($0) }
          #expect(lies.isEmpty, "seed \(seed): \(sentence.text)")
          let reader = SentenceReader(sentence, history)
          let unfounded = reader.unfounded
          #expect(unfounded.isEmpty, "seed \(seed): \(sentence.text)")
          if !lies.isEmpty || !unfounded.isEmpty { wrong += 1 }
        }
      }
    }
    #expect(found * 5 > Self.trials)
    #expect(stories * 10 > found * 7, "\(stories) of \(found)")
  }

  /// The judge does say no: of facts that are turned round, most are false.
  @Test func theJudgeSaysNo() throws {
    var (asked, refused) = (0, 0)
    for seed in 0..<60 {
      var maker = DiagnosisHistory(
        model: "register", functions: ["read", "write"], seed: seed)
      let history = try maker.make()
      guard let result = try? Checker.check(history, CheckOptions()), result.verdict == .violation
      else { continue }
      let violation = result.violations[0]
      let judge = FactJudge(
        history: history, model: "register", key: violation.key, violation: violation,
        options: CheckOptions())
      for fact in Explanation(violation, in: result, of: history).sentences.flatMap(\.facts) {
        let turned: Fact? =
          switch fact {
          case .precedes(let one, let other): .precedes(other, one)
          case .shows(let op, let item): .lacks(op, item)
          case .client(let op, let client): .client(op, client + 1)
          case .lines(let op, let first, let last): .lines(op, first + 1, last)
          case .onlyBringers(_, let item, let by): .onlyBringers([-1], item, by: by)
          case .nobodyBrings(let item): .initially(item)
          default: nil
          }
        guard let turned else { continue }
        asked += 1
        if !judge.isTrue(turned) { refused += 1 }
      }
    }
    #expect(asked > 100)
    #expect(refused == asked)
  }
}
