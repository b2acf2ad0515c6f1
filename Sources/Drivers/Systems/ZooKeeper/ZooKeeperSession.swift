import Base

/// One client of one ZooKeeper server.
///
/// Requests bear numbers, and replies come in the order of the requests. Every connection begins a
/// session of its own; what is written outlives it. There are no deletions: the version of a node
/// of the tree would begin again at zero, and a comparison by version could hold for a value that
/// it was not read with. A `null` is written as no bytes.
struct ZooKeeperSession: Session {
  private enum Link: Equatable {
    case closed
    /// The connection is being made; for a four-letter word, or for a session.
    case opening(word: Bool)
    /// The session is being made.
    case connecting
    /// The server was told who the client is.
    case authenticating
    case ready
    /// A four-letter word was sent; the text ends with the connection.
    case asked
  }

  private enum Request { case sync, getData, setData, create, delete }

  private let endpoint: Endpoint
  private let name: String
  private let syncs: Bool
  /// `user:password`, or nil.
  private let login: String?
  private let isForeign: Bool
  private var link = Link.closed
  private var frames = JuteFrames()
  private var text: [UInt8] = []
  private var question: Question?
  /// What was sent and is not answered, in order.
  private var open: [(number: Int32, request: Request)] = []
  private var lastNumber: Int32 = 0
  /// Whether the open question has something sent that may change data.
  private var mayHaveChanged = false
  private var unansweredPings = 0
  /// The error of the `sync` before a read.
  private var syncError: Int32 = 0
  /// How often a write changed between creating and setting.
  private var turns = 0

  init(_ endpoint: Endpoint, name: String, syncs: Bool, login: String?, isForeign: Bool) {
    self.endpoint = endpoint
    self.name = name
    self.syncs = syncs
    self.login = login
    self.isForeign = isForeign
  }

  // MARK: The door

  mutating func ask(_ question: Question, _ effects: inout [SessionEffect]) {
    abandon(&effects)
    self.question = question
    mayHaveChanged = false
    switch question {
    case .prepare where !isForeign: answer(Answer(.ok(.null)), &effects)
    case .read, .write, .cas, .prepare:
      switch link {
      case .ready: begin(&effects)
      case .closed: connect(word: false, &effects)
      case .opening(word: false), .connecting, .authenticating: break
      case .opening(word: true), .asked:
        drop(&effects)
        connect(word: false, &effects)
      }
    case .status:
      // One connection an endpoint: the session's makes room.
      if link != .closed { drop(&effects) }
      connect(word: true, &effects)
    case .removeMember, .addMember:
      answer(Answer(.refused("zookeeper's members are those of its configuration")), &effects)
    }
  }

  mutating func opened(_ endpoint: Endpoint, _ effects: inout [SessionEffect]) {
    switch link {
    case .opening(word: true):
      link = .asked
      effects.append(.send(Array("srvr".utf8), endpoint))
    case .opening(word: false):
      link = .connecting
      effects.append(.send(ZooKeeperRequest.connect, endpoint))
    case .closed, .connecting, .authenticating, .ready, .asked: break
    }
  }

  mutating func received(
    _ bytes: UnsafeRawBufferPointer, _ endpoint: Endpoint, _ effects: inout [SessionEffect]
  ) {
    switch link {
    case .closed, .opening: return
    case .asked:
      text.append(contentsOf: bytes)
      if text.count > 1 << 16 { fail("a status of more than 64 KiB", &effects) }
    case .connecting, .authenticating, .ready:
      frames.append(bytes)
      do throws(WireError) {
        while [.connecting, .authenticating, .ready].contains(link),
          var frame = try frames.next()
        {
          switch link {
          case .connecting: try connected(&frame, &effects)
          case .authenticating: try authenticated(&frame, &effects)
          default: try replied(&frame, &effects)
          }
        }
      } catch {
        fail("malformed reply: \(error.message)", &effects)
      }
    }
  }

  mutating func closed(
    _ endpoint: Endpoint, _ closure: Closure, _ effects: inout [SessionEffect]
  ) {
    guard link != .closed else { return }
    let wasAsked = link == .asked
    let isOpen = isUnknown
    let status = wasAsked ? ZooKeeperStatus(text, node: endpoint.node) : nil
    reset()
    guard question != nil else { return }
    switch closure {
    case .neverOpened(let reason): answer(Answer(.refused("\(name): \(reason)")), &effects)
    case .lost(let reason):
      if let status { return answer(Answer(.ok(.null), status: status.node), &effects) }
      if wasAsked {
        return answer(Answer(.unknown("\(name): srvr gave no status: \(reason)")), &effects)
      }
      let message = "\(name): \(reason)"
      answer(Answer(isOpen ? .unknown(message) : .refused(message)), &effects)
    }
  }

