import Checker
import Findings
import Histories
import TestSupport
import Testing

/// Who is blamed for a value that only refused writes brought.
@Suite struct FailedWriteTests {
  /// A write that began after the read has nothing to do with it, whatever became of it.
  @Test func theLaterOneIsNotBlamed() throws {
    let history = try History.text(
      """
      0 invoke write 1
      0 fail write 1
      1 invoke read
      1 ok read 1
      2 invoke write 1
      2 fail write 1
      """)
    let result = try Checker.check(history, CheckOptions())
    let violation = try #require(result.violations.first)
    let words = Explanation(violation, in: result, of: history)
    #expect(words.kind == .failedWriteRead)
    let told = words.sentences.flatMap(\.facts)
    #expect(told.contains { if case .lines(0, 1, 2) = $0 { true } else { false } })
    #expect(!told.contains { if case .lines(2, _, _) = $0 { true } else { false } })
    let text = words.sentences.map(\.text).joined(separator: " ")
    #expect(text.contains("nobody else had begun"))
  }
}
