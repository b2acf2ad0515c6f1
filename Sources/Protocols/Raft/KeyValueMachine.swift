import Base

/// The replicated state machine: a map, and for each client the result of its last write.
///
/// A client's request is applied at most once however often it is replicated: a request whose
/// number is not above the client's last one is not applied again (dissertation, section 6.3).
/// Sessions are bounded: when there are too many, the client whose last write is oldest is
/// forgotten, at the same log index on every node. A copy of a request that outlives that many
/// other clients' writes would be applied twice; the network would have to hold it back for
/// minutes.
struct KeyValueMachine: Sendable {
  /// The last request of a client that was applied.
  struct Session: Sendable, Equatable {
    var request: Int64
    var revision: Int64
    var result: OperationResult
  }

  /// Values by the canonical text of their keys, with the keys themselves.
  private(set) var values: [String: JSON] = [:]
  private(set) var sessions: [String: Session] = [:]
  /// Clients by the revision of their last write.
  private var clientsByAge: [Int64: String] = [:]
  private var oldest: Int64 = 0
  let maximumSessions: Int

  init(maximumSessions: Int) {
    self.maximumSessions = maximumSessions
  }

  /// What a read of the key finds.
  func read(_ key: JSON) -> OperationResult {
    guard let value = values[key.description] else { return .missing(key) }
    return .value(value)
  }

  /// Applies the request of the entry at that index, unless it was applied before.
  ///
  /// - Returns: the result, or nil for a request that a later one of its client has overtaken.
  /// - Complexity: O(1) amortized, and the size of the key.
  mutating func apply(_ request: ClientRequest, at index: Int64) -> Session? {
    if let session = sessions[request.client] {
      if request.id == session.request { return session }
      if request.id < session.request { return nil }
      clientsByAge[session.revision] = nil
    }
    let session = Session(request: request.id, revision: index, result: run(request.operation))
    sessions[request.client] = session
    clientsByAge[index] = request.client
    while sessions.count > maximumSessions {
      oldest += 1
      if let client = clientsByAge.removeValue(forKey: oldest) { sessions[client] = nil }
    }
    return session
  }

  private mutating func run(_ operation: Operation) -> OperationResult {
    switch operation {
    case .read(let key): return read(key)
    case .write(let key, let value):
      values[key.description] = value
      return .done
    case .compareAndSet(let key, let from, let to):
      let text = key.description
      // An absent key has the value null for who asks to create it.
      if values[text] == nil, from != .null { return .missing(key) }
      let current = values[text] ?? .null
      guard current == from else {
        return .error(
          .preconditionFailed, text: "key \(key) has the value \(current), expected \(from)")
      }
      values[text] = to
      return .done
    }
  }
}

extension OperationResult {
  static func missing(_ key: JSON) -> OperationResult {
    .error(.keyDoesNotExist, text: "key \(key) does not exist")
  }
}

extension KeyValueMachine {
  /// The map and the sessions, sorted by key and by client.
  var json: JSON {
    let map = values.sorted { $0.key < $1.key }.map { JSON.array([.string($0.key), $0.value]) }
    let clients = sessions.sorted { $0.key < $1.key }.map { client, session in
      JSON.object([
        .init("client", .string(client)), .init("id", .integer(session.request)),
        .init("revision", .integer(session.revision)), .init("result", session.result.json),
      ])
    }
    return ["map": .array(map), "sessions": .array(clients)]
  }

  init(reading reader: BodyReader, maximumSessions: Int) throws(MalformedMessage) {
    self.init(maximumSessions: maximumSessions)
    for pair in try reader.any("map").array ?? [] {
      guard let pair = pair.array, pair.count == 2, let key = pair[0].string else {
        throw MalformedMessage(type: reader.type, "\(reader.type): “map” holds no [key, value]")
      }
      values[key] = pair[1]
    }
    let read = try reader.list("sessions") { (item) throws(MalformedMessage) in
      (
        client: try item.text("client"),
        session: Session(
          request: try item.integer("id"), revision: try item.count("revision"),
          result: try OperationResult(reading: try item.object("result")))
      )
    }
    for (client, session) in read {
      sessions[client] = session
      clientsByAge[session.revision] = client
    }
    oldest = max(0, (clientsByAge.keys.min() ?? 1) - 1)
  }
}

/// The state of the machine after the entry at a place, which stands for the log up to there.
public struct RaftSnapshot: Sendable, Equatable {
  /// The last entry that the snapshot contains.
  public var position: RaftPosition
  /// Who voted then.
  var membership: RaftMembership
  /// The map and the sessions.
  var state: JSON

  var json: JSON {
    [
      "index": .integer(position.index), "term": .integer(position.term),
      "members": membership.json, "state": state,
    ]
  }

  /// As it is sent.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.write(json)
    return writer.bytes
  }

  init(position: RaftPosition, membership: RaftMembership, state: JSON) {
    self.position = position
    self.membership = membership
    self.state = state
  }

  /// Reads what was sent as the snapshot that ends there.
  init(bytes: [UInt8], at position: RaftPosition) throws {
    let body = try JSONParser.parse(bytes)
    try self.init(reading: try BodyReader(body, inside: "snapshot"))
    guard self.position == position else {
      throw MalformedMessage(type: "snapshot", "snapshot: it ends elsewhere than its message says")
    }
  }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    position = RaftPosition(index: try reader.count("index"), term: try reader.count("term"))
    membership = try RaftMembership(reading: try reader.object("members"))
    let state = try reader.object("state")
    // Why: whoever installs the snapshot must be able to rely on it.
    _ = try KeyValueMachine(reading: state, maximumSessions: .max)
    self.state = try reader.any("state")
  }
}
