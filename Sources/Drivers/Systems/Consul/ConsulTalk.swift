import Base

/// What is sent to Consul for a question, and what its responses mean.
///
/// A compare-and-set reads value and index with `?consistent`, whatever the reads of the workload
/// are, and writes with `?cas=` that index: if it takes effect, the value was still the one read.
struct ConsulTalk: HTTPTalk {
  /// What the next response answers.
  private enum Due {
    case nothing, read(String), write, comparison(key: String, from: JSON, to: JSON), swap, status
    case trial
  }

  private let site: Site
  private let host: String
  private let mode: String
  private let fields: [(name: String, value: String)]
  private var due = Due.nothing

  init(_ site: Site, node: Int, port: Int) {
    self.site = site
    host = "\(site.nodes[node].clientAddress):\(port)"
    fields = site.secret("token").map { [("X-Consul-Token", $0)] } ?? []
    switch site.knob("reads") {
    case "default": mode = ""
    case "stale": mode = "?stale"
    default: mode = "?consistent"
    }
  }

  mutating func begin(_ question: Question) -> HTTPStep {
    switch question {
    case .read(let key):
      due = .read(key)
      return send("GET", key, mode)
    case .write(let key, let value):
      due = .write
      return put(key, value, "")
    case .cas(let key, let from, let to):
      due = .comparison(key: key, from: from, to: to)
      return send("GET", key, "?consistent")
    case .status:
      due = .status
      let head = HTTPRequestHead("GET", "/v1/status/leader", host: host, fields: fields)
      return .send(head.request(body: []))
    case .prepare:
      guard site.isForeign else { return .answer(Answer(.ok(.null))) }
      due = .trial
      return send("GET", Question.foreignPrefix, "?consistent")
    case .removeMember, .addMember:
      return .answer(Answer(.refused("consul: members are not changed by this driver")))
    }
  }

  private func send(
    _ method: String, _ key: String, _ query: String, body: [UInt8] = []
  ) -> HTTPStep {
    let target = "/v1/kv/\(PercentEncoding.encode(key))\(query)"
    let head = HTTPRequestHead(method, target, host: host, fields: fields)
    return .send(head.request(body: body))
  }

  /// Sets a value, or deletes the key where it is null.
  private func put(_ key: String, _ value: JSON, _ query: String) -> HTTPStep {
    value == .null
      ? send("DELETE", key, query)
      : send("PUT", key, query, body: Array(value.description.utf8))
  }

  mutating func proceed(_ response: borrowing HTTPResponse) -> HTTPStep {
    let due = self.due
    self.due = .nothing
    switch due {
    case .nothing: return .answer(Answer(.unknown("a response that nobody asked for")))
    case .read(let key): return .answer(read(response, key).answer)
    case .comparison(let key, let from, let to):
      let (answer, index) = read(response, key)
      guard case .ok(let value) = answer.outcome else { return .answer(answer) }
      guard value == from else {
        return .answer(Answer(.refused("the value to compare with was not there")))
      }
      // Nothing to write, and a delete with index 0 would do nothing either.
      if from == .null, to == .null { return .answer(Answer(.ok(true))) }
      self.due = .swap
      return put(key, to, "?cas=\(index)")
    case .write: return .answer(written(response, isSwap: false))
    case .swap: return .answer(written(response, isSwap: true))
    case .status: return .answer(leader(response))
    case .trial:
      let answer = read(response, Question.foreignPrefix).answer
      if case .ok = answer.outcome { return .answer(Answer(.ok(.null))) }
      return .answer(answer)
    }
  }

  /// An error of a request. Consul checks its form (400), the token (403), the method (405) and
  /// the length (413) before the request is passed to Raft; any other error may come afterwards,
  /// such as `leadership lost while committing log` (500).
  private func refusal(_ response: borrowing HTTPResponse) -> Answer {
    let text = String(decoding: response.body.prefix(200), as: UTF8.self)
    let reason = "HTTP status \(response.status): \(text.split(separator: "\n").first ?? "")"
    switch response.status {
    case 403: return .denied(reason)
    case 400, 405, 413: return Answer(.refused(reason))
    default: return Answer(.unknown(reason))
    }
  }

  /// What was read, and the index to compare with; 0 means that there must be no such key.
  private func read(
    _ response: borrowing HTTPResponse, _ key: String
  ) -> (answer: Answer, index: Int64) {
    var evidence: [JSON.Member] = []
    if let known = response.field("X-Consul-Knownleader") {
      evidence.append(.init("known-leader", .bool(known == "true")))
    }
    if let contact = response.field("X-Consul-Lastcontact").flatMap({ Int64($0) }) {
      evidence.append(.init("last-contact-ms", .integer(contact)))
    }
    // A store without the key says so without a body; other 404s have words, which may be cut.
    if response.status == 404, response.body.isEmpty, response.isBodyBounded {
      return (Answer(.ok(.null), evidence: evidence), 0)
    }
    guard response.status == 200 else { return (refusal(response), 0) }
    guard let entries = try? JSONParser.parse(response.body), let entry = entries.array?.first,
      entries.array?.count == 1, entry["Key"]?.string == key,
      let index = entry["ModifyIndex"]?.integer, index > 0
    else { return (Answer(.unknown("a response that is not Consul's")), 0) }
    guard let bytes = Base64.bytes(entry["Value"]?.string ?? "") else {
      return (Answer(.unknown("a value that is no Base64"), evidence: evidence), 0)
    }
    evidence.insert(.init("revision", .integer(index)), at: 0)
    return (Answer(.ok(WireValue.value(bytes)), evidence: evidence), index)
  }

  private func written(_ response: borrowing HTTPResponse, isSwap: Bool) -> Answer {
    guard response.status == 200 else { return refusal(response) }
    switch (try? JSONParser.parse(response.body))?.bool {
    case true?: return Answer(.ok(isSwap ? true : .null))
    case false? where isSwap: return Answer(.refused("another write came between (by index)"))
    default: return Answer(.unknown("a response that is not Consul's"))
    }
  }

  /// The leader that this server knows, by the address it has among servers.
  private func leader(_ response: borrowing HTTPResponse) -> Answer {
    guard response.status == 200, let text = (try? JSONParser.parse(response.body))?.string else {
      return refusal(response)
    }
    let address = text.lastIndex(of: ":").map { String(text[..<$0]) } ?? text
    let leader = text.isEmpty ? nil : site.node(at: address)
    return Answer(.ok(.null), status: NodeStatus(stage: text.isEmpty ? -1 : 0, leader: leader))
  }
}
