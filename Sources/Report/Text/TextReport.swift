import Base
import Checker
import Histories
import Quorums

/// What `plumbline check` says: a line a file, then the details of what failed.
public struct TextReport: Sendable {
  /// Colours, or none.
  public var palette: Palette
  /// The terminal's width in columns; at least 40 is used.
  public var width: Int
  /// Whether only ASCII is drawn.
  public var ascii: Bool

  /// Makes a report for a terminal.
  public init(palette: Palette, width: Int = 100, ascii: Bool = false) {
    self.palette = palette
    self.width = max(40, width)
    self.ascii = ascii
  }

  /// How many violating keys, states, refusals and undecided keys are shown of each.
  static let mostKeys = 3
  static let mostStates = 5
  static let mostRefusals = 6
  static let mostRows = 16

  // MARK: - One line a file

  /// The line of a file: mark, verdict, file, and what was checked how.
  ///
  /// `fileWidth` is the width of the widest file name, so that the columns align.
  public func line(_ checked: CheckedFile, fileWidth: Int = 0) -> String {
    let file = Legible.text(checked.file, limit: 4096)
    switch checked.finding {
    case .error(let message):
      let words = Legible.text(message, limit: 2000)
      // Most messages begin with the place, which names the file already.
      if words.hasPrefix(file + ":") { return badge("error") + " " + words }
      return badge("error") + " " + Legible.padded(file, to: fileWidth) + "  " + words
    case .checked(let result, _):
      var facts = [
        Legible.text(result.model, limit: 40), Legible.count(result.operations, "operation"),
      ]
      if result.indeterminate > 0 {
        facts.append("\(Legible.grouped(result.indeterminate)) unknown")
      }
      if result.keys != 1 { facts.append(Legible.count(result.keys, "key")) }
      facts.append(seconds(result.seconds))
      facts.append(Legible.text(result.algorithm, limit: 60))
      return badge(checked.saysNothing ? "inconclusive" : result.verdict.rawValue) + " "
        + Legible.padded(file, to: fileWidth) + "  "
        + palette.dim(facts.filter { !$0.isEmpty }.joined(separator: ", "))
    }
  }

  /// The coloured mark and word of a verdict, in 14 columns.
  func badge(_ verdict: String) -> String {
    let text = { (mark: String) in Legible.padded("\(mark) \(verdict)", to: 14) }
    switch verdict {
    case "linearizable": return palette.good(text(ascii ? "+" : "✓"))
    case "violation": return palette.bad(text(ascii ? "X" : "✗"))
    case "error": return palette.bad(text("!"))
    default: return palette.unsure(text("?"))
    }
  }

  private func seconds(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 9e9 else { return "" }
    return Units.describe(nanoseconds: Int64(seconds * 1e9))
  }

  // MARK: - Details

  /// What failed and why, several lines each ended by a newline; empty when all is well.
  ///
  /// - Complexity: O(operations shown × width), however long the history is.
  public func details(_ checked: CheckedFile) -> String {
    guard case .checked(let result, let history) = checked.finding else { return "" }
    var lines: [String] = []
    for warning in history.warnings.prefix(TextReport.mostKeys) {
      lines += Legible.wrapped("warning: " + Legible.text(warning, limit: 400), width: width)
    }
    for violation in result.violations.prefix(TextReport.mostKeys) {
      lines += [""] + section(violation, result, of: history)
    }
    if result.violations.count > TextReport.mostKeys {
      let further = result.violations.count - TextReport.mostKeys
      lines += ["", "\(Legible.count(further, "further key")) also broke the model."]
    }
    for undecided in result.undecided.prefix(TextReport.mostKeys) {
      lines += [""] + section(undecided, of: history)
    }
    if result.undecided.count > TextReport.mostKeys {
      let further = result.undecided.count - TextReport.mostKeys
      lines += ["", "\(Legible.count(further, "further key")) could not be decided."]
    }
    lines += quorums(checked.file, result, history)
    return lines.map { finished($0) + "\n" }.joined()
  }