  mutating func abandon(_ effects: inout [SessionEffect]) {
    guard question != nil else { return }
    question = nil
    // A session answers in order: what comes next would wait for what was abandoned.
    if link != .closed { drop(&effects) }
  }

  mutating func idle(_ effects: inout [SessionEffect]) {
    guard link == .ready, question == nil else { return }
    guard unansweredPings < 3 else { return drop(&effects) }
    unansweredPings += 1
    effects.append(.send(ZooKeeperRequest.ping, endpoint))
  }

  // MARK: The connection

  private mutating func connect(word: Bool, _ effects: inout [SessionEffect]) {
    link = .opening(word: word)
    effects.append(.open(endpoint))
  }

  /// Whether nobody knows what becomes of the open question when the connection ends now. Changes
  /// that were not sent have certainly not happened.
  private var isUnknown: Bool {
    switch question {
    case .write, .cas: mayHaveChanged
    default: link == .ready || link == .asked
    }
  }

  private mutating func reset() {
    link = .closed
    frames = JuteFrames()
    text = []
    open = []
    unansweredPings = 0
  }

  private mutating func drop(_ effects: inout [SessionEffect]) {
    effects.append(.close(endpoint))
    reset()
  }

  /// Ends a connection that says what cannot be.
  private mutating func fail(_ reason: String, _ effects: inout [SessionEffect]) {
    let isOpen = isUnknown
    drop(&effects)
    guard question != nil else { return }
    let message = "\(name): \(reason)"
    answer(Answer(isOpen ? .unknown(message) : .refused(message)), &effects)
  }

  private mutating func connected(
    _ frame: inout JuteReader, _ effects: inout [SessionEffect]
  ) throws(WireError) {
    _ = try frame.int()  // protocol version
    let time = try frame.int()
    let session = try frame.long()
    _ = try frame.buffer()
    guard time > 0, session != 0 else {
      return fail("the server gave no session", &effects)
    }
    guard let login else { return becomeReady(&effects) }
    link = .authenticating
    effects.append(.send(ZooKeeperRequest.authenticate(login), endpoint))
  }

  private mutating func authenticated(
    _ frame: inout JuteReader, _ effects: inout [SessionEffect]
  ) throws(WireError) {
    guard try frame.int() == ZooKeeperRequest.authenticationNumber else {
      throw WireError("a reply that is not the one to addauth")
    }
    _ = try frame.long()
    let error = try frame.int()
    guard error != 0 else { return becomeReady(&effects) }
    let reason = "\(name): addauth: \(ZooKeeperError.name(error))"
    drop(&effects)
    if question != nil { answer(.denied(reason), &effects) }
  }

  private mutating func becomeReady(_ effects: inout [SessionEffect]) {
    link = .ready
    if question != nil { begin(&effects) }
  }

  private mutating func answer(_ answer: Answer, _ effects: inout [SessionEffect]) {
    question = nil
    effects.append(.answer(answer))
  }

  // MARK: Questions about data

  private var path: String {
    switch question {
    case .read(let key), .write(let key, _), .cas(let key, _, _): "/plumbline-\(key)"
    default: "/\(Question.foreignPrefix)trial"
    }
  }

  private static func text(_ value: JSON) -> String {
    value == .null ? "" : WireValue.text(value)
  }

  /// Takes the next number for a request.
  private mutating func number(_ request: Request) -> Int32 {
    lastNumber = lastNumber == .max ? 1 : lastNumber + 1
    open.append((lastNumber, request))
    return lastNumber
  }

  private mutating func begin(_ effects: inout [SessionEffect]) {
    syncError = 0
    turns = 0
    switch question {
    case .read, .cas:
      var bytes: [UInt8] = []
      // In one piece: a server carries out the requests of a session in order.
      if syncs { bytes = ZooKeeperRequest.sync(number(.sync), path) }
      bytes += ZooKeeperRequest.getData(number(.getData), path)
      effects.append(.send(bytes, endpoint))
    case .write(_, let value): set(value, version: -1, &effects)
    case .prepare: create(.null, &effects)
    default: break
    }
  }

  private mutating func set(_ value: JSON, version: Int32, _ effects: inout [SessionEffect]) {
    mayHaveChanged = true
    let bytes = ZooKeeperRequest.setData(
      number(.setData), path, Self.text(value), version: version)
    effects.append(.send(bytes, endpoint))
  }

  private mutating func create(_ value: JSON, _ effects: inout [SessionEffect]) {
    mayHaveChanged = true
    let bytes = ZooKeeperRequest.create(
      number(.create), path, Self.text(value), isPrivate: login != nil)
    effects.append(.send(bytes, endpoint))
  }

