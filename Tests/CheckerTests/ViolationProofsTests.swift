import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// Evidence that stands alone, a case a kind.
@Suite struct ViolationProofsTests {
  private func violation(_ text: String, _ model: String) throws -> Violation {
    var options = CheckOptions()
    options.model = model
    return try #require(try Checker.check(try History.text(text), options).violations.first)
  }

  /// What was added too late is shown, and not a removal that changes nothing.
  @Test func whatCameTooLateIsShown() throws {
    let found = try violation(
      """
      1 invoke remove 2
      2 invoke contains 2
      1 ok remove 2
      0 invoke read nil
      2 ok contains [2,true]
      1 invoke add 2
      1 ok add 2
      0 ok read [2]
      """, "set")
    #expect(found.operations == [1, 3] && found.isProof && found.isMinimal)
  }

  /// A transaction that contradicts itself needs no other.
  @Test func aContradictionStandsAlone() throws {
    let found = try violation(
      """
      2 invoke txn [[r,x,nil],[w,x,4]]
      1 invoke txn [[w,x,3]]
      1 ok txn [[w,x,3]]
      0 invoke txn [[w,x,7],[r,x,nil]]
      0 ok txn [[w,x,7],[r,x,4]]
      2 ok txn [[r,x,3],[w,x,4]]
      """, "multi-register")
    #expect(found.operations == [2] && found.isMinimal)
  }

  /// Every release that a reentrant lock's count rests on is shown, with what it undoes.
  @Test func theCountOfHoldsIsShown() throws {
    let found = try violation(
      """
      0 invoke acquire nil
      0 ok acquire nil
      0 invoke acquire nil
      0 ok acquire nil
      0 invoke release nil
      0 ok release nil
      1 invoke acquire nil
      1 ok acquire nil
      """, "reentrant-lock")
    #expect(found.operations == [0, 1, 2, 3] && found.isMinimal && found.balanced.isEmpty)
  }

  /// Of many pairs the last are shown and the others named.
  @Test func manyPairsAreNamed() throws {
    var lines = ["0 invoke acquire nil", "0 ok acquire nil"]
    for _ in 0..<HeldPairs.most + 3 {
      for function in ["acquire", "release"] {
        lines += ["0 invoke \(function) nil", "0 ok \(function) nil"]
      }
    }
    lines += ["1 invoke acquire nil", "1 ok acquire nil"]
    for model in ["reentrant-lock", "semaphore"] {
      let text = lines.joined(separator: "\n")
      var options = CheckOptions()
      options.model = model
      options.permits = 2
      // Of a semaphore with two permits one more must be out.
      let more = model == "semaphore" ? "\n2 invoke acquire nil\n2 ok acquire nil" : ""
      let result = try Checker.check(try History.text(text + more), options)
      let found = try #require(result.violations.first)
      #expect(
        found.balanced
          == [(1, 2), (3, 4), (5, 6)].map {
            Violation.Pair(acquired: $0.0, released: $0.1)
          }, "\(model)")
      #expect(found.operations.count == 2 + 2 * HeldPairs.most + (more.isEmpty ? 0 : 1))
    }
  }

  /// A read of many elements is shown by the one that is missing.
  @Test func readsAreShownByWhatMatters() throws {
    var lines: [String] = []
    for number in 1...200 {
      lines += ["0 invoke add \(number)", "0 ok add \(number)"]
    }
    lines += ["0 invoke remove 9", "0 ok remove 9", "1 invoke read nil"]
    let shown = (1...200).filter { $0 != 9 && $0 != 77 }.map { "\($0)" }.joined(separator: ",")
    lines.append("1 ok read [\(shown)]")
    let found = try violation(lines.joined(separator: "\n"), "set")
    #expect(found.operations == [76, 201] && found.isMinimal)
    #expect(
      found.extracts == [Violation.Extract(operation: 201, shown: .array([]), elided: 198)])
  }
}
