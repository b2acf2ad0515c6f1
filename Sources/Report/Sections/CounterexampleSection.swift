import Base
import Checker
import Findings
import Histories

/// Why it is a violation: for each key its story, the drawing, the operations that prove it, and
/// the states that were possible.
struct CounterexampleSection: Section {
  func text(_ findings: HistoryFindings, _ report: TextReport) -> [String] {
    let violations = findings.result?.violations ?? []
    var lines: [String] = []
    for (violation, words) in zip(violations, findings.explanations).prefix(TextReport.mostKeys) {
      let model = findings.result?.model ?? ""
      lines += [""] + report.counterexample(violation, words, model, of: findings.history)
    }
    let count = violations.count + (findings.result?.omittedViolations ?? 0)
    let further = count - min(violations.count, TextReport.mostKeys)
    if further > 0 {
      lines += ["", "\(Legible.count(further, "further key")) also broke the model."]
    }
    return lines
  }

  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    guard let result = findings.result, let first = result.violations.first,
      let words = findings.explanation(0)
    else { return [] }
    let history = findings.history
    var members = [
      JSON.Member("violation", ViolationJSON.violation(first, words, result, of: history)),
      JSON.Member("violations", JSON(result.violations.count + result.omittedViolations)),
    ]
    if result.violations.count > 1 {
      let others = result.violations.dropFirst().map { history.values.json($0.key) }
      members.append(JSON.Member("furtherKeys", .array(others)))
    }
    return members
  }

  func html(_ findings: HistoryFindings) -> Markup {
    let violations = findings.result?.violations ?? []
    let page = CounterexamplePage(
      history: findings.history, model: findings.result?.model ?? "")
    let told = Array(zip(violations, findings.explanations))
    guard let (first, words) = told.first else { return "" }
    var section: Markup = """
      <section id="counterexample" aria-labelledby="counterexample-title">
      <h2 id="counterexample-title">Counterexample\(page.onKey(first.key))</h2>
      \(page.counterexample(first, words))
      """
    for (violation, words) in told.dropFirst() {
      section += """
        <details><summary>Counterexample\(page.onKey(violation.key))</summary>
        \(page.counterexample(violation, words))</details>
        """
    }
    let further = violations.count + (findings.result?.omittedViolations ?? 0) - told.count
    if further > 0 {
      section += "<p class=\"soft\">\(Legible.count(further, "further key")) broke the model.</p>"
    }
    section += "</section>"
    return section
  }
}

// MARK: - In a terminal

extension TextReport {
  /// A counterexample in a terminal.
  fileprivate func counterexample(
    _ violation: Violation, _ words: Explanation, _ model: String, of history: History
  ) -> [String] {
    var lines = [palette.bad(heading(words.kind.title, violation.key, history))]
    lines += paragraph(words.story) + paragraph(words.faults)
    let operations = violation.shown(with: words, model)
    let gutter = Drawing.gutter(operations.map { process($0, history) })
    var text = text
    text.extracts = violation.extracts
    let plan = DrawingPlan(
      operations, culprit: violation.culprit, of: history, width: width - gutter - 2,
      text: text)
    let drawing = Drawing(plan, palette: palette, ascii: ascii)
      .lines(columns: width - 2).map { "  " + $0 }
    if !drawing.isEmpty { lines += [""] + drawing }
    lines += table(plan.bars, violation, operations, history)
    lines += states(violation, history)
    return lines
  }

  private func process(_ operation: Int, _ history: History) -> Int64 {
    history.processes.indices.contains(operation) ? history.processes[operation] : 0
  }

  private func table(
    _ bars: [DrawingPlan.Bar], _ violation: Violation, _ operations: [Int], _ history: History
  ) -> [String] {
    let shown = bars.filter { bar in
      bar.isCulprit || bars.count <= TextReport.mostRows
        || bars.suffix(TextReport.mostRows).contains(bar)
    }
    guard !shown.isEmpty else { return [] }
    var rows = [["lines", "client", "operation", "invoked", "completed"]]
    for bar in shown {
      let index = bar.operation
      rows.append([
        Scene.span(index, of: history), "\(history.processes[index])", bar.label,
        time(history.invokedTime[index]),
        bar.isOpen ? "never known" : time(history.completedTime[index]),
      ])
    }
    if history.invokedTime.allSatisfy({ $0 == Event.noTime }) {
      rows = rows.map { Array($0.prefix(3)) }
    }
    let widths = rows[0].indices.map { column in
      rows.map { Legible.width($0[column]) }.max() ?? 0
    }
    let painted = rows.enumerated().map { place, row in
      let cells = row.enumerated().map { column, cell in
        column == 2
          ? Legible.padded(cell, to: widths[column])
          : Legible.rightAligned(cell, to: widths[column])
      }.joined(separator: "  ").trimmingEnd()
      let mark = place > 0 && shown[place - 1].isCulprit
      if place == 0 { return palette.dim("    " + cells) }
      return mark ? palette.bad("  > " + cells) : "    " + cells
    }
    var notes: [String] = []
    if let words = violation.minimality(of: operations, { Scene.lines($0, of: history) }) {
      notes.append(words)
    }
    if violation.isAbridged { notes.append(Violation.abridgement) }
    if !violation.balanced.isEmpty { notes.append(violation.balance) }
    let wrapped = notes.flatMap { Legible.wrapped($0, width: width, indent: "    ") }
    return [""] + painted + wrapped.map(palette.dim)
  }

