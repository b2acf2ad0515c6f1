import Checker
import Findings
import Histories
import TestSupport
import Testing

/// Who is blamed where no story fits: the first completion that has no explanation.
@Suite struct CulpritTests {
  /// The removal of unknown outcome explains what was missed, and not what was seen again.
  @Test func whatAPendingOperationExplainsIsNotBlamed() throws {
    let history = try History.text(
      """
      0 invoke add 1
      0 ok add 1
      1 invoke remove 1
      1 info remove 1
      2 invoke contains 1
      2 ok contains [1,false]
      2 invoke contains 1
      2 ok contains [1,true]
      """)
    let result = try Checker.check(history, CheckOptions())
    let violation = try #require(result.violations.first)
    #expect(violation.culprit == 3)
    let text = Explanation(violation, in: result, of: history).story
    #expect(!text.contains("lines 5–6), and no order of what came before"), "\(text)")
  }
}
