import Base
import Histories

/// Reads Fressian values from bytes straight into a value table (github.com/Datomic/fressian).
///
/// A value is a code of one byte and what belongs to it. Two caches grow as values are read, both
/// empty at the start: values that were put there (`CD`), and the tags of structs with how many
/// fields they have. What EDN would print alike is one value: see ``structure(_:_:into:)``.
struct FressianScanner {
  let bytes: UnsafeRawBufferPointer
  /// The next byte to read.
  var position: Int
  /// The first byte that is not ours.
  let end: Int
  /// Whether a struct whose tag is unknown is an error, because its value counts.
  var isStrict = false

  /// A value that was put into the cache.
  private struct Cached {
    /// ``ValueTable/none`` while it is being read.
    var id: ValueID
    var height: Int
    var weight: Int
  }

  private var cache: [Cached] = []
  private var structs: [(tag: FressianTag, fields: Int)] = []
  private var depth = 0
  /// How deep the value at hand goes.
  private var deepest = 0
  /// How many values were read, those that came from the cache with all their parts.
  private var weight = 0
  /// How many of them were parts that came from the cache.
  private var borrowed = 0
  /// A few bytes may name a large value again and again.
  private static let mostBorrowed = 1 << 20
  private var text: [UInt8] = []

  /// The owner keeps the bytes alive.
  init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next byte, or nil at the end.
  var peek: UInt8? { position < end ? bytes[position] : nil }

  func error(_ message: String, at offset: Int? = nil) -> ScanError {
    ScanError(offset: offset ?? position, message: message)
  }

  mutating func byte() throws(ScanError) -> UInt8 {
    guard position < end else {
      throw ScanError(
        offset: position, message: "found the end of the block inside a value", isAtEnd: true)
    }
    position += 1
    return bytes[position - 1]
  }

  /// Begins a value inside another one.
  mutating func enter() throws(ScanError) {
    depth += 1
    deepest = max(deepest, depth)
    guard depth <= JSONParser.maximumDepth else {
      throw error("nested deeper than \(JSONParser.maximumDepth) levels")
    }
  }

  mutating func leave() { depth -= 1 }

  // MARK: - Values

  /// Reads one value of any kind.
  ///
  /// - Throws: ``ScanError`` with the byte where it is no value.
  mutating func value(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let start = position
    weight += 1
    let code = try byte()
    switch code {
    case 0x00...0x7F, 0xF8, 0xFF:
      return values.intern(integer: try integer(code))
    case 0x80...0x9F: return try cached(Int(code) - 0x80, at: start)
    case 0xCC: return try cached(try count(), at: start)
    case 0xCD: return try put(into: &values)
    case 0xD0...0xD9, 0xDA...0xE3: return try textOrBytes(code, into: &values)
    case 0xE4...0xEE:
      let parts = try parts(of: try list(code), into: &values)
      return values.intern(list: parts)
    case 0xF5: return ValueTable.true
    case 0xF6: return ValueTable.false
    case 0xF7: return ValueTable.null
    case 0xF9...0xFC: return values.intern(float: try number(code))
    case 0xFE, 0xCF:
      if code == 0xCF { try footer(start) }
      forget()
      // A row of these is a recursion.
      try enter()
      let id = try value(into: &values)
      leave()
      return id
    default:
      position = start
      guard let (tag, fields) = try structure(into: &values) else {
        throw error("found \(Words.byte(code)), expected a Fressian value", at: start)
      }
      return try structure(tag, fields, into: &values)
    }
  }

  /// The tag and fields of the struct that begins here; nil, and nothing read, for anything else.
  /// How many fields the tags with a code of their own have is known.
  mutating func structure(
    into values: inout ValueTable
  ) throws(ScanError) -> (tag: FressianTag, fields: Int?)? {
    let start = position
    let code = try byte()
    if let tag = FressianTag.coded[code] { return (tag, nil) }
    switch code {
    case 0xEF:
      try enter()
      let name = try value(into: &values)
      leave()
      guard let tag = values.string(name) else {
        throw error("found \(values.describe(name)), expected a struct's tag", at: start)
      }
      structs.append((FressianTag(tag), try count()))
    case 0xA0...0xAF, 0xF0:
      let index = code == 0xF0 ? try count() : Int(code) - 0xA0
      guard structs.indices.contains(index) else {
        throw error("found the struct \(index) of \(structs.count) that were named", at: start)
      }
      return structs[index]
    default:
      position = start
      return nil
    }
    return structs.last
  }

