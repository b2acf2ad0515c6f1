import Base

/// What proposers, acceptors and learners say to each other.
///
/// An instance is a key and a version. Who begins one names the decree of the version before
/// (`base`), so that whoever is behind catches up, and the version is the next.
public enum PaxosMessage: Sendable, Equatable {
  /// Which instance a message is of.
  public struct Instance: Sendable, Equatable {
    var key: JSON
    var version: Int64
  }

  /// Phase 1a: promise to accept nothing of an earlier ballot. What have you accepted?
  case prepare(key: JSON, base: Chosen, Ballot)
  /// Phase 1b.
  case promise(Instance, Ballot, Accepted?)
  /// Phase 2a: accept this, and tell the learners, by their places.
  case accept(key: JSON, base: Chosen, Accepted, learners: [Int])
  /// Phase 2b, to the learners.
  case accepted(Instance, Accepted)
  /// A later ballot was promised already.
  case refused(Instance, Ballot, promised: Ballot)
  /// A reader asks what is accepted, and binds nobody. `number` is the question's.
  case query(key: JSON, base: Chosen, number: Int64)
  /// The answer.
  case state(Instance, number: Int64, Accepted?)
  /// That version is decided.
  case learned(key: JSON, Chosen)
}

extension PaxosMessage: PeerMessage {
  /// The `type` of every message.
  public static let types = [
    "prepare", "promise", "accept", "accepted", "refused", "query", "state", "learned",
  ]

  /// The body, one object with `type` first.
  public var body: JSON {
    switch self {
    case .prepare(let key, let base, let ballot):
      ["type": "prepare", "key": key, "base": base.json, "ballot": ballot.json]
    case .promise(let instance, let ballot, let accepted):
      Self.object("promise", instance, [.init("ballot", ballot.json)], accepted)
    case .accept(let key, let base, let proposal, let learners):
      [
        "type": "accept", "key": key, "base": base.json, "proposal": proposal.json,
        "learners": .array(learners.map { JSON($0) }),
      ]
    case .accepted(let instance, let accepted):
      Self.object("accepted", instance, [], accepted)
    case .refused(let instance, let ballot, let promised):
      Self.object(
        "refused", instance,
        [.init("ballot", ballot.json), .init("promised", promised.json)], nil)
    case .query(let key, let base, let number):
      ["type": "query", "key": key, "base": base.json, "number": .integer(number)]
    case .state(let instance, let number, let accepted):
      Self.object("state", instance, [.init("number", .integer(number))], accepted)
    case .learned(let key, let chosen):
      ["type": "learned", "key": key, "chosen": chosen.json]
    }
  }

  private static func object(
    _ type: String, _ instance: Instance, _ members: [JSON.Member], _ accepted: Accepted?
  ) -> JSON {
    .object(
      [
        .init("type", .string(type)), .init("key", instance.key),
        .init("version", .integer(instance.version)),
      ] + members + (accepted.map { [.init("accepted", $0.json)] } ?? []))
  }

  /// Reads a body.
  ///
  /// - Throws: ``MalformedMessage`` when a member is missing, of the wrong type or out of range.
  public init(body: JSON) throws(MalformedMessage) {
    let reader = try BodyReader(body)
    switch reader.type {
    case "prepare":
      self = .prepare(
        key: try reader.any("key"), base: try Chosen(reading: try reader.object("base")),
        try Ballot(reader, "ballot"))
    case "promise":
      self = .promise(
        try Instance(reading: reader), try Ballot(reader, "ballot"),
        try Accepted.read("accepted", of: reader))
    case "accept":
      self = .accept(
        key: try reader.any("key"), base: try Chosen(reading: try reader.object("base")),
        try Accepted(reading: try reader.object("proposal")),
        learners: try reader.counts("learners").map { Int($0) })
    case "accepted":
      self = .accepted(
        try Instance(reading: reader), try Accepted(reading: try reader.object("accepted")))
    case "refused":
      self = .refused(
        try Instance(reading: reader), try Ballot(reader, "ballot"),
        promised: try Ballot(reader, "promised"))
    case "query":
      self = .query(
        key: try reader.any("key"), base: try Chosen(reading: try reader.object("base")),
        number: try reader.count("number"))
    case "state":
      self = .state(
        try Instance(reading: reader), number: try reader.count("number"),
        try Accepted.read("accepted", of: reader))
    case "learned":
      self = .learned(
        key: try reader.any("key"), try Chosen(reading: try reader.object("chosen")))
    case let other:
      throw MalformedMessage(
        type: other,
        "“\(other)” is no message of paxos; expected "
          + PaxosMessage.types.joined(separator: ", "))
    }
  }
}

extension PaxosMessage.Instance {
  init(reading reader: BodyReader) throws(MalformedMessage) {
    key = try reader.any("key")
    version = try reader.count("version")
  }
}

// MARK: for people

extension PaxosMessage {
  /// The message with its instance, ballot and value.
  public var sketch: MessageSketch {
    switch self {
    case .prepare(let key, let base, let ballot):
      MessageSketch("prepare", "\(key.named) v\(base.version + 1), ballot \(ballot)")
    case .promise(let instance, let ballot, let accepted):
      MessageSketch("promise", "\(instance.words), ballot \(ballot)" + Self.words(accepted))
    case .accept(let key, let base, let proposal, _):
      MessageSketch("accept", "\(key.named) v\(base.version + 1)" + Self.words(proposal))
    case .accepted(let instance, let accepted):
      MessageSketch("accepted", instance.words + Self.words(accepted))
    case .refused(let instance, let ballot, let promised):
      MessageSketch("refused", "\(instance.words), ballot \(ballot), promised \(promised)")
    case .query(let key, let base, _):
      MessageSketch("query", "\(key.named) v\(base.version + 1)")
    case .state(let instance, _, let accepted):
      MessageSketch("state", instance.words + Self.words(accepted))
    case .learned(let key, let chosen):
      MessageSketch(
        "learned", "\(key.named) v\(chosen.version): \(chosen.decree.value?.said ?? "nothing")")
    }
  }

  private static func words(_ accepted: Accepted?) -> String {
    guard let accepted else { return ", nothing accepted" }
    return ", \(accepted.decree.value?.said ?? "nothing") in ballot \(accepted.ballot)"
  }
}

extension PaxosMessage.Instance {
  fileprivate var words: String { "\(key.named) v\(version)" }
}
