import Base
import Checker
import Findings
import Histories
import Report
import TestSupport
import Testing

extension Anomaly {
  fileprivate static let upsideDown = Anomaly(
    "upside-down", "Upside down", "things upside down", promise: "what is up stays up")
}

/// A section that only this test has.
private struct WeatherSection: Section {
  func text(_ findings: HistoryFindings, _ report: TextReport) -> [String] { ["It rains."] }
  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    [JSON.Member("weather", .string("rain"))]
  }
  func html(_ findings: HistoryFindings) -> Markup { "<p id=\"weather\">\("<rain>")</p>" }
}

/// One more section is a type and a row; one more anomaly is a row.
@Suite struct OneMoreSectionTests {
  @Test func aSectionIsShownInEveryMedium() throws {
    let (history, result) = try Sample.stale()
    let file = try Sample.file(history, result)
    let findings = try #require(file.findings)
    let sections = Sections.all + [WeatherSection()]
    let report = TextReport(palette: Palette(color: false))
    #expect(report.details(file, sections: sections).hasSuffix("\nIt rains.\n"))
    #expect(VerdictJSON.object(file, sections: sections)["weather"] == "rain")
    let page = HTMLReport(title: "t", sections: sections).page(findings)
    #expect(
      String(decoding: page, as: UTF8.self).contains("<p id=\"weather\">&lt;rain&gt;</p>"))
    #expect(VerdictJSON.object(file)["weather"] == nil)
  }

  @Test func anAnomalyThatAMonitorNamesIsToldByItsRow() throws {
    var (history, result) = try Sample.stale()
    history.header = ["model": "something-else"]
    result.claim.model = "something-else"
    result.violations[0].anomaly = .upsideDown
    let object = VerdictJSON.object(try Sample.file(history, result))
    #expect(object["violation"]?["kind"] == "upside-down")
    let text = TextReport(palette: Palette(color: false)).details(
      try Sample.file(history, result))
    #expect(text.hasPrefix("\nUpside down on key"))
  }

  @Test func namesOfAnomaliesAreUnique() {
    #expect(Set(Anomaly.all.map(\.name)).count == Anomaly.all.count)
    for anomaly in Anomaly.all { #expect(Anomaly.named(anomaly.name) == anomaly) }
  }
}
