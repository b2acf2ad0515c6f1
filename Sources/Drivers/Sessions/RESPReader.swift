/// Takes the bytes of a connection and gives the replies in them, however they were cut.
///
/// Strict: a line ends with CR LF, a length is a plain decimal, nothing is skipped. The streamed
/// forms of RESP3 (`$?`, `*?`), which no server sends in answer to our commands, are refused.
/// Attributes are read and dropped. After an error the reader must not be used again.
///
/// - Complexity: O(bytes) for any cut: work is kept between calls, a value is never begun again.
public struct RESPReader: Sendable {
  /// The most bytes of one reply, nested ones included.
  public static let maximumBytes = 16 << 20
  /// The most bytes of one line.
  public static let maximumLine = 64 << 10
  /// The most elements of one aggregate.
  public static let maximumElements = 1 << 20
  /// How deep aggregates may be nested.
  public static let maximumDepth = 32

  private enum Kind { case array, map, set, push, attribute }

  private struct Frame {
    var kind: Kind
    var remaining: Int
    var elements: [RESP]
  }

  private var input = InputBuffer()
  /// The length of the bulk whose header is consumed, and its type; -1: none.
  private var bulkLength = -1
  private var bulkType: UInt8 = 0
  private var frames: [Frame] = []
  /// Bytes consumed for the reply under way.
  private var size = 0

  private var buffer: [UInt8] { input.bytes }

  /// Has no bytes yet. Each connection needs its own: replies may come in several pieces.
  public init() {}

  /// Appends bytes that have come.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) { input.append(bytes) }

  /// Takes the next whole reply, or nil when more bytes are needed.
  public mutating func next() throws(WireError) -> RESP? {
    while true {
      guard var value = try leaf() else { return nil }
      if size > Self.maximumBytes { throw WireError("a reply of more than 16 MiB") }
      // Aggregates that this completes are elements in their turn.
      while let depth = frames.indices.last {
        if case .some(let element) = value { frames[depth].elements.append(element) }
        if case .some = value { frames[depth].remaining -= 1 }
        guard frames[depth].remaining == 0 else { break }
        value = finish(frames.removeLast())
        if frames.isEmpty { break }
      }
      if frames.isEmpty, let value {
        size = 0
        return value
      }
    }
  }

  /// An aggregate as a value; nil for an attribute, which is no value of its own.
  private func finish(_ frame: Frame) -> RESP? {
    switch frame.kind {
    case .array: .array(frame.elements)
    case .map: .map(frame.elements)
    case .set: .set(frame.elements)
    case .push: .push(frame.elements)
    case .attribute: nil
    }
  }

  /// One step: nil when bytes are lacking, `.some(nil)` when a header was taken that is no value.
  private mutating func leaf() throws(WireError) -> RESP?? {
    if bulkLength >= 0 { return try bulk().map { .some($0) } }
    guard let line = try takeLine() else { return nil }
    let type = buffer[line.lowerBound]
    let body = line.dropFirst()
    switch type {
    case UInt8(ascii: "+"): return .some(.simple(try string(body)))
    case UInt8(ascii: "-"): return .some(.error(try string(body)))
    case UInt8(ascii: ":"): return .some(.integer(try integer(body)))
    case UInt8(ascii: "_"):
      guard body.isEmpty else { throw WireError("a null with text") }
      return .some(.null)
    case UInt8(ascii: "#"): return .some(.boolean(try boolean(body)))
    case UInt8(ascii: ","), UInt8(ascii: "("):
      return .some(.number(try number(body, whole: type == UInt8(ascii: "("))))
    case UInt8(ascii: "$"), UInt8(ascii: "!"), UInt8(ascii: "="):
      let length = try integer(body)
      if type == UInt8(ascii: "$"), length == -1 { return .some(.null) }
      guard length >= 0, length <= Self.maximumBytes else {
        throw WireError("a text of \(length) bytes; at most 16 MiB are taken")
      }
      (bulkLength, bulkType) = (Int(length), type)
      return try bulk().map { .some($0) }
    case UInt8(ascii: "*"): return try aggregate(.array, body)
    case UInt8(ascii: "%"): return try aggregate(.map, body)
    case UInt8(ascii: "~"): return try aggregate(.set, body)
    case UInt8(ascii: ">"): return try aggregate(.push, body)
    case UInt8(ascii: "|"): return try aggregate(.attribute, body)
    default: throw WireError("a reply of the unknown type 0x\(String(type, radix: 16))")
    }
  }

