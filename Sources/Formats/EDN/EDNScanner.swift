import Base
import Histories

/// Reads EDN values from bytes straight into a value table (github.com/edn-format/edn).
///
/// Tags are dropped, `#_` discards and `;` comments skipped, commas are white space. A symbol, a
/// character, a pattern, a ratio and `##Inf` become strings; vectors and lists are one. The keys of
/// `#:name{:a 1}` are what they stand for, `:name/a`.
struct EDNScanner {
  let base: UnsafePointer<UInt8>
  /// The next byte to read.
  var position = 0
  /// The first byte that is not ours.
  let end: Int
  private var depth = 0
  /// What is after the last byte, in the words of an error.
  var endName = "the end of the file"
  /// Whether a tag said that its value is one of Jepsen's `[key value]` tuples.
  private(set) var hasTaggedTuples = false
  /// The name in `#:name`, which the next value takes.
  private var namespace: Range<Int>?
  private var stack: [ValueID] = []
  private var decoded: [UInt8] = []

  /// The owner keeps the bytes alive.
  init(_ bytes: UnsafeRawBufferPointer, from start: Int = 0) {
    // An empty buffer is never read: `end` is 0.
    base =
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(bitPattern: 1)!
    position = start
    end = bytes.count
  }

  /// The next byte, or 0 at the end.
  var peek: UInt8 { position < end ? base[position] : 0 }

  /// The next byte in the words of an error.
  var found: String { position < end ? Words.byte(base[position]) : endName }

  func error(_ message: String, at offset: Int? = nil) -> ScanError {
    ScanError(offset: offset ?? position, message: message)
  }

  /// Bytes that were read, as text.
  func text(_ range: Range<Int>) -> String {
    String(
      decoding: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count),
      as: UTF8.self)
  }

  /// Skips white space, comments, discarded values and tags: the next byte begins a value or ends
  /// a collection.
  mutating func skipSpace(into values: inout ValueTable) throws(ScanError) {
    namespace = nil
    var tag: Int?
    while position < end {
      switch base[position] {
      case 0x20, 0x09...0x0D, UInt8(ascii: ","): position += 1
      case UInt8(ascii: ";"): while position < end, base[position] != 0x0A { position += 1 }
      case UInt8(ascii: "#"):
        let next = position + 1 < end ? base[position + 1] : 0
        if next == UInt8(ascii: "_") {
          try discard(into: &values)
        } else if next == UInt8(ascii: ":") || Words.isLetter(next) {
          tag = position
          let start = position + 1
          position = start
          while position < end, Keyword.isPart(base[position]) { position += 1 }
          noteTag(start..<position)
        } else {
          return
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"):
        if let tag { throw lonely(tag) }
        return
      default: return
      }
    }
    if let tag { throw lonely(tag) }
  }

  /// The error for a tag that no value follows.
  private func lonely(_ tag: Int) -> ScanError {
    var failure = error("found a tag before \(found), expected the value that it is of", at: tag)
    failure.isAtEnd = position == end
    return failure
  }

  /// Notes the tags under which Jepsen's tuples were ever printed: `jepsen.independent.Tuple` and
  /// `clojure.lang.MapEntry`.
  private mutating func noteTag(_ tag: Range<Int>) {
    if base[tag.lowerBound] == UInt8(ascii: ":") {
      let name = tag.drop { base[$0] == UInt8(ascii: ":") }
      namespace = name.isEmpty ? nil : name.startIndex..<tag.upperBound
      return
    }
    guard !hasTaggedTuples, let last = tag.last else { return }
    let isTuple = base[last] == UInt8(ascii: "e") || base[last] == UInt8(ascii: "y")
    guard isTuple,
      base[tag.lowerBound] == UInt8(ascii: "j") || base[tag.lowerBound] == UInt8(ascii: "c")
    else { return }
    let name = text(tag).lowercased()
    hasTaggedTuples =
      name.hasSuffix("independent.tuple") || name.hasSuffix("independent/tuple")
      || name == "clojure.lang.mapentry"
  }

  private mutating func discard(into values: inout ValueTable) throws(ScanError) {
    try enter()
    position += 1
    // What is discarded must leave nothing behind.
    var scratch = ValueTable()
    let outer = namespace
    defer { namespace = outer }
    try skipSpace(into: &scratch)
    _ = try value(into: &scratch)
    depth -= 1
  }

  private mutating func enter() throws(ScanError) {
    depth += 1
    guard depth <= JSONParser.maximumDepth else {
      throw error("nested deeper than \(JSONParser.maximumDepth) levels")
    }
    position += 1
  }
}

