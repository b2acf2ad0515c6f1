import Foundation
import Histories
import Testing

/// `docs/reference/anomalies.md` is the table of the code.
struct AnomalyPageTests {
  @Test func thePageHasEveryRow() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appending(path: "docs/reference/anomalies.md"), encoding: .utf8)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
    #expect(
      rows.map(String.init)
        == Anomaly.all.map { "| `\($0.name)` | \($0.title) | \($0.promise) |" })
  }

  @Test func namesAreUniqueAndFoundAgain() {
    #expect(Set(Anomaly.all.map(\.name)).count == Anomaly.all.count)
    for anomaly in Anomaly.all { #expect(Anomaly.named(anomaly.name)?.title == anomaly.title) }
    #expect(Anomaly.named("no-such-thing") == nil)
  }
}
