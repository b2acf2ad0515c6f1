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
        == DynamicRule.all.map {
          "| `\($0.name)` | \($0.summary) | \($0.needs) | \($0.source) |"
        })
    let titles = page.split(separator: "\n").filter { $0.hasPrefix("| **") }
      .compactMap { $0.split(separator: "*").dropFirst().first.map(String.init) }
    var families: [String] = []
    for rule in DynamicRule.all where families.last != rule.family { families.append(rule.family) }
    #expect(titles == families)
  }

  @Test func namesAreReadBack() {
    for rule in DynamicRule.all { #expect(DynamicRule.named(rule.name) == rule) }
    #expect(DynamicRule.named("Z9") == nil)
    #expect(Set(DynamicRule.all.map(\.name)).count == DynamicRule.all.count)
  }
}
