import Base

/// What is sent to etcd for a question, and what its responses mean.
///
/// Requests and responses are those of the gRPC service in proto3 JSON: bytes in Base64, 64-bit
/// integers as strings, and members left out whose value is zero, false or empty.
struct EtcdTalk: HTTPTalk {
  /// What the next response answers.
  private enum Due {
    case nothing, read(String), write, cas, status, leader(UInt64, term: Int64?)
    case change(Int, isRemoval: Bool), removed, added, token, trial, pulse
  }

  private let site: Site
  private let node: Int
  private let port: Int
  private let defaultPort: Int
  private let isSerializable: Bool
  private var heads: EtcdHeads
  private var due = Due.nothing
  /// The open question, to be sent when a token is had; nil when it was given up.
  private var question: Question?
  private let login: (user: String, password: String)?
  /// Whether the servers gave a token that they have not refused.
  private var hasToken = false
  /// Whether the token was renewed for the open question.
  private var isRenewed = false
  /// The nodes of the member ids that are known. A member that is added again has a new id.
  private var members: [(id: UInt64, node: Int)] = []
  /// The version that the server last said.
  private var version: String?

  init(_ site: Site, node: Int, port: Int, defaultPort: Int) {
    self.site = site
    self.node = node
    self.port = port
    self.defaultPort = defaultPort
    isSerializable = site.knob("reads") == "serializable"
    login = site.login
    heads = EtcdHeads(site, node: node, port: port, token: nil)
  }

  // MARK: - Questions

  mutating func begin(_ question: Question) -> HTTPStep {
    self.question = question
    isRenewed = false
    // It was asked for already: passwords are slow to check on purpose, and many clients that begin
    // anew after each time-out would never come to an end.
    if case .token = due { return .wait }
    // Older servers tell anybody how they are, and a node that is cut off could give no token.
    guard login == nil || hasToken || question == .status else { return authenticate() }
    return send(question)
  }

  mutating func abandon() -> Bool {
    question = nil
    if case .token = due { return true }
    return false
  }

  mutating func lost() { due = .nothing }

  private mutating func send(_ question: Question) -> HTTPStep {
    switch question {
    case .read(let key):
      due = .read(key)
      return .send(heads.range.request(body: EtcdTalk.range(key, isSerializable: isSerializable)))
    case .write(let key, let value):
      due = .write
      let body = EtcdTalk.put(key, value)
      return .send((value == .null ? heads.delete : heads.put).request(body: body))
    case .cas(let key, let from, let to):
      due = .cas
      return .send(heads.txn.request(body: EtcdTalk.swap(key, from, to)))
    case .status:
      due = .status
      return .send(heads.status.request(body: Array("{}".utf8)))
    case .prepare:
      guard site.isForeign else { return .answer(Answer(.ok(.null))) }
      due = .trial
      let body = EtcdTalk.range(Question.foreignPrefix, isSerializable: false)
      return .send(heads.range.request(body: body))
    case .removeMember(let index):
      due = .change(index, isRemoval: true)
      return .send(heads.list.request(body: Array("{}".utf8)))
    case .addMember(let index):
      due = .change(index, isRemoval: false)
      return .send(heads.list.request(body: Array("{}".utf8)))
    }
  }

  /// Asks for a token. It changes no data: a question whose token could not be had did nothing.
  private mutating func authenticate() -> HTTPStep {
    guard let login else { return .answer(.denied(EtcdError.invalidToken)) }
    due = .token
    let body: JSON = ["name": .string(login.user), "password": .string(login.password)]
    return .send(heads.authenticate.request(body: Array(body.description.utf8)))
  }

  private static func append(_ text: StaticString, to body: inout [UInt8]) {
    text.withUTF8Buffer { body.append(contentsOf: $0) }
  }

  private static func range(_ key: String, isSerializable: Bool) -> [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(64)
    append("{\"key\":\"", to: &body)
    Base64.write(key.utf8, to: &body)
    append(isSerializable ? "\",\"serializable\":true}" : "\"}", to: &body)
    return body
  }

  /// The body of a put, or of a delete where the value is null.
  private static func put(_ key: String, _ value: JSON) -> [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(96)
    write(key, value, to: &body)
    return body
  }

  private static func write(_ key: String, _ value: JSON, to body: inout [UInt8]) {
    append("{\"key\":\"", to: &body)
    Base64.write(key.utf8, to: &body)
    if value != .null {
      append("\",\"value\":\"", to: &body)
      Base64.write(value.description.utf8, to: &body)
    }
    append("\"}", to: &body)
  }

