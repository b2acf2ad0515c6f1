import Base
import Checker
import Histories

/// What `plumbline test` says at the end of a run.
public struct RunSummaryText: Sendable {
  private let report: TextReport
  private var palette: Palette { report.palette }

  /// Makes a summary for a terminal.
  public init(palette: Palette, width: Int = 100, ascii: Bool = false) {
    report = TextReport(palette: palette, width: width, ascii: ascii)
  }

  /// What ran, what was exercised, the verdict, the explanation, and where to see more.
  ///
  /// `result` is nil when no check was made (`record`); `shortcomings` are what the coverage lacks.
  public func text(
    _ info: RunInfo, coverage: Coverage, shortcomings: [String], history: History,
    result: CheckResult?
  ) -> String {
    let table = RunSummaryText.table(coverage)
    var lines = facts(info) + [""] + table.dropLast().map { "  " + $0 }
    lines += table.suffix(1).flatMap { Legible.wrapped($0, width: report.width, indent: "  ") }
    if let reasons = RunSummaryText.reasons(coverage, history) {
      lines += Legible.wrapped(reasons, width: report.width, indent: "  ").map(palette.unsure)
    }
    for problem in info.problems.prefix(10) {
      let words = "problem: " + Legible.text(problem, limit: 400)
      lines += Legible.wrapped(words, width: report.width, indent: "  ").map(palette.unsure)
    }
    lines.append("")
    if let result {
      lines += verdict(result, shortcomings, history)
    } else {
      lines.append("Recorded, not checked.")
      lines += shortcomings.map { "  - " + Legible.text($0, limit: 400) }
    }
    lines.append("")
    if !info.moreCommand.isEmpty { lines.append(fact("see more", info.moreCommand)) }
    if !info.replayCommand.isEmpty { lines.append(fact("run again", info.replayCommand)) }
    return lines.map { report.finished($0) + "\n" }.joined()
  }

  private func fact(_ name: String, _ value: String) -> String {
    palette.dim(Legible.padded(name, to: 11)) + Legible.text(value, limit: 1000)
  }

  /// The same for words that may be long: further lines are indented.
  private func prose(_ name: String, _ value: String) -> [String] {
    let indent = String(repeating: " ", count: 11)
    let lines = Legible.wrapped(
      Legible.text(value, limit: 1000), width: report.width, indent: indent)
    guard let first = lines.first else { return [fact(name, value)] }
    return [palette.dim(Legible.padded(name, to: 11)) + first.dropFirst(11)] + lines.dropFirst()
  }

  private func facts(_ info: RunInfo) -> [String] {
    var lines = [
      palette.strong(Legible.text(info.name, limit: 120))
        + palette.dim("  \(Legible.text(info.startedAt, limit: 60))")
    ]
    lines += prose("cluster", info.cluster)
    lines += prose("workload", "\(info.workload), \(Legible.count(info.clients, "client"))")
    if !info.faults.isEmpty { lines += prose("faults", info.faults) }
    lines.append(fact("duration", Units.describe(nanoseconds: info.durationNanoseconds)))
    lines.append(fact("seed", "\(info.seed)"))
    lines.append(fact("folder", info.folder))
    return lines
  }

  /// What a history exercised, as lines of a table.
  static func table(_ coverage: Coverage) -> [String] {
    var rows = [["completed", "total", "before faults", "during", "after"]]
    for function in coverage.functions {
      rows.append(
        [Legible.text(function.name, limit: 24)]
          + [
            function.completed, function.beforeFaults, function.duringFaults, function.afterFaults,
          ].map(Legible.grouped))
    }
    var lines = aligned(rows)
    if !coverage.faults.isEmpty {
      lines.append("")
      lines += aligned(
        [["fault", "made", "verified"]]
          + coverage.faults.map {
            [
              Legible.text($0.name, limit: 24), Legible.grouped($0.made),
              Legible.grouped($0.verified),
            ]
          })
    }
    lines.append("")
    lines.append(
      "\(Legible.grouped(coverage.invoked)) invoked: \(Legible.grouped(coverage.completed)) ok, "
        + "\(Legible.grouped(coverage.indeterminate)) unknown, "
        + "\(Legible.grouped(coverage.failed)) did not happen; "
        + "\(percent(coverage.overlap)) concurrent with another, "
        + "\(Legible.count(coverage.finalReads, "final read"))")
    return lines
  }

  /// Why most operations had no good end, where most had none: the most frequent errors.
  ///
  /// - Complexity: O(operations), and nothing where most went well.
  static func reasons(_ coverage: Coverage, _ history: History) -> String? {
    guard coverage.indeterminate + coverage.failed > coverage.completed,
      let errors = history.evidence("error")
    else { return nil }
    var counts: [ValueID: Int] = [:]
    for (operation, error) in errors.enumerated()
    where error > ValueTable.null && history.outcome[operation] != .ok {
      counts[error, default: 0] += 1
    }
    let words = { (id: ValueID) in
      Legible.text(
        history.values.string(id) ?? history.values.json(id).description, limit: 120)
    }
    let most = counts.map { (words($0.key), $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    guard !most.isEmpty else { return nil }
    let shown = most.prefix(3).map { "\($0.0) (\(Legible.grouped($0.1)))" }
    return "most often: " + shown.joined(separator: "; ")
  }

  static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "0 %" }
    return "\(Int((share * 100).rounded())) %"
  }

  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in
      rows.map { Legible.width($0[column]) }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        column == 0
          ? Legible.padded(cell, to: widths[column])
          : Legible.rightAligned(cell, to: widths[column])
      }.joined(separator: "  ")
    }
  }

  private func verdict(
    _ result: CheckResult, _ shortcomings: [String], _ history: History
  ) -> [String] {
    let verdict = RunVerdict(result.verdict, shortcomings: shortcomings)
    let sentence =
      switch verdict {
      case .linearizable: "an order explains everything that the clients saw"
      case .violation: "no order explains what the clients saw"
      case .undecided: "the budget ran out before the answer was known"
      case .inconclusive: "nothing wrong was seen, but too little was exercised to mean anything"
      }
    let facts =
      "\(result.model), \(Legible.count(result.operations, "operation")), "
      + "\(Legible.count(result.keys, "key")), \(result.algorithm)"
    let badge = report.badge(verdict.word)
    var lines = [badge + " " + sentence]
    if 15 + Legible.width(sentence) > report.width {
      lines = [badge] + Legible.wrapped(sentence, width: report.width, indent: "  ")
    }
    lines += Legible.wrapped(facts, width: report.width, indent: "  ").map(palette.dim)
    // A violation stands whatever else the run lacked, and it ended the run early.
    let lacks = verdict == .violation ? [] : shortcomings
    lines += lacks.flatMap {
      Legible.wrapped("- " + Legible.text($0, limit: 400), width: report.width, indent: "  ")
    }
    let details = report.details(CheckedFile(file: "", finding: .checked(result, history)))
    lines += details.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
      String.init)
    return lines
  }
}
