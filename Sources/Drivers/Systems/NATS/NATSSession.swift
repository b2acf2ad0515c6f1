import Base

/// One client of one NATS server.
///
/// Every request has a reply subject of its own, so an answer that comes late is nobody's. The
/// subjects begin with the names that the server gave itself and the connection, which no other
/// connection of the cluster has.
struct NATSSession: Session {
  enum Link: Equatable {
    case closed, opening
    /// The server is to say who it is, then to answer a ping.
    case awaitingInfo, awaitingPong
    case ready
  }

  /// What the answer to the request under way is about.
  enum Request {
    /// The value of a key, for a read or a comparison.
    case read
    /// The acknowledgement of a stored message.
    case store
    case streamInfo, streamCreate
  }

  let site: Site
  let endpoint: Endpoint
  let monitor: Endpoint
  let isDirect: Bool
  var link = Link.closed
  var reader = NATSReader()
  var question: Question?
  var request: Request?
  /// Whether the open question has a message sent that may be stored.
  private var mayHaveChanged = false
  /// What the replies of this connection begin with.
  private var inbox = ""
  /// The number of the last request; its reply subject ends with it.
  private var number: Int64 = 0
  /// How many questions were abandoned since the server has last said something.
  private var silences = 0
  /// Whether the server has let nobody in since the question was asked.
  private var isDenied = false
  /// How the errors begin of a server that does so.
  private static let denials = [
    "Authorization Violation", "User Authentication", "Account Authentication",
    "Permissions Violation",
  ]
  /// The text of the monitor, while it is asked.
  var monitorText: [UInt8]?

  init(_ site: Site, node: Int, port: Int) {
    self.site = site
    endpoint = Endpoint(node: node, port: port)
    monitor = Endpoint(node: node, port: NATS.monitorPort)
    isDirect = site.knob("reads") == "direct"
  }

  var name: String { site.nodes[endpoint.node].name }

  // MARK: The door

  mutating func ask(_ question: Question, _ effects: inout [SessionEffect]) {
    abandon(&effects)
    self.question = question
    mayHaveChanged = false
    isDenied = false
    switch question {
    case .read, .write, .cas, .prepare:
      if link == .ready { return begin(&effects) }
      if link == .closed {
        link = .opening
        effects.append(.open(endpoint))
      }
    case .status:
      monitorText = []
      effects.append(.open(monitor))
    case .removeMember, .addMember:
      answer(Answer(.refused("nats has no members to add or remove here")), &effects)
    }
  }

  mutating func opened(_ endpoint: Endpoint, _ effects: inout [SessionEffect]) {
    if endpoint == monitor {
      guard monitorText != nil else { return }
      effects.append(.send(Array(NATSStatus.request.utf8), monitor))
    } else if link == .opening {
      link = .awaitingInfo
    }
  }

  mutating func received(
    _ bytes: UnsafeRawBufferPointer, _ endpoint: Endpoint, _ effects: inout [SessionEffect]
  ) {
    if endpoint == monitor {
      monitorText?.append(contentsOf: bytes)
      if monitorText?.count ?? 0 > 1 << 22 {
        endMonitor(&effects)
        answer(Answer(.unknown("\(name): a status of more than 4 MiB")), &effects)
      }
      return
    }
    guard link != .closed, link != .opening else { return }
    silences = 0
    reader.append(bytes)
    do throws(WireError) {
      while link != .closed, let message = try reader.next() { try handle(message, &effects) }
    } catch {
      fail("malformed message: \(error.message)", &effects)
    }
  }

  mutating func closed(
    _ endpoint: Endpoint, _ closure: Closure, _ effects: inout [SessionEffect]
  ) {
    let reason: String
    switch closure {
    case .neverOpened(let text), .lost(let text): reason = text
    }
    if endpoint == monitor {
      guard let text = monitorText else { return }
      monitorText = nil
      if text.isEmpty {
        let why = "\(name): its monitor, port \(NATS.monitorPort): \(reason)"
        return answer(Answer(.refused(why)), &effects)
      }
      return answerStatus(text, &effects)
    }
    guard link != .closed else { return }
    end(reason, &effects)
  }