  private func time(_ nanoseconds: Int64) -> String {
    nanoseconds == Event.noTime ? "-" : Legible.instant(nanoseconds)
  }

  private func states(_ violation: Violation, _ history: History) -> [String] {
    guard !violation.dilemmas.isEmpty else { return [] }
    let total = violation.dilemmas.count + max(0, violation.omittedDilemmas)
    var before = "just before that"
    if history.completedLine.indices.contains(violation.culprit) {
      before = "just before line \(history.completedLine[violation.culprit])"
    }
    // Not all that were possible: the search goes on with those that decide.
    let words = "The search had \(Legible.count(total, "state")) left \(before):"
    var lines = [""] + Legible.wrapped(words, width: width, indent: "  ")
    for dilemma in violation.dilemmas.prefix(TextReport.mostStates) {
      lines += describe(dilemma, violation.culprit, history)
    }
    let omitted = total - min(violation.dilemmas.count, TextReport.mostStates)
    if omitted > 0 {
      lines.append("  • … and \(Legible.count(omitted, "other"))")
    }
    return lines
  }

  private func describe(_ dilemma: Dilemma, _ culprit: Int, _ history: History) -> [String] {
    let arrow = ascii ? ", then " : ", "
    let path = dilemma.path.suffix(6).map { text.label($0, of: history) }.joined(separator: arrow)
    let state = Legible.text(dilemma.state, limit: 120)
    let after =
      path.isEmpty
      ? "  (the initial state)" : "  after \(dilemma.path.count > 6 ? "… " : "")\(path)"
    let wrapped = Legible.wrapped(state + after, width: width - 1, indent: "    ")
    var lines = wrapped.enumerated().map { place, line in
      let text = line.dropFirst(4)
      guard place == 0 else { return "    " + palette.dim(String(text)) }
      guard text.hasPrefix(state) else { return "  • " + palette.strong(String(text)) }
      return "  • " + palette.strong(state) + palette.dim(" " + text.dropFirst(state.count))
    }
    let ordered =
      dilemma.refusals.filter { $0.operation == culprit }
      + dilemma.refusals.filter { $0.operation != culprit }
    for refusal in ordered.prefix(TextReport.mostRefusals) {
      let line =
        history.line.indices.contains(refusal.operation)
        ? " (\(Scene.lines(refusal.operation, of: history)))" : ""
      let words =
        "\(text.label(refusal.operation, of: history))\(line): "
        + Legible.text(refusal.reason, limit: 240)
      lines += Legible.wrapped(words, width: width, indent: "      ")
    }
    let omitted = ordered.count - TextReport.mostRefusals
    if omitted > 0 { lines.append("      … and \(Legible.count(omitted, "other refusal"))") }
    return lines
  }
}

// MARK: - On the page

/// A counterexample as markup.
private struct CounterexamplePage {
  let history: History
  let model: String
  private let text = OperationText(valueLimit: 40)

  private static let mostStates = 8
  private static let mostRefusals = 8

  init(history: History, model: String) {
    self.history = history
    self.model = model
  }

  func onKey(_ key: ValueID) -> String {
    let name = text.key(key, of: history)
    return name.isEmpty ? "" : " on key \(name)"
  }

