import Base
import Findings
import Quorums

/// What a check of recorded quorums found, for people.
public struct DynamicText: Sendable {
  private let palette: Palette
  private let width: Int
  private let ascii: Bool

  /// Violations of each rule that are shown.
  private static let mostShown = 2

  /// Draws for a terminal of `width` columns, 40 at least; `ascii` is for those without other
  /// characters.
  public init(palette: Palette, width: Int = 100, ascii: Bool = false) {
    self.palette = palette
    self.width = max(40, width)
    self.ascii = ascii
  }

  /// The whole page of one history or trace.
  public func page(_ report: DynamicReport, of what: String, unit: String) -> String {
    let title = Legible.text(what, limit: 4096)
    var lines = [verdict(report) + "  " + title + palette.dim("  \(facts(report, unit))")]
    for violation in shown(report) { lines += [""] + section(violation, report) }
    let often = broken(report)
    if !often.isEmpty { lines += [""] + often }
    let held = report.applied.filter { rule in !report.broken.contains { $0.rule == rule.rule } }
    if !held.isEmpty {
      lines += [""]
      lines += held.map { rule in
        "  holds    " + Legible.padded(rule.rule.name, to: 12) + rule.rule.summary
          + palette.dim("  (\(Legible.count(rule.times, "time")))")
      }
    }
    if !report.notApplied.isEmpty { lines += [""] + notApplied(report) }
    if !report.unknown.isEmpty {
      let list = report.unknown.map {
        "\(Legible.text($0.kind, limit: 40)) (\(Legible.grouped($0.times)))"
      }
      lines += [""] + wrapped("events of unknown kinds: " + list.joined(separator: ", "))
    }
    for note in report.notes { lines += wrapped("note: " + note) }
    return finished(lines)
  }

  /// A short section below a verdict: one line when all is well; empty when nothing was applied.
  public func section(_ report: DynamicReport) -> String { finished(lines(report)) }

  /// The lines of ``section(_:)``.
  func lines(_ report: DynamicReport) -> [String] {
    guard let holds = report.holds else { return [] }
    let names = report.applied.map(\.rule.name).joined(separator: ", ")
    guard !holds else {
      return Legible.wrapped(
        "Quorums: all rules hold that could be applied (\(names)).", width: width)
    }
    let broken = report.broken.map(\.rule.name).joined(separator: ", ")
    var lines = [palette.bad("Quorums: broken \(broken)")]
    for violation in shown(report, most: 1) { lines += section(violation, report) }
    return lines
  }

  private func verdict(_ report: DynamicReport) -> String {
    switch report.holds {
    case true: palette.good("✓ holds")
    case false: palette.bad("✗ broken")
    case nil: palette.unsure("? nothing to check")
    }
  }

  private func facts(_ report: DynamicReport, _ unit: String) -> String {
    "\(Legible.count(report.events, unit)), \(Legible.count(report.applied.count, "rule")) applied"
  }

  private func shown(
    _ report: DynamicReport, most: Int = DynamicText.mostShown
  ) -> [DynamicViolation] {
    report.broken.flatMap { broken in
      report.violations.filter { $0.rule == broken.rule }.prefix(most)
    }
  }

  private func section(_ violation: DynamicViolation, _ report: DynamicReport) -> [String] {
    let name = violation.rule.name
    var lines = ["  " + palette.bad("BROKEN") + "   " + name + ": " + violation.rule.summary]
    lines += Legible.wrapped(
      Legible.text(violation.sentence, limit: 2000) + " (\(violation.rule.source))", width: width,
      indent: "           ")
    lines += violation.events.map { "           at " + Legible.text(report.text($0), limit: 4096) }
    return lines
  }

  private func broken(_ report: DynamicReport) -> [String] {
    report.broken.filter { $0.times > DynamicText.mostShown }.map {
      "  \($0.rule.name) is broken \(Legible.grouped($0.times)) times"
    }
  }

  private func notApplied(_ report: DynamicReport) -> [String] {
    var reasons: [(reason: String, rules: [String])] = []
    for entry in report.notApplied {
      if let known = reasons.firstIndex(where: { $0.reason == entry.reason }) {
        reasons[known].rules.append(entry.rule.name)
      } else {
        reasons.append((entry.reason, [entry.rule.name]))
      }
    }
    return reasons.flatMap {
      wrapped("not applied: \($0.rules.joined(separator: ", ")) (\($0.reason))")
    }
  }

  private func wrapped(_ text: String) -> [String] {
    Legible.wrapped(text, width: width, indent: "  ")
  }

  private func finished(_ lines: [String]) -> String {
    lines.map { (ascii ? Legible.ascii($0) : $0) + "\n" }.joined()
  }
}
