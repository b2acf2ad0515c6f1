import Base

/// A reply of the Redis serialization protocol, version 2 or 3.
///
/// Protocol specification: <https://redis.io/docs/latest/develop/reference/protocol-spec/>.
public enum RESP: Sendable, Equatable {
  /// `+OK`: a short text.
  case simple(String)
  /// `-READONLY …` or the blob form: what went wrong; its first word is the kind of error.
  case error(String)
  /// `:5`.
  case integer(Int64)
  /// `$5`: bytes.
  case bulk([UInt8])
  /// `_`, `$-1` or `*-1`: nothing.
  case null
  /// `#t` or `#f`.
  case boolean(Bool)
  /// `,1.5` or `(123…`: a number, as it was written.
  case number(String)
  /// `=`: text with three letters that say of what kind; the kind is left out here.
  case verbatim([UInt8])
  /// `*`: replies in order.
  case array([RESP])
  /// `%`: name, value, name, value, ….
  case map([RESP])
  /// `~`: replies in the order they came.
  case set([RESP])
  /// `>`: what the server says without being asked.
  case push([RESP])

  /// The bytes of a text of any form, or nil when this is no text.
  public var text: String? {
    switch self {
    case .simple(let text): text
    case .bulk(let bytes), .verbatim(let bytes): String(validating: bytes, as: UTF8.self)
    default: nil
    }
  }

  /// The integer, also where it was written as a text, or nil.
  public var integer: Int64? {
    switch self {
    case .integer(let value): value
    case .simple, .bulk: text.flatMap { Int64($0) }
    default: nil
    }
  }

  /// The elements of an aggregate of any form, or nil.
  public var elements: [RESP]? {
    switch self {
    case .array(let elements), .map(let elements), .set(let elements), .push(let elements):
      elements
    default: nil
    }
  }
}

extension ByteWriter {
  /// Begins a command of `count` words; each is to be written with ``write(word:)-(String)``.
  public mutating func write(commandOf count: Int) {
    write(byte: UInt8(ascii: "*"))
    write(Int64(count))
    write(byte: 13)
    write(byte: 10)
  }

  /// Appends one word of a command.
  public mutating func write(word: String) {
    write(byte: UInt8(ascii: "$"))
    write(Int64(word.utf8.count))
    write(byte: 13)
    write(byte: 10)
    write(word)
    write(byte: 13)
    write(byte: 10)
  }

  /// Appends a whole command.
  public mutating func write(command words: [String]) {
    write(commandOf: words.count)
    for word in words { write(word: word) }
  }
}
