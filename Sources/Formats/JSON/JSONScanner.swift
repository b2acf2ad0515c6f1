import Base
import Histories

/// Reads JSON values from bytes straight into a value table.
///
/// The owner points it at a stretch of bytes with ``aim(at:from:to:)`` and must keep them alive.
/// No text becomes a `String` on the way, but for numbers beyond 64 bits and escaped names.
struct JSONScanner {
  /// The stretch of bytes; offsets count from here.
  private(set) var base: UnsafePointer<UInt8>
  /// The next byte to read.
  var position = 0
  /// The first byte that is not ours.
  private(set) var end = 0
  /// How many bytes of the buffer can be loaded, which may be more than are ours.
  private(set) var readable = 0
  private var depth = 0
  /// What is after the last byte, in the words of an error.
  var endName = "the end of the line"
  /// The parts of the lists and maps that are open.
  private var stack: [ValueID] = []
  /// The last string that had escapes, decoded.
  private(set) var decoded: [UInt8] = []

  init() {
    // Never read: `end` is 0 until the owner aims the scanner.
    base = UnsafePointer(bitPattern: 1)!
  }

  /// Points the scanner at bytes `start..<end` of a buffer of `readable` bytes. The byte at `end`
  /// must be no part of a name or number: a newline, or there is none.
  mutating func aim(at base: UnsafePointer<UInt8>, from start: Int, to end: Int, readable: Int) {
    self.base = base
    self.readable = readable
    position = start
    self.end = end
    depth = 0
    stack.removeAll(keepingCapacity: true)
  }

  /// The next byte, or 0 at the end.
  @inline(__always)
  var peek: UInt8 { position < end ? base[position] : 0 }

  /// The byte at an offset, or 0 at the end.
  @inline(__always)
  func byte(at offset: Int) -> UInt8 { offset < end ? base[offset] : 0 }

  /// Eight bytes from an offset, the first lowest; nil near the end of the buffer.
  @inline(__always)
  func word(at offset: Int) -> UInt64? {
    guard offset + 8 <= readable else { return nil }
    return UInt64(
      littleEndian: UnsafeRawPointer(base + offset).loadUnaligned(as: UInt64.self))
  }

  /// The text of at most seven plain bytes that begins here with its quote; nothing is read.
  @inline(__always)
  func shortText() -> (packed: UInt64, length: Int)? {
    guard peek == UInt8(ascii: "\""), let word = word(at: position + 1) else { return nil }
    return JSONScanner.plainText(word)
  }

  /// The text of at most seven plain bytes that a word of the file begins with, up to its quote.
  @inline(__always)
  static func plainText(_ word: UInt64) -> (packed: UInt64, length: Int)? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
    let ends = (quotes &- ones) & ~quotes & highs
    guard ends != 0 else { return nil }
    let bits = UInt64(ends.trailingZeroBitCount - 7)
    let text = word & ((1 << bits) &- 1)
    // Bytes that JSON escapes or that are not ASCII make it no plain text.
    let slashes = text ^ (ones &* UInt64(UInt8(ascii: "\\")))
    let used = highs & ((1 << bits) &- 1)
    let odd = ((slashes &- ones) & ~slashes) | text | ((text &- ones &* 0x20) & ~text)
    guard odd & used == 0 else { return nil }
    return (text, Int(bits / 8))
  }

  @inline(__always)
  mutating func skipSpace() {
    while position < end {
      let byte = base[position]
      if byte > 0x20 || !(byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09) { return }
      position += 1
    }
  }

  /// The next byte in the words of an error.
  var found: String { describe(position) }

  private func describe(_ offset: Int) -> String {
    guard offset < end else { return endName }
    return Words.byte(base[offset])
  }

  func error(_ message: String, at offset: Int? = nil) -> ScanError {
    ScanError(offset: offset ?? position, message: message)
  }
}

// MARK: - Strings

extension JSONScanner {
  /// Where the bytes of a string are: in the buffer, or in ``decoded`` when it had escapes.
  enum Text {
    case raw(start: Int, count: Int)
    case decoded
  }

  /// Reads a string; the next byte is its opening quote.
  @inline(__always)
  mutating func text() throws(ScanError) -> Text {
    let start = position + 1
    var index = start
    while index < end {
      let byte = base[index]
      if byte == UInt8(ascii: "\"") {
        position = index + 1
        return .raw(start: start, count: index - start)
      }
      if byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 { break }
      index += 1
    }
    return try unusualText()
  }

  /// Calls `body` with the bytes of a string.
  @inline(__always)
  func withBytes<Result>(of text: Text, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch text {
    case .raw(let start, let count):
      body(UnsafeRawBufferPointer(start: base + start, count: count))
    case .decoded: decoded.withUnsafeBytes(body)
    }
  }

