import Foundation
import Quorums
import Testing

struct DynamicRuleTests {
  /// The page of the reference has a row for each rule, in order, and no others.
  @Test func thePageListsEveryRule() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appending(path: "docs/reference/quorum-rules.md"), encoding: .utf8)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
    #expect(
      rows
        == DynamicRule.allCases.map { "| `\($0.name)` | \($0.summary) | \($0.source) |" })
  }

  @Test func namesAreReadBack() {
    for rule in DynamicRule.allCases { #expect(DynamicRule(name: rule.name) == rule) }
    #expect(DynamicRule(name: "Z9") == nil)
  }
}