// MARK: - Values

extension EDNScanner {
  /// Reads one value of any kind; white space before it has been skipped.
  mutating func value(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let start = position
    if let namespace, peek != UInt8(ascii: "{") {
      throw error(
        "found \(found) after “#:\(text(namespace))”, expected a map", at: start)
    }
    switch peek {
    case UInt8(ascii: ":"): return try keyword(into: &values)
    case UInt8(ascii: "\""):
      try string()
      return decoded.withUnsafeBytes { values.intern(.string, bytes: $0) }
    case UInt8(ascii: "\\"): return try character(into: &values)
    case UInt8(ascii: "["): return try sequence(closing: UInt8(ascii: "]"), into: &values)
    case UInt8(ascii: "("): return try sequence(closing: UInt8(ascii: ")"), into: &values)
    case UInt8(ascii: "{"): return try map(into: &values)
    case UInt8(ascii: "#"): return try dispatch(into: &values)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(into: &values)
    case UInt8(ascii: "-"), UInt8(ascii: "+"):
      if start + 1 < end, Words.isDigit(base[start + 1]) { return try number(into: &values) }
      return try symbol(into: &values)
    default: return try symbol(into: &values)
    }
  }

  /// Reads an integer of at most 18 digits; nil, and nothing read, when there is something else.
  mutating func shortInteger() -> Int64? {
    var index = position
    let negative = index < end && base[index] == UInt8(ascii: "-")
    if negative { index += 1 }
    let first = index
    var magnitude: Int64 = 0
    while index < end, Words.isDigit(base[index]), index - first < 18 {
      magnitude = magnitude * 10 + Int64(base[index] - UInt8(ascii: "0"))
      index += 1
    }
    guard index > first, index - first == 1 || base[first] != UInt8(ascii: "0"),
      index == end || !Keyword.isPart(base[index])
    else { return nil }
    position = index
    return negative ? -magnitude : magnitude
  }

  private mutating func number(into values: inout ValueTable) throws(ScanError) -> ValueID {
    if let integer = shortInteger() { return values.intern(integer: integer) }
    let start = position
    while position < end, Keyword.isPart(base[position]) { position += 1 }
    let token = text(start..<position)
    if token.utf8.contains(UInt8(ascii: "/")), let ratio = Ratio(token) {
      return ratio.intern(into: &values)
    }
    if token.hasPrefix("0x") || token.hasPrefix("0X"), token.utf8.count > 2,
      token.utf8.dropFirst(2).allSatisfy({ Words.hexValue($0) != nil })
    {
      return Int64(token.dropFirst(2), radix: 16).map { values.intern(integer: $0) }
        ?? values.intern(string: token)
    }
    var literal = Substring(token)
    if literal.hasSuffix("N") || literal.hasSuffix("M") { literal.removeLast() }
    let whole = literal.drop { $0 == "-" || $0 == "+" }.prefix { $0.isASCII && $0.isNumber }
    guard literal.utf8.last != UInt8(ascii: "."), whole.count == 1 || !whole.hasPrefix("0"),
      let id = values.intern(number: literal)
    else { throw error("found “\(token)”, expected a number", at: start) }
    return id
  }

  private mutating func keyword(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let start = position
    position += 1
    while position < end, Keyword.isPart(base[position]) { position += 1 }
    guard position > start + 1 else {
      throw error("found a colon without a name, expected a keyword", at: start)
    }
    let name = try valid(start + 1..<position)
    return values.intern(.keyword, bytes: name)
  }