  func string(_ text: Text) -> String {
    withBytes(of: text) { String(decoding: $0, as: UTF8.self) }
  }

  /// A string with escapes, with more than ASCII, or with something that is wrong.
  private mutating func unusualText() throws(ScanError) -> Text {
    let start = position + 1
    var index = start
    var escaped = false
    while index < end, base[index] != UInt8(ascii: "\"") {
      if base[index] < 0x20 {
        throw error(
          "found \(describe(index)) in a string, expected it escaped (\\n, \\t, \\u00…)",
          at: index)
      }
      if base[index] == UInt8(ascii: "\\") {
        escaped = true
        index += 1
      }
      index += 1
    }
    guard index < end else { throw error("this string is never closed", at: start - 1) }
    let raw = UnsafeRawBufferPointer(start: base + start, count: index - start)
    if let bad = UTF8Check.firstInvalid(raw) {
      throw error(
        "found \(describe(start + bad)) in a string, expected valid UTF-8", at: start + bad)
    }
    if !escaped {
      position = index + 1
      return .raw(start: start, count: index - start)
    }
    decoded.removeAll(keepingCapacity: true)
    position = start
    while position < index {
      if base[position] == UInt8(ascii: "\\") {
        try escape()
      } else {
        decoded.append(base[position])
        position += 1
      }
    }
    position = index + 1
    return .decoded
  }

