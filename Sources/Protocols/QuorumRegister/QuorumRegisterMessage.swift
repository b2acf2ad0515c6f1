import Base

/// What the members of a quorum register say to each other; `operation` names the coordinator's
/// operation and is echoed by the answer.
public enum QuorumRegisterMessage: Sendable, Equatable {
  /// First phase: what have you got for this key?
  case query(operation: Int64, key: JSON)
  /// The answer.
  case state(operation: Int64, Versioned)
  /// Second phase: keep this unless you have a later version.
  case store(operation: Int64, key: JSON, Versioned)
  /// It is kept, or something later is.
  case stored(operation: Int64)
}

extension QuorumRegisterMessage: PeerMessage {
  /// The `type` of every message.
  public static let types = ["query", "state", "store", "stored"]

  /// The body, one object with `type` first.
  public var body: JSON {
    switch self {
    case .query(let operation, let key):
      ["type": "query", "operation": .integer(operation), "key": key]
    case .state(let operation, let state):
      .object(
        [.init("type", "state"), .init("operation", .integer(operation))] + state.members)
    case .store(let operation, let key, let state):
      .object(
        [.init("type", "store"), .init("operation", .integer(operation)), .init("key", key)]
          + state.members)
    case .stored(let operation): ["type": "stored", "operation": .integer(operation)]
    }
  }

  /// Reads a body.
  ///
  /// - Throws: ``MalformedMessage`` when a member is missing, of the wrong type or out of range.
  public init(body: JSON) throws(MalformedMessage) {
    let reader = try BodyReader(body)
    switch reader.type {
    case "query":
      self = .query(
        operation: try reader.count("operation"), key: try reader.any("key"))
    case "state":
      self = .state(operation: try reader.count("operation"), try Versioned(reading: reader))
    case "store":
      self = .store(
        operation: try reader.count("operation"), key: try reader.any("key"),
        try Versioned(reading: reader))
    case "stored": self = .stored(operation: try reader.count("operation"))
    case let other:
      throw MalformedMessage(
        type: other,
        "“\(other)” is no message of the quorum register; expected "
          + QuorumRegisterMessage.types.joined(separator: ", "))
    }
  }
}
