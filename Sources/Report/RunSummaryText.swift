import Base
import Checker
import Findings
import Histories

/// What `plumbline test` says at the end of a run.
public struct RunSummaryText: Sendable {
  private let report: TextReport
  private let hasSeed: Bool
  private var palette: Palette { report.palette }

  /// Makes a summary for a terminal, with the run's seed or without: `plan.json5` has it too.
  public init(
    palette: Palette, width: Int = 100, ascii: Bool = false, hasSeed: Bool = true
  ) {
    self.hasSeed = hasSeed
    report = TextReport(palette: palette, width: width, ascii: ascii)
  }

  /// What ran, what was exercised, the verdict, the explanation, and where to see more.
  public func text(_ info: RunInfo, _ findings: HistoryFindings) -> String {
    let table = RunSummaryText.table(findings.coverage)
    var lines = facts(info) + [""] + table.dropLast().map { "  " + $0 }
    lines += table.suffix(1).flatMap { Legible.wrapped($0, width: report.width, indent: "  ") }
    if let reasons = CoverageWords.reasons(findings.coverage, findings.history) {
      lines += Legible.wrapped(reasons, width: report.width, indent: "  ").map(palette.unsure)
    }
    if let cuts = findings.cutWords {
      lines += Legible.wrapped("consistent cuts: " + cuts, width: report.width, indent: "  ")
    }
    for problem in info.problems.prefix(10) {
      let words = "problem: " + Legible.text(problem, limit: 400)
      lines += Legible.wrapped(words, width: report.width, indent: "  ").map(palette.unsure)
    }
    lines.append("")
    lines += verdict(findings)
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
    if hasSeed { lines.append(fact("seed", "\(info.seed)")) }
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
        + "\(CoverageWords.percent(coverage.overlap)) concurrent with another, "
        + "\(Legible.count(coverage.finalReads, "final read"))")
    return lines
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

  private func verdict(_ findings: HistoryFindings) -> [String] {
    guard let result = findings.result else {
      return ["Recorded, not checked."] + details(findings)
    }
    let sentence =
      switch findings.ending {
      case .holds: "an order explains everything that the clients saw"
      case .violation: "no order explains what the clients saw"
      case .inconclusive where findings.breaksInvariants:
        "an order explains what clients saw, but the nodes broke their protocol"
      case .inconclusive: "nothing wrong was seen, but too little was exercised to mean anything"
      case .failed: "nobody ever answered, so nothing was checked"
      default: "the budget ran out before the answer was known"
      }
    let facts =
      "\(result.model), \(Legible.count(result.operations, "operation")), "
      + "\(Legible.count(result.keys, "key")), \(result.algorithm)"
    let badge = report.badge(findings.word)
    var lines = [badge + " " + sentence]
    if 15 + Legible.width(sentence) > report.width {
      lines = [badge] + Legible.wrapped(sentence, width: report.width, indent: "  ")
    }
    lines += Legible.wrapped(facts, width: report.width, indent: "  ").map(palette.dim)
    return lines + details(findings)
  }

  private func details(_ findings: HistoryFindings) -> [String] {
    report.details(Investigated(file: findings.file, .judged(findings)))
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }
}
