import Base
import Findings
import Histories
import Quorums

/// What the history says about the quorums that were used: which rules hold, and on the page how
/// the load fell on the nodes. It changes no verdict.
struct QuorumSection: Section {
  private static let rowHeight = 26
  private static let barWidth = 360

  func text(_ findings: HistoryFindings, _ report: TextReport) -> [String] {
    guard let found = findings.quorums else { return [] }
    var lines = DynamicText(palette: report.palette, width: report.width).lines(found)
    if let cause = findings.cause {
      lines += Legible.wrapped(
        Legible.text(cause, limit: 2000), width: report.width, indent: "  ")
    }
    return lines.isEmpty ? [] : [""] + lines
  }

  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    findings.quorums.map { [JSON.Member("quorums", DynamicJSON.object($0))] } ?? []
  }

  func html(_ findings: HistoryFindings) -> Markup {
    guard let report = findings.quorums, let holds = report.holds else { return "" }
    let sentence =
      holds
      ? "Every rule that could be applied holds."
      : "Broken: \(report.broken.map(\.rule.name).joined(separator: ", "))."
    return """
      <section aria-labelledby="quorums-title">
      <h2 id="quorums-title">Quorums</h2>
      <p class="explanation">\(sentence) They say what the nodes did; the verdict above rests on \
      what the clients saw alone.</p>
      \(broken(report))
      <div class="columns scroll">\(rules(report))\(drawing(findings.load))</div>
      </section>
      """
  }

  private func broken(_ report: DynamicReport) -> Markup {
    var items: Markup = ""
    for broken in report.broken {
      guard let first = report.violations.first(where: { $0.rule == broken.rule }) else { continue }
      let lines = first.events.map { "line \($0.line)" }.joined(separator: ", ")
      items += """
        <li><b>\(broken.rule.name)</b>, \(Legible.count(broken.times, "time")): \
        \(Legible.text(first.sentence, limit: 600)) (\(lines))</li>
        """
    }
    return report.broken.isEmpty ? "" : "<ul class=\"notes\">\(items)</ul>"
  }

  private func rules(_ report: DynamicReport) -> Markup {
    var rows: Markup =
      "<tr><th>Rule</th><th class=\"n\">Applied</th><th class=\"n\">Broken</th></tr>"
    for (rule, times) in report.applied {
      let broken = report.broken.first { $0.rule == rule }?.times ?? 0
      rows += """
        <tr><td>\(rule.summary)</td><td class="n">\(Legible.grouped(times))</td>\
        <td class="n">\(Legible.grouped(broken))</td></tr>
        """
    }
    return "<table>\(rows)</table>"
  }

  /// A bar a node: its reads, then its other operations, out of all that named a quorum.
  private func drawing(_ load: ObservedLoad) -> Markup {
    let total = load.reads + load.writes
    guard total > 0 else { return "" }
    let longest = load.nodes.map(\.name.count).max() ?? 0
    let gutter = min(160, longest * 8 + 12)
    let width = gutter + Self.barWidth + 60
    let height = load.nodes.count * Self.rowHeight + 26
    var svg: Markup = """
      <svg role="img" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)">\
      <title>the share of operations that each node was part of the quorum of</title>
      """
    for (row, node) in load.nodes.enumerated() {
      let y = row * Self.rowHeight + 4
      let reads = node.reads * Self.barWidth / total
      let all = (node.reads + node.writes) * Self.barWidth / total
      svg += """
        <text class="row" x="0" y="\(y + 15)">\(Legible.text(node.name, limit: 18))</text>\
        <g class="reads"><rect x="\(gutter)" y="\(y)" width="\(reads)" height="18"/></g>\
        <g class="writes"><rect x="\(gutter + reads)" y="\(y)" width="\(all - reads)" \
        height="18"/></g>\
        <text x="\(gutter + all + 8)" y="\(y + 15)">\
        \(CoverageWords.percent(load.load(of: node)))</text>
        """
    }
    let bottom = load.nodes.count * Self.rowHeight + 18
    svg += """
      <text class="row" x="\(gutter)" y="\(bottom)">in how many quorums: reads, then writes</text>\
      </svg>
      """
    return "<figure class=\"drawing load\">\(svg)</figure>"
  }
}
