import Findings

/// How to run it again.
struct PlanSection: Section {
  /// How to run it again.
  func html(_ findings: HistoryFindings) -> Markup {
    guard let info = findings.run else { return "" }
    let command = Legible.text(info.replayCommand, limit: 2000)
    let plan = info.plan.split(separator: "\n", omittingEmptySubsequences: false).prefix(400)
      .map { Legible.text(String($0), limit: 400) }.joined(separator: "\n")
    let details: Markup = "<details><summary>Plan</summary><pre>\(plan)</pre></details>"
    return """
      <section><h2>Run it again</h2>
      \(command.isEmpty ? "" : "<pre>\(command)</pre>" as Markup)
      \(plan.isEmpty ? "" : details)
      </section>
      """
  }
}
