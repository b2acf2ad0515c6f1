import Base

/// What a NATS server says.
///
/// Protocol: <https://docs.nats.io/reference/reference-protocols/nats-protocol>.
public enum NATSMessage: Sendable, Equatable {
  /// `INFO {…}`: who it is.
  case info(JSON)
  /// `PING`: to be answered with `PONG`.
  case ping
  /// `PONG`.
  case pong
  /// `+OK`.
  case ok
  /// `-ERR '…'`, without the quotes.
  case error(String)
  /// `MSG` or `HMSG`: the subject, the header lines (empty for `MSG`), the payload.
  case message(subject: String, header: [UInt8], payload: [UInt8])
}

/// Takes the bytes of a NATS connection and gives the messages in them, however they were cut.
///
/// - Complexity: O(bytes).
public struct NATSReader: Sendable {
  /// The most bytes of a line; `INFO` names all servers of a cluster.
  public static let maximumLine = 256 << 10
  /// The most bytes of a message, header included; servers refuse more than 1 MiB by themselves.
  public static let maximumPayload = 8 << 20

  private struct Body {
    var subject: String
    var header: Int
    var total: Int
  }

  private var input = InputBuffer()
  /// The message whose line is consumed.
  private var body: Body?

  /// Has no bytes yet. Each connection needs its own: messages may come in several pieces.
  public init() {}

  /// Appends bytes that have come.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) { input.append(bytes) }

  /// Takes the next whole message, or nil when more bytes are needed.
  public mutating func next() throws(WireError) -> NATSMessage? {
    if let body { return try payload(body) }
    guard let range = try input.line(limit: Self.maximumLine) else { return nil }
    let line = input.bytes[range]
    let words = line.split(separator: 32)
    guard let name = words.first else { throw WireError("an empty line where a message begins") }
    switch String(decoding: name, as: UTF8.self) {
    case "PING" where words.count == 1: return .ping
    case "PONG" where words.count == 1: return .pong
    case "+OK" where words.count == 1: return .ok
    case "-ERR":
      let text = String(decoding: line.dropFirst(5), as: UTF8.self)
      return .error(
        text.hasPrefix("'") && text.hasSuffix("'") && text.count > 1
          ? String(text.dropFirst().dropLast()) : text)
    case "INFO":
      guard let info = try? JSONParser.parse(line.dropFirst(5)), info.members != nil else {
        throw WireError("an INFO without a JSON object")
      }
      return .info(info)
    case "MSG" where words.count == 4 || words.count == 5:
      body = Body(subject: try text(words[1]), header: 0, total: try size(words[words.count - 1]))
    case "HMSG" where words.count == 5 || words.count == 6:
      let header = try size(words[words.count - 2])
      let total = try size(words[words.count - 1])
      guard header <= total else { throw WireError("a header longer than its message") }
      body = Body(subject: try text(words[1]), header: header, total: total)
    default:
      throw WireError("the unknown message “\(String(decoding: line.prefix(40), as: UTF8.self))”")
    }
    guard let body else { return nil }
    return try payload(body)
  }

  private mutating func payload(_ body: Body) throws(WireError) -> NATSMessage? {
    guard input.count >= body.total + 2 else { return nil }
    let header = input.consume(body.header)
    let payload = input.consume(body.total - body.header)
    let end = input.consume(2)
    guard input.bytes[end.lowerBound] == 13, input.bytes[end.lowerBound + 1] == 10 else {
      throw WireError("a message that does not end where its length says")
    }
    self.body = nil
    return .message(
      subject: body.subject, header: Array(input.bytes[header]),
      payload: Array(input.bytes[payload]))
  }

  private func text(_ word: ArraySlice<UInt8>) throws(WireError) -> String {
    guard let text = String(validating: word, as: UTF8.self) else {
      throw WireError("a subject that is not UTF-8")
    }
    return text
  }

  private func size(_ word: ArraySlice<UInt8>) throws(WireError) -> Int {
    var size = 0
    for digit in word {
      guard digit >= 48, digit <= 57, size <= Self.maximumPayload else {
        throw WireError("“\(String(decoding: word, as: UTF8.self))” where a length belongs")
      }
      size = size * 10 + Int(digit - 48)
    }
    guard size <= Self.maximumPayload else {
      throw WireError("a message of \(size) bytes; at most 8 MiB are taken")
    }
    return size
  }
}

/// The header lines of a message: `NATS/1.0 503`, then `Name: value`.
struct NATSHeader {
  /// The status of the first line, or nil.
  let status: Int?
  private let fields: [(name: String, value: String)]

  init(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    let words = lines.first?.split(separator: " ") ?? []
    status = words.count > 1 && words[0] == "NATS/1.0" ? Int(words[1]) : nil
    fields = lines.dropFirst().compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      return (line[..<colon].lowercased(), String(value))
    }
  }

  /// The value of that name, or nil.
  subscript(name: String) -> String? {
    let name = name.lowercased()
    return fields.first { $0.name == name }?.value
  }

  /// Whether it marks a deletion of a key.
  var isDeletion: Bool { self["KV-Operation"] == "DEL" || self["KV-Operation"] == "PURGE" }
}
