import Base
import Checker
import Findings
import Foundation
import Histories
import Testing

/// What a hint says is so: with the option that it names there is no violation, for histories of
/// every model as chance makes them.
@Suite struct RepairPropertyTests {
  private static let trials =
    40 * (ProcessInfo.processInfo.environment["PLUMBLINE_TRIALS"].flatMap { Int($0) } ?? 1)

  @Test func theOptionOfAHintDoesIt() throws {
    var told = 0
    for name in Models.all.map(\.name) {
      let functions = try Models.named(name).functions.map(\.name)
      for seed in 0..<Self.trials {
        var maker = DiagnosisHistory(model: name, functions: functions, seed: seed)
        let history = try maker.make()
        var options = CheckOptions()
        options.model = name
        guard let result = try? Checker.check(history, options), result.verdict == .violation
        else { continue }
        let (fixed, investigate) = (options, Investigate(options: { [options] in options }))
        let findings = try investigate.judge(history, result, file: "history.jsonl")
        #expect(findings.ending == .violation)
        #expect(findings.repairs.count <= 4)
        #expect(Set(findings.repairs.map(\.kind)).count == findings.repairs.count)
        for repair in findings.repairs where repair.kind == "initial" {
          told += 1
          var options = fixed
          options.initial = try initial(repair.option)
          #expect(
            try Checker.check(history, options).verdict == .holds, "\(name) \(seed): \(repair)")
        }
      }
    }
    #expect(told > Self.trials / 2)
  }

  /// What `--initial` is given in a shell.
  private func initial(_ option: String?) throws -> CheckOptions.Initial {
    let option = try #require(option)
    #expect(option.hasPrefix("--initial "))
    var word = String(option.dropFirst("--initial ".count))
    if word.hasPrefix("'") { word = word.replacingOccurrences(of: "'", with: "") }
    return word == "unknown" ? .unknown : .value(try JSONParser.parse(word))
  }
}