  /// A word: `nil`, `true`, `false`, or a symbol, which is kept as text.
  private mutating func symbol(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let start = position
    while position < end, Keyword.isPart(base[position]) { position += 1 }
    guard position > start else { throw error("found \(found), expected a value") }
    let name = try valid(start..<position)
    if name.elementsEqual("nil".utf8) { return ValueTable.null }
    if name.elementsEqual("true".utf8) { return ValueTable.true }
    if name.elementsEqual("false".utf8) { return ValueTable.false }
    return values.intern(.string, bytes: name)
  }

  /// `#{…}`, `##Inf`, `#"…"`; tags and discards are white space, see ``skipSpace(into:)``.
  private mutating func dispatch(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let start = position
    position += 1
    switch peek {
    case UInt8(ascii: "{"): return try set(into: &values)
    case UInt8(ascii: "#"):
      while position < end, Keyword.isPart(base[position]) { position += 1 }
      guard ["##Inf", "##-Inf", "##NaN"].contains(text(start..<position)) else {
        throw error(
          "found “\(text(start..<position))”, expected ##Inf, ##-Inf or ##NaN", at: start)
      }
      return values.intern(.string, bytes: try valid(start..<position))
    case UInt8(ascii: "\""):
      try pattern(from: start)
      return decoded.withUnsafeBytes { values.intern(.string, bytes: $0) }
    default: throw error("found “#” before \(found), expected a set, a tag or “#_”", at: start)
    }
  }

  private mutating func character(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let start = position
    position += 1
    // The first byte may be a delimiter: `\(` is a character.
    if position < end { position += 1 }
    while position < end, Keyword.isPart(base[position]) { position += 1 }
    let name = String(decoding: try valid(start + 1..<position), as: UTF8.self)
    let named = [
      "newline": "\n", "space": " ", "tab": "\t", "return": "\r", "backspace": "\u{8}",
      "formfeed": "\u{C}",
    ]
    if let text = named[name] { return values.intern(string: text) }
    if name.unicodeScalars.count == 1 { return values.intern(string: name) }
    if name.hasPrefix("u"), let code = UInt32(name.dropFirst(), radix: 16),
      let scalar = UnicodeScalar(code)
    {
      return values.intern(string: String(Character(scalar)))
    }
    if name.hasPrefix("o"), let code = UInt8(name.dropFirst(), radix: 8) {
      return values.intern(string: String(UnicodeScalar(code)))
    }
    throw error("found “\\\(name)”, expected a character", at: start)
  }

  /// The bytes of a range, once they are known to be UTF-8.
  private func valid(_ range: Range<Int>) throws(ScanError) -> UnsafeRawBufferPointer {
    let bytes = UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    if let bad = UTF8Check.firstInvalid(bytes) {
      throw error(
        "found \(Words.byte(bytes[bad])), expected valid UTF-8", at: range.lowerBound + bad)
    }
    return bytes
  }
}

// MARK: - Collections

extension EDNScanner {
  private mutating func sequence(
    closing: UInt8, into values: inout ValueTable
  ) throws(ScanError) -> ValueID {
    let bottom = try parts(closing: closing, into: &values)
    let id = values.intern(list: stack[bottom...])
    stack.removeSubrange(bottom...)
    return id
  }

  private mutating func set(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let bottom = try parts(closing: UInt8(ascii: "}"), into: &values)
    let id = values.intern(set: Array(stack[bottom...]))
    stack.removeSubrange(bottom...)
    return id
  }

  private mutating func map(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let start = position
    let namespace = namespace
    let bottom = try parts(closing: UInt8(ascii: "}"), into: &values)
    let parts = stack[bottom...]
    guard parts.count % 2 == 0 else {
      throw error("found a map with a key that has no value", at: start)
    }
    if let namespace {
      for index in stride(from: bottom, to: stack.count, by: 2) {
        stack[index] = try full(stack[index], in: namespace, &values)
      }
    }
    var names: Set<ValueID> = []
    var entries: [(key: ValueID, value: ValueID)] = []
    for index in stride(from: bottom, to: stack.count, by: 2) {
      guard names.insert(stack[index]).inserted else {
        throw error("found \(values.describe(stack[index])) twice in one map", at: start)
      }
      entries.append((stack[index], stack[index + 1]))
    }
    stack.removeSubrange(bottom...)
    return values.intern(map: entries)
  }

