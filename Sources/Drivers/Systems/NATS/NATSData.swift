import Base

extension NATSSession {
  private static var stream: String { "KV_\(NATS.bucket)" }

  private var subject: String {
    switch question {
    case .read(let key), .write(let key, _), .cas(let key, _, _): "$KV.\(NATS.bucket).\(key)"
    default: ""
    }
  }

  /// Sends the first request of the open question.
  mutating func begin(_ effects: inout [SessionEffect]) {
    switch question {
    case .read, .cas:
      if isDirect {
        publish("$JS.API.DIRECT.GET.\(Self.stream).\(subject)", "", for: .read, &effects)
      } else {
        let payload = JSON.object([.init("last_by_subj", .string(subject))]).description
        publish("$JS.API.STREAM.MSG.GET.\(Self.stream)", payload, for: .read, &effects)
      }
    case .write(_, let value): store(value, expecting: nil, &effects)
    case .prepare:
      publish("$JS.API.STREAM.INFO.\(Self.stream)", "", for: .streamInfo, &effects)
    default: break
    }
  }

  /// Stores a message for the key. A `null` is the marker of a deletion, so that the sequence of
  /// the last message always grows and a comparison with it means what it says.
  private mutating func store(
    _ value: JSON, expecting sequence: Int64?, _ effects: inout [SessionEffect]
  ) {
    var lines: [String] = []
    if let sequence { lines.append("Nats-Expected-Last-Subject-Sequence: \(sequence)") }
    if value == .null { lines.append("KV-Operation: DEL") }
    publish(
      subject, header: lines.joined(separator: "\r\n"),
      value == .null ? "" : WireValue.text(value), for: .store, &effects)
  }

  mutating func replied(
    _ request: Request, _ header: NATSHeader, header bytes: [UInt8], _ payload: [UInt8],
    _ effects: inout [SessionEffect]
  ) throws(WireError) {
    if header.status == 503 {
      // The server had nobody to give the message to, so nobody has it.
      return answer(Answer(.refused("\(name): no responders")), &effects)
    }
    switch request {
    case .read where isDirect: try direct(header, payload, &effects)
    case .read: try fetched(try object(payload), &effects)
    case .store: try stored(try object(payload), &effects)
    case .streamInfo: informed(try object(payload), &effects)
    case .streamCreate: created(try object(payload), &effects)
    }
  }

  private func object(_ payload: [UInt8]) throws(WireError) -> JSON {
    guard let json = try? JSONParser.parse(payload), json.members != nil else {
      throw WireError("an answer that is no JSON object")
    }
    return json
  }

  // MARK: Reading

  /// An answer to a direct get: the message itself, or a status.
  private mutating func direct(
    _ header: NATSHeader, _ payload: [UInt8], _ effects: inout [SessionEffect]
  ) throws(WireError) {
    switch header.status {
    case 404: found(.null, sequence: 0, &effects)
    case .some(let status):
      answer(Answer(.refused("\(name): direct get: status \(status)")), &effects)
    case nil:
      guard let sequence = header["Nats-Sequence"].flatMap({ Int64($0) }) else {
        throw WireError("a direct get without its sequence")
      }
      found(header.isDeletion ? .null : WireValue.value(payload), sequence: sequence, &effects)
    }
  }

  /// An answer of the stream's leader.
  private mutating func fetched(
    _ json: JSON, _ effects: inout [SessionEffect]
  ) throws(WireError) {
    if let error = json["error"] {
      // 10037: there is no such message.
      if error["err_code"]?.integer == 10037 { return found(.null, sequence: 0, &effects) }
      return answer(Answer(.refused("\(name): \(Self.text(error))")), &effects)
    }
    guard let message = json["message"], let sequence = message["seq"]?.integer,
      let data = Base64.bytes(message["data"]?.string ?? ""),
      let lines = Base64.bytes(message["hdrs"]?.string ?? "")
    else { throw WireError("an answer without a message") }
    let value = NATSHeader(lines).isDeletion ? .null : WireValue.value(data)
    found(value, sequence: sequence, &effects)
  }

  private mutating func found(
    _ value: JSON, sequence: Int64, _ effects: inout [SessionEffect]
  ) {
    switch question {
    case .cas(_, let from, let to):
      guard value == from else {
        return answer(Answer(.refused("another value was found")), &effects)
      }
      store(to, expecting: sequence, &effects)
    default:
      let evidence = sequence > 0 ? [JSON.Member("revision", .integer(sequence))] : []
      answer(Answer(.ok(value), evidence: evidence), &effects)
    }
  }

  // MARK: Storing

  /// Errors that the stream's leader answers instead of storing the message: another stream was
  /// expected, another last message, another last sequence (of two forms); the message is too
  /// large; the stream is sealed.
  private static let definite: [Int64] = [10054, 10060, 10070, 10071, 10109, 10164]

  private mutating func stored(
    _ json: JSON, _ effects: inout [SessionEffect]
  ) throws(WireError) {
    if let error = json["error"] {
      let text = "\(name): \(Self.text(error))"
      let isDefinite = error["err_code"]?.integer.map { Self.definite.contains($0) } ?? false
      return answer(Answer(isDefinite ? .refused(text) : .unknown(text)), &effects)
    }
    guard let sequence = json["seq"]?.integer, sequence > 0,
      json["stream"]?.string == Self.stream
    else { throw WireError("an acknowledgement without stream and sequence") }
    var value = JSON.null
    if case .cas = question { value = true }
    answer(Answer(.ok(value), evidence: [.init("revision", .integer(sequence))]), &effects)
  }

  private static func text(_ error: JSON) -> String {
    let code = error["err_code"]?.integer ?? error["code"]?.integer ?? 0
    return "\(error["description"]?.string ?? "error") (\(code))"
  }

  // MARK: The stream

  /// Whether the stream is there with a leader, and its replicas have all of it.
  private mutating func informed(_ json: JSON, _ effects: inout [SessionEffect]) {
    if let error = json["error"] {
      // 10059: there is no such stream.
      guard error["err_code"]?.integer == 10059 else {
        return answer(Answer(.refused("\(name): \(Self.text(error))")), &effects)
      }
      let configuration: JSON = [
        "name": .string(Self.stream), "subjects": [.string("$KV.\(NATS.bucket).>")],
        "retention": "limits", "storage": "file", "discard": "new",
        "num_replicas": JSON(site.nodes.count), "max_msgs_per_subject": 1, "max_msgs": -1,
        "max_bytes": -1, "max_age": 0, "allow_rollup_hdrs": true, "deny_delete": true,
        "allow_direct": .bool(isDirect),
      ]
      return publish(
        "$JS.API.STREAM.CREATE.\(Self.stream)", configuration.description, for: .streamCreate,
        &effects)
    }
    let replicas = json["cluster"]?["replicas"]?.array ?? []
    let isWhole =
      site.nodes.count == 1
      || (json["cluster"]?["leader"]?.string ?? "" != "" && replicas.count == site.nodes.count - 1
        && replicas.allSatisfy { $0["current"]?.bool == true })
    let outcome: Answer.Outcome =
      isWhole ? .ok(.null) : .refused("\(name): not all replicas of the stream are current")
    answer(Answer(outcome), &effects)
  }

  private mutating func created(_ json: JSON, _ effects: inout [SessionEffect]) {
    let reason = json["error"].map(Self.text) ?? "the stream is being made"
    answer(Answer(.refused("\(name): \(reason)")), &effects)
  }
}