  func counterexample(_ violation: Violation, _ words: Explanation) -> Markup {
    let operations = violation.shown(with: words, model)
    let plan = DrawingPlan(
      operations, culprit: violation.culprit, of: history, width: 142, text: text)
    let explanation = Legible.text(words.story, limit: 2000)
    let faults: Markup =
      words.faults.isEmpty ? "" : "<p>\(Legible.text(words.faults, limit: 2000))</p>"
    let pending: Markup =
      plan.bars.contains { $0.isOpen && !$0.isCulprit }
      ? """
      <span><i class="pending"></i>outcome unknown: may take effect at any later time</span>
      """ : ""
    let omitted: Markup =
      plan.omitted > 0
      ? "<p class=\"soft\">\(Legible.count(plan.omitted, "operation")) farther away not drawn.</p>"
      : ""
    return """
      <p class="explanation"><b>\(words.kind.title).</b> \(explanation)</p>
      <p class="soft">The rule: \(words.rule).</p>\(faults)
      <div class="drawing"><div class="scroll" tabindex="0" role="group" \
      aria-label="Drawing of the operations">\(DrawingSVG.markup(plan, description: explanation))\
      </div></div>
      <p class="legend"><span><i class="culprit"></i>cannot be explained</span>\(pending)</p>
      \(omitted)
      <div class="columns">
      \(table(plan.bars, violation, operations))
      \(states(violation))
      </div>
      """
  }

  private func table(
    _ bars: [DrawingPlan.Bar], _ violation: Violation, _ operations: [Int]
  ) -> Markup {
    guard !bars.isEmpty else { return "" }
    let timed = bars.contains { history.invokedTime[$0.operation] != Event.noTime }
    var rows: Markup = """
      <tr><th class="n">Lines</th><th class="n">Client</th><th>Operation</th>\
      \(timed ? "<th class=\"n\">Invoked</th><th class=\"n\">Completed</th>" as Markup : "")</tr>
      """
    for bar in bars {
      let index = bar.operation
      rows += """
        <tr\(bar.isCulprit ? " class=\"culprit\"" as Markup : "")><td class="n">\
        \(Scene.span(index, of: history))</td><td class="n">\(history.processes[index])</td>\
        <td class="mono">\(bar.label)\(bar.isCulprit ? " ◀" : "")</td>\
        \(timed ? times(bar) : "")</tr>
        """
    }
    var minimal: Markup = ""
    if let words = violation.minimality(of: operations, { Scene.lines($0, of: history) }) {
      minimal = "<p class=\"soft\">\(words)</p>"
    }
    if violation.isAbridged { minimal += "<p class=\"soft\">\(Violation.abridgement)</p>" }
    if !violation.balanced.isEmpty { minimal += "<p class=\"soft\">\(violation.balance)</p>" }
    return """
      <div><h3>Operations</h3><div class="scroll"><table>\(rows)</table></div>\
      \(minimal)</div>
      """
  }

  private func times(_ bar: DrawingPlan.Bar) -> Markup {
    let completed =
      bar.isOpen ? "never known" : time(history.completedTime[bar.operation])
    return """
      <td class="n">\(time(history.invokedTime[bar.operation]))</td><td class="n">\(completed)</td>
      """
  }

  private func time(_ nanoseconds: Int64) -> String {
    nanoseconds == Event.noTime ? "–" : Legible.instant(nanoseconds)
  }

  private func states(_ violation: Violation) -> Markup {
    guard !violation.dilemmas.isEmpty else { return "" }
    let total = violation.dilemmas.count + max(0, violation.omittedDilemmas)
    var items: Markup = ""
    for dilemma in violation.dilemmas.prefix(CounterexamplePage.mostStates) {
      items += state(dilemma)
    }
    let omitted = total - min(violation.dilemmas.count, CounterexamplePage.mostStates)
    if omitted > 0 { items += "<li class=\"soft\">… and \(Legible.count(omitted, "other"))</li>" }
    return """
      <div class="wide"><h3>The search had \(Legible.count(total, "state")) left just before it \
      completed</h3>
      <ul class="states">\(items)</ul></div>
      """
  }

  private func state(_ dilemma: Dilemma) -> Markup {
    let path = dilemma.path.suffix(8).map { text.label($0, of: history) }.joined(separator: ", ")
    let cut = dilemma.path.count > 8 ? "… " : ""
    var refusals: Markup = ""
    for refusal in dilemma.refusals.prefix(CounterexamplePage.mostRefusals) {
      let line =
        history.line.indices.contains(refusal.operation)
        ? " (\(Scene.lines(refusal.operation, of: history)))" : ""
      refusals += """
        <li><span class="mono">\(text.label(refusal.operation, of: history))</span>\(line): \
        \(Legible.text(refusal.reason, limit: 300))</li>
        """
    }
    let omitted = dilemma.refusals.count - CounterexamplePage.mostRefusals
    if omitted > 0 { refusals += "<li>… and \(Legible.count(omitted, "other refusal"))</li>" }
    return """
      <li><span class="state">\(Legible.text(dilemma.state, limit: 200))</span> \
      <span class="soft">\(path.isEmpty ? "the initial state" : "after \(cut)\(path)")</span>\
      <ul>\(refusals)</ul></li>
      """
  }
}