  private mutating func escape() throws(ScanError) {
    let start = position
    position += 2
    switch base[start + 1] {
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(base[start + 1])
    case UInt8(ascii: "u"):
      var code = try hexQuad(from: start)
      if (0xD800..<0xDC00).contains(code), position + 1 < end,
        base[position] == UInt8(ascii: "\\"), base[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try hexQuad(from: start)
        guard (0xDC00..<0xE000).contains(low) else {
          throw error("found half of a surrogate pair, expected a “\\u” pair", at: start)
        }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = UnicodeScalar(code) else {
        throw error("found half of a surrogate pair, expected a “\\u” pair", at: start)
      }
      decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default:
      throw error("found “\\” before \(describe(start + 1)), expected a JSON escape", at: start)
    }
  }

  private mutating func hexQuad(from start: Int) throws(ScanError) -> UInt32 {
    var code: UInt32 = 0
    for index in position..<position + 4 {
      guard index < end, let digit = Words.hexValue(base[index]) else {
        throw error("found “\\u” without four hexadecimal digits", at: start)
      }
      code = code << 4 | UInt32(digit)
    }
    position += 4
    return code
  }
}

// MARK: - Values

extension JSONScanner {
  /// Reads one value of any kind.
  mutating func value(into values: inout ValueTable) throws(ScanError) -> ValueID {
    switch peek {
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try number(into: &values)
    case UInt8(ascii: "\""):
      let text = try text()
      return withBytes(of: text) { bytes in
        Keyword.isWritten(bytes)
          ? values.intern(.keyword, bytes: UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
          : values.intern(.string, bytes: bytes)
      }
    case UInt8(ascii: "["): return try list(into: &values)
    case UInt8(ascii: "{"): return try map(into: &values)
    case UInt8(ascii: "n") where skip("null"): return ValueTable.null
    case UInt8(ascii: "t") where skip("true"): return ValueTable.true
    case UInt8(ascii: "f") where skip("false"): return ValueTable.false
    default:
      let hint = Words.isLetter(peek) ? " (text needs quotes)" : ""
      throw error("found \(found), expected a value\(hint)")
    }
  }

  private mutating func skip(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard end - position >= count else { return false }
    for index in 0..<count where base[position + index] != word.utf8Start[index] { return false }
    if position + count < end, Words.isLetter(base[position + count]) { return false }
    position += count
    return true
  }

  /// Reads an integer of at most 18 digits; nil, and nothing read, when there is something else.
  @inline(__always)
  mutating func shortInteger() -> Int64? {
    var index = position
    let negative = index < end && base[index] == UInt8(ascii: "-")
    if negative { index += 1 }
    let first = index
    var magnitude: Int64 = 0
    // Eight digits at a time while there are eight bytes to load.
    while let word = word(at: index) {
      let (eight, count) = JSONScanner.digits(word)
      if count == 0 { break }
      magnitude = magnitude &* JSONScanner.power(count) &+ eight
      index += count
      if count < 8 || index - first > 18 { break }
    }
    while index < end {
      let digit = base[index] &- UInt8(ascii: "0")
      if digit > 9 { break }
      if index - first >= 18 { return nil }
      magnitude = magnitude &* 10 &+ Int64(digit)
      index += 1
    }
    guard index > first, index - first <= 18,
      index - first == 1 || base[first] != UInt8(ascii: "0")
    else { return nil }
    if index < end {
      let byte = base[index]
      if byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") { return nil }
    }
    position = index
    return negative ? -magnitude : magnitude
  }

  /// The number that the digits at the beginning of a word of the file are, and how many they are.
  @inline(__always)
  static func digits(_ word: UInt64) -> (value: Int64, count: Int) {
    let digits = word ^ 0x3030_3030_3030_3030
    // A byte that is no digit gets its high bit; a carry reaches only bytes after such a one.
    let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
    let count = others == 0 ? 8 : others.trailingZeroBitCount / 8
    if count == 0 { return (0, 0) }
    let moved = digits << UInt64(64 - 8 * count)
    let pairs = (moved &* 10 &+ moved >> 8) & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
    let eight = (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
    return (Int64(eight), count)
  }

  /// Ten to the power of a number from 0 to 8.
  @inline(__always)
  static func power(_ exponent: Int) -> Int64 {
    switch exponent {
    case 1: 10
    case 2: 100
    case 3: 1000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    case 8: 100_000_000
    default: 1
    }
  }

  @inline(__always)
  private mutating func number(into values: inout ValueTable) throws(ScanError) -> ValueID {
    if let integer = shortInteger() { return values.intern(integer: integer) }
    return try longNumber(into: &values)
  }

  private mutating func longNumber(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let start = position
    if peek == UInt8(ascii: "-") { position += 1 }
    let leading = position
    try digits()
    if base[leading] == UInt8(ascii: "0"), position > leading + 1 {
      throw error("found a number that begins with 0, expected none or “0x…” in quotes", at: start)
    }
    if peek == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if peek | 0x20 == UInt8(ascii: "e") {
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    let literal = UnsafeBufferPointer(start: base + start, count: position - start)
    guard let id = values.intern(number: String(decoding: literal, as: UTF8.self)) else {
      throw error("found a number whose exponent has more than nine digits", at: start)
    }
    return id
  }

  private mutating func digits() throws(ScanError) {
    let start = position
    while position < end, base[position] &- UInt8(ascii: "0") <= 9 { position += 1 }
    guard position > start else { throw error("found \(found), expected a digit") }
  }

  private mutating func enter() throws(ScanError) {
    depth += 1
    guard depth <= JSONParser.maximumDepth else {
      throw error("nested deeper than \(JSONParser.maximumDepth) levels")
    }
    position += 1
    skipSpace()
  }

  private mutating func list(into values: inout ValueTable) throws(ScanError) -> ValueID {
    try enter()
    let bottom = stack.count
    if peek != UInt8(ascii: "]") {
      while true {
        stack.append(try value(into: &values))
        skipSpace()
        if peek == UInt8(ascii: "]") { break }
        guard peek == UInt8(ascii: ",") else {
          throw error("found \(found) in an array, expected “,” or “]”")
        }
        position += 1
        skipSpace()
      }
    }
    position += 1
    depth -= 1
    let id = values.intern(list: stack[bottom...])
    stack.removeSubrange(bottom...)
    return id
  }

  private mutating func map(into values: inout ValueTable) throws(ScanError) -> ValueID {
    try enter()
    var entries: [(key: ValueID, value: ValueID)] = []
    var names: Set<ValueID> = []
    if peek != UInt8(ascii: "}") {
      while true {
        guard peek == UInt8(ascii: "\"") else {
          throw error("found \(found), expected a name in quotes")
        }
        let start = position
        let name = try value(into: &values)
        guard names.insert(name).inserted else {
          throw error("found \(values.describe(name)) twice in one object", at: start)
        }
        try colon()
        entries.append((name, try value(into: &values)))
        skipSpace()
        if peek == UInt8(ascii: "}") { break }
        try comma()
      }
    }
    position += 1
    depth -= 1
    return values.intern(map: entries)
  }

  /// Reads the `:` after a name and the space around it.
  @inline(__always)
  mutating func colon() throws(ScanError) {
    skipSpace()
    guard peek == UInt8(ascii: ":") else {
      throw error("found \(found) after a name, expected “:”")
    }
    position += 1
    skipSpace()
  }

  /// Reads the `,` between two members and the space after it.
  @inline(__always)
  mutating func comma() throws(ScanError) {
    guard peek == UInt8(ascii: ",") else {
      throw error("found \(found) in an object, expected “,” or “}”")
    }
    position += 1
    skipSpace()
  }
}
