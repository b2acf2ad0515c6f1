import Findings
import Histories

/// A ``SpaceTime`` as lines of text: time downwards, a lane for each client and node, what happened
/// on the right.
struct SpaceTimeDrawing {
  private let diagram: SpaceTime
  private let palette: Palette
  private let glyphs: Glyphs
  private let columns: Int
  private let text: OperationText
  private let names: [String]
  /// The column of each lane, from where the lanes begin.
  private let places: [Int]
  private let lanesWidth: Int

  private static let timeWidth = 10
  private static let leastWords = 24

  /// Draws in so many columns, 38 at least.
  init(_ diagram: SpaceTime, palette: Palette, columns: Int, ascii: Bool) {
    self.diagram = diagram
    self.palette = palette
    self.columns = max(38, columns)
    glyphs = ascii ? .ascii : .lines
    text = OperationText(ascii: ascii)
    let room = self.columns - Self.timeWidth - 2 - Self.leastWords
    let usual = diagram.lanes.map { max(6, Legible.width(Self.name($0, isShort: false)) + 1) }
    let fits = usual.reduce(0, +) <= room
    let narrow = max(4, room / max(1, diagram.lanes.count))
    let widths = fits ? usual : usual.map { min($0, narrow) }
    names = diagram.lanes.map { lane in
      let name = Self.name(lane, isShort: !fits)
      return Legible.text(name, limit: max(1, (fits ? 24 : narrow) - 2))
    }
    places = widths.indices.map { place in
      widths[..<place].reduce(0, +) + widths[place] / 2
    }
    lanesWidth = widths.reduce(0, +)
  }

  /// `n1`, `client 3`; where there is little room `c3`.
  private static func name(_ lane: SpaceTime.Lane, isShort: Bool) -> String {
    switch lane {
    case .node(let name): Legible.text(name, limit: 16)
    case .client(let process): isShort ? "c\(process)" : "client \(process)"
    }
  }

  /// The names of the lanes, the rows, and what was left out.
  func lines() -> [String] {
    [palette.dim(heading)] + diagram.rows.map(line)
      + diagram.notes.flatMap { Legible.wrapped($0, width: columns) }.map(palette.dim)
  }

  private var heading: String {
    var line = ""
    for (place, name) in zip(places, names) {
      let start = Self.timeWidth + 2 + place - Legible.width(name) / 2
      line += String(repeating: " ", count: max(0, start - Legible.width(line))) + name
    }
    return line
  }

  private func line(_ row: SpaceTime.Row) -> String {
    let time = row.kind == .folded ? "" : Legible.instant(row.time)
    let head = Legible.rightAligned(time, to: Self.timeWidth) + "  "
    let lanes = lanes(row)
    let words = SpaceTimeWords.words(row, diagram, names)
    let room = max(8, columns - Self.timeWidth - 3 - lanesWidth)
    let said = glyphs.said(words, room)
    switch row.kind {
    case .folded: return palette.dim(head + lanes + " " + said)
    case .fault, .node: return palette.dim(head) + lanes + " " + palette.unsure(said)
    case .begins, .ends:
      let isCulprit = row.operation == diagram.culprit
      let body = lanes + " " + said
      return palette.dim(head) + (isCulprit ? palette.bad(body) : palette.strong(body))
    case .message, .leaves, .arrives: return palette.dim(head) + lanes + " " + said
    }
  }

  // MARK: the lanes of a row

  private func lanes(_ row: SpaceTime.Row) -> String {
    var cells = [Character](repeating: " ", count: lanesWidth)
    for (lane, place) in places.enumerated() where row.states.indices.contains(lane) {
      switch row.states[lane] {
      case .up: cells[place] = glyphs.lane
      case .paused: cells[place] = glyphs.paused
      case .down: break
      }
    }
    for lane in row.marks where places.indices.contains(lane) {
      cells[places[lane]] = row.states[lane] == .down ? glyphs.gone : glyphs.mark
    }
    if row.kind == .folded {
      return String(cells.map { $0 == glyphs.lane ? glyphs.folded : $0 })
    }
    draw(row, in: &cells)
    return String(cells)
  }

  private func draw(_ row: SpaceTime.Row, in cells: inout [Character]) {
    guard let from = row.from.flatMap(place), let to = row.to.flatMap(place), from != to else {
      // An operation of which it is not known where it went.
      if row.operation != nil, let lane = (row.from ?? row.to).flatMap(place) {
        cells[lane] = glyphs.mark
      }
      return
    }
    let step = to > from ? 1 : -1
    let isOperation = row.operation != nil
    var end = to - step
    let isStopped = row.fate == .lost || row.fate == .cut
    if isStopped { end = from + (to - from) / 2 }
    let shaft =
      isOperation ? glyphs.heavy : row.kind == .message ? glyphs.shaft : glyphs.faint
    var place = from + step
    while place != end {
      if cells[place] == glyphs.lane {
        cells[place] = isOperation ? glyphs.heavyCrossing : glyphs.crossing
      } else {
        cells[place] = shaft
      }
      place += step
    }
    if row.kind != .arrives { cells[from] = glyphs.tail(isOperation, step) }
    if isStopped {
      cells[end] = glyphs.gone
    } else if row.kind == .leaves {
      cells[end] = shaft
    } else {
      cells[end] = step > 0 ? glyphs.right : glyphs.left
      if row.fate == .down { cells[to] = glyphs.gone }
    }
  }

  private func place(_ lane: Int) -> Int? { places.indices.contains(lane) ? places[lane] : nil }
}

/// The signs of a ``SpaceTimeDrawing``.
private struct Glyphs {
  var lane: Character
  var paused: Character
  var folded: Character
  var mark: Character
  var gone: Character
  var shaft: Character
  var heavy: Character
  var faint: Character
  var crossing: Character
  var heavyCrossing: Character
  var right: Character
  var left: Character
  private var tails: (right: Character, left: Character)
  private var heavyTails: (right: Character, left: Character)
  private var isASCII: Bool

  func tail(_ isOperation: Bool, _ step: Int) -> Character {
    let tails = isOperation ? heavyTails : tails
    return step > 0 ? tails.right : tails.left
  }

  /// Words in so many columns.
  func said(_ words: String, _ room: Int) -> String {
    guard isASCII else { return Legible.text(words, limit: room) }
    // An ellipsis takes three.
    return Legible.ascii(Legible.text(Legible.ascii(words), limit: room - 2))
  }

  static let lines = Glyphs(
    lane: "│", paused: "┊", folded: "┆", mark: "●", gone: "✗", shaft: "─", heavy: "━", faint: "┄",
    crossing: "┼", heavyCrossing: "┿", right: "▶", left: "◀", tails: ("├", "┤"),
    heavyTails: ("┝", "┥"), isASCII: false)
  static let ascii = Glyphs(
    lane: "|", paused: ":", folded: ":", mark: "*", gone: "X", shaft: "-", heavy: "=", faint: ".",
    crossing: "+", heavyCrossing: "+", right: ">", left: "<", tails: ("+", "+"),
    heavyTails: ("+", "+"), isASCII: true)
}
