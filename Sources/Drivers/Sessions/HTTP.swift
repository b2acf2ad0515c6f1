import Glibc

/// The part of a request that stays the same, so that a hot path renders it once.
public struct HTTPRequestHead: Sendable, Equatable {
  /// Everything before the length of the body.
  private let start: [UInt8]
  /// Whether the response has no body whatever its head says (RFC 9112, section 6.3).
  let isHead: Bool

  /// Renders a head: `POST`, `/v3/kv/put`, `10.0.0.1:2379`, and further fields such as
  /// `("Content-Type", "application/json")`.
  public init(
    _ method: String, _ target: String, host: String, fields: [(name: String, value: String)] = []
  ) {
    var text = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n"
    for field in fields { text += "\(field.name): \(field.value)\r\n" }
    start = Array(text.utf8)
    isHead = method == "HEAD"
  }

  /// The bytes of a request with that body; an empty one has no length where none is expected.
  public func request(body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(start.count + body.count + 32)
    bytes += start
    if !body.isEmpty || !start.starts(with: "GET ".utf8) && !isHead {
      bytes += "Content-Length: ".utf8
      HTTPRequestHead.write(body.count, to: &bytes)
      bytes += "\r\n".utf8
    }
    bytes += "\r\n".utf8
    bytes += body
    return bytes
  }

  private static func write(_ number: Int, to bytes: inout [UInt8]) {
    if number >= 10 { write(number / 10, to: &bytes) }
    bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}

/// Reads the responses of one connection, one at a time, from bytes that are cut anywhere
/// (RFC 9112): `Content-Length`, `chunked`, responses without a body, interim responses (1xx,
/// skipped), and bodies that only the end of the connection ends.
///
/// It is strict: folded fields, two lengths, other codings and numbers with signs are refused, as
/// they are how a wrong body is taken for a right one. What a server names is bounded.
public struct HTTPResponse: Sendable {
  /// How far the reading is.
  public enum Progress: Sendable, Equatable {
    /// There is more to come.
    case needsMore
    /// The response is whole.
    case complete
    /// It is no HTTP response; the reason, in words.
    case malformed(String)
  }

  private enum Part {
    case head, sized, chunkLine, chunk, chunkEnd, trailer, untilClose, complete
  }

  /// The most bytes that a head and its trailer may have.
  public static let maximumHeadBytes = 1 << 16
  /// The most bytes that a body may have.
  public static let maximumBodyBytes = 1 << 23
  private static let maximumInterim = 16

  /// The status: 200.
  public private(set) var status = 0
  /// The body, decoded.
  public private(set) var body: [UInt8] = []
  /// Whether the connection may carry another request.
  public private(set) var keepsAlive = true
  /// Whether the response said how long its body is; when not, a body that was cut cannot be told
  /// from a whole one.
  public private(set) var isBodyBounded = true
  /// Whether any byte of it has come.
  public private(set) var hasBegun = false

  private var head: [UInt8] = []
  private var part = Part.head
  private var lineStart = 0
  private var left = 0
  private var interim = 0
  private var isAnswerToHead = false

  /// Waits for the response to anything but HEAD; for that one, ``reset(isAnswerToHead:)`` comes
  /// first.
  public init() {}

  /// Waits for the next response and keeps the memory.
  public mutating func reset(isAnswerToHead: Bool = false) {
    self.isAnswerToHead = isAnswerToHead
    body.removeAll(keepingCapacity: true)
    startHead()
    interim = 0
    hasBegun = false
  }

  private mutating func startHead() {
    head.removeAll(keepingCapacity: true)
    part = .head
    lineStart = 0
    left = 0
    status = 0
    keepsAlive = true
    isBodyBounded = true
  }

