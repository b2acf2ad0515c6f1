import Base
import Checker
import Findings
import Histories
import Quorums

/// What `plumbline check` says: a line a file, then the details of what failed.
public struct TextReport: Sendable {
  /// Colours, or none.
  public var palette: Palette
  /// The terminal's width in columns; at least 40 is used.
  public var width: Int
  /// Whether only ASCII is drawn.
  public var ascii: Bool

  /// Draws for a terminal of `width` columns, 40 at least; `ascii` is for those without other
  /// characters.
  public init(palette: Palette, width: Int = 100, ascii: Bool = false) {
    self.palette = palette
    self.width = max(40, width)
    self.ascii = ascii
  }

  /// How many violating keys, states, refusals and undecided keys are shown of each.
  static let mostKeys = 3
  static let mostStates = 5
  static let mostRefusals = 6
  static let mostRows = 16

  /// The coloured mark and word of a verdict, in 14 columns.
  func badge(_ verdict: String) -> String {
    let text = { (mark: String) in Legible.padded("\(mark) \(verdict)", to: 14) }
    switch verdict {
    case "linearizable": return palette.good(text(ascii ? "+" : "✓"))
    case "violation": return palette.bad(text(ascii ? "X" : "✗"))
    case "error": return palette.bad(text("!"))
    default: return palette.unsure(text("?"))
    }
  }

  /// A line without spaces at its end, in ASCII where that was asked for.
  func finished(_ line: String) -> String {
    (ascii ? Legible.ascii(line) : line).trimmingEnd()
  }

  var text: OperationText { OperationText(ascii: ascii) }

  func heading(_ word: String, _ key: ValueID, _ history: History) -> String {
    let name = text.key(key, of: history)
    return name.isEmpty ? word : "\(word) on key \(name)"
  }

  /// Words in lines of the terminal's width.
  func paragraph(_ text: String) -> [String] {
    Legible.wrapped(Legible.text(text, limit: 2000), width: width, indent: "  ")
  }

}

extension String {
  /// The text without spaces at its end.
  func trimmingEnd() -> String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
