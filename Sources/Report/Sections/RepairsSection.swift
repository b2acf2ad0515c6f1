import Base
import Findings

/// Small changes of the recording under which the violation would vanish: hints, no verdict.
struct RepairsSection: Section {
  func text(_ findings: HistoryFindings, _ report: TextReport) -> [String] {
    guard !findings.repairs.isEmpty else { return [] }
    let heading = "Was it recorded as it happened? The verdict stands, but it would not if"
    return [""] + report.paragraph(heading)
      + findings.repairs.flatMap { repair in
        Legible.wrapped(
          "- " + Legible.text(RepairsSection.words(repair), limit: 600), width: report.width,
          indent: "    ")
      }
  }

  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    guard !findings.repairs.isEmpty else { return [] }
    let repairs = findings.repairs.map { repair -> JSON in
      [
        "kind": .string(repair.kind), "sentence": .string(repair.sentence),
        "option": repair.option.map { .string($0) } ?? .null,
        "lines": .array(repair.lines.map { JSON($0) }),
      ]
    }
    return [JSON.Member("repairs", .array(repairs))]
  }

  func html(_ findings: HistoryFindings) -> Markup {
    guard !findings.repairs.isEmpty else { return "" }
    let items = Markup(
      findings.repairs.map { "<li>\(Legible.text(RepairsSection.words($0), limit: 600))</li>" })
    return """
      <section><h2>Was it recorded as it happened?</h2>
      <p>The verdict stands, but it would not if</p><ul class="notes">\(items)</ul></section>
      """
  }

  private static func words(_ repair: Repair) -> String {
    repair.sentence + (repair.option.map { " (\($0) says so)" } ?? "")
  }
}
