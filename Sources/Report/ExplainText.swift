import Checker
import Consistency
import Findings
import Histories
import Quorums

/// What `plumbline explain` says about one history.
public struct ExplainText: Sendable {
  private let report: TextReport

  /// Draws for a terminal of `width` columns, 40 at least; `ascii` is for those without other
  /// characters.
  public init(palette: Palette, width: Int = 100, ascii: Bool = false) {
    report = TextReport(palette: palette, width: width, ascii: ascii)
  }

  /// The whole text of a history, each line ended by a newline; `key` picks one of several
  /// keys that broke the model or could not be decided, nil the first.
  ///
  /// - Complexity: O(n log n) in the operations of the history.
  public func text(_ investigated: Investigated, key: ValueID? = nil) -> String {
    var lines = [report.line(investigated)]
    if let findings = investigated.findings, let result = findings.result {
      lines += LacksSection().text(findings, report)
      for warning in findings.history.warnings.prefix(3) {
        lines += report.paragraph("warning: " + warning)
      }
      lines += body(findings, result, key)
    }
    return lines.map { report.finished($0) + "\n" }.joined()
  }

  private func body(
    _ findings: HistoryFindings, _ result: CheckResult, _ key: ValueID?
  ) -> [String] {
    let history = findings.history
    if let told = findings.told(key: key) {
      return violation(told.violation, told.words, findings, result)
        + RepairsSection().text(findings, report)
    }
    if let undecided = result.undecided.first(where: { key == nil || $0.key == key }) {
      return self.undecided(undecided, result, history)
    }
    guard findings.ending != .inconclusive || history.count > 0 else {
      return [""] + report.paragraph("Nothing to explain: the history holds no operation.")
    }
    if findings.ending == .inconclusive {
      return [""] + report.paragraph("Nothing to explain: no answer contradicts another.")
    }
    let operations = Legible.count(result.operations, "operation")
    let keys = Legible.count(result.keys, "key")
    let order =
      result.keys == 1
      ? "one order of all \(operations)"
      : "an order for each of \(keys), "
        + "\(operations) in all"
    return [""]
      + report.paragraph(
        "Nothing to explain: \(order), true to real time, gives every client the answer that it "
          + "got, and a second program has replayed it.")
  }

  private func violation(
    _ violation: Violation, _ words: Explanation, _ findings: HistoryFindings,
    _ result: CheckResult
  ) -> [String] {
    let palette = report.palette
    let history = findings.history
    var lines = ["", palette.bad(report.heading(words.kind.title, violation.key, history))]
    lines += report.paragraph(words.story)
    lines += [""] + report.paragraph("The rule: \(words.rule).")
    if !words.faults.isEmpty { lines += [""] + report.paragraph(words.faults) }
    if let cause = findings.cause(of: violation, words) {
      lines += [""] + report.paragraph(cause)
    }
    let drawing = ExplainedDrawing(
      words, of: history, palette: palette, width: report.width - 2, ascii: report.ascii
    ).lines()
    if !drawing.isEmpty { lines += [""] + drawing.map { "  " + $0 } }
    lines += SpaceTimeSection().text(findings, violation, words, report)
    let figures = findings.extent.map { $0.staleness + $0.others } ?? []
    if !figures.isEmpty { lines += [""] + figures.flatMap(report.paragraph) }
    if violation.isMinimal {
      if figures.isEmpty { lines.append("") }
      let count = Legible.count(violation.operations.count, "operation")
      let hidden = violation.operations.count > words.operations.count
      let more = hidden ? " (plumbline check shows them all)" : ""
      lines += report.paragraph(
        violation.operations.count == 1
          ? "The proof is this one answer: no order gives it."
          : "The proof is \(count)\(more): by themselves they have no order, and none can be left "
            + "out.")
      if violation.isAbridged { lines += report.paragraph(Violation.abridgement) }
    }
    let further = result.violations.filter { $0.key != violation.key }
    if !further.isEmpty {
      let names = further.prefix(6).map { OperationText().key($0.key, of: history) }
      let rest = further.count - names.count
      let list = rest > 0 ? names.joined(separator: ", ") + " and \(rest) more" : Scene.list(names)
      let noun = Legible.count(further.count, "further key")
      lines += [""] + report.paragraph("\(noun) broke the model: \(list) (--key picks one).")
    }
    return lines
  }

  private func undecided(
    _ undecided: Undecided, _ result: CheckResult, _ history: History
  ) -> [String] {
    let words = UndecidedWords(undecided, of: history)
    var lines = ["", report.palette.unsure(report.heading("Undecided", undecided.key, history))]
    lines += report.paragraph(words.story)
    if !words.advice.isEmpty { lines += ["", "  What would help:"] }
    for advice in words.advice {
      lines += Legible.wrapped(advice, width: report.width, indent: "    ").enumerated().map {
        $0.offset == 0 ? "  - " + $0.element.dropFirst(4) : $0.element
      }
    }
    let others = result.undecided.count + result.omittedUndecided - 1
    if others > 0 {
      let noun = Legible.count(others, "further key")
      lines += [""] + report.paragraph("\(noun) could not be decided either (--key picks one).")
    }
    return lines
  }
}