  mutating func abandon(_ effects: inout [SessionEffect]) {
    guard question != nil else { return }
    question = nil
    request = nil
    if monitorText != nil { return endMonitor(&effects) }
    silences += 1
    // Its late answer would be known by its subject; but a connection that is silent may be dead.
    if link != .ready || silences >= 2 {
      if link != .closed { effects.append(.close(endpoint)) }
      reset()
    } else {
      effects.append(.send(Array("PING\r\n".utf8), endpoint))
    }
  }

  // MARK: The connection

  private mutating func reset() {
    link = .closed
    reader = NATSReader()
    request = nil
    silences = 0
  }

  private mutating func endMonitor(_ effects: inout [SessionEffect]) {
    monitorText = nil
    effects.append(.close(monitor))
  }

  /// Ends a connection that says what cannot be.
  private mutating func fail(_ reason: String, _ effects: inout [SessionEffect]) {
    effects.append(.close(endpoint))
    end(reason, &effects)
  }

  /// The connection is gone. Changes that were not sent have certainly not happened.
  private mutating func end(_ reason: String, _ effects: inout [SessionEffect]) {
    let isUnknown: Bool
    switch question {
    case .write, .cas: isUnknown = mayHaveChanged
    default: isUnknown = link == .ready
    }
    reset()
    guard question != nil, monitorText == nil else { return }
    let text = "\(name): \(reason)"
    answer(Answer(isUnknown ? .unknown(text) : .refused(text)), &effects)
  }

  private mutating func handle(
    _ message: NATSMessage, _ effects: inout [SessionEffect]
  ) throws(WireError) {
    switch message {
    case .info(let info): if link == .awaitingInfo { try greet(info, &effects) }
    case .ping: effects.append(.send(Array("PONG\r\n".utf8), endpoint))
    case .pong:
      guard link == .awaitingPong else { return }
      link = .ready
      if question != nil, monitorText == nil { begin(&effects) }
    case .ok: break
    case .error(let text):
      isDenied = Self.denials.contains { text.hasPrefix($0) }
      fail(text, &effects)
    case .message(let subject, let header, let payload):
      guard let request, subject == "\(inbox).\(number)" else { return }
      self.request = nil
      try replied(request, NATSHeader(header), header: header, payload, &effects)
    }
  }

  private mutating func greet(
    _ info: JSON, _ effects: inout [SessionEffect]
  ) throws(WireError) {
    guard let server = info["server_id"]?.string, let client = info["client_id"]?.integer,
      !server.isEmpty, server.utf8.allSatisfy({ $0 > 32 && $0 < 127 && !".*>".utf8.contains($0) })
    else { throw WireError("an INFO without server_id and client_id") }
    inbox = "_INBOX.\(server).\(client)"
    var options: [JSON.Member] = [
      .init("verbose", false), .init("pedantic", false), .init("headers", true),
      .init("no_responders", true), .init("lang", "swift"), .init("version", "1"),
      .init("protocol", 1), .init("name", "plumbline"),
    ]
    if let (user, password) = site.login {
      options += [.init("user", .string(user)), .init("pass", .string(password))]
    }
    if let token = site.secret("token") { options.append(.init("auth_token", .string(token))) }
    link = .awaitingPong
    effects.append(
      .send(Array("CONNECT \(JSON.object(options))\r\nSUB \(inbox).* 1\r\nPING\r\n".utf8), endpoint)
    )
  }

  /// Publishes a message whose answer is for the open question.
  mutating func publish(
    _ subject: String, header: String = "", _ payload: String, for request: Request,
    _ effects: inout [SessionEffect]
  ) {
    self.request = request
    if case .store = request { mayHaveChanged = true }
    number += 1
    var writer = ByteWriter(capacity: 256)
    writer.write(header.isEmpty ? "PUB " : "HPUB ")
    writer.write(subject)
    writer.write(" \(inbox).\(number) ")
    if header.isEmpty {
      writer.write(Int64(payload.utf8.count))
      writer.write("\r\n")
    } else {
      let lines = "NATS/1.0\r\n\(header)\r\n\r\n"
      writer.write("\(lines.utf8.count) \(lines.utf8.count + payload.utf8.count)\r\n")
      writer.write(lines)
    }
    writer.write(payload)
    writer.write("\r\n")
    effects.append(.send(writer.bytes, endpoint))
  }

  mutating func answer(_ answer: Answer, _ effects: inout [SessionEffect]) {
    var answer = answer
    if isDenied { answer.isDenied = true }
    question = nil
    request = nil
    effects.append(.answer(answer))
  }
}
