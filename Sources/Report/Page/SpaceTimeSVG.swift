import Findings

/// A ``SpaceTime`` as SVG, for the page: lanes downwards, arrows that lean with the time they take.
enum SpaceTimeSVG {
  private static let rowHeight = 22
  private static let top = 30
  private static let timeWidth = 96
  private static let laneWidth = 84
  private static let cell = 7.3

  /// The drawing; `description` is its alternative for those who cannot see it.
  static func markup(_ diagram: SpaceTime, description: String) -> Markup {
    let names = diagram.lanes.map(name)
    let words = diagram.rows.map { SpaceTimeWords.words($0, diagram, names) }
    let widest = words.map { Double(Legible.width($0)) * cell }.max() ?? 0
    let left = timeWidth + diagram.lanes.count * laneWidth
    let width = left + Int(widest) + 16
    let height = top + diagram.rows.count * rowHeight + 12
    var svg: Markup = """
      <svg role="img" class="spacetime" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)"><title>\(description)</title>
      """
    for (lane, name) in names.enumerated() {
      svg += "<text class=\"lane\" x=\"\(x(lane))\" y=\"16\">\(name)</text>"
    }
    for lane in names.indices { svg += self.lane(lane, diagram.rows) }
    for (place, row) in diagram.rows.enumerated() {
      let y = y(place)
      let time: Markup =
        row.kind == .folded
        ? ""
        : """
        <text class="time" x="\(timeWidth - 14)" y="\(y + 4)">\(Legible.instant(row.time))</text>
        """
      svg += """
        <g class="\(kind(row, diagram))">\(time)\(arrow(row, place, diagram))\
        \(marks(row, y))<text x="\(left)" y="\(y + 4)">\(words[place])</text></g>
        """
    }
    svg += "</svg>"
    return svg
  }

  private static func name(_ lane: SpaceTime.Lane) -> String {
    switch lane {
    case .node(let name): Legible.text(name, limit: 10)
    case .client(let process): "client \(process)"
    }
  }

  private static func x(_ lane: Int) -> Int { timeWidth + lane * laneWidth + laneWidth / 2 - 14 }
  private static func y(_ row: Int) -> Int { top + row * rowHeight + rowHeight / 2 }

  private static func kind(_ row: SpaceTime.Row, _ diagram: SpaceTime) -> String {
    guard row.operation == nil else {
      return row.operation == diagram.culprit ? "op culprit" : "op"
    }
    switch row.kind {
    case .folded: return "folded"
    case .fault, .node: return "fault"
    default:
      return row.fate == .arrived ? "message" : "message astray"
    }
  }

  /// A lane as pieces: solid where its process runs, dashed where it is paused, none where it is
  /// down.
  private static func lane(_ lane: Int, _ rows: [SpaceTime.Row]) -> Markup {
    var pieces: Markup = ""
    var begin = 0
    while begin < rows.count {
      let state = state(rows[begin], lane)
      var end = begin
      while end + 1 < rows.count, self.state(rows[end + 1], lane) == state { end += 1 }
      if state != .down {
        let top = begin == 0 ? Self.top : y(begin)
        let bottom = end + 1 < rows.count ? y(end + 1) : y(end) + rowHeight / 2
        pieces += """
          <line class="\(state == .paused ? "rule paused" : "rule")" x1="\(x(lane))" \
          x2="\(x(lane))" y1="\(top)" y2="\(bottom)"/>
          """
      }
      begin = end + 1
    }
    return pieces
  }

  private static func state(_ row: SpaceTime.Row, _ lane: Int) -> SpaceTime.State {
    row.states.indices.contains(lane) ? row.states[lane] : .up
  }

  private static func marks(_ row: SpaceTime.Row, _ y: Int) -> Markup {
    Markup(
      row.marks.map { lane in
        state(row, lane) == .down
          ? cross(x(lane), y) : "<circle cx=\"\(x(lane))\" cy=\"\(y)\" r=\"4\"/>"
      })
  }

  private static func cross(_ x: Int, _ y: Int) -> Markup {
    """
    <path class="cross" d="M\(x - 5) \(y - 5)L\(x + 5) \(y + 5)\
    M\(x - 5) \(y + 5)L\(x + 5) \(y - 5)"/>
    """
  }

  /// An arrow from its sender to its receiver; that of a message which leaves here ends at the row
  /// where it arrives.
  private static func arrow(_ row: SpaceTime.Row, _ place: Int, _ diagram: SpaceTime) -> Markup {
    guard row.kind != .arrives, let from = row.from, let to = row.to, from != to else {
      guard row.operation != nil, let lane = row.from ?? row.to else { return "" }
      return "<circle cx=\"\(x(lane))\" cy=\"\(y(place))\" r=\"4\"/>"
    }
    var (x1, y1, x2, y2) = (x(from), y(place), x(to), y(place) + rowHeight / 2)
    if row.kind == .ends { (y1, y2) = (y1 - rowHeight / 2, y1) }
    if row.kind == .leaves,
      let arrival = diagram.rows[place...].firstIndex(where: {
        $0.kind == .arrives && $0.from == from && $0.to == to && $0.time == row.until
          && $0.words == row.words
      })
    {
      y2 = y(arrival)
    }
    let isStopped = row.fate == .lost || row.fate == .cut
    if isStopped { (x2, y2) = ((x1 + x2) / 2, (y1 + y2) / 2) }
    let line: Markup = "<line x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\"/>"
    if isStopped { return line + cross(x2, y2) }
    if row.fate == .down { return line + cross(x2, y2) }
    return line + head(from: (x1, y1), to: (x2, y2))
  }

  /// The point of an arrow.
  private static func head(from: (x: Int, y: Int), to: (x: Int, y: Int)) -> Markup {
    let (dx, dy) = (Double(to.x - from.x), Double(to.y - from.y))
    let length = max(1, (dx * dx + dy * dy).squareRoot())
    let (ux, uy) = (dx / length, dy / length)
    let (bx, by) = (Double(to.x) - 9 * ux, Double(to.y) - 9 * uy)
    let (x1, y1) = (Int(bx - 4 * uy), Int(by + 4 * ux))
    let (x2, y2) = (Int(bx + 4 * uy), Int(by - 4 * ux))
    return "<path class=\"head\" d=\"M\(to.x) \(to.y)L\(x1) \(y1)L\(x2) \(y2)Z\"/>"
  }
}

extension Markup {
  fileprivate static func + (left: Markup, right: Markup) -> Markup { Markup([left, right]) }
}