  private mutating func cached(_ index: Int, at start: Int) throws(ScanError) -> ValueID {
    guard cache.indices.contains(index), cache[index].id != ValueTable.none else {
      throw error("found the cached value \(index) of \(cache.count)", at: start)
    }
    let value = cache[index]
    weight += value.weight - 1
    borrowed += value.weight - 1
    deepest = max(deepest, depth + value.height)
    guard depth + value.height <= JSONParser.maximumDepth, borrowed <= Self.mostBorrowed else {
      throw error("cached values inside one another become too large", at: start)
    }
    return value.id
  }

  /// Reads a value and keeps it under the next number.
  private mutating func put(into values: inout ValueTable) throws(ScanError) -> ValueID {
    let place = cache.count
    cache.append(Cached(id: ValueTable.none, height: 0, weight: 0))
    // Each `CD` is a level, for a row of them is a recursion as well.
    try enter()
    let (outer, before) = (deepest, weight)
    deepest = depth
    let id = try value(into: &values)
    guard place < cache.count else { throw error("the caches end inside a cached value") }
    cache[place] = Cached(id: id, height: deepest - depth, weight: weight - before)
    deepest = max(outer, deepest)
    leave()
    return id
  }

  private mutating func forget() {
    cache.removeAll()
    structs.removeAll()
  }

  /// Skips a footer: its magic, a length and a checksum, which the block's own one covers.
  private mutating func footer(_ start: Int) throws(ScanError) {
    for _ in 0..<3 {
      guard try byte() == 0xCF else { throw error("found a broken footer", at: start) }
    }
    for _ in 0..<8 { _ = try byte() }
  }
}

// MARK: - Numbers

extension FressianScanner {
  /// Reads an integer.
  mutating func integer() throws(ScanError) -> Int64 {
    let code = try byte()
    switch code {
    case 0x00...0x7F, 0xF8, 0xFF: return try integer(code)
    default: throw error("found \(Words.byte(code)), expected an integer", at: position - 1)
    }
  }

  /// The integer that a code begins: the more bytes follow, the fewer bits are in the code.
  private mutating func integer(_ code: UInt8) throws(ScanError) -> Int64 {
    switch code {
    case 0xFF: return -1
    case 0x00...0x3F: return Int64(code)
    case 0x40...0x5F: return try more(Int64(code) - 0x50, 1)
    case 0x60...0x6F: return try more(Int64(code) - 0x68, 2)
    case 0x70...0x73: return try more(Int64(code) - 0x72, 3)
    case 0x74...0x77: return try more(Int64(code) - 0x76, 4)
    case 0x78...0x7B: return try more(Int64(code) - 0x7A, 5)
    case 0x7C...0x7F: return try more(Int64(code) - 0x7E, 6)
    default: return try more(0, 8)
    }
  }

  private mutating func more(_ high: Int64, _ count: Int) throws(ScanError) -> Int64 {
    var number = high
    for _ in 0..<count { number = number << 8 | Int64(try byte()) }
    return number
  }

  /// How many bytes or values follow.
  mutating func count() throws(ScanError) -> Int {
    let start = position
    let number = try integer()
    guard number >= 0, number <= Int32.max else {
      throw error("found the count \(number)", at: start)
    }
    return Int(number)
  }

  /// The floating-point number that a code begins, as text.
  mutating func number(_ code: UInt8) throws(ScanError) -> String {
    switch code {
    case 0xF9: return "\(Float(bitPattern: UInt32(truncatingIfNeeded: try more(0, 4))))"
    case 0xFA: return "\(Double(bitPattern: UInt64(bitPattern: try more(0, 8))))"
    case 0xFB: return "0"
    case 0xFC: return "1"
    default: throw error("found \(Words.byte(code)), expected a floating-point number")
    }
  }
}

// MARK: - Lists

extension FressianScanner {
  /// What is left of a list.
  enum List {
    case counted(Int)
    /// Until `FD`; where it is open, the end of the block will do.
    case marked(isOpen: Bool)
  }

