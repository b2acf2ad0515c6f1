import Base

/// What is wrong with a line of a trace.
struct TraceError: Error, Equatable {
  /// The column in bytes, from 1.
  var column: Int
  var message: String
  /// Whether the line just ends too early, as a killed writer leaves it.
  var isTorn = false
}

/// One line of a trace as a tape of tokens; the memory is used again for the next line.
///
/// Only numbers, words and lists of them matter to rules, so nothing is built: a value is a place
/// on the tape, and equal texts have equal hashes.
struct TraceLine: Sendable {
  enum TokenKind: UInt8 { case null, bool, integer, number, string, array, object }

  struct Token {
    var kind: TokenKind
    /// Where the text is in the line, quotes not included.
    var start: Int32
    var length: Int32
    /// The integer or Boolean; the place behind the last part of an array or object.
    var payload: Int64
  }

  private static let fields = TraceWords(TraceField.allCases.map { "\($0)" })
  private static let kinds = TraceWords(TraceKind.allCases.dropLast().map(\.word))
  private let fields = TraceLine.fields
  private let kinds = TraceLine.kinds

  private(set) var bytes: [UInt8] = []
  private(set) var tokens: [Token] = []
  private var places = [Int32](repeating: -1, count: TraceField.allCases.count)
  private var position = 0

  /// What happened.
  private(set) var kind = TraceKind.unknown
  /// When, in nanoseconds; 0 when the line does not say.
  private(set) var time: Int64 = 0
  /// Grows by one a line of a node, or nil.
  private(set) var number: Int64?
  /// The line in the file.
  var place = EventPlace(file: 0, line: 0)
  /// The node, as the table of nodes names it; -1 where a line has none.
  var node = -1

  init() {}

