import Base
import Findings

/// Why a pass means too little, and what was left out of the check.
struct LacksSection: Section {
  func text(_ findings: HistoryFindings, _ report: TextReport) -> [String] {
    shown(findings).flatMap {
      Legible.wrapped("- " + Legible.text($0, limit: 400), width: report.width, indent: "  ")
    }
  }

  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    var members: [JSON.Member] = []
    if findings.word == Ending.inconclusive.word, let reason = findings.lacks.first {
      members.append(JSON.Member("reason", .string(reason)))
    }
    if !findings.lacks.isEmpty || findings.record != nil {
      members.append(
        JSON.Member("shortcomings", .array(findings.lacks.map { .string($0) })))
    }
    let unchecked = findings.unchecked
    if !unchecked.isEmpty {
      members.append(
        JSON.Member(
          "unchecked", .object(unchecked.map { JSON.Member($0.kind, JSON($0.count)) })))
    }
    return members
  }

  func html(_ findings: HistoryFindings) -> Markup {
    let lacks = shown(findings)
    guard !lacks.isEmpty else { return "" }
    let items = Markup(lacks.prefix(20).map { "<li>\(Legible.text($0, limit: 400))</li>" })
    return "<ul class=\"notes\">\(items)</ul>"
  }

  /// A violation stands whatever else the run lacked, and it ended the run early.
  private func shown(_ findings: HistoryFindings) -> [String] {
    findings.ending == .violation ? [] : findings.lacks
  }
}
