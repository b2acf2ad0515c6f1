import Base

/// A read, write or compare-and-set on its way.
struct DataRequest {
  /// The node that was asked.
  var node: Int
  /// How many redirections led there.
  var redirections = 0
  /// Whether it was sent behind `ASKING`.
  var isAsking = false
  /// Whether the script was sent whole.
  var hasWholeScript = false
  /// Whether it was sent behind `ROLE`, to learn whether the node is still a master.
  var verifies = false

  /// How many replies come before the one that counts.
  var lead: Int { (isAsking ? 1 : 0) + (verifies ? 1 : 0) }
}

extension RedisSession {
  /// The most `MOVED` and `ASK` that are followed for one question.
  private static var maximumRedirections: Int { 8 }

  private var changes: Bool {
    if case .read = question { return false }
    return true
  }

  mutating func beginData(_ effects: inout [SessionEffect]) {
    if let node = route() {
      send(DataRequest(node: node), &effects)
    } else {
      askSentinel(failures: 0, &effects)
    }
  }

  /// The node to ask, or nil when a sentinel must be asked for it first.
  private func route() -> Int? {
    switch settings.mode {
    case .standalone: return home
    case .sentinel:
      switch settings.target {
      case .pinned: return home
      case .replica: return changes ? master : home
      case .follow: return master
      }
    case .cluster:
      let owner = Int(owners[slot])
      return owner < nodes ? owner : (home + nodeTurns) % nodes
    }
  }

  private var slot: Int {
    switch question {
    case .read(let key), .write(let key, _), .cas(let key, _, _): RedisSlot.of(key)
    default: 0
    }
  }

  // MARK: Finding the master

