import Base
import Foundation
import Histories
import TestSupport
import Testing

@testable import Checker

/// The model of `docs/how-to/write-a-model.md`.
@Suite struct WrittenModelTests {
  private func prepared(_ history: History) -> (task: KeyTask, calls: [Call]) {
    let settings = Settings(
      initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false, permits: 1)
    let calls = (0..<history.count).compactMap {
      Call($0, of: history, as: Call.functions(of: history), settings)
    }
    let operations = (0..<history.count).filter { history.outcome[$0] != .fail }
    let task = KeyTask(
      operations: operations, calls: calls, values: history.values, settings: settings,
      budget: Budget())
    return (task, calls)
  }

  private func isLinearizable(_ task: KeyTask) throws -> Bool {
    if case .order = try Model.maxRegister.solve(task).finding { true } else { false }
  }

  @Test func examplesAreWhatTheySay() throws {
    for (text, expected) in [(Model.maxRegister.legal, true), (Model.maxRegister.illegal, false)] {
      let lines = text.split(separator: "; ").joined(separator: "\n")
      #expect(try isLinearizable(prepared(try History.text(lines)).task) == expected)
    }
  }

  @Test func agreesWithTheReferee() throws {
    var random = SplitMix64(seed: 9)
    var verdicts = [0, 0]
    for round in 0..<1000 {
      let shape = Shape(operations: 3 + round % 5, clients: 2 + round % 3)
      let history = try randomHistory(SimulatedMaximum(), shape, &random)
      let (task, calls) = prepared(history)
      let truth = Model.maxRegister.referee(calls, task.settings, task.values)
      #expect(try isLinearizable(task) == truth, "\(describe(history))")
      verdicts[truth ? 1 : 0] += 1
    }
    #expect(verdicts[0] > 80 && verdicts[1] > 80)
  }

  /// A model is its file and a row: with these two, histories are checked against it, by its name,
  /// by a header, and by the functions that name it.
  @Test func aFileAndARowAreAModel() throws {
    let rows = Models.rows + [Models.Row(.maxRegister, [])]
    let lines = { (text: String) in text.split(separator: "; ").joined(separator: "\n") }
    for (text, verdict) in [
      (Model.maxRegister.legal, Verdict.holds), (Model.maxRegister.illegal, .violation),
    ] {
      var history = try History.text(lines(text))
      var options = CheckOptions()
      options.model = "max-register"
      let result = try Checker.check(history, options, rows)
      #expect(result.model == "max-register")
      #expect(result.verdict == verdict)
      #expect(throws: CheckError.self) { try Checker.check(history, options) }
      // What it shares with a register nothing decides but a name, unless both say the same.
      options.model = "auto"
      if verdict == .holds {
        #expect(throws: CheckError.self) { try Checker.check(history, options, rows) }
      } else {
        #expect(try Checker.check(history, options, rows).model == "register")
      }
      history.header = ["plumbline": 1, "model": "max-register"]
      #expect(try Checker.check(history, options, rows).verdict == verdict)
      var stream = StreamChecker(options, among: rows)
      let alarm = try stream.take(Stretch(history: history)) ?? stream.finish()
      #expect((alarm != nil) == (verdict == .violation))
    }
  }

  /// The page shows the file that is compiled here, to the letter.
  @Test func thePageQuotesTheFile() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let code = try String(
      contentsOf: tests.appendingPathComponent("Examples/MaxRegister.swift"), encoding: .utf8)
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appendingPathComponent("docs/how-to/write-a-model.md"), encoding: .utf8)
    #expect(page.contains("```swift\n\(code)```\n"))
  }
}

private struct SimulatedMaximum: SimulatedObject {
  var maximum: Int64 = 0

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    random.chance(0.5)
      ? Request(function: "write", input: .integer(Int64(random.draw(1..<5))))
      : Request(function: "read")
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    guard request.function == "write" else { return .integer(maximum) }
    maximum = max(maximum, request.input.integer ?? 0)
    return request.input
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    request.function == "read" ? .integer(Int64(random.draw(0..<5))) : nil
  }
}