  /// Takes bytes. Once it is complete or malformed, further bytes change nothing but that the
  /// connection must not be used again.
  ///
  /// - Complexity: O(bytes).
  public mutating func take(_ bytes: UnsafeRawBufferPointer) -> Progress {
    var rest = bytes[...]
    if !rest.isEmpty { hasBegun = true }
    while !rest.isEmpty {
      let progress: Progress
      switch part {
      case .complete:
        keepsAlive = false
        return .complete
      case .head, .trailer, .chunkLine, .chunkEnd: progress = takeLine(&rest)
      case .sized, .chunk, .untilClose: progress = takeBody(&rest)
      }
      if case .malformed = progress { return progress }
    }
    return part == .complete ? .complete : .needsMore
  }

  /// Takes the end of the connection, which ends a body without a length.
  public mutating func end() -> Progress {
    if part == .untilClose { part = .complete }
    return part == .complete ? .complete : .needsMore
  }

  /// The first field of that name, trimmed; names are compared without case.
  ///
  /// - Complexity: O(bytes of the head).
  public func field(_ name: String) -> String? {
    var start = 0
    while let newline = head[start...].firstIndex(of: 0x0A) {
      if let colon = head[start..<newline].firstIndex(of: UInt8(ascii: ":")),
        HTTPResponse.equal(head[start..<colon], name)
      {
        return String(
          decoding: HTTPResponse.trimmed(head[(colon + 1)..<newline]), as: UTF8.self)
      }
      start = newline + 1
    }
    return nil
  }

  // MARK: - Bodies