  /// The list that a code begins.
  mutating func list(_ code: UInt8) throws(ScanError) -> List {
    switch code {
    case 0xE4...0xEB: return .counted(Int(code) - 0xE4)
    case 0xEC: return .counted(try count())
    case 0xED: return .marked(isOpen: false)
    case 0xEE: return .marked(isOpen: true)
    default: throw error("found \(Words.byte(code)), expected a list", at: position - 1)
    }
  }

  /// Whether a list goes on; its end is read.
  mutating func goesOn(_ list: inout List) throws(ScanError) -> Bool {
    switch list {
    case .counted(let count):
      list = .counted(count - 1)
      return count > 0
    case .marked(let isOpen):
      if isOpen, peek == nil { return false }
      if peek == 0xFD {
        position += 1
        return false
      }
      return true
    }
  }

  /// Reads what is left of a list.
  mutating func parts(
    of list: List, into values: inout ValueTable
  ) throws(ScanError) -> [ValueID] {
    var list = list
    var parts: [ValueID] = []
    try enter()
    while try goesOn(&list) { parts.append(try value(into: &values)) }
    leave()
    return parts
  }
}

// MARK: - Texts and bytes

extension FressianScanner {
  /// Reads a string, or bytes, which become text of hexadecimal digits.
  private mutating func textOrBytes(
    _ code: UInt8, into values: inout ValueTable
  ) throws(ScanError) -> ValueID {
    let start = position - 1
    let isText = code >= 0xDA
    try octets(code)
    guard isText else { return values.intern(string: FressianTag.hexadecimal(text)) }
    let isPlain = text.withUnsafeBytes { UTF8Check.firstInvalid($0) == nil }
    if !isPlain, !text.joinSurrogates() {
      guard !isStrict else {
        throw error(
          "found a string that is no text (half of a surrogate pair, or worse)", at: start)
      }
      return values.intern(string: String(decoding: text, as: UTF8.self))
    }
    return text.withUnsafeBytes { values.intern(.string, bytes: $0) }
  }

  /// Reads bytes, in one piece or several.
  mutating func octets() throws(ScanError) -> [UInt8] {
    let code = try byte()
    guard (0xD0...0xD9).contains(code) else {
      throw error("found \(Words.byte(code)), expected bytes", at: position - 1)
    }
    try octets(code)
    return text
  }

  /// Reads the pieces of a string or of bytes, of which the first code was read, into ``text``.
  private mutating func octets(_ first: UInt8) throws(ScanError) {
    text.removeAll(keepingCapacity: true)
    let base: UInt8 = first >= 0xDA ? 0xDA : 0xD0
    var code = first
    while true {
      guard (base..<base + 10).contains(code) else {
        throw error("found \(Words.byte(code)) among the pieces of a text", at: position - 1)
      }
      let length = code < base + 8 ? Int(code - base) : try count()
      guard length <= end - position else {
        throw error("found a text of \(length) bytes, and the block has \(end - position)")
      }
      text.append(contentsOf: bytes[position..<position + length])
      position += length
      guard code == base + 8 else { return }
      code = try byte()
    }
  }
}

extension [UInt8] {
  /// Makes UTF-8 of Java's text, whose code units of 16 bits are encoded one by one; false where
  /// they are no text.
  fileprivate mutating func joinSurrogates() -> Bool {
    var joined: [UInt8] = []
    joined.reserveCapacity(count)
    var place = 0
    while place < count {
      if let high = unit(at: place), let low = unit(at: place + 3),
        (0xD800..<0xDC00).contains(high),
        (0xDC00..<0xE000).contains(low),
        let scalar = UnicodeScalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      {
        joined += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        place += 6
      } else {
        joined.append(self[place])
        place += 1
      }
    }
    guard joined.withUnsafeBytes({ UTF8Check.firstInvalid($0) == nil }) else { return false }
    self = joined
    return true
  }

  /// The code unit of three bytes that begins there.
  private func unit(at place: Int) -> UInt32? {
    guard place + 2 < count, self[place] & 0xF0 == 0xE0, self[place + 1] & 0xC0 == 0x80,
      self[place + 2] & 0xC0 == 0x80
    else { return nil }
    return UInt32(self[place] & 0x0F) << 12 | UInt32(self[place + 1] & 0x3F) << 6
      | UInt32(self[place + 2] & 0x3F)
  }
}
