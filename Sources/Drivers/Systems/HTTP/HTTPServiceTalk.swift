import Base

/// What is sent to a service that templates describe, and to whom its responses refer.
struct HTTPServiceTalk: HTTPTalk {
  /// What the next response answers.
  private enum Due: Equatable {
    case nothing, write, cas, create, status
    /// A read of a key; the trial before clients begin is one as well.
    case read(String, isTrial: Bool)

    /// Whether to ask again does no harm, whatever became of the request.
    var isHarmless: Bool {
      switch self {
      case .read, .status: true
      case .nothing, .write, .cas, .create: false
      }
    }
  }

  /// A request, for it to be sent again elsewhere.
  private struct Sent {
    var method: String
    var body: [UInt8]
    var fields: [(name: String, value: String)]
    var place: HTTPRedirect
    var hops = 0
  }

  private let site: Site
  private let node: Int
  private let host: String
  private let plan: HTTPServicePlan?
  /// Why there is no plan.
  private let failure: String
  private var due = Due.nothing
  private var sent: Sent?

  init(_ site: Site, node: Int, port: Int) {
    self.site = site
    self.node = node
    host = "\(site.nodes[node].clientAddress):\(port)"
    do throws(Failure) {
      plan = try HTTPServicePlan(site)
      failure = ""
    } catch {
      plan = nil
      failure = error.message
    }
  }

  mutating func begin(_ question: Question) -> HTTPStep {
    guard let plan else { return .answer(Answer(.refused(failure))) }
    switch question {
    case .read(let key):
      due = .read(key, isTrial: false)
      return send(plan.read, plan) { _ in key }
    case .write(let key, let value):
      due = .write
      return send(plan.write, plan) { $0 == .key ? key : value.description }
    case .cas(let key, let from, let to):
      // Services differ in how they name “no such key”, so that has a request of its own.
      guard let template = from == .null ? plan.create : plan.cas else {
        let knob = from == .null ? "create" : "cas"
        return .answer(Answer(.refused("http: the knob “\(knob)” is empty")))
      }
      due = from == .null ? .create : .cas
      return send(template, plan) { $0 == .key ? key : ($0 == .from ? from : to).description }
    case .status:
      due = .status
      guard let status = plan.status else {
        let head = HTTPRequestHead("GET", "/", host: host, fields: plan.headers)
        return .send(head.request(body: []))
      }
      return send(status, plan) { _ in "" }
    case .prepare:
      due = .read(Question.foreignPrefix, isTrial: true)
      return send(plan.read, plan) { _ in Question.foreignPrefix }
    case .removeMember, .addMember:
      return .answer(Answer(.refused("http: members are not changed by this driver")))
    }
  }

  private mutating func send(
    _ template: HTTPTemplate, _ plan: HTTPServicePlan, _ fill: (HTTPTemplate.Place) -> String
  ) -> HTTPStep {
    let body = template.body(fill)
    var fields = plan.headers
    if !body.isEmpty { fields.append(("Content-Type", template.type)) }
    let place = HTTPRedirect(node: node, host: host, target: template.target(fill))
    return send(Sent(method: template.method, body: body, fields: fields, place: place))
  }

  private mutating func send(_ request: Sent) -> HTTPStep {
    sent = request
    let place = request.place
    let head = HTTPRequestHead(
      request.method, place.target, host: place.host, fields: request.fields)
    return .send(
      head.request(body: request.body), isHead: request.method == "HEAD",
      to: place.node == node
        ? nil : Endpoint(node: place.node, port: site.port(place.node, HTTPService())))
  }