  /// The key `:a` of a map `#:name{…}` as it is by itself, `:name/a`; `:_/a` is `:a`.
  private func full(
    _ key: ValueID, in namespace: Range<Int>, _ values: inout ValueTable
  ) throws(ScanError) -> ValueID {
    guard values.kind(of: key) == .keyword else { return key }
    var name = Array(values.utf8(key))
    let slash = UInt8(ascii: "/")
    if name.starts(with: "_/".utf8), name.count > 2 {
      name.removeFirst(2)
    } else if !name.dropLast().contains(slash) || name.count == 1 {
      name.insert(contentsOf: Array(try valid(namespace)) + [slash], at: 0)
    }
    return name.withUnsafeBytes { values.intern(.keyword, bytes: $0) }
  }

  /// Puts the parts of a collection on the stack and returns where they begin.
  private mutating func parts(
    closing: UInt8, into values: inout ValueTable
  ) throws(ScanError) -> Int {
    let start = position
    try enter()
    let bottom = stack.count
    while true {
      try skipSpace(into: &values)
      guard position < end else {
        var failure = error("found “\(text(start..<start + 1))” that is never closed", at: start)
        failure.isAtEnd = true
        throw failure
      }
      if base[position] == closing { break }
      stack.append(try value(into: &values))
    }
    position += 1
    depth -= 1
    return bottom
  }

  /// Reads a string into ``decoded``. A line may end inside it.
  private mutating func string() throws(ScanError) {
    let start = position
    decoded.removeAll(keepingCapacity: true)
    position += 1
    while position < end, base[position] != UInt8(ascii: "\"") {
      if base[position] == UInt8(ascii: "\\") {
        try escape()
      } else if base[position] < 0x20, !(0x09...0x0D).contains(base[position]) {
        throw error("found \(found) in a string, expected it escaped (\\u00…)")
      } else {
        decoded.append(base[position])
        position += 1
      }
    }
    guard position < end else {
      var failure = error("this string is never closed", at: start)
      failure.isAtEnd = true
      throw failure
    }
    position += 1
    let bad = decoded.withUnsafeBytes { UTF8Check.firstInvalid($0) }
    if let bad {
      throw error(
        "found \(Words.byte(decoded[bad])) in this string, expected valid UTF-8", at: start)
    }
  }

  /// Reads Clojure's `#"…"` into ``decoded``: its backslashes are the pattern's own.
  private mutating func pattern(from start: Int) throws(ScanError) {
    decoded.removeAll(keepingCapacity: true)
    position += 1
    while position < end, base[position] != UInt8(ascii: "\"") {
      if base[position] == UInt8(ascii: "\\"), position + 1 < end {
        decoded.append(base[position])
        position += 1
      }
      decoded.append(base[position])
      position += 1
    }
    guard position < end else {
      var failure = error("this pattern is never closed", at: start)
      failure.isAtEnd = true
      throw failure
    }
    position += 1
    if let bad = decoded.withUnsafeBytes({ UTF8Check.firstInvalid($0) }) {
      throw error(
        "found \(Words.byte(decoded[bad])) in this pattern, expected valid UTF-8", at: start)
    }
  }

  private mutating func escape() throws(ScanError) {
    let start = position
    let byte = position + 1 < end ? base[position + 1] : 0
    position = min(position + 2, end)
    switch byte {
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
    case UInt8(ascii: "u"):
      var code = try hexQuad(from: start)
      if (0xD800..<0xDC00).contains(code), position + 1 < end,
        base[position] == UInt8(ascii: "\\"), base[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try hexQuad(from: start)
        code =
          (0xDC00..<0xE000).contains(low) ? 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) : code
      }
      guard let scalar = UnicodeScalar(code) else {
        throw error("found half of a surrogate pair, expected a “\\u” pair", at: start)
      }
      decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default:
      throw error("found “\\” before \(Words.byte(byte)), expected an EDN escape", at: start)
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