  /// What the history says about the quorums that were used; it changes no verdict.
  private func quorums(_ file: String, _ result: CheckResult, _ history: History) -> [String] {
    guard HistoryCheck.hasEvidence(history) else { return [] }
    let found = HistoryCheck.run(history, file: file)
    var lines = DynamicText(palette: palette, width: width).lines(found)
    if let violation = result.violations.first,
      let cause = Cause.sentence(violation.operations, of: history)
    {
      lines += Legible.wrapped(Legible.text(cause, limit: 2000), width: width, indent: "  ")
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  /// A line without spaces at its end, in ASCII where that was asked for.
  func finished(_ line: String) -> String {
    (ascii ? Legible.ascii(line) : line).trimmingEnd()
  }

  private var text: OperationText { OperationText(ascii: ascii) }

  func heading(_ word: String, _ key: ValueID, _ history: History) -> String {
    let name = text.key(key, of: history)
    return name.isEmpty ? word : "\(word) on key \(name)"
  }

  private func section(
    _ violation: Violation, _ result: CheckResult, of history: History
  ) -> [String] {
    let words = Explanation(violation, in: result, of: history)
    var lines = [palette.bad(heading(words.kind.title, violation.key, history))]
    lines += paragraph(words.story) + paragraph(words.faults)
    let gutter = Drawing.gutter(violation.operations.map { process($0, history) })
    let plan = DrawingPlan(
      violation.operations, culprit: violation.culprit, of: history, width: width - gutter - 2,
      text: text)
    let drawing = Drawing(plan, palette: palette, ascii: ascii)
      .lines(columns: width - 2).map { "  " + $0 }
    if !drawing.isEmpty { lines += [""] + drawing }
    lines += table(plan.bars, violation, history)
    lines += states(violation, history)
    return lines
  }

  /// Words in lines of the terminal's width.
  func paragraph(_ text: String) -> [String] {
    Legible.wrapped(Legible.text(text, limit: 2000), width: width, indent: "  ")
  }

  private func process(_ operation: Int, _ history: History) -> Int64 {
    history.processes.indices.contains(operation) ? history.processes[operation] : 0
  }

  private func table(
    _ bars: [DrawingPlan.Bar], _ violation: Violation, _ history: History
  ) -> [String] {
    let shown = bars.filter { bar in
      bar.isCulprit || bars.count <= TextReport.mostRows
        || bars.suffix(TextReport.mostRows).contains(bar)
    }
    guard !shown.isEmpty else { return [] }
    var rows = [["line", "client", "operation", "invoked", "completed"]]
    for bar in shown {
      let index = bar.operation
      rows.append([
        "\(history.line[index])", "\(history.processes[index])", bar.label,
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
    var notes =
      violation.isMinimal ? ["No operation of these can be left out: they prove it alone."] : []
    if violation.isAbridged { notes.append(Violation.abridgement) }
    let wrapped = notes.flatMap { Legible.wrapped($0, width: width, indent: "    ") }
    return [""] + painted + wrapped.map(palette.dim)
  }

  private func time(_ nanoseconds: Int64) -> String {
    nanoseconds == Event.noTime ? "-" : Legible.instant(nanoseconds)
  }

  private func states(_ violation: Violation, _ history: History) -> [String] {
    guard !violation.dilemmas.isEmpty else { return [] }
    let total = violation.dilemmas.count + max(0, violation.omittedDilemmas)
    var before = "Just before that"
    if history.completedLine.indices.contains(violation.culprit) {
      before = "Just before line \(history.completedLine[violation.culprit])"
    }
    let words =
      "\(before), \(Legible.count(total, "state")) \(total == 1 ? "was" : "were") possible:"
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
        ? " (line \(history.line[refusal.operation]))" : ""
      let words =
        "\(text.label(refusal.operation, of: history))\(line): "
        + Legible.text(refusal.reason, limit: 240)
      lines += Legible.wrapped(words, width: width, indent: "      ")
    }
    let omitted = ordered.count - TextReport.mostRefusals
    if omitted > 0 { lines.append("      … and \(Legible.count(omitted, "other refusal"))") }
    return lines
  }

  private func section(_ undecided: Undecided, of history: History) -> [String] {
    let words = UndecidedWords(undecided, of: history)
    let heading = palette.unsure(heading("Undecided", undecided.key, history))
    return [heading] + paragraph(words.story) + words.advice.prefix(1).flatMap(paragraph)
  }
}

extension String {
  /// The text without spaces at its end.
  func trimmingEnd() -> String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}

/// How many histories had which verdict.
public struct VerdictTally: Sendable {
  private var counts = [Int](repeating: 0, count: 5)
  private static let words = ["linearizable", "violation", "undecided", "inconclusive", "error"]

  /// Makes an empty tally.
  public init() {}

  /// Counts one.
  public mutating func add(_ checked: CheckedFile) {
    switch checked.finding {
    case .error: counts[4] += 1
    case .checked where checked.saysNothing: counts[3] += 1
    case .checked(let result, _):
      switch result.verdict {
      case .linearizable: counts[0] += 1
      case .violation: counts[1] += 1
      case .undecided: counts[2] += 1
      }
    }
  }

  /// `12 histories: 10 linearizable, 1 violation, 1 undecided`.
  public var line: String {
    let total = counts.reduce(0, +)
    let parts = zip(counts, VerdictTally.words).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    let tail = parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    return "\(total) \(total == 1 ? "history" : "histories")\(tail)"
  }
}
