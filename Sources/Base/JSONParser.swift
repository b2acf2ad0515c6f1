/// A JSON text that cannot be read: where, what was found and what was expected.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line, from 1.
  public var line: Int
  /// The column in bytes, from 1.
  public var column: Int
  /// One sentence without a full stop.
  public var message: String

  /// Names the place, line and column counted from 1 and the column in bytes, and what is wrong
  /// there.
  public init(line: Int, column: Int, message: String) {
    self.line = line
    self.column = column
    self.message = message
  }

  /// `line:column: message`.
  public var description: String { "\(line):\(column): \(message)" }
}

/// Reads one JSON value from bytes.
///
/// `relaxed` is the part of JSON5 that people write plans in: comments, trailing commas, names
/// without quotes, strings in single quotes. Both refuse duplicate names, invalid UTF-8, and
/// nesting beyond ``maximumDepth``.
public struct JSONParser {
  /// How deep arrays and objects may nest.
  public static let maximumDepth = 128

  private let bytes: [UInt8]
  private let relaxed: Bool
  private var position = 0
  private var depth = 0

  private init(_ bytes: [UInt8], relaxed: Bool) {
    self.bytes = bytes
    self.relaxed = relaxed
  }

  /// Reads the one value that the bytes hold.
  ///
  /// - Complexity: O(bytes).
  /// - Throws: ``JSONError`` with line and column of the first byte that does not fit.
  public static func parse(_ bytes: some Sequence<UInt8>, relaxed: Bool = false)
    throws(JSONError) -> JSON
  {
    var parser = JSONParser(Array(bytes), relaxed: relaxed)
    if parser.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    try parser.skipSpace()
    let value = try parser.value()
    try parser.skipSpace()
    guard parser.position == parser.bytes.count else {
      throw parser.error("found \(parser.found) after the value, expected the end")
    }
    return value
  }

