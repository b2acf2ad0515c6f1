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
    var lines = facts(info) + [""] + RunSummaryText.table(coverage).map { "  " + $0 }
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

  private func facts(_ info: RunInfo) -> [String] {
    var lines = [
      palette.strong(Legible.text(info.name, limit: 120))
        + palette.dim("  \(Legible.text(info.startedAt, limit: 60))"),
      fact("cluster", info.cluster),
      fact("workload", "\(info.workload), \(Legible.count(info.clients, "client"))"),
    ]
    if !info.faults.isEmpty { lines.append(fact("faults", info.faults)) }
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
    var lines = [
      report.badge(verdict.word) + " " + sentence,
      palette.dim(
        "  \(result.model), \(Legible.count(result.operations, "operation")), "
          + "\(Legible.count(result.keys, "key")), \(result.algorithm)"),
    ]
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
