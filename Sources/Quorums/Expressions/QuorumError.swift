/// A system that cannot be read: where, what was found and what was expected.
public struct QuorumError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The option or the file's member that holds the text, or nil.
  public var label: String?
  /// The text in which the error is.
  public var text: String
  /// The column of the first character that does not fit, from 1; nil when it is no one place.
  public var column: Int?
  /// One sentence without a full stop.
  public var message: String

  /// Says what is wrong, in one sentence without a full stop. With the text and a column (in
  /// characters, from 1) the place is shown; whose text it is, ``labelled(_:)`` says.
  public init(_ message: String, in text: String = "", column: Int? = nil) {
    self.message = message
    self.text = text
    self.column = column
  }

  /// The sentence, and below it the text with a mark under the place.
  public var description: String {
    let label = label.map { "\($0): " } ?? ""
    guard let column else { return label + message }
    if text.isEmpty { return "\(label)column \(column): \(message)" }
    // A long text is shown around the place only.
    let characters = Array(text)
    let start = max(0, column - 60)
    let shown = String(characters[min(start, characters.count)..<min(start + 90, characters.count)])
      .split(omittingEmptySubsequences: false) { $0.isNewline }.joined(separator: " ")
    let mark = String(repeating: " ", count: column - 1 - start) + "^"
    return "\(label)column \(column): \(message)\n  \(shown)\n  \(mark)"
  }
}
