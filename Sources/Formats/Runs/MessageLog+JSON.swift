import Base

// One object a line: what the log is of, then what happened, then where it was cut.

extension MessageLog {
  /// The first line.
  public var header: JSON {
    [
      "messages": 1, "nodes": .array(nodes.map { .string($0) }), "from": .integer(from),
      "until": until.map { .integer($0) } ?? .null,
    ]
  }

  /// The file of a log; what would make it longer than `limit` bytes is cut, and that is said.
  public func bytes(limit: Int = 8 << 20) -> [UInt8] {
    var writer = ByteWriter(capacity: min(limit, 128 * entries.count))
    writer.write(line: header)
    var cut = cut
    for (place, entry) in entries.enumerated() {
      guard writer.count < limit else {
        let missing = entries[place...].count { $0.isMessage } + (cut?.messages ?? 0)
        cut = Cut(time: entry.time, messages: missing)
        break
      }
      writer.write(line: entry.json)
    }
    if let cut { writer.write(line: cut.json) }
    return writer.bytes
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: what is in it; a last line that is torn is left out with a warning.
  ///   - file: what messages call it.
  /// - Throws: ``ExitCode/badInput`` with the line that is not as it must be.
  public init(reading bytes: [UInt8], file: String) throws(Failure) {
    self.init(nodes: [])
    let isEnded = bytes.last == UInt8(ascii: "\n")
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let count = isEnded ? lines.count - 1 : lines.count
    for (place, line) in lines.prefix(count).enumerated() where !line.isEmpty {
      do throws(Failure) {
        try read(Self.parsed(line), isFirst: place == 0)
      } catch {
        guard place == count - 1, place > 0, !isEnded else {
          throw Failure(.badInput, "\(file):\(place + 1): \(error.message)")
        }
        warnings.append("\(file):\(place + 1): the last line is torn, and was left out")
      }
    }
    guard !nodes.isEmpty else {
      throw Failure(.badInput, "\(file):1: expected {\"messages\":1,\"nodes\":[…]}")
    }
  }

  private static func parsed(_ line: ArraySlice<UInt8>) throws(Failure) -> JSON {
    do throws(JSONError) { return try JSONParser.parse(line) } catch {
      throw Failure(.badInput, "\(error.message) in column \(error.column)")
    }
  }

  private mutating func read(_ line: JSON, isFirst: Bool) throws(Failure) {
    let reader = MemberReader(line)
    guard !isFirst else {
      guard line["messages"]?.integer == 1 else {
        throw Failure(.badInput, "expected {\"messages\":1,\"nodes\":[…]}")
      }
      nodes = try reader.strings("nodes")
      from = Int64(try reader.count("from"))
      until = try reader.optional("until", \.integer)
      return
    }
    let time = Int64(try reader.count("time"))
    if line["cut"] != nil {
      cut = Cut(time: time, messages: try reader.count("cut"))
    } else if line["event"] != nil {
      entries.append(.happening(try Happening(reader, at: time)))
    } else {
      entries.append(.message(try Message(line, reader, at: time)))
    }
  }
}

extension ByteWriter {
  fileprivate mutating func write(line: JSON) {
    write(line)
    write(byte: UInt8(ascii: "\n"))
  }
}

extension MessageLog.Entry {
  /// When it happened; of a message when it was sent.
  public var time: Int64 {
    switch self {
    case .message(let message): message.time
    case .happening(let happening): happening.time
    }
  }

  fileprivate var isMessage: Bool {
    if case .message = self { return true }
    return false
  }

  fileprivate var json: JSON {
    switch self {
    case .message(let message): message.json
    case .happening(let happening): happening.json
    }
  }
}

extension MessageLog.Cut {
  fileprivate var json: JSON { ["time": .integer(time), "cut": JSON(messages)] }
}

extension MessageLog.Happening {
  fileprivate var json: JSON {
    var members: [JSON.Member] = [
      .init("time", .integer(time)), .init("node", .string(node)), .init("event", .string(event)),
    ]
    if let state { members.append(.init("state", .string(state.rawValue))) }
    return .object(members)
  }

  fileprivate init(_ reader: MemberReader, at time: Int64) throws(Failure) {
    self.init(time: time, node: try reader.string("node"), event: try reader.string("event"))
    guard let name = try reader.optional("state", \.string) else { return }
    guard let state = MessageLog.State(rawValue: name) else {
      throw Failure(.badInput, "“state” is “\(name)”, expected up, paused or down")
    }
    self.state = state
  }
}

extension MessageLog.Message {
  fileprivate var json: JSON {
    var members: [JSON.Member] = [.init("time", .integer(time))]
    switch from {
    case .node(let name): members.append(.init("from", .string(name)))
    case .client(let process): members.append(.init("client", .integer(process)))
    }
    switch to {
    case .node(let name): members.append(.init("to", .string(name)))
    case .client(let process): members.append(.init("client", .integer(process)))
    }
    members += [.init("name", .string(name)), .init("words", .string(words))]
    members += fate.members
    if isCopy { members.append(.init("copy", true)) }
    if body != .null { members.append(.init("body", body)) }
    return .object(members)
  }

  fileprivate init(_ line: JSON, _ reader: MemberReader, at time: Int64) throws(Failure) {
    let client = try reader.optional("client", \.integer)
    let ends: (from: MessageLog.End, to: MessageLog.End)
    if let client {
      ends =
        line["to"] != nil
        ? (.client(client), .node(try reader.string("to")))
        : (.node(try reader.string("from")), .client(client))
    } else {
      ends = (.node(try reader.string("from")), .node(try reader.string("to")))
    }
    self.init(
      time: time, from: ends.from, to: ends.to, name: try reader.string("name"),
      words: try reader.optional("words", \.string) ?? "", body: line["body"] ?? .null,
      fate: try MessageLog.Fate(reader, sent: time),
      isCopy: try reader.optional("copy", \.bool) ?? false)
  }
}

extension MessageLog.Fate {
  /// What came of it in a word.
  public var name: String {
    switch self {
    case .arrived: "arrived"
    case .down: "down"
    case .lost: "lost"
    case .cut: "cut"
    case .underWay: "under way"
    }
  }

  /// When it reached its receiver's machine, if it did.
  public var time: Int64? {
    switch self {
    case .arrived(let time), .down(let time): time
    case .lost, .cut, .underWay: nil
    }
  }

  fileprivate var members: [JSON.Member] {
    let word = JSON.Member("fate", .string(name))
    return time.map { [word, .init("at", .integer($0))] } ?? [word]
  }

  fileprivate init(_ reader: MemberReader, sent: Int64) throws(Failure) {
    switch try reader.string("fate") {
    case "arrived": self = .arrived(try Self.arrival(reader, sent))
    case "down": self = .down(try Self.arrival(reader, sent))
    case "lost": self = .lost
    case "cut": self = .cut
    case "under way": self = .underWay
    case let other:
      throw Failure(
        .badInput, "“fate” is “\(other)”, expected arrived, down, lost, cut or under way")
    }
  }

  private static func arrival(_ reader: MemberReader, _ sent: Int64) throws(Failure) -> Int64 {
    let time = Int64(try reader.count("at"))
    guard time >= sent else { throw Failure(.badInput, "“at” is before “time”") }
    return time
  }
}
