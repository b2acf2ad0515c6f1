import Base

/// Text in double quotes as Go's `strconv.Quote` writes it, which logfmt and slog use.
struct LogfmtText {
  /// What stands in the quotes.
  private(set) var bytes: [UInt8] = []
  /// The byte behind the closing quote.
  private(set) var end: Int

  /// What is wrong, and at which byte of the line.
  struct Flaw: Error {
    var place: Int
    var message: String
  }

  /// Reads from the opening quote of a line.
  init(_ line: UnsafeRawBufferPointer, from quote: Int) throws(Flaw) {
    end = quote + 1
    while end < line.count {
      let byte = line[end]
      if byte == UInt8(ascii: "\"") {
        guard bytes.withUnsafeBytes({ UTF8Check.firstInvalid($0) }) == nil else {
          throw Flaw(
            place: quote, message: "the text that begins here says bytes that are no UTF-8")
        }
        end += 1
        return
      }
      if byte == UInt8(ascii: "\\") {
        try escape(line)
      } else {
        bytes.append(byte)
        end += 1
      }
    }
    throw Flaw(place: quote, message: "the quoted text that begins here does not end")
  }

  private mutating func escape(_ line: UnsafeRawBufferPointer) throws(Flaw) {
    let start = end
    let letter = start + 1 < line.count ? line[start + 1] : 0
    end += 2
    switch letter {
    case UInt8(ascii: "a"): bytes.append(7)
    case UInt8(ascii: "b"): bytes.append(8)
    case UInt8(ascii: "f"): bytes.append(12)
    case UInt8(ascii: "n"): bytes.append(10)
    case UInt8(ascii: "r"): bytes.append(13)
    case UInt8(ascii: "t"): bytes.append(9)
    case UInt8(ascii: "v"): bytes.append(11)
    case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes.append(letter)
    case UInt8(ascii: "x"): try append(byte: number(line, digits: 2, radix: 16), start)
    case UInt8(ascii: "u"): try append(scalar: number(line, digits: 4, radix: 16), start)
    case UInt8(ascii: "U"): try append(scalar: number(line, digits: 8, radix: 16), start)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      end -= 1
      try append(byte: number(line, digits: 3, radix: 8), start)
    default: throw LogfmtText.unknown(start)
    }
  }

  /// The number that so many digits say; nil where they are none.
  private mutating func number(
    _ line: UnsafeRawBufferPointer, digits: Int, radix: UInt32
  ) -> UInt32? {
    guard end + digits <= line.count else { return nil }
    var number: UInt32 = 0
    for place in end..<end + digits {
      guard let digit = Words.hexValue(line[place]), digit < radix else { return nil }
      number = number << (radix == 8 ? 3 : 4) | UInt32(digit)
    }
    end += digits
    return number
  }

  private mutating func append(byte: UInt32?, _ start: Int) throws(Flaw) {
    guard let byte = byte.flatMap({ UInt8(exactly: $0) }) else { throw LogfmtText.unknown(start) }
    bytes.append(byte)
  }

  private mutating func append(scalar: UInt32?, _ start: Int) throws(Flaw) {
    guard let scalar = scalar.flatMap({ UnicodeScalar($0) }) else {
      throw LogfmtText.unknown(start)
    }
    bytes += Array(String(scalar).utf8)
  }

  private static func unknown(_ place: Int) -> Flaw {
    Flaw(
      place: place,
      message:
        "found an escape that Go does not write, expected \\n, \\\", \\x1f, \\u2028 or the like")
  }
}
