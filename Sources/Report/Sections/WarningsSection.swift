import Base
import Findings
import Histories

/// What went wrong with the recording or its reading, and is no reason to doubt the verdict.
struct WarningsSection: Section {
  func text(_ findings: HistoryFindings, _ report: TextReport) -> [String] {
    findings.history.warnings.prefix(TextReport.mostKeys).flatMap {
      Legible.wrapped("warning: " + Legible.text($0, limit: 400), width: report.width)
    }
  }

  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    var members: [JSON.Member] = []
    if let run = findings.run {
      members.append(JSON.Member("problems", .array(run.problems.map { .string($0) })))
    }
    let warnings = findings.history.warnings
    if !warnings.isEmpty {
      members.append(JSON.Member("warnings", .array(warnings.map { .string($0) })))
    }
    return members
  }

  func html(_ findings: HistoryFindings) -> Markup {
    let problems = (findings.run?.problems ?? []) + findings.history.warnings
    guard !problems.isEmpty else { return "" }
    let list = Markup(problems.prefix(20).map { "<li>\(Legible.text($0, limit: 400))</li>" })
    return "<section><h3>Problems</h3><ul class=\"notes\">\(list)</ul></section>"
  }
}