  private mutating func aggregate(_ kind: Kind, _ body: Range<Int>) throws(WireError) -> RESP?? {
    let count = try integer(body)
    if kind == .array, count == -1 { return .some(.null) }
    guard count >= 0, count <= Self.maximumElements else {
      throw WireError("an aggregate of \(count) elements; at most 1048576 are taken")
    }
    let elements = kind == .map || kind == .attribute ? Int(count) * 2 : Int(count)
    let frame = Frame(kind: kind, remaining: elements, elements: [])
    if elements == 0 { return .some(finish(frame)) }
    guard frames.count < Self.maximumDepth else { throw WireError("nested too deeply") }
    frames.append(frame)
    return .some(nil)
  }

  /// The bytes of a text whose header is consumed, or nil when they have not all come.
  private mutating func bulk() throws(WireError) -> RESP? {
    guard input.count >= bulkLength + 2 else { return nil }
    let bytes = input.consume(bulkLength)
    let end = input.consume(2)
    guard buffer[end.lowerBound] == 13, buffer[end.lowerBound + 1] == 10 else {
      throw WireError("a text that does not end where its length says")
    }
    size += bulkLength + 2
    bulkLength = -1
    switch bulkType {
    case UInt8(ascii: "!"): return .error(try string(bytes))
    case UInt8(ascii: "="):
      guard bytes.count >= 4, buffer[bytes.lowerBound + 3] == UInt8(ascii: ":") else {
        throw WireError("a verbatim text without its kind")
      }
      return .verbatim(Array(buffer[bytes.dropFirst(4)]))
    default: return .bulk(Array(buffer[bytes]))
    }
  }

  /// The next line without its end, or nil when it has not all come. Never empty.
  private mutating func takeLine() throws(WireError) -> Range<Int>? {
    guard let line = try input.line(limit: Self.maximumLine) else { return nil }
    guard !line.isEmpty else { throw WireError("an empty line where a reply begins") }
    size += line.count + 2
    return line
  }

  private func string(_ range: Range<Int>) throws(WireError) -> String {
    guard let text = String(validating: buffer[range], as: UTF8.self) else {
      throw WireError("a text that is not UTF-8")
    }
    return text
  }

  private func integer(_ range: Range<Int>) throws(WireError) -> Int64 {
    var index = range.lowerBound
    let negative = !range.isEmpty && buffer[index] == UInt8(ascii: "-")
    if negative { index += 1 }
    let digits = range.upperBound - index
    var value: Int64 = 0
    var good = digits > 0 && (digits == 1 || buffer[index] != UInt8(ascii: "0"))
    while good, index < range.upperBound {
      let digit = Int64(buffer[index]) - 48
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, again) = tens.subtractingReportingOverflow(digit)
      good = (0...9).contains(digit) && !overflow && !again
      value = sum
      index += 1
    }
    guard good, negative || value != .min else {
      throw WireError(
        "“\(String(decoding: buffer[range], as: UTF8.self))” where an integer belongs")
    }
    return negative ? value : -value
  }

  private func boolean(_ range: Range<Int>) throws(WireError) -> Bool {
    if range.count == 1, buffer[range.lowerBound] == UInt8(ascii: "t") { return true }
    if range.count == 1, buffer[range.lowerBound] == UInt8(ascii: "f") { return false }
    throw WireError("a Boolean that is neither t nor f")
  }

  private func number(_ range: Range<Int>, whole: Bool) throws(WireError) -> String {
    let text = try string(range)
    let digits = text.utf8.dropFirst(text.hasPrefix("-") ? 1 : 0)
    let isWhole = !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) }
    guard isWhole || (!whole && Double(text) != nil) else {
      throw WireError("“\(text)” where a number belongs")
    }
    return text
  }
}
