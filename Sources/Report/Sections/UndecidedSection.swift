import Base
import Checker
import Findings
import Histories

/// The keys that were given up, how far each got, and what would help.
struct UndecidedSection: Section {
  func text(_ findings: HistoryFindings, _ report: TextReport) -> [String] {
    let undecided = findings.result?.undecided ?? []
    var lines: [String] = []
    for key in undecided.prefix(TextReport.mostKeys) {
      let words = UndecidedWords(key, of: findings.history)
      let heading = report.heading("Undecided", key.key, findings.history)
      lines += ["", report.palette.unsure(heading)] + report.paragraph(words.story)
      lines += words.advice.prefix(1).flatMap(report.paragraph)
    }
    let count = undecided.count + (findings.result?.omittedUndecided ?? 0)
    let further = count - min(undecided.count, TextReport.mostKeys)
    if further > 0 {
      lines += ["", "\(Legible.count(further, "further key")) could not be decided."]
    }
    return lines
  }

  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    let undecided = findings.result?.undecided ?? []
    guard let first = undecided.first else { return [] }
    let history = findings.history
    let omitted = findings.result?.omittedUndecided ?? 0
    return [
      JSON.Member("reason", .string(first.reason.description)),
      JSON.Member("keysUndecided", .array(undecided.map { history.values.json($0.key) })),
      JSON.Member("undecided", .array(undecided.map { ViolationJSON.undecided($0, history) })),
    ] + (omitted > 0 ? [JSON.Member("furtherKeysUndecided", JSON(omitted))] : [])
  }

  /// What could not be decided, with the numbers.
  func html(_ findings: HistoryFindings) -> Markup {
    let undecided = findings.result?.undecided ?? []
    let history = findings.history
    let text = OperationText(valueLimit: 40)
    guard !undecided.isEmpty else { return "" }
    let omitted = findings.result?.omittedUndecided ?? 0
    var rows: Markup = """
      <tr><th>Key</th><th>Reason</th><th class="n">Explained</th><th class="n">Completed</th>\
      <th class="n">Open at once</th><th>Deepest</th></tr>
      """
    for entry in undecided.prefix(20) {
      let deepest = entry.deepest.flatMap { index in
        history.line.indices.contains(index)
          ? "\(text.label(index, of: history)), line \(history.line[index])" : nil
      }
      rows += """
        <tr><td class="mono">\(text.key(entry.key, of: history))</td>\
        <td>\(entry.reason.description)</td><td class="n">\(Legible.grouped(entry.explained))</td>\
        <td class="n">\(Legible.grouped(entry.completions))</td>\
        <td class="n">\(Legible.grouped(entry.mostOpen))</td>\
        <td class="mono">\(deepest ?? "–")</td></tr>
        """
    }
    return """
      <section><h2>Undecided: \(Legible.count(undecided.count + omitted, "key"))</h2>\
      <div class="scroll"><table>\(rows)</table></div></section>
      """
  }
}