  /// Reads the one value that the text holds.
  public static func parse(_ text: String, relaxed: Bool = false) throws(JSONError) -> JSON {
    try parse(text.utf8, relaxed: relaxed)
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private var found: String {
    guard let byte = peek else { return "the end of the text" }
    if byte < 0x20 || byte >= 0x7F { return "byte 0x" + String(byte, radix: 16) }
    return "“\(String(UnicodeScalar(byte)))”"
  }

  private func error(_ message: String, at offset: Int? = nil) -> JSONError {
    let end = offset ?? position
    var line = 1
    var start = 0
    for index in 0..<min(end, bytes.count) where bytes[index] == 0x0A {
      line += 1
      start = index + 1
    }
    return JSONError(line: line, column: end - start + 1, message: message)
  }

  private mutating func skipSpace() throws(JSONError) {
    while let byte = peek {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case UInt8(ascii: "/") where relaxed: try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(JSONError) {
    let start = position
    let next = position + 1 < bytes.count ? bytes[position + 1] : 0
    if next == UInt8(ascii: "/") {
      while let byte = peek, byte != 0x0A { position += 1 }
    } else if next == UInt8(ascii: "*") {
      position += 2
      while position + 1 < bytes.count {
        if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
          position += 2
          return
        }
        position += 1
      }
      throw error("this comment is never closed", at: start)
    } else {
      throw error("found “/”, expected a value or a comment")
    }
  }

  private mutating func value() throws(JSONError) -> JSON {
    guard let byte = peek else { throw error("found the end of the text, expected a value") }
    switch byte {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string(quote: byte))
    case UInt8(ascii: "'") where relaxed: return .string(try string(quote: byte))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "a")...UInt8(ascii: "z"): return try word()
    default: throw error("found \(found), expected a value")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSON
  ) throws(JSONError) -> JSON {
    depth += 1
    guard depth <= JSONParser.maximumDepth else {
      throw error("nested deeper than \(JSONParser.maximumDepth) levels")
    }
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func word() throws(JSONError) -> JSON {
    for (text, value) in [("true", JSON.bool(true)), ("false", .bool(false)), ("null", .null)]
    where bytes[position...].starts(with: text.utf8) {
      position += text.utf8.count
      return value
    }
    throw error("found \(found), expected a value (strings need quotes)")
  }

  private mutating func array() throws(JSONError) -> JSON {
    position += 1
    var elements: [JSON] = []
    while true {
      try skipSpace()
      if peek == UInt8(ascii: "]"), relaxed || elements.isEmpty { break }
      elements.append(try value())
      try skipSpace()
      if peek == UInt8(ascii: "]") { break }
      guard peek == UInt8(ascii: ",") else {
        throw error("found \(found) in an array, expected “,” or “]”")
      }
      position += 1
    }
    position += 1
    return .array(elements)
  }

  private mutating func object() throws(JSONError) -> JSON {
    position += 1
    var members: [JSON.Member] = []
    var names: Set<String> = []
    while true {
      try skipSpace()
      if peek == UInt8(ascii: "}"), relaxed || members.isEmpty { break }
      let start = position
      let name = try memberName()
      guard isNew(name, members, &names) else {
        throw error("“\(name)” is given twice", at: start)
      }
      try skipSpace()
      guard peek == UInt8(ascii: ":") else {
        throw error("found \(found) after a name, expected “:”")
      }
      position += 1
      try skipSpace()
      members.append(JSON.Member(name, try value()))
      try skipSpace()
      if peek == UInt8(ascii: "}") { break }
      guard peek == UInt8(ascii: ",") else {
        throw error("found \(found) in an object, expected “,” or “}”")
      }
      position += 1
    }
    position += 1
    return .object(members)
  }

  /// Whether no member has that name: by comparison while there are few, then by a set.
  private func isNew(
    _ name: String, _ members: [JSON.Member], _ names: inout Set<String>
  ) -> Bool {
    if members.count < 16 { return !members.contains { $0.name == name } }
    if names.isEmpty { names = Set(members.map(\.name)) }
    return names.insert(name).inserted
  }

  private mutating func memberName() throws(JSONError) -> String {
    if peek == UInt8(ascii: "\"") { return try string(quote: UInt8(ascii: "\"")) }
    if relaxed, peek == UInt8(ascii: "'") { return try string(quote: UInt8(ascii: "'")) }
    let start = position
    while relaxed, let byte = peek, isNameByte(byte) { position += 1 }
    guard position > start else {
      throw error("found \(found), expected a name" + (relaxed ? "" : " in quotes"))
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private mutating func string(quote: UInt8) throws(JSONError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    while let byte = peek, byte != quote {
      if byte == UInt8(ascii: "\\") {
        try escape(into: &text)
      } else if byte < 0x20 {
        throw error("a control character in a string must be escaped")
      } else {
        text.append(byte)
        position += 1
      }
    }
    guard peek == quote else { throw error("this string is never closed", at: start) }
    position += 1
    guard let valid = String(validating: text, as: UTF8.self) else {
      throw error("this string is not valid UTF-8", at: start)
    }
    return valid
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    let start = position
    position += 1
    guard let byte = peek else { throw error("this string is never closed", at: start) }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "'") where relaxed: text.append(byte)
    case UInt8(ascii: "u"):
      var code = try hexQuad(from: start)
      if (0xD800..<0xDC00).contains(code), peek == UInt8(ascii: "\\"),
        position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try hexQuad(from: start)
        guard (0xDC00..<0xE000).contains(low) else {
          throw error("half of a surrogate pair", at: start)
        }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = UnicodeScalar(code) else {
        throw error("half of a surrogate pair", at: start)
      }
      text.append(contentsOf: String(Character(scalar)).utf8)
    default: throw error("“\\\(String(UnicodeScalar(byte)))” is no JSON escape", at: start)
    }
  }

  private mutating func hexQuad(from start: Int) throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw error("“\\u” needs four hexadecimal digits", at: start) }
    position += 4
    return code
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = position
    if peek == UInt8(ascii: "-") { position += 1 }
    let leading = position
    try digits()
    if bytes[leading] == UInt8(ascii: "0"), position > leading + 1 {
      throw error("a number must not begin with 0", at: start)
    }
    var isInteger = true
    if peek == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    return .number(text)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > start else { throw error("found \(found), expected a digit") }
  }
}
