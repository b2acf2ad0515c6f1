import Base

// How requests and answers are written inside peers' messages and durable records.

extension Operation {
  /// The members `op`, `key` and what the operation needs, as in `lin-kv`.
  var members: [JSON.Member] {
    switch self {
    case .read(let key): [.init("op", "read"), .init("key", key)]
    case .write(let key, let value):
      [.init("op", "write"), .init("key", key), .init("value", value)]
    case .compareAndSet(let key, let from, let to):
      [.init("op", "cas"), .init("key", key), .init("from", from), .init("to", to)]
    }
  }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    let key = try reader.any("key")
    switch try reader.text("op") {
    case "read": self = .read(key: key)
    case "write": self = .write(key: key, value: try reader.any("value"))
    case "cas":
      self = .compareAndSet(key: key, from: try reader.any("from"), to: try reader.any("to"))
    case let other:
      throw MalformedMessage(
        type: reader.type, "\(reader.type): “op” is “\(other)”, expected read, write or cas")
    }
  }
}

extension ClientRequest {
  var json: JSON { .object(members) }

  var members: [JSON.Member] {
    [.init("client", .string(client)), .init("id", .integer(id))] + operation.members
  }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    self.init(
      client: try reader.text("client"), id: try reader.integer("id"),
      operation: try Operation(reading: reader))
  }
}

extension RaftEntry {
  var json: JSON {
    .object(
      [.init("term", .integer(term))] + (request?.members ?? [])
        + (membership.map { [.init("members", $0.json)] } ?? []))
  }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    term = try reader.count("term")
    request = reader.optional("op") == nil ? nil : try ClientRequest(reading: reader)
    if let request, request.operation.isRead {
      throw MalformedMessage(type: reader.type, "\(reader.type): an entry holds a read")
    }
    membership =
      reader.optional("members") == nil
      ? nil : try RaftMembership(reading: try reader.object("members"))
  }
}

extension OperationResult {
  var json: JSON {
    switch self {
    case .value(let value): ["value": value]
    case .done: ["done": true]
    case .error(let code, let text): ["code": .integer(code.rawValue), "text": .string(text)]
    }
  }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    if let value = reader.optional("value") {
      self = .value(value)
    } else if reader.optional("done") != nil {
      self = .done
    } else {
      let number = try reader.integer("code")
      guard let code = ErrorCode(rawValue: number) else {
        throw MalformedMessage(
          type: reader.type, "\(reader.type): “code” is \(number), which is no known code")
      }
      self = .error(code, text: try reader.text("text"))
    }
  }
}

extension Evidence {
  var json: JSON { .object(members) }

  /// The members `term` and `leader` if there are any, `revision` and `acks`.
  public var members: [JSON.Member] {
    var members: [JSON.Member] = []
    if let term { members.append(.init("term", .integer(term))) }
    if let leader { members.append(.init("leader", .string(leader))) }
    members.append(.init("revision", .integer(revision)))
    members.append(.init("acks", .array(acks.map { .string($0) })))
    return members
  }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    var acks: [String] = []
    guard let items = try reader.any("acks").array else {
      throw MalformedMessage(type: reader.type, "\(reader.type): “acks” is no array")
    }
    for item in items {
      guard let name = item.string else {
        throw MalformedMessage(type: reader.type, "\(reader.type): an ack is no node's name")
      }
      acks.append(name)
    }
    self.init(
      term: reader.optional("term") == nil ? nil : try reader.count("term"),
      leader: reader.optional("leader") == nil ? nil : try reader.text("leader"),
      revision: try reader.count("revision"), acks: acks)
  }
}
