import Base

/// What one instance of Paxos decides: the state of a key at a version.
///
/// A key's register is a sequence of decrees, one a version: the change function of a request,
/// applied to the decree of the version before, gives the decree that is proposed (D. Rystsov,
/// “CASPaxos: Replicated state machines without logs”, 2018, arXiv:1802.07000, section 2.2, where
/// a register has one instance that is changed from ballot to ballot).
public struct Decree: Sendable, Equatable {
  /// A request that was applied to the key, and which version came of it.
  struct Tag: Sendable, Equatable {
    var client: String
    var request: Int64
    var version: Int64
  }

  /// The value; nil while the key has none.
  var value: JSON?
  /// The requests applied last, the latest first: who proposed one of them and lost sight of it
  /// finds it here.
  var tags: [Tag] = []
  static let mostTags = 16

  /// The state of a key that nobody wrote.
  static let none = Decree(value: nil)

  /// What became of a request.
  enum Fate: Equatable {
    /// It made that version.
    case made(Int64)
    /// It made none so far.
    case nothing
    /// If it made one, then before all that are known.
    case unknown
  }

  /// What became of a request that can have made that version, or a later one.
  func fate(of request: ClientRequest, from version: Int64) -> Fate {
    let own = tags.first { $0.client == request.client && $0.request == request.id }
    if let own { return .made(own.version) }
    let isComplete = tags.count < Self.mostTags || tags[tags.count - 1].version <= version
    return isComplete ? .nothing : .unknown
  }

  /// What becomes of the state by a request that makes it that version: the next state, or why
  /// there is none.
  func changed(
    by request: ClientRequest, to version: Int64
  ) -> (next: Decree?, result: OperationResult) {
    let next: JSON
    switch request.operation {
    case .read(let key):
      return (nil, value.map { .value($0) } ?? .missing(key))
    case .write(_, let written): next = written
    case .compareAndSet(let key, let from, let to):
      // An absent key has the value null for who asks to create it.
      if value == nil, from != .null { return (nil, .missing(key)) }
      let current = value ?? .null
      guard current == from else {
        return (
          nil,
          .error(
            .preconditionFailed, text: "key \(key) has the value \(current), expected \(from)")
        )
      }
      next = to
    }
    let tag = Tag(client: request.client, request: request.id, version: version)
    return (Decree(value: next, tags: Array(([tag] + tags).prefix(Self.mostTags))), .done)
  }
}

/// A decree that a quorum has accepted, and the version that it decides; version 0 of a key that
/// nobody wrote.
public struct Chosen: Sendable, Equatable {
  var version: Int64
  var decree: Decree

  static let none = Chosen(version: 0, decree: .none)
}

/// What an acceptor has accepted last, and in which ballot.
public struct Accepted: Sendable, Equatable {
  var ballot: Ballot
  var decree: Decree
}

// MARK: as JSON

extension Decree {
  /// `value` is absent where there is none.
  var members: [JSON.Member] {
    let tags = tags.map { tag -> JSON in
      [.string(tag.client), .integer(tag.request), .integer(tag.version)]
    }
    return (value.map { [.init("value", $0)] } ?? []) + [.init("tags", .array(tags))]
  }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    value = reader.optional("value")
    guard let list = try reader.any("tags").array else {
      throw MalformedMessage(type: reader.type, "\(reader.type): “tags” is no list")
    }
    for tag in list {
      guard let parts = tag.array, parts.count == 3, let client = parts[0].string,
        let request = parts[1].integer, let version = parts[2].integer
      else {
        throw MalformedMessage(
          type: reader.type, "\(reader.type): a tag is no [client, request, version]")
      }
      tags.append(Tag(client: client, request: request, version: version))
    }
  }
}

extension Chosen {
  var json: JSON { .object([.init("version", .integer(version))] + decree.members) }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    version = try reader.count("version")
    decree = try Decree(reading: reader)
  }
}

extension Accepted {
  var json: JSON { .object([.init("ballot", ballot.json)] + decree.members) }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    ballot = try Ballot(reader, "ballot")
    decree = try Decree(reading: reader)
  }

  /// Reads an optional member of a body.
  static func read(
    _ name: String, of reader: BodyReader
  ) throws(MalformedMessage) -> Accepted? {
    reader.optional(name) == nil ? nil : try Accepted(reading: try reader.object(name))
  }
}