  /// A transaction without an else-branch: a compare of an absent key by value is false, and a key
  /// is absent when its creation revision is 0.
  private static func swap(_ key: String, _ from: JSON, _ to: JSON) -> [UInt8] {
    var body: [UInt8] = []
    body.reserveCapacity(192)
    append("{\"compare\":[{\"key\":\"", to: &body)
    Base64.write(key.utf8, to: &body)
    if from == .null {
      append("\",\"target\":\"CREATE\",\"result\":\"EQUAL\",\"create_revision\":\"0", to: &body)
    } else {
      append("\",\"target\":\"VALUE\",\"result\":\"EQUAL\",\"value\":\"", to: &body)
      Base64.write(from.description.utf8, to: &body)
    }
    append("\"}],\"success\":[{\"", to: &body)
    append(to == .null ? "request_delete_range" : "request_put", to: &body)
    append("\":", to: &body)
    write(key, to, to: &body)
    append("}]}", to: &body)
    return body
  }

  // MARK: - Responses

  mutating func proceed(_ response: borrowing HTTPResponse) -> HTTPStep {
    let due = self.due
    self.due = .nothing
    guard response.status == 200 else { return refusal(response, due) }
    guard let json = try? JSONParser.parse(response.body), let header = json["header"] else {
      return .answer(Answer(.unknown("a response that is not etcd's")))
    }
    switch due {
    case .nothing: return .answer(Answer(.unknown("a response that nobody asked for")))
    case .read(let key): return .answer(read(json, key, EtcdTalk.evidence(header)))
    case .write: return .answer(Answer(.ok(.null), evidence: EtcdTalk.evidence(header)))
    case .cas:
      let evidence = EtcdTalk.evidence(header)
      guard let succeeded = (json["succeeded"] ?? false).bool else {
        return .answer(Answer(.unknown("a response that is not etcd's"), evidence: evidence))
      }
      return .answer(Answer(.ok(.bool(succeeded)), evidence: evidence))
    case .status: return leader(json, own: EtcdTalk.number(header["member_id"]))
    case .leader(let id, let term):
      learn(json)
      return .answer(standing(isLed: true, members.first { $0.id == id }?.node, term))
    case .change(let index, let isRemoval):
      learn(json)
      return change(index, isRemoval: isRemoval)
    case .removed, .added, .trial: return .answer(Answer(.ok(.null)))
    case .pulse:
      let term = EtcdTalk.number(header["raft_term"]).map { Int64(clamping: $0) }
      return .answer(standing(isLed: true, nil, term))
    case .token:
      guard let token = json["token"]?.string, EtcdHeads.isToken(token) else {
        return .answer(Answer(.refused("a token that is none")))
      }
      heads = EtcdHeads(site, node: node, port: port, token: token)
      hasToken = true
      guard let question else { return .wait }
      return send(question)
    }
  }

  private mutating func refusal(_ response: borrowing HTTPResponse, _ due: Due) -> HTTPStep {
    let answer = EtcdError.answer(response)
    if case .token = due {
      // Whatever it was: what was asked for was not sent.
      guard case .unknown(let message) = answer.outcome else { return .answer(answer) }
      return .answer(Answer(.refused("no token: \(message)")))
    }
    switch EtcdError.message(response) {
    case EtcdError.oldToken: hasToken = false
    case EtcdError.invalidToken:
      // It certainly did nothing, so it is sent again; once, or it could go on for ever.
      hasToken = false
      guard login != nil, !isRenewed else { break }
      isRenewed = true
      return authenticate()
    default: break
    }
    if answer.isDenied, let step = whereUntold(due) { return step }
    if case .unknown(let message) = answer.outcome {
      switch due {
      // Done already, by an earlier request whose answer was lost.
      case .removed where message == "etcdserver: member not found",
        .added where message == "etcdserver: Peer URLs already exists":
        return .answer(Answer(.ok(.null)))
      default: break
      }
    }
    return .answer(answer)
  }

  /// What is done where a server does not tell how it is or who its members are; nil where that is
  /// the answer.
  ///
  /// Nobody needed to be known for it up to 3.5.27; from 3.5.28 and 3.6.0 on only root is told the
  /// status, and later every user that is known (etcd issues 21466 and 21663).
  private mutating func whereUntold(_ due: Due) -> HTTPStep? {
    guard login != nil else { return nil }
    switch due {
    case .status where !hasToken && !isRenewed:
      isRenewed = true
      return authenticate()
    case .status where hasToken:
      // That it answers a read of its own store is enough; nobody knows then who leads.
      self.due = .pulse
      let body = EtcdTalk.range(Question.foreignPrefix, isSerializable: true)
      return .send(heads.range.request(body: body))
    case .leader(_, let term): return .answer(standing(isLed: true, nil, term))
    default: return nil
    }
  }

