import Base

/// One line of the table: what was measured, and whether it is what was promised.
struct Measurement {
  /// How the number is to be read.
  enum Bound {
    case atMost(Double)
    case atLeast(Double)
    /// Only told.
    case none
  }

  var name: String
  /// Nil when there is nothing to measure: undecided, or a program is missing.
  var value: Double?
  var unit: String
  var bound = Bound.none
  var note = ""

  /// Whether the promise is kept; nil when there is none.
  var isMet: Bool? {
    switch bound {
    case .atMost(let limit): value.map { $0 <= limit } ?? false
    case .atLeast(let limit): value.map { $0 >= limit } ?? false
    case .none: nil
    }
  }

  private var target: String {
    switch bound {
    case .atMost(let limit): "≤ \(Measurement.text(limit))"
    case .atLeast(let limit): "≥ \(Measurement.text(limit))"
    case .none: ""
    }
  }

  /// Three digits are as many as a measurement deserves.
  private static func text(_ value: Double) -> String {
    if value.magnitude >= 100 || value == value.rounded() { return "\(Int(value.rounded()))" }
    let scale = value.magnitude >= 10 ? 10.0 : value.magnitude >= 0.1 ? 100 : 10_000
    return "\((value * scale).rounded() / scale)"
  }

  private var cells: [String] {
    [
      name, value.map { "\(Measurement.text($0)) \(unit)" } ?? "–", target,
      isMet.map { $0 ? "met" : "MISSED" } ?? "", note,
    ]
  }

  private static let titles = ["what", "measured", "target", "", "how"]

  /// The table of measurements, its columns aligned.
  static func table(_ all: [Measurement]) -> String {
    let rows = [titles] + all.map(\.cells)
    let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var text = ""
    for row in rows {
      var line = ""
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: width - cell.count + 2)
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }

  /// One JSON object a line.
  static func json(_ all: [Measurement]) -> String {
    all.map { one in
      var members: [JSON.Member] = [
        .init("name", .string(one.name)), .init("value", one.value.map { JSON($0) } ?? .null),
        .init("unit", .string(one.unit)),
      ]
      switch one.bound {
      case .atMost(let limit): members.append(.init("atMost", JSON(limit)))
      case .atLeast(let limit): members.append(.init("atLeast", JSON(limit)))
      case .none: break
      }
      if let isMet = one.isMet { members.append(.init("met", .bool(isMet))) }
      if !one.note.isEmpty { members.append(.init("note", .string(one.note))) }
      return JSON.object(members).description + "\n"
    }.joined()
  }
}
