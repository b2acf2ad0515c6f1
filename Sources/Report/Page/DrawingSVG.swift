import Histories

/// A ``DrawingPlan`` as SVG, for the page.
enum DrawingSVG {
  private static let cell = 7.4
  private static let rowHeight = 30

  /// The drawing; `description` is its alternative for those who cannot see it.
  static func markup(_ plan: DrawingPlan, description: String) -> Markup {
    guard !plan.bars.isEmpty else { return "" }
    let gutter = Double(Drawing.gutter(plan.rows)) * cell
    let width = Int(gutter + Double(plan.width + 2) * cell)
    let height = plan.rows.count * rowHeight + 8
    var svg: Markup = """
      <svg role="img" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)">\
      <title>\(description)</title>
      """
    for (row, process) in plan.rows.enumerated() {
      let y = row * rowHeight + rowHeight / 2 + 4
      svg += """
        <text class="row" x="0" y="\(y + 4)">client \(process)</text>\
        <line class="rule" x1="\(Int(gutter))" x2="\(width)" y1="\(y)" y2="\(y)"/>
        """
    }
    for bar in plan.bars { svg += markup(bar, gutter: gutter) }
    svg += "</svg>"
    return svg
  }

  private static func markup(_ bar: DrawingPlan.Bar, gutter: Double) -> Markup {
    let left = Int(gutter + Double(bar.start) * cell)
    let wide = Int(Double(bar.end - bar.start + 1) * cell) - 2
    let top = bar.row * rowHeight + 7
    let high = rowHeight - 6
    let kind = bar.isCulprit ? "culprit" : bar.isOpen ? "open" : "closed"
    let right = left + wide
    let shape: Markup =
      bar.isOpen
      ? """
      <path d="M\(left) \(top)H\(right - 8)L\(right) \(top + high / 2)L\(right - 8) \
      \(top + high)H\(left)Z"/>
      """
      : "<rect x=\"\(left)\" y=\"\(top)\" width=\"\(wide)\" height=\"\(high)\" rx=\"3\"/>"
    return """
      <g class="\(kind)">\(shape)<text x="\(left + 10)" y="\(top + high / 2 + 4)">\(bar.label)\
      </text></g>
      """
  }
}
