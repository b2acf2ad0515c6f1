/// Makes text from untrusted files safe and short enough for people; never used in JSON.
public enum Legible {
  /// The text with control, direction and invisible characters spelled out (`\n`, `\u{1B}`), cut
  /// to `limit` characters with `…` at the end when it is longer.
  ///
  /// - Complexity: O(limit), however long the text is.
  public static func text(_ text: String, limit: Int = .max) -> String {
    var shown = ""
    var count = 0
    for scalar in text.unicodeScalars {
      let piece = isHidden(scalar) ? spelled(scalar) : String(Character(scalar))
      guard count + piece.count <= limit else {
        while count >= max(limit, 1), !shown.isEmpty {
          shown.unicodeScalars.removeLast()
          count -= 1
        }
        return shown + "…"
      }
      shown.unicodeScalars.append(contentsOf: piece.unicodeScalars)
      count += piece.count
    }
    return shown
  }

  /// The text in ASCII: arrows and dots in its own signs, anything else spelled out (`\u{E9}`).
  public static func ascii(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "→": shown += "->"
      case "…": shown += "..."
      case "•": shown += "*"
      case "“", "”": shown += "\""
      case "‘", "’": shown += "'"
      case "–": shown += "-"
      case "µ": shown += "u"
      case "✗": shown += "X"
      case "×": shown += "x"
      default:
        if scalar.isASCII { shown.unicodeScalars.append(scalar) } else { shown += spelled(scalar) }
      }
    }
    return shown
  }

  /// Columns that the text takes in a terminal.
  public static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + columns($1) }
  }

  /// The text followed by spaces up to a width.
  public static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - Legible.width(text)))
  }

  /// A number or a word preceded by spaces up to a width.
  public static func rightAligned(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - Legible.width(text))) + text
  }

  /// The text broken at spaces so that no line is wider than `width`, unless a word is.
  public static func wrapped(_ text: String, width: Int, indent: String = "") -> [String] {
    var lines: [String] = []
    var line = indent
    var used = width  // so that the first word starts a line
    for word in text.split(separator: " ") {
      let columns = Legible.width(String(word))
      if used + 1 + columns > width {
        if !lines.isEmpty || line != indent { lines.append(line) }
        line = indent + word
        used = Legible.width(indent) + columns
      } else {
        line += " " + word
        used += 1 + columns
      }
    }
    if line != indent { lines.append(line) }
    return lines
  }

  /// `1 operation`, `12,345 operations`.
  public static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// The number with a comma between thousands.
  public static func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// An instant of a run in seconds to the microsecond: `2.400392 s`.
  public static func instant(_ nanoseconds: Int64) -> String {
    let micros = nanoseconds.magnitude / 1000
    let fraction = String(micros % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - fraction.count)
    return "\(nanoseconds < 0 ? "-" : "")\(micros / 1_000_000).\(zeros)\(fraction) s"
  }

  private static func spelled(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
  }

  /// Control characters, line separators, direction overrides and invisible marks.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x061C, 0x180E, 0x200B...0x200F, 0x2028...0x202E,
      0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE0FFF:
      true
    default: false
    }
  }

  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x0300...0x036F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE00...0xFE0F,
      0xFE20...0xFE2F:
      0
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      2
    default: 1
    }
  }
}
