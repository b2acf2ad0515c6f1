import Base

/// One client of Redis.
///
/// Replies come in the order of the requests and bear no number, so there is one request at a time
/// on a connection, and a connection whose request was abandoned is closed.
struct RedisSession: Session {
  /// What is being done for the open question.
  enum Phase {
    case idle
    /// A sentinel was asked for the master; how many were asked before it.
    case resolving(failures: Int)
    case data(DataRequest)
    case status
    /// A cluster is formed: the nodes are asked what they know, or told what they lack.
    case examining
    case forming
  }

  let site: Site
  let settings: RedisSettings
  let home: Int
  var links: [RedisLink]
  var question: Question?
  var phase = Phase.idle
  /// The node that is the master as far as is known (mode sentinel).
  var master: Int?
  /// How many sentinels have failed this client; the next one is asked, its own node's first.
  var sentinelTurns = 0
  /// The owner of each slot as far as is known, 255: unknown (mode cluster).
  var owners: [UInt8]
  /// How many nodes have failed this client; those that own nothing known are asked in turn.
  var nodeTurns = 0
  /// What the links answered that were asked together; nil: nothing.
  var gathered: [[RESP]?] = []
  /// Why the last of the links that gave nothing did so.
  var gatheringProblem = ""
  /// The words of a server that let nobody in since the question was asked, or nil.
  var denial: String?

  init(_ site: Site, node: Int) {
    self.site = site
    settings = RedisSettings(site)
    home = node
    var links: [RedisLink] = []
    for index in site.nodes.indices {
      let port = site.port(index, Redis())
      let greeting = settings.greeting
      links.append(RedisLink(Endpoint(node: index, port: port), greeting: greeting))
    }
    if settings.mode == .sentinel {
      for index in site.nodes.indices {
        let endpoint = Endpoint(node: index, port: RedisSettings.sentinelPort)
        links.append(RedisLink(endpoint, greeting: settings.sentinelGreeting))
      }
    }
    self.links = links
    owners =
      settings.mode == .cluster ? [UInt8](repeating: 255, count: RedisSlot.count) : []
  }

  var nodes: Int { site.nodes.count }

  /// The node whose server has that address and port, or nil. Nodes of a cluster that exists
  /// already may share an address.
  func node(_ address: String, port: Int) -> Int? {
    site.nodes.indices.first {
      links[$0].endpoint.port == port
        && (site.nodes[$0].peerAddress == address || site.nodes[$0].clientAddress == address)
    }
  }

  // MARK: The door

  mutating func ask(_ question: Question, _ effects: inout [SessionEffect]) {
    abandon(&effects)
    self.question = question
    denial = nil
    switch question {
    case .read, .write, .cas: beginData(&effects)
    case .status: beginStatus(&effects)
    case .prepare: beginPreparing(&effects)
    case .removeMember, .addMember:
      answer(Answer(.refused("redis has no members to add or remove")), &effects)
    }
  }

  mutating func opened(_ endpoint: Endpoint, _ effects: inout [SessionEffect]) {
    guard let link = index(endpoint), links[link].state == .opening else { return }
    links[link].opened(&effects)
  }

  mutating func received(
    _ bytes: UnsafeRawBufferPointer, _ endpoint: Endpoint, _ effects: inout [SessionEffect]
  ) {
    guard let link = index(endpoint), [.open, .greeting].contains(links[link].state) else { return }
    links[link].reader.append(bytes)
    do throws(WireError) {
      // An answer may end this connection or begin another request on it.
      while [.open, .greeting].contains(links[link].state),
        let reply = try links[link].reader.next()
      {
        if case .push = reply { continue }
        if links[link].state == .greeting {
          greeted(link, reply, &effects)
          continue
        }
        guard links[link].expected > 0 else { throw WireError("a reply to no request") }
        links[link].replies.append(reply)
        guard links[link].replies.count == links[link].expected else { continue }
        links[link].expected = 0
        finished(link, &effects)
      }
    } catch {
      let sent = links[link].state == .open
      fail(link, "malformed reply: \(error.message)", sent: sent, &effects)
    }
  }

  /// A server has answered `AUTH`.
  private mutating func greeted(_ link: Int, _ reply: RESP, _ effects: inout [SessionEffect]) {
    if reply == .simple("OK") { return links[link].begin(&effects) }
    var reason = "no answer to AUTH"
    if case .error(let message) = reply {
      reason = message
      // Of a server that is starting or has too many clients, the next may say otherwise.
      if !["LOADING", "MASTERDOWN", "BUSY"].contains(RedisRefusal.kind(message)),
        !message.hasPrefix("ERR max number of clients")
      {
        denial = "\(name(link)): \(message)"
      }
    }
    fail(link, reason, sent: false, &effects)
  }