  private mutating func takeBody(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Progress {
    let count = part == .untilClose ? rest.count : min(left, rest.count)
    guard body.count + count <= HTTPResponse.maximumBodyBytes else { return tooLong }
    body.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
    rest = rest.dropFirst(count)
    left -= count
    if left == 0 {
      if part == .sized { part = .complete }
      if part == .chunk { part = .chunkEnd }
    }
    return .needsMore
  }

  private var tooLong: Progress {
    .malformed("a body of more than \(HTTPResponse.maximumBodyBytes) bytes")
  }

  // MARK: - Lines

  /// Takes bytes up to the end of a line and, when that has come, the line.
  private mutating func takeLine(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Progress {
    let whole = UnsafeRawBufferPointer(rebasing: rest)
    var count = whole.count
    var isWhole = false
    if let base = whole.baseAddress, let found = memchr(base, 0x0A, whole.count) {
      count = UnsafeRawPointer(found) - base + 1
      isWhole = true
    }
    guard head.count + count <= HTTPResponse.maximumHeadBytes else {
      return .malformed("a head of more than \(HTTPResponse.maximumHeadBytes) bytes")
    }
    head.append(contentsOf: UnsafeRawBufferPointer(rebasing: whole[..<count]))
    rest = rest.dropFirst(count)
    guard isWhole else { return .needsMore }
    var line = head[lineStart..<(head.count - 1)]
    if line.last == 0x0D { line.removeLast() }
    switch part {
    case .head: return line.isEmpty ? endHead() : takeHeadLine(line)
    case .chunkLine: return takeChunkLine(line)
    case .chunkEnd:
      guard line.isEmpty else { return .malformed("a chunk that is longer than it says") }
      forgetLine()
      part = .chunkLine
    default:
      if line.isEmpty { part = .complete }
      // Trailers count for the bound of the head, and are not looked at.
      lineStart = head.count
    }
    return .needsMore
  }

  /// Lines between chunks are no part of the head and do not count for its bound.
  private mutating func forgetLine() { head.removeSubrange(lineStart...) }

  private mutating func takeChunkLine(_ line: ArraySlice<UInt8>) -> Progress {
    let digits = line.prefix { HTTPResponse.hexadecimal($0) != nil }
    let after = line[digits.endIndex...].first { $0 != 0x20 && $0 != 0x09 }
    guard !digits.isEmpty, digits.count <= 8, after == nil || after == UInt8(ascii: ";") else {
      return .malformed("a chunk without a size")
    }
    left = digits.reduce(0) { $0 << 4 | Int(HTTPResponse.hexadecimal($1) ?? 0) }
    guard body.count + left <= HTTPResponse.maximumBodyBytes else { return tooLong }
    forgetLine()
    part = left == 0 ? .trailer : .chunk
    return .needsMore
  }

  /// Looks at the form of a line only; what it means is read in ``endHead()``.
  private mutating func takeHeadLine(_ line: ArraySlice<UInt8>) -> Progress {
    defer { lineStart = head.count }
    if lineStart == 0 { return takeStatusLine(line) }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      !line[..<colon].contains(where: { $0 <= 0x20 || $0 >= 0x7F })
    else { return .malformed("a field without a name") }
    return takeField(line[..<colon], HTTPResponse.trimmed(line[(colon + 1)...]))
  }

  private mutating func takeStatusLine(_ line: ArraySlice<UInt8>) -> Progress {
    let bytes = Array(line.prefix(13))
    let isDigit = { (byte: UInt8) in byte >= 0x30 && byte <= 0x39 }
    guard bytes.count >= 12, bytes.starts(with: "HTTP/1.".utf8), isDigit(bytes[7]),
      bytes[8] == 0x20, (0x31...0x35).contains(bytes[9]), isDigit(bytes[10]), isDigit(bytes[11]),
      bytes.count == 12 || bytes[12] == 0x20
    else { return .malformed("no status line of HTTP/1") }
    status = Int(bytes[9] - 0x30) * 100 + Int(bytes[10] - 0x30) * 10 + Int(bytes[11] - 0x30)
    keepsAlive = bytes[7] != 0x30
    left = -1
    return .needsMore
  }

  /// Takes the fields that say where the body ends; `left` is -1 without one and -2 for chunks.
  private mutating func takeField(
    _ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>
  ) -> Progress {
    switch name.count {
    case 14 where HTTPResponse.equal(name, "content-length"):
      guard left == -1, let length = HTTPResponse.decimal(value) else {
        return .malformed("a length that is none, or two of them")
      }
      left = length
    case 17 where HTTPResponse.equal(name, "transfer-encoding"):
      guard left == -1, HTTPResponse.equal(value, "chunked") else {
        return .malformed("a transfer coding beside “chunked”, or with a length")
      }
      left = -2
    case 10 where HTTPResponse.equal(name, "connection"):
      for word in value.split(separator: UInt8(ascii: ",")) {
        let word = HTTPResponse.trimmed(word)
        if HTTPResponse.equal(word, "close") { keepsAlive = false }
        if HTTPResponse.equal(word, "keep-alive") { keepsAlive = true }
      }
    default: break
    }
    return .needsMore
  }

  private mutating func endHead() -> Progress {
    guard lineStart > 0 else { return .malformed("no status line of HTTP/1") }
    lineStart = head.count
    if status == 101 { return .malformed("a change of protocol that nobody asked for") }
    if status < 200 {
      interim += 1
      startHead()
      return interim > HTTPResponse.maximumInterim
        ? .malformed("more than \(HTTPResponse.maximumInterim) interim responses") : .needsMore
    }
    if isAnswerToHead || status == 204 || status == 304 {
      part = .complete
      // A body that must not be there may come all the same, and would begin the next response.
      if !isAnswerToHead, status == 204, left != -1, left != 0 { keepsAlive = false }
    } else if left == -2 {
      part = .chunkLine
    } else if left == -1 {
      part = .untilClose
      isBodyBounded = false
      keepsAlive = false
    } else {
      guard left <= HTTPResponse.maximumBodyBytes else { return tooLong }
      part = left == 0 ? .complete : .sized
      body.reserveCapacity(left)
    }
    return .needsMore
  }

  // MARK: - Bytes

  private static func equal(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
    bytes.count == text.utf8.count
      && zip(bytes, text.utf8).allSatisfy { lowered($0) == lowered($1) }
  }

  private static func lowered(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
    var bytes = bytes
    while let byte = bytes.first, isSpace(byte) { bytes.removeFirst() }
    while let byte = bytes.last, isSpace(byte) { bytes.removeLast() }
    return bytes
  }

  private static func decimal(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 15 else { return nil }
    var number = 0
    for byte in bytes {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      number = number * 10 + Int(byte - 0x30)
    }
    return number
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
