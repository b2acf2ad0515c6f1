import Base
import Checker
import Histories
import TestSupport
import Testing

/// A violation of a model that nobody named, where another model explains everything.
@Suite struct GuessTests {
  private static let reentered =
    "0 invoke acquire nil; 0 ok acquire nil; 0 invoke acquire nil; 0 ok acquire nil"
  private static let twoHolders =
    "0 invoke acquire nil; 0 ok acquire nil; 1 invoke acquire nil; 1 ok acquire nil"
  private static let unordered =
    "0 invoke enqueue 1; 0 ok enqueue 1; 0 invoke enqueue 2; 0 ok enqueue 2; "
    + "1 invoke dequeue nil; 1 ok dequeue 2"

  private func check(_ events: String, model: String = "auto") throws -> CheckResult {
    var options = CheckOptions()
    options.model = model
    return try Checker.check(History.text(events.replacing("; ", with: "\n")), options)
  }

  @Test(arguments: [
    (
      reentered, "lock",
      "--model lock or --model reentrant-lock or --model semaphore --permits NUMBER"
    ),
    (twoHolders, "lock", "--model lock or --model semaphore --permits NUMBER"),
    (unordered, "queue", "--model queue or --model bag"),
  ])
  func itIsForAPersonToSay(events: String, model: String, options: String) throws {
    let error = #expect(throws: CheckError.self) { try check(events) }
    #expect(error?.code == .badInput)
    #expect(error?.message.hasSuffix("say \(options)") == true, "\(error?.message ?? "")")
    #expect(try check(events, model: model).verdict == .violation)
  }

  @Test func whereAllAgreeTheViolationStays() throws {
    #expect(try check("0 invoke dequeue nil; 0 ok dequeue 2").verdict == .violation)
    #expect(try check("0 invoke release nil; 0 ok release nil").verdict == .violation)
    let late = "0 invoke write 1; 0 ok write 1; 0 invoke read nil; 0 ok read 2"
    #expect(try check(late).verdict == .violation)
  }

  @Test func valuesOfAnotherModelNameIt() throws {
    let error = #expect(throws: CheckError.self) {
      try check("0 invoke acquire nil; 0 ok acquire 5; 0 invoke release nil; 0 ok release nil")
    }
    #expect(error?.message.hasSuffix("such values are those of --model fenced-lock") == true)
  }
}