  mutating func proceed(_ response: borrowing HTTPResponse) -> HTTPStep {
    guard let plan else { return .answer(Answer(.refused(failure))) }
    if let step = follow(response, plan) { return step }
    let due = self.due
    self.due = .nothing
    let content = HTTPContent(copy response)
    let meaning = HTTPMeaning(plan: plan, miss: site.learned)
    var answer: Answer
    switch due {
    case .nothing: answer = Answer(.unknown("a response that nobody asked for"))
    case .status: return .answer(standing(content, meaning))
    case .read(let key, isTrial: true): answer = meaning.trial(content, key: key)
    case .read(let key, isTrial: false): answer = Answer(meaning.read(content, key: key))
    case .write: answer = Answer(meaning.write(content))
    case .cas: answer = Answer(meaning.swap(content, isCreation: false))
    case .create: answer = Answer(meaning.swap(content, isCreation: true))
    }
    if let revision = plan.revision?.value(content) {
      answer.evidence.append(.init("revision", revision))
    }
    return .answer(signed(answer))
  }

  /// An answer with the node that gave it, where another was asked.
  private func signed(_ answer: Answer) -> Answer {
    guard let other = sent?.place.node, other != node else { return answer }
    var answer = answer
    answer.evidence.append(.init("server", .string(site.nodes[other].name)))
    return answer
  }

  /// Goes where a response refers to, or says why not; nil where it refers nowhere.
  ///
  /// RFC 9110, section 15.4: 307 and 308 keep the method, 303 turns it into GET. 301 and 302 may be
  /// said after a write was done (to have its result read elsewhere) as well as before, and to ask
  /// again could do it twice: of a write they are followed only where the user says so.
  private mutating func follow(
    _ response: borrowing HTTPResponse, _ plan: HTTPServicePlan
  ) -> HTTPStep? {
    let status = response.status
    let isTold = plan.ok + plan.absent + plan.mismatch + plan.refused
    guard HTTPRedirect.statuses.contains(status), !isTold.contains(status), plan.redirects != .none,
      due != .status, due != .nothing, var request = sent
    else { return nil }
    let keepsMethod = status == 307 || status == 308
    let isSafe = due.isHarmless || keepsMethod || plan.redirects == .all && status != 303
    guard isSafe else {
      return give(
        "HTTP status \(status), which does not say whether it was done (307 and 308 say that it was"
          + " not)")
    }
    guard request.hops < HTTPRedirect.maximumHops else {
      return give("more than \(HTTPRedirect.maximumHops) redirects")
    }
    do throws(HTTPRedirect.DeadEnd) {
      request.place = try HTTPRedirect.resolve(
        response.field("Location"), from: request.place, site)
    } catch {
      return give("HTTP status \(status): redirected \(error.reason)")
    }
    request.hops += 1
    if status == 303, request.method != "HEAD" {
      request.method = "GET"
      request.body = []
      request.fields.removeAll { $0.name == "Content-Type" }
    }
    return send(request)
  }

  /// Ends a question whose outcome nobody knows.
  private mutating func give(_ reason: String) -> HTTPStep {
    due = .nothing
    return .answer(signed(Answer(.unknown(reason))))
  }

  private func standing(_ content: HTTPContent, _ meaning: HTTPMeaning) -> Answer {
    if let illness = meaning.illness(content) {
      let status = content.response.status
      return [401, 403].contains(status) ? .denied(illness) : Answer(.unknown(illness))
    }
    let plan = meaning.plan
    let leader = plan.leader?.value(content).flatMap { named($0) }
    let term = plan.term?.value(content).flatMap { $0.integer ?? $0.string.flatMap { Int64($0) } }
    return Answer(.ok(.null), status: NodeStatus(stage: 0, leader: leader, term: term))
  }

  /// The node that a response names: `true` for itself, a name, an address, or a URL.
  private func named(_ leader: JSON) -> Int? {
    if leader.bool == true { return node }
    guard let text = leader.string else { return nil }
    if let index = site.nodes.firstIndex(where: { $0.name == text }) { return index }
    let scheme = text.hasPrefix("https://") ? 8 : text.hasPrefix("http://") ? 7 : 0
    let place = text.dropFirst(scheme).prefix { $0 != "/" }.split(separator: ":")
    guard let address = place.first.map(String.init) else { return nil }
    let port = place.count > 1 ? Int(place[1]) : nil
    return site.nodes.indices.first { index in
      site.nodes[index].clientAddress == address && port == site.port(index, HTTPService())
    } ?? site.node(at: address)
  }
}
