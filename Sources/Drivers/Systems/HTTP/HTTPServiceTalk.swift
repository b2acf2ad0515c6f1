import Base

/// What is sent to a service that templates describe, and what its responses mean.
struct HTTPServiceTalk: HTTPTalk {
  /// What the next response answers.
  private enum Due {
    case nothing, read, write, cas, status, trial
  }

  private let site: Site
  private let node: Int
  private let host: String
  private let plan: HTTPServicePlan?
  /// Why there is no plan.
  private let failure: String
  private var due = Due.nothing

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
      due = .read
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
      due = .cas
      return send(template, plan) { $0 == .key ? key : ($0 == .from ? from : to).description }
    case .status:
      due = .status
      guard let status = plan.status else {
        let head = HTTPRequestHead("GET", "/", host: host, fields: plan.headers)
        return .send(head.request(body: []))
      }
      return send(status, plan) { _ in "" }
    case .prepare:
      guard site.isForeign else { return .answer(Answer(.ok(.null))) }
      due = .trial
      return send(plan.read, plan) { _ in Question.foreignPrefix }
    case .removeMember, .addMember:
      return .answer(Answer(.refused("http: members are not changed by this driver")))
    }
  }

  private func send(
    _ template: HTTPTemplate, _ plan: HTTPServicePlan, _ fill: (HTTPTemplate.Place) -> String
  ) -> HTTPStep {
    let body = template.body(fill)
    var fields = plan.headers
    if !body.isEmpty { fields.append(("Content-Type", template.type)) }
    let head = HTTPRequestHead(template.method, template.target(fill), host: host, fields: fields)
    return .send(head.request(body: body), isHead: template.method == "HEAD")
  }

  mutating func proceed(_ response: borrowing HTTPResponse) -> HTTPStep {
    let due = self.due
    self.due = .nothing
    guard let plan else { return .answer(Answer(.refused(failure))) }
    var evidence: [JSON.Member] = []
    if due != .status, let revision = plan.revision?.value(response) {
      evidence.append(.init("revision", revision))
    }
    let outcome: Answer.Outcome
    switch due {
    case .nothing: outcome = .unknown("a response that nobody asked for")
    case .status: return .answer(standing(response, plan))
    case .trial: return .answer(denial(response) ?? Answer(.ok(.null)))
    case .read: outcome = read(response, plan)
    case .write:
      outcome = plan.ok.contains(response.status) ? .ok(.null) : refusal(response, plan)
    case .cas: outcome = swap(response, plan)
    }
    return .answer(Answer(outcome, evidence: evidence))
  }

  private func refusal(
    _ response: borrowing HTTPResponse, _ plan: HTTPServicePlan
  ) -> Answer.Outcome {
    let reason = "HTTP status \(response.status)"
    return plan.refused.contains(response.status) ? .refused(reason) : .unknown(reason)
  }

  /// What 401 and 403 say to a request that asks only.
  private func denial(_ response: borrowing HTTPResponse) -> Answer? {
    [401, 403].contains(response.status) ? .denied("HTTP status \(response.status)") : nil
  }

  private func read(
    _ response: borrowing HTTPResponse, _ plan: HTTPServicePlan
  ) -> Answer.Outcome {
    if plan.absent.contains(response.status) { return .ok(.null) }
    guard plan.ok.contains(response.status) else { return refusal(response, plan) }
    guard response.isBodyBounded else {
      return .unknown("a value without its length (Content-Length or chunked) may have been cut")
    }
    return plan.value.value(response).map { .ok($0) } ?? .unknown("no value in the response")
  }

  private func swap(
    _ response: borrowing HTTPResponse, _ plan: HTTPServicePlan
  ) -> Answer.Outcome {
    if plan.mismatch.contains(response.status) { return .ok(false) }
    guard plan.ok.contains(response.status) else { return refusal(response, plan) }
    guard let swapped = plan.swapped else { return .ok(true) }
    guard response.isBodyBounded, let isSwapped = swapped.value(response)?.bool else {
      return .unknown("neither true nor false where the response should say it")
    }
    return .ok(.bool(isSwapped))
  }

  private func standing(_ response: borrowing HTTPResponse, _ plan: HTTPServicePlan) -> Answer {
    guard plan.status == nil || plan.ok.contains(response.status) else {
      return denial(response) ?? Answer(.unknown("HTTP status \(response.status)"))
    }
    let leader = plan.leader?.value(response).flatMap { named($0) }
    let term = plan.term?.value(response).flatMap { $0.integer ?? $0.string.flatMap { Int64($0) } }
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
