import Base
import Findings

/// What another tool said of the same history.
struct RecordedSection: Section {
  func text(_ findings: HistoryFindings, _ report: TextReport) -> [String] {
    findings.recordedWords.map { report.paragraph($0) } ?? []
  }

  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    findings.recordedJSON.map { [JSON.Member("recorded", $0)] } ?? []
  }

  func html(_ findings: HistoryFindings) -> Markup {
    findings.recordedWords.map { "<p>\($0)</p>" } ?? ""
  }
}