  private mutating func askSentinel(failures: Int, _ effects: inout [SessionEffect]) {
    phase = .resolving(failures: failures)
    var writer = ByteWriter(capacity: 96)
    writer.write(command: ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", settings.masterName])
    let link = nodes + (home + sentinelTurns) % nodes
    links[link].request(writer.bytes, replies: 1, &effects)
  }

  mutating func resolved(_ reply: RESP, failures: Int, _ effects: inout [SessionEffect]) {
    switch reply {
    case .array(let elements) where elements.count == 2:
      let address = elements[0].text ?? ""
      let port = elements[1].integer ?? 0
      guard let node = node(address, port: Int(port)) else {
        let reason = "it names \(address):\(port), which is no node"
        return unresolved(reason, failures: failures, &effects)
      }
      master = node
      send(DataRequest(node: node), &effects)
    case .null: unresolved("it knows no such master", failures: failures, &effects)
    case .error(let message): unresolved(message, failures: failures, &effects)
    default: unresolved("it answered with no address", failures: failures, &effects)
    }
  }

  /// A sentinel gave no master: the next one is asked, each once.
  mutating func unresolved(
    _ reason: String, failures: Int, _ effects: inout [SessionEffect]
  ) {
    let link = nodes + (home + sentinelTurns) % nodes
    sentinelTurns = (sentinelTurns + 1) % nodes
    if failures + 1 < nodes {
      askSentinel(failures: failures + 1, &effects)
    } else {
      answer(Answer(.refused("no sentinel gave a master; \(name(link)): \(reason)")), &effects)
    }
  }

  // MARK: The request

  private mutating func send(_ request: DataRequest, _ effects: inout [SessionEffect]) {
    guard let question else { return }
    var request = request
    // What sentinels say may be old: a client makes sure, as their client guidelines ask for.
    let isOwnRead = settings.target == .replica && !changes
    request.verifies =
      settings.mode == .sentinel && settings.target != .pinned && !isOwnRead
      && !links[request.node].isVerified
    var writer = ByteWriter(capacity: 128)
    if request.isAsking { writer.write(command: ["ASKING"]) }
    if request.verifies { writer.write(command: ["ROLE"]) }
    RedisCommand.write(question, wholeScript: request.hasWholeScript, to: &writer)
    var replies = request.lead + 1
    if changes, settings.wait > 0 {
      let time = String(RedisSettings.waitMilliseconds)
      writer.write(command: ["WAIT", String(settings.wait), time])
      replies += 1
    }
    phase = .data(request)
    links[request.node].request(writer.bytes, replies: replies, &effects)
  }

  mutating func dataReplied(
    _ request: DataRequest, _ replies: [RESP], _ effects: inout [SessionEffect]
  ) {
    let reply = replies[request.lead]
    if case .error(let message) = reply { return refused(request, message, &effects) }
    let acknowledgements = replies.count > request.lead + 1 ? replies[request.lead + 1] : nil
    guard let outcome = outcome(reply) else {
      links[request.node].expected = 1
      return fail(request.node, "a reply that does not fit the command", sent: true, &effects)
    }
    if request.verifies {
      let role = replies[request.lead - 1].elements?.first?.text
      links[request.node].isVerified = role == "master"
      // What took effect did; what only observed, observed a replica.
      if role != "master", outcome != .ok(.null) || !changes, outcome != .ok(.bool(true)) {
        forget(request.node)
        sentinelTurns = (sentinelTurns + 1) % nodes
        return answer(
          Answer(.refused("\(name(request.node)): is no master any more")), &effects)
      }
    }
    answer(confirmed(outcome, acknowledgements, node: request.node), &effects)
  }

  /// The outcome with the word of the replicas.
  ///
  /// A write that too few replicas confirmed has happened at the master; but whoever asks for
  /// confirmation does not count on it before, and it may be undone by a failover: nobody knows.
  private func confirmed(_ outcome: Answer.Outcome, _ reply: RESP?, node: Int) -> Answer {
    // Who answered, where it is not always the same.
    var evidence: [JSON.Member] = []
    if nodes > 1 { evidence.append(.init("server", .string(site.nodes[node].name))) }
    guard settings.wait > 0, outcome != .ok(.bool(false)), changes else {
      return Answer(outcome, evidence: evidence)
    }
    guard case .integer(let count) = reply, (0...1000).contains(count) else {
      let reason = "\(name(node)): WAIT was not answered with a number"
      return Answer(.unknown(reason), evidence: evidence)
    }
    // The replicas, and the master itself.
    evidence.append(.init("acks", .integer(count + 1)))
    if count >= Int64(settings.wait) { return Answer(outcome, evidence: evidence) }
    return Answer(
      .unknown("\(name(node)): confirmed by \(count) of \(settings.wait) replicas"),
      evidence: evidence)
  }

  /// What a reply that is no error says; nil when it cannot be the reply to this question.
  private func outcome(_ reply: RESP) -> Answer.Outcome? {
    switch (question, reply) {
    case (.read, .null): .ok(.null)
    case (.read, .bulk(let bytes)): .ok(WireValue.value(bytes))
    case (.write(_, .null), .integer(0...1)): .ok(.null)
    case (.write(_, .null), _): nil
    case (.write, .simple("OK")): .ok(.null)
    case (.cas, .integer(1)): .ok(.bool(true))
    case (.cas, .integer(0)): .ok(.bool(false))
    default: nil
    }
  }

  // MARK: Errors

  private mutating func refused(
    _ request: DataRequest, _ message: String, _ effects: inout [SessionEffect]
  ) {
    var next = request
    switch RedisRefusal.kind(message) {
    case "NOSCRIPT" where !request.hasWholeScript:
      next.hasWholeScript = true
      return send(next, &effects)
    case "MOVED" where settings.mode == .cluster, "ASK" where settings.mode == .cluster:
      guard request.redirections < Self.maximumRedirections,
        let place = RedisRefusal.place(message),
        let node = node(place.host, port: place.port)
      else { break }
      next.node = node
      next.redirections += 1
      next.isAsking = message.hasPrefix("ASK")
      if !next.isAsking { owners[slot] = UInt8(truncatingIfNeeded: node) }
      return send(next, &effects)
    case "READONLY":
      forget(request.node)
      sentinelTurns = (sentinelTurns + 1) % nodes
      links[request.node].isVerified = false
    default: forget(request.node)
    }
    let text = "\(name(request.node)): \(message)"
    let isDefinite = !changes || RedisRefusal.isDefinite(message)
    answer(Answer(isDefinite ? .refused(text) : .unknown(text)), &effects)
  }
}