  private func read(_ json: JSON, _ key: String, _ evidence: [JSON.Member]) -> Answer {
    let pairs = (json["kvs"] ?? []).array
    if pairs?.isEmpty == true { return Answer(.ok(.null), evidence: evidence) }
    guard let pair = pairs?.first, pairs?.count == 1,
      pair["key"]?.string.flatMap(Base64.bytes) == Array(key.utf8)
    else { return Answer(.unknown("a response for another key"), evidence: evidence) }
    guard let bytes = Base64.bytes(pair["value"]?.string ?? "") else {
      return Answer(.unknown("a value that is no Base64"), evidence: evidence)
    }
    return Answer(.ok(WireValue.value(bytes)), evidence: evidence)
  }

  /// The store's revision that the request had or made, the term, and who answered.
  private static func evidence(_ header: JSON) -> [JSON.Member] {
    var evidence: [JSON.Member] = []
    evidence.reserveCapacity(3)
    if let revision = number(header["revision"]) {
      evidence.append(.init("revision", .integer(Int64(clamping: revision))))
    }
    if let term = number(header["raft_term"]) {
      evidence.append(.init("term", .integer(Int64(clamping: term))))
    }
    if let member = header["member_id"] { evidence.append(.init("member", member)) }
    return evidence
  }

  private static func number(_ json: JSON?) -> UInt64? {
    if let text = json?.string { return UInt64(text) }
    return json?.integer.flatMap(UInt64.init(exactly:))
  }

  // MARK: - Members

  private mutating func leader(_ json: JSON, own: UInt64?) -> HTTPStep {
    let term = EtcdTalk.number(json["raftTerm"]).map { Int64(clamping: $0) }
    version = json["version"]?.string ?? version
    guard let id = EtcdTalk.number(json["leader"]), id != 0 else {
      return .answer(standing(isLed: false, nil, nil))
    }
    if id == own { return .answer(standing(isLed: true, node, term)) }
    if let known = members.first(where: { $0.id == id }) {
      return .answer(standing(isLed: true, known.node, term))
    }
    due = .leader(id, term: term)
    return .send(heads.list.request(body: Array("{}".utf8)))
  }

  /// A node without a leader cannot serve clients yet.
  private func standing(isLed: Bool, _ leader: Int?, _ term: Int64?) -> Answer {
    let stage = isLed ? 0 : -1
    let status = NodeStatus(stage: stage, leader: leader, term: term, version: version)
    return Answer(.ok(.null), status: status)
  }

  private mutating func learn(_ json: JSON) {
    members = (json["members"]?.array ?? []).compactMap { member in
      guard let id = EtcdTalk.number(member["ID"]), let node = node(of: member) else { return nil }
      return (id, node)
    }
  }

  /// Takes a node out or adds it; what is so already is done.
  private mutating func change(_ index: Int, isRemoval: Bool) -> HTTPStep {
    let member = members.first { $0.node == index }
    if isRemoval {
      guard let member else { return .answer(Answer(.ok(.null))) }
      due = .removed
      return .send(heads.remove.request(body: Array("{\"ID\":\"\(member.id)\"}".utf8)))
    }
    guard member == nil else { return .answer(Answer(.ok(.null))) }
    due = .added
    let peer: JSON = ["peerURLs": [.string(Etcd.peerURL(site.nodes[index]))]]
    return .send(heads.add.request(body: Array(peer.description.utf8)))
  }

  /// Which node a member is: by the address for clients, by that for peers, by its name.
  private func node(of member: JSON) -> Int? {
    let urls = (member["clientURLs"]?.array ?? []).compactMap(\.string)
    let peers = (member["peerURLs"]?.array ?? []).compactMap(\.string)
    let nodes = site.nodes.indices
    return nodes.first { index in
      let port = site.ports?[index] ?? defaultPort
      return urls.contains("http://\(site.nodes[index].clientAddress):\(port)")
    } ?? nodes.first { peers.contains(Etcd.peerURL(site.nodes[$0])) }
      ?? nodes.first { member["name"]?.string == site.nodes[$0].name }
  }
}