  /// Takes the next line.
  ///
  /// - Complexity: O(bytes); no allocation once the buffers have grown.
  mutating func read(_ line: some Collection<UInt8>) throws(TraceError) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: line)
    tokens.removeAll(keepingCapacity: true)
    for index in places.indices { places[index] = -1 }
    position = 0
    skipSpace()
    guard peek == UInt8(ascii: "{") else { throw unexpected("an object") }
    try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw unexpected("the end of the line") }
    let event = try token(.event, .string, "a string")
    kind =
      kinds.number(hash(of: event)).flatMap { TraceKind(rawValue: $0) } ?? .unknown
    time = has(.t) ? try integer(.t) : 0
    number = has(.q) ? try integer(.q) : nil
  }

  // MARK: - Reading

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D { position += 1 }
  }

  private func unexpected(_ wanted: String) -> TraceError {
    guard let byte = peek else {
      return TraceError(
        column: position + 1, message: "found the end of the line, expected \(wanted)",
        isTorn: true)
    }
    let found =
      (0x20..<0x7F).contains(byte)
      ? "“\(String(UnicodeScalar(byte)))”" : "byte 0x" + String(byte, radix: 16)
    return TraceError(column: position + 1, message: "found \(found), expected \(wanted)")
  }

  private mutating func value(depth: Int) throws(TraceError) {
    guard depth < 64 else {
      throw TraceError(column: position + 1, message: "nested deeper than 64 levels")
    }
    guard let byte = peek else { throw unexpected("a value") }
    switch byte {
    case UInt8(ascii: "{"): try object(depth)
    case UInt8(ascii: "["): try array(depth)
    case UInt8(ascii: "\""):
      let (start, length) = try string()
      tokens.append(Token(kind: .string, start: start, length: length, payload: 0))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try numeral()
    default: try word()
    }
  }

  private mutating func object(_ depth: Int) throws(TraceError) {
    let own = open(.object)
    while true {
      skipSpace()
      if peek == UInt8(ascii: "}"), tokens.count == own + 1 { break }
      let column = position + 1
      guard peek == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
      let (start, length) = try string()
      skipSpace()
      guard peek == UInt8(ascii: ":") else { throw unexpected("“:”") }
      position += 1
      skipSpace()
      if depth == 0 {
        let name = TraceWords.hash(bytes[Int(start)..<Int(start + length)])
        if let field = fields.number(name) {
          guard places[Int(field)] < 0 else {
            let text = String(decoding: bytes[Int(start)..<Int(start + length)], as: UTF8.self)
            throw TraceError(column: column, message: "“\(text)” is given twice")
          }
          places[Int(field)] = Int32(tokens.count)
        }
      }
      try value(depth: depth + 1)
      skipSpace()
      if peek == UInt8(ascii: "}") { break }
      guard peek == UInt8(ascii: ",") else { throw unexpected("“,” or “}”") }
      position += 1
    }
    close(own)
  }

  private mutating func array(_ depth: Int) throws(TraceError) {
    let own = open(.array)
    while true {
      skipSpace()
      if peek == UInt8(ascii: "]"), tokens.count == own + 1 { break }
      try value(depth: depth + 1)
      skipSpace()
      if peek == UInt8(ascii: "]") { break }
      guard peek == UInt8(ascii: ",") else { throw unexpected("“,” or “]”") }
      position += 1
    }
    close(own)
  }

  private mutating func open(_ kind: TokenKind) -> Int {
    tokens.append(Token(kind: kind, start: Int32(position), length: 0, payload: 0))
    position += 1
    return tokens.count - 1
  }

  private mutating func close(_ own: Int) {
    position += 1
    tokens[own].length = Int32(position) - tokens[own].start
    tokens[own].payload = Int64(tokens.count)
  }

  private mutating func string() throws(TraceError) -> (start: Int32, length: Int32) {
    position += 1
    let start = position
    while let byte = peek, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw unexpected("no control character in a string") }
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard peek != nil else {
      position = bytes.count
      throw unexpected("the end of the string that begins in column \(start)")
    }
    position += 1
    return (Int32(start), Int32(position - 1 - start))
  }

  private mutating func numeral() throws(TraceError) {
    let start = position
    var value: Int64 = 0
    var fits = true
    let isNegative = peek == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let first = position
    while let byte = peek, (0x30...0x39).contains(byte) {
      let (tens, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.subtractingReportingOverflow(Int64(byte - 0x30))
      fits = fits && !over && !overflow
      value = sum
      position += 1
    }
    guard position > first else { throw unexpected("a digit") }
    if !isNegative {
      fits = fits && value != .min
      value = 0 &- value
    }
    while let byte = peek, [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte) || isDigit(byte) {
      fits = false
      position += 1
    }
    tokens.append(
      Token(
        kind: fits ? .integer : .number, start: Int32(start), length: Int32(position - start),
        payload: fits ? value : 0))
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private mutating func word() throws(TraceError) {
    for (text, kind, payload) in [
      ("true", TokenKind.bool, Int64(1)), ("false", .bool, 0), ("null", .null, 0),
    ] {
      let end = position + text.utf8.count
      if bytes[position...].starts(with: text.utf8) {
        tokens.append(
          Token(
            kind: kind, start: Int32(position), length: Int32(end - position), payload: payload))
        position = end
        return
      }
      if text.utf8.starts(with: bytes[position...]) { position = bytes.count }
    }
    throw unexpected("a value (strings need quotes)")
  }
}

// MARK: - Members

extension TraceLine {
  /// Whether the event has that member, and not null.
  func has(_ field: TraceField) -> Bool {
    let place = places[Int(field.rawValue)]
    return place >= 0 && tokens[Int(place)].kind != .null
  }

  /// The member's place on the tape.
  private func index(_ field: TraceField) throws(TraceError) -> Int {
    let place = places[Int(field.rawValue)]
    guard place >= 0 else {
      throw TraceError(
        column: 1, message: "“\(field)” is missing, which “\(kindWord)” events have")
    }
    return Int(place)
  }

  /// The word that says what happened.
  var kindWord: String {
    let place = places[Int(TraceField.event.rawValue)]
    return place < 0 ? "event" : text(tokens[Int(place)])
  }

  private func token(
    _ field: TraceField, _ kind: TokenKind, _ wanted: String
  ) throws(TraceError) -> Token {
    let token = tokens[try index(field)]
    guard token.kind == kind else { throw mismatch(token, field, wanted) }
    return token
  }

  private func mismatch(_ token: Token, _ field: TraceField, _ wanted: String) -> TraceError {
    TraceError(
      column: Int(token.start) + (token.kind == .string ? 0 : 1),
      message: "“\(field)” is \(text(token)), expected \(wanted)")
  }

  func text(_ token: Token) -> String {
    String(
      decoding: bytes[Int(token.start)..<Int(token.start + min(token.length, 60))], as: UTF8.self)
  }

  /// A hash of the text of a value: equal texts, equal hashes.
  func hash(of token: Token) -> UInt64 {
    bytes.withUnsafeBufferPointer {
      TraceWords.hash($0[Int(token.start)..<Int(token.start + token.length)])
    }
  }

  /// The numbers that rules may count on from: one more or less never overflows.
  static let numbers: ClosedRange<Int64> = -(1 << 62)...(1 << 62)

  /// A whole number.
  func integer(_ field: TraceField) throws(TraceError) -> Int64 {
    let wanted = "a whole number of at most 2^62"
    let token = try token(field, .integer, wanted)
    guard TraceLine.numbers.contains(token.payload) else { throw mismatch(token, field, wanted) }
    return token.payload
  }

  /// A whole number, or nil when there is none.
  func integer(ifAny field: TraceField) throws(TraceError) -> Int64? {
    has(field) ? try integer(field) : nil
  }

  /// True or false.
  func bool(_ field: TraceField) throws(TraceError) -> Bool {
    try token(field, .bool, "true or false").payload == 1
  }

  /// Whether a node starts that is a new one under an old name.
  func isFresh() throws(TraceError) -> Bool { has(.fresh) ? try bool(.fresh) : false }

  /// The text of a string.
  func string(_ field: TraceField) throws(TraceError) -> String {
    text(try token(field, .string, "a string"))
  }

  /// A string's token, for the table of nodes.
  func name(_ field: TraceField) throws(TraceError) -> Token {
    try token(field, .string, "the name of a node")
  }

  /// Any value as a hash.
  func hash(_ field: TraceField) throws(TraceError) -> UInt64 {
    let token = tokens[try index(field)]
    return token.kind == .integer
      ? UInt64(bitPattern: token.payload) : hash(of: token) ^ UInt64(token.kind.rawValue)
  }

  /// The text of any value, for sentences.
  func anyText(_ field: TraceField) throws(TraceError) -> String { text(tokens[try index(field)]) }

  /// Two whole numbers, `[a, b]`; a single number is `[a, 0]`.
  func pair(_ field: TraceField) throws(TraceError) -> Pair {
    let place = try index(field)
    guard let pair = pair(at: place) else {
      throw mismatch(tokens[place], field, "two whole numbers, [a, b]")
    }
    return pair
  }

  /// The pair on that place of the tape, or nil.
  func pair(at place: Int) -> Pair? {
    let token = tokens[place]
    let isNumber = { (token: Token) in
      token.kind == .integer && TraceLine.numbers.contains(token.payload)
    }
    if isNumber(token) { return Pair(token.payload, 0) }
    guard token.kind == .array, token.payload == Int64(place + 3),
      isNumber(tokens[place + 1]), isNumber(tokens[place + 2])
    else { return nil }
    return Pair(tokens[place + 1].payload, tokens[place + 2].payload)
  }

  /// The places of a list's parts on the tape.
  func list(_ field: TraceField) throws(TraceError) -> TapeList {
    let place = try index(field)
    let token = tokens[place]
    guard token.kind == .array else { throw mismatch(token, field, "a list") }
    return TapeList(position: place + 1, end: Int(token.payload), tokens: tokens)
  }

  /// The places of a list's parts, the list being on that place of the tape.
  func list(at place: Int) -> TapeList? {
    let token = tokens[place]
    guard token.kind == .array else { return nil }
    return TapeList(position: place + 1, end: Int(token.payload), tokens: tokens)
  }

  /// An error about a part of a member.
  func misfit(_ field: TraceField, at place: Int, _ wanted: String) -> TraceError {
    mismatch(tokens[place], field, wanted)
  }
}

/// The parts of a list on a tape.
struct TapeList: Sequence, IteratorProtocol {
  private var position: Int
  private let end: Int
  private let tokens: [TraceLine.Token]

  init(position: Int, end: Int, tokens: [TraceLine.Token]) {
    self.position = position
    self.end = end
    self.tokens = tokens
  }

  mutating func next() -> Int? {
    guard position < end else { return nil }
    let place = position
    let token = tokens[place]
    let isNested = token.kind == .array || token.kind == .object
    position = isNested ? Int(token.payload) : place + 1
    return place
  }
}

/// A position, a version or a ballot: compared from the left.
struct Pair: Hashable, Comparable, Sendable {
  var first: Int64
  var second: Int64

  init(_ first: Int64, _ second: Int64) {
    self.first = first
    self.second = second
  }

  static func < (left: Pair, right: Pair) -> Bool {
    left.first != right.first ? left.first < right.first : left.second < right.second
  }

  var text: String { "[\(first), \(second)]" }
}
