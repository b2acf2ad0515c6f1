import Base
import Histories

/// Bytes that cannot be read as a history: where, what was found and what was expected.
public struct FormatError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file as the user named it; `-` is standard input.
  public var file: String
  /// The line, from 1.
  public var line: Int
  /// The column in bytes, from 1.
  public var column: Int
  /// The byte, from 0, in a file that has no lines; then line and column say nothing.
  public var byte: Int?
  /// One sentence without a full stop.
  public var message: String

  /// Names the place, counted from 1 with the column in bytes; without a column it is the beginning
  /// of the line. The message is one sentence without a full stop.
  public init(file: String, line: Int, column: Int = 1, _ message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  init(file: String, _ error: HistoryError) {
    self.init(file: file, line: error.line, column: error.column ?? 1, error.message)
  }

  /// Names a byte of a file that has no lines, counted from 0.
  init(file: String, byte: Int, _ message: String) {
    self.init(file: file, line: 1, message)
    self.byte = byte
  }

  /// `file:line:column: message`, or `file: byte 5: message`.
  public var description: String {
    guard let byte else { return "\(file):\(line):\(column): \(message)" }
    return "\(file): byte \(byte): \(message)"
  }

  /// The same as an ending of the command: ``ExitCode/badInput``.
  public var failure: Failure { Failure(.badInput, description) }
}

/// Where in a buffer a scanner stopped, and why; readers turn it into a line and a column.
struct ScanError: Error {
  /// The byte, from the start of the buffer.
  var offset: Int
  var message: String
  /// Whether something was open when the bytes came to their end.
  var isAtEnd = false
  /// Whether the bytes are no notation, or say what the contract does not allow.
  var kind = Kind.syntax

  enum Kind { case syntax, rule }
}
