import Base
import Checker
import Findings
import Formats
import Histories
import TestSupport
import Testing

/// A pass says exactly what was checked: what could not have been wrong is no pass.
@Suite struct ShortfallTests {
  private func judged(
    _ text: String, model: String = "auto", allowsVacuous: Bool = false,
    unchecked: [String: Int] = [:], initial: CheckOptions.Initial? = nil,
    nullRead: CheckOptions.NullRead? = nil
  ) throws -> HistoryFindings {
    var history = try History.text(text)
    history.unchecked = unchecked
    var investigate = Investigate(allowsVacuous: allowsVacuous)
    investigate.options = {
      var options = CheckOptions()
      options.model = model
      options.initial = initial
      options.nullRead = nullRead
      return options
    }
    var signal: Int32?
    return try investigate.judge(history, file: "h.jsonl", signal: &signal)
  }

  @Test(arguments: [
    ("register", "0 invoke write 1; 0 ok write 1"),
    ("register", "0 invoke read nil; 0 info read nil"),
    ("register", "0 invoke read nil; 0 fail read nil"),
    ("register", "0 invoke write 1; 0 ok write 1; 1 invoke read nil; 1 info read nil"),
    ("queue", "0 invoke enqueue 1; 0 ok enqueue 1"),
    ("set", "0 invoke add 1; 0 ok add 1; 1 invoke remove 1; 1 ok remove 1"),
    ("counter", "0 invoke add 1; 0 ok add 1; 1 invoke read nil; 1 ok read nil"),
    ("append-log", "0 invoke append 1; 0 ok append 1"),
    ("multi-register", #"0 invoke txn [[write,x,1]]; 0 ok txn [[write,x,1]]"#),
  ])
  func whatCouldNotBeWrongIsNoPass(model: String, events: String) throws {
    let text = events.replacing("; ", with: "\n")
    let strict = try judged(text, model: model)
    #expect(strict.ending == .inconclusive && strict.word == "inconclusive", "\(strict.lacks)")
    #expect(strict.lacks.count == 1)
    let lenient = try judged(text, model: model, allowsVacuous: true)
    #expect(lenient.ending == .holds && lenient.word == "linearizable")
  }

  @Test(arguments: [
    ("register", "0 invoke read nil; 0 ok read nil"),
    ("cas-register", "0 invoke write 1; 0 ok write 1; 0 invoke cas [1,2]; 0 ok cas [1,2]"),
    ("queue", "0 invoke dequeue nil; 0 ok dequeue nil"),
    ("lock", "0 invoke acquire nil; 0 ok acquire nil"),
    ("unique-ids", "0 invoke generate nil; 0 ok generate 1"),
    (
      "multi-register",
      #"0 invoke txn [[read,x,nil]]; 0 ok txn [[read,x,nil]]"#
    ),
  ])
  func oneAnswerIsEnough(model: String, events: String) throws {
    let findings = try judged(events.replacing("; ", with: "\n"), model: model)
    #expect(findings.ending == .holds, "\(findings.lacks)")
  }

  /// Where nobody knows what was there at first, the first answer only tells that.
  @Test(arguments: [
    ("register", "0 invoke read nil; 0 ok read 7", false),
    ("register", "0 invoke read nil; 1 invoke write 1; 0 ok read 7; 1 ok write 1", false),
    ("register", "0 invoke read nil a; 0 ok read 7 a; 0 invoke read nil b; 0 ok read 8 b", false),
    ("cas-register", "0 invoke cas [1,2]; 0 ok cas [1,2]", false),
    ("register", "0 invoke read nil; 0 ok read 7; 0 invoke read nil; 0 ok read 7", true),
    ("register", "0 invoke write 1; 0 ok write 1; 0 invoke read nil; 0 ok read 1", true),
    ("cas-register", "0 invoke cas [1,2]; 0 ok cas [1,2]; 0 invoke read nil; 0 ok read 2", true),
    (
      "multi-register",
      "0 invoke txn [[r,x,nil],[r,y,nil]]; 0 ok txn [[r,x,1],[r,y,2]]", false
    ),
    (
      "multi-register",
      "0 invoke txn [[w,x,1],[r,x,nil]]; 0 ok txn [[w,x,1],[r,x,1]]", true
    ),
    (
      "multi-register",
      "0 invoke txn [[r,x,nil]]; 0 ok txn [[r,x,1]]; 0 invoke txn [[r,x,nil]]; 0 ok txn [[r,x,1]]",
      true
    ),
  ])
  func theFirstSightOfTheUnknownIsNoPass(model: String, events: String, means: Bool) throws {
    let findings = try judged(
      events.replacing("; ", with: "\n"), model: model, initial: .unknown)
    #expect(findings.ending == (means ? .holds : .inconclusive), "\(findings.lacks)")
  }

  @Test func readsOfWhichNothingIsKnownAreNoPass() throws {
    let text = """
      0 invoke txn [[r,x,nil],[r,y,nil]]
      0 ok txn [[r,x,nil],[r,y,nil]]
      1 invoke txn [[w,x,1]]
      1 ok txn [[w,x,1]]
      """
    #expect(try judged(text, model: "multi-register").ending == .holds)
    #expect(try judged(text, model: "multi-register", nullRead: .any).ending == .inconclusive)
  }

  /// Who says that it is valid does not say the same as who says that nobody knows.
  @Test func anotherVerdictIsToldBesideAnInconclusiveOne() throws {
    for (text, words) in [
      ("0 invoke write 1\n0 ok write 1", "results.edn: Knossos said that it is valid"),
      ("0 invoke read nil\n0 ok read nil", "results.edn: Knossos said the same"),
    ] {
      var findings = try judged(text, model: "register")
      findings.recorded = RecordedVerdict(valid: true, isOfLinearizability: true)
      #expect(findings.recordedWords == words)
    }
  }

  @Test func nothingAtAllIsNoPass() throws {
    #expect(try judged("").ending == .inconclusive)
  }

  @Test func whatNoModelHasIsToldAndNoPass() throws {
    let text = "0 invoke write 1\n0 ok write 1\n1 invoke read nil\n1 ok read 1"
    let whole = try judged(text)
    #expect(whole.ending == .holds)
    let part = try judged(text, unchecked: ["watch": 3, "range": 5])
    #expect(part.ending == .inconclusive)
    #expect(part.lacks.count == 2 && part.lacks[0].contains("5 × range"))
    #expect(part.unchecked.map(\.kind) == ["range", "watch"])
    let wrong = try judged(text.replacing("ok read 1", with: "ok read 2"), unchecked: ["watch": 1])
    #expect(wrong.ending == .violation)
  }
}