  mutating func closed(
    _ endpoint: Endpoint, _ closure: Closure, _ effects: inout [SessionEffect]
  ) {
    guard let link = index(endpoint), links[link].state != .closed else { return }
    let sent = links[link].state == .open && links[link].waiting.isEmpty
    let wasAsked = links[link].expected > 0
    links[link].reset()
    // A sentinel that changes a master's role ends the connections of its clients.
    if master == link { master = nil }
    guard wasAsked else { return }
    switch closure {
    case .neverOpened(let reason): failed(link, reason, sent: false, &effects)
    case .lost(let reason): failed(link, reason, sent: sent, &effects)
    }
  }

  mutating func abandon(_ effects: inout [SessionEffect]) {
    switch phase {
    case .idle: return
    case .resolving: sentinelTurns += 1
    case .data(let request): forget(request.node)
    case .status, .examining, .forming: break
    }
    for link in links.indices { links[link].abandon(&effects) }
    phase = .idle
    question = nil
  }

  // MARK: What all questions share

  private func index(_ endpoint: Endpoint) -> Int? {
    guard site.nodes.indices.contains(endpoint.node) else { return nil }
    if links[endpoint.node].endpoint == endpoint { return endpoint.node }
    let sentinel = nodes + endpoint.node
    return links.indices.contains(sentinel) && links[sentinel].endpoint == endpoint
      ? sentinel : nil
  }

  /// A link has given all replies to its request.
  private mutating func finished(_ link: Int, _ effects: inout [SessionEffect]) {
    let replies = links[link].replies
    switch phase {
    case .idle: break
    case .resolving(let failures): resolved(replies[0], failures: failures, &effects)
    case .data(let request): dataReplied(request, replies, &effects)
    case .status, .examining, .forming:
      gathered[link] = replies
      concludeGathering(&effects)
    }
  }

  /// Ends a connection that says what cannot be.
  mutating func fail(
    _ link: Int, _ reason: String, sent: Bool, _ effects: inout [SessionEffect]
  ) {
    let wasAsked = links[link].expected > 0
    if links[link].state != .closed { effects.append(.close(links[link].endpoint)) }
    links[link].reset()
    if wasAsked { failed(link, reason, sent: sent, &effects) }
  }

  /// A link that owed replies is gone; `sent`: the request may have reached the server.
  private mutating func failed(
    _ link: Int, _ reason: String, sent: Bool, _ effects: inout [SessionEffect]
  ) {
    switch phase {
    case .idle: break
    case .resolving(let failures): unresolved(reason, failures: failures, &effects)
    case .data(let request):
      forget(request.node)
      let text = "\(name(link)): \(reason)"
      answer(Answer(sent ? .unknown(text) : .refused(text)), &effects)
    case .status, .examining, .forming:
      gatheringProblem = "\(name(link)): \(reason)"
      concludeGathering(&effects)
    }
  }

  /// `n1`, or `the sentinel of n1`.
  func name(_ link: Int) -> String {
    link < nodes ? site.nodes[link].name : "the sentinel of \(site.nodes[link - nodes].name)"
  }

  mutating func answer(_ answer: Answer, _ effects: inout [SessionEffect]) {
    var answer = answer
    if denial != nil, case .refused = answer.outcome { answer.isDenied = true }
    phase = .idle
    question = nil
    effects.append(.answer(answer))
  }

  /// Asks links together; ``concludeGathering(_:)`` goes on when all have answered or failed.
  mutating func gather(
    _ requests: [(link: Int, commands: [[String]])], _ effects: inout [SessionEffect]
  ) {
    gathered = Array(repeating: nil, count: links.count)
    gatheringProblem = ""
    for (link, commands) in requests {
      var writer = ByteWriter(capacity: 256)
      for command in commands { writer.write(command: command) }
      links[link].request(writer.bytes, replies: commands.count, &effects)
    }
  }

  private mutating func concludeGathering(_ effects: inout [SessionEffect]) {
    guard links.allSatisfy({ $0.expected == 0 }) else { return }
    switch phase {
    case .status: concludeStatus(&effects)
    case .examining: form(&effects)
    case .forming: answer(Answer(.refused("the cluster is being formed")), &effects)
    case .idle, .resolving, .data: break
    }
  }

  /// A node failed this client: whom it was taken for is to be found out again.
  mutating func forget(_ node: Int) {
    master = nil
    if settings.mode == .cluster {
      nodeTurns += 1
      for slot in owners.indices where owners[slot] == UInt8(truncatingIfNeeded: node) {
        owners[slot] = 255
      }
    }
  }
}
