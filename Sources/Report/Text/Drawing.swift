import Findings
import Histories

/// A ``DrawingPlan`` as lines of text.
public struct Drawing: Sendable {
  private let plan: DrawingPlan
  private let palette: Palette
  private let ascii: Bool

  /// Makes a drawing of a plan; the plan's labels must be ASCII too when `ascii` is asked for.
  public init(_ plan: DrawingPlan, palette: Palette, ascii: Bool) {
    self.plan = plan
    self.palette = palette
    self.ascii = ascii
  }

  /// Columns that are taken by the names of `rows` clients' widest, before the bars.
  static func gutter(_ processes: [Int64]) -> Int {
    (processes.map { Legible.width("client \($0)") }.max() ?? 0) + 2
  }

  /// One line a client, then what the signs mean, in as many lines as `columns` need.
  ///
  /// - Complexity: O(width × rows).
  public func lines(columns: Int = .max) -> [String] {
    let gutter = Drawing.gutter(plan.rows)
    let rows = rows(gutter: gutter)
    return rows.isEmpty ? [] : rows + legend(gutter: gutter, columns: columns)
  }

  /// One line a client, the bars `gutter` columns in.
  func rows(gutter: Int) -> [String] {
    plan.rows.enumerated().map { row, process in
      var line = palette.dim(Legible.padded("client \(process)", to: gutter))
      var column = 0
      for bar in plan.bars.filter({ $0.row == row }).sorted(by: { $0.start < $1.start }) {
        line += String(repeating: " ", count: max(0, bar.start - column)) + draw(bar)
        column = bar.end + 1
      }
      return line
    }
  }

  /// What the signs mean; a part that does not fit begins a line of its own.
  func legend(gutter: Int, columns: Int) -> [String] {
    let separator = ascii ? "; " : " · "
    var lines: [String] = []
    for part in legend {
      if let last = lines.last,
        gutter + Legible.width(last + separator + part) <= columns
      {
        lines[lines.count - 1] = last + separator + part
      } else {
        lines.append(part)
      }
    }
    return lines.map { palette.dim(String(repeating: " ", count: gutter) + $0) }
  }

  private func draw(_ bar: DrawingPlan.Bar) -> String {
    let signs = signs(bar)
    let head = signs.begin + signs.line + " " + bar.label + " "
    let rest = max(0, bar.end - bar.start + 1 - Legible.width(head) - 1)
    let text = head + String(repeating: signs.line, count: rest) + signs.end
    if bar.isCulprit { return palette.bad(text) }
    return bar.isOpen ? palette.unsure(text) : text
  }

  private func signs(_ bar: DrawingPlan.Bar) -> (begin: String, line: String, end: String) {
    switch (bar.isCulprit, ascii) {
    case (true, false): ("┣", "━", bar.isOpen ? "▶" : "┫")
    case (true, true): ("|", "=", bar.isOpen ? ">" : "|")
    case (false, false): bar.isOpen ? ("├", "┄", "▶") : ("├", "─", "┤")
    case (false, true): bar.isOpen ? ("|", ".", ">") : ("|", "-", "|")
    }
  }

  private var legend: [String] {
    var parts: [String] = []
    if plan.bars.contains(where: \.isCulprit) {
      parts.append((ascii ? "|==|" : "┣━━┫") + " cannot be explained")
    }
    if plan.bars.contains(where: { $0.isOpen && !$0.isCulprit }) {
      parts.append(
        (ascii ? "|..>" : "├┄┄▶") + " outcome unknown: may take effect later")
    }
    if plan.omitted > 0 {
      parts.append("\(Legible.count(plan.omitted, "operation")) farther away not drawn")
    }
    return parts
  }
}