  private mutating func replied(
    _ frame: inout JuteReader, _ effects: inout [SessionEffect]
  ) throws(WireError) {
    let number = try frame.int()
    let zxid = try frame.long()
    let error = try frame.int()
    if number == ZooKeeperRequest.pingNumber {
      unansweredPings = 0
      return
    }
    if number == ZooKeeperRequest.notificationNumber { return }
    guard let first = open.first, first.number == number else {
      throw WireError("a reply with the number \(number), which is not the next")
    }
    open.removeFirst()
    switch first.request {
    case .sync: syncError = error
    case .getData: try read(&frame, zxid: zxid, error: error, &effects)
    case .setData:
      let stat = error == 0 ? try ZooKeeperStat(&frame) : nil
      wrote(stat?.writtenBy ?? zxid, zxid: zxid, error: error, &effects)
    case .create where question == .prepare: tried(error, &effects)
    case .create: wrote(zxid, zxid: zxid, error: error, &effects)
    case .delete: answer(Answer(.ok(.null)), &effects)
    }
  }

  private mutating func read(
    _ frame: inout JuteReader, zxid: Int64, error: Int32, _ effects: inout [SessionEffect]
  ) throws(WireError) {
    guard syncError == 0 else {
      // Nothing was written yet, neither by a read nor by a compare-and-set.
      let reason = "\(name): sync: \(ZooKeeperError.name(syncError))"
      return answer(Answer(.refused(reason)), &effects)
    }
    var value = JSON.null
    var stat: ZooKeeperStat?
    switch error {
    case 0:
      let bytes = try frame.buffer()
      value = bytes.isEmpty ? .null : WireValue.value(bytes)
      stat = try ZooKeeperStat(&frame)
    case ZooKeeperError.noNode: break
    default:
      let reason = "\(name): \(ZooKeeperError.name(error))"
      return answer(Answer(.refused(reason)), &effects)
    }
    switch question {
    case .read:
      var evidence = [JSON.Member("zxid", .integer(zxid))]
      if let stat { evidence.append(.init("revision", .integer(stat.writtenBy))) }
      answer(Answer(.ok(value), evidence: evidence), &effects)
    case .cas(_, let from, let to):
      guard value == from else {
        return answer(Answer(.refused("another value was found")), &effects)
      }
      if let stat {
        set(to, version: stat.version, &effects)
      } else {
        create(to, &effects)
      }
    default: break
    }
  }

  /// A node of the tree was created to see whether that is permitted, and goes again.
  private mutating func tried(_ error: Int32, _ effects: inout [SessionEffect]) {
    switch error {
    case 0:
      effects.append(.send(ZooKeeperRequest.delete(number(.delete), path), endpoint))
    case ZooKeeperError.nodeExists: answer(Answer(.ok(.null)), &effects)
    case ZooKeeperError.noAuth, ZooKeeperError.invalidACL:
      answer(.denied("\(name): create \(path): \(ZooKeeperError.name(error))"), &effects)
    default: answer(Answer(.refused("\(name): \(ZooKeeperError.name(error))")), &effects)
    }
  }

  /// A reply to `setData` or `create`.
  private mutating func wrote(
    _ revision: Int64, zxid: Int64, error: Int32, _ effects: inout [SessionEffect]
  ) {
    guard error != 0 else {
      var value = JSON.null
      if case .cas = question { value = true }
      let evidence = [JSON.Member("zxid", .integer(zxid)), .init("revision", .integer(revision))]
      return answer(Answer(.ok(value), evidence: evidence), &effects)
    }
    if case .write(_, let value) = question, turns < 4 {
      // Nothing was done: it is not there, or it is there since a moment ago.
      turns += 1
      if error == ZooKeeperError.noNode { return create(value, &effects) }
      if error == ZooKeeperError.nodeExists { return set(value, version: -1, &effects) }
    }
    let reason = "\(name): \(ZooKeeperError.name(error))"
    let isDefinite = ZooKeeperError.isDefinite(error)
    answer(Answer(isDefinite ? .refused(reason) : .unknown(reason)), &effects)
  }
}

/// The reply to the four-letter word `srvr`.
struct ZooKeeperStatus {
  let node: NodeStatus

  /// Reads `Mode: leader` and `Zxid: 0x100000002`, or that the server serves nobody for lack of a
  /// quorum; nil for anything else. Only a leader knows who leads: a follower names nobody.
  init?(_ text: [UInt8], node index: Int) {
    let text = String(decoding: text, as: UTF8.self)
    var node = NodeStatus(stage: -1)
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("Mode: ") {
        node.stage = 0
        let mode = line.dropFirst(6)
        if mode == "leader" || mode == "standalone" { node.leader = index }
      }
      if line.hasPrefix("Zookeeper version: ") {
        node.version = String(line.dropFirst(19).prefix { $0 != "-" && $0 != "," })
      }
      if line.hasPrefix("Zxid: 0x"), let zxid = Int64(line.dropFirst(8), radix: 16) {
        node.term = zxid >> 32
      }
    }
    let isIdle = text.hasPrefix("This ZooKeeper instance is not currently serving requests")
    guard node.stage == 0 || isIdle else { return nil }
    self.node = node
  }
}
