import Base
import Drivers
import Foundation
import Testing

/// Exchanges with Consul, written from its documentation (HTTP API: “KV Store”, “Consistency
/// Modes”, “Status”) and from a published transcript of curl against five servers
/// (gist KostyaEsmukov/c16fc411a2040df4ff0b7215cf1bfd17); the program itself was not tried.
@Suite("Consul")
struct ConsulTests {
  let consul = Consul()
  let fields = http(
    """
    Content-Type: application/json
    Vary: Accept-Encoding
    X-Consul-Index: 63
    X-Consul-Knownleader: true
    X-Consul-Lastcontact: 0

    """)
  let entry =
    #"[{"LockIndex":0,"Key":"a","Flags":0,"Value":"NQ==","CreateIndex":60,"ModifyIndex":63}]"#
  let evidence: [JSON.Member] = [.init("known-leader", true), .init("last-contact-ms", 0)]

  func script(_ knobs: [String: String] = [:]) -> Script {
    Script(consul, Site.told(consul, knobs: knobs))
  }

  func get(_ target: String) -> String {
    http("GET \(target) HTTP/1.1\nHost: 10.1.0.1:8500\n\n")
  }

  func put(_ target: String, _ body: String) -> String {
    http("PUT \(target) HTTP/1.1\nHost: 10.1.0.1:8500\nContent-Length: \(body.utf8.count)\n\n")
      + body
  }

  @Test("reads in three modes, and no key")
  func reads() {
    let modes = [("consistent", "?consistent"), ("default", ""), ("stale", "?stale")]
    for (mode, query) in modes {
      var script = script(["reads": mode])
      let (requests, answer) = script.talk(.read(key: "a"), response(entry, fields: fields))
      #expect(requests == [get("/v1/kv/a\(query)")])
      #expect(answer == Answer(.ok(5), evidence: [.init("revision", 63)] + evidence))
    }
    var script = script()
    let absent = script.talk(
      .read(key: "b/c"), response("", status: "404 Not Found", fields: fields))
    #expect(absent.requests == [get("/v1/kv/b%2Fc?consistent")])
    #expect(absent.answer == Answer(.ok(.null), evidence: evidence))
    // Words that tell of another kind of 404 may be cut, where nothing says how long they are.
    var cut = self.script()
    _ = cut.ask(.read(key: "b"))
    _ = cut.opened()
    _ = cut.received(http("HTTP/1.1 404 Not Found\n\n"))
    let lost = cut.closed(.lost("closed by the server"))
    #expect(lost == [.answer(Answer(.unknown("HTTP status 404: ")))])
    let other = script.talk(.read(key: "b"), response(entry))
    #expect(other.answer == Answer(.unknown("a response that is not Consul's")))
    let proxy = script.talk(.read(key: "b"), response("no such page", status: "404 Not Found"))
    #expect(proxy.answer == Answer(.unknown("HTTP status 404: no such page")))
  }

  @Test("writes, and null, which deletes")
  func writes() {
    var script = script()
    let (requests, answer) = script.talk(.write(key: "a", value: 5), response("true\n"))
    #expect(requests == [put("/v1/kv/a", "5")])
    #expect(answer == Answer(.ok(.null)))
    let delete = script.talk(.write(key: "a", value: nil), response("true"))
    #expect(
      delete.requests
        == [http("DELETE /v1/kv/a HTTP/1.1\nHost: 10.1.0.1:8500\nContent-Length: 0\n\n")])
    for body in ["false", "", "null", "<html>"] {
      let odd = script.talk(.write(key: "a", value: 5), response(body))
      #expect(odd.answer == Answer(.unknown("a response that is not Consul's")))
    }
    let errors: [(String, String, Answer.Outcome)] = [
      (
        "500 Internal Server Error", "leadership lost while committing log",
        .unknown("HTTP status 500: leadership lost while committing log")
      ),
      (
        "500 Internal Server Error", "No cluster leader",
        .unknown("HTTP status 500: No cluster leader")
      ),
      (
        "413 Too Large", "Value exceeds 524288 byte limit",
        .refused("HTTP status 413: Value exceeds 524288 byte limit")
      ),
    ]
    for (status, body, outcome) in errors {
      let refused = script.talk(.write(key: "a", value: 5), response(body, status: status))
      #expect(refused.answer == Answer(outcome))
    }
    let denied = script.talk(
      .write(key: "a", value: 5), response("Permission denied", status: "403 Forbidden"))
    #expect(denied.answer == .denied("HTTP status 403: Permission denied"))
  }

  @Test("a compare-and-set reads consistently and writes with the index")
  func swaps() {
    var script = script(["reads": "stale"])
    let look = get("/v1/kv/a?consistent")
    let done = script.talk(
      .cas(key: "a", from: 5, to: 6), response(entry, fields: fields), response("true"))
    #expect(done.requests == [look, put("/v1/kv/a?cas=63", "6")])
    #expect(done.answer == Answer(.ok(true)))
    let lost = script.talk(
      .cas(key: "a", from: 5, to: 6), response(entry, fields: fields), response("false"))
    #expect(lost.answer == Answer(.refused("another write came between (by index)")))
    let other = script.talk(.cas(key: "a", from: 4, to: 6), response(entry, fields: fields))
    #expect(other.requests == [look])
    #expect(other.answer == Answer(.refused("the value to compare with was not there")))
    let none = response("", status: "404 Not Found", fields: fields)
    let first = script.talk(.cas(key: "a", from: nil, to: 6), none, response("true"))
    #expect(first.requests == [look, put("/v1/kv/a?cas=0", "6")])
    #expect(first.answer == Answer(.ok(true)))
    let unsure = script.talk(
      .cas(key: "a", from: 5, to: 6), response(entry, fields: fields),
      response("rpc error", status: "500 Internal Server Error"))
    #expect(unsure.answer == Answer(.unknown("HTTP status 500: rpc error")))
  }

  @Test("status: a leader by its address among servers, and none")
  func status() {
    var script = script()
    let led = script.talk(.status, response("\"10.0.0.2:8300\""))
    #expect(led.requests == [get("/v1/status/leader")])
    #expect(led.answer == Answer(.ok(.null), status: NodeStatus(stage: 0, leader: 1)))
    let alone = script.talk(.status, response("\"\""))
    #expect(alone.answer == Answer(.ok(.null), status: NodeStatus(stage: -1)))
    let far = script.talk(.status, response("\"10.9.9.9:8300\""))
    #expect(far.answer == Answer(.ok(.null), status: NodeStatus(stage: 0)))
  }

  @Test("the agent of a local cluster")
  func processes() {
    let processes = consul.processes(Site.told(consul))
    #expect(processes.map(\.node) == [0, 1, 2])
    #expect(processes[1].arguments == ["agent", "-config-file", "/data/n2/consul.json"])
    #expect(
      processes[1].files == [
        .init(
          path: "/data/n2/consul.json",
          text: #"{"server":true,"bootstrap_expect":3,"node_name":"n2","#
            + #""data_dir":"/data/n2/consul","bind_addr":"10.0.0.2","client_addr":"10.1.0.2","#
            + #""retry_join":["10.0.0.1","10.0.0.2","10.0.0.3"],"retry_interval":"1s","#
            + #""disable_host_node_id":true,"disable_update_check":true,"log_level":"WARN","#
            + #""performance":{"raft_multiplier":1},"ports":{"http":8500,"server":8300,"dns":-1,"#
            + #""grpc":-1,"serf_wan":-1}}"# + "\n")
      ])
  }

  /// The store that the documentation describes, in twenty lines.
  struct Stub {
    var index = 10
    var entries: [String: (value: String, index: Int)] = [:]

    mutating func respond(_ request: String) -> String {
      let words = request.split(separator: " ")
      let target = words[1].dropFirst("/v1/kv/".count).split(separator: "?")
      let key = String(target[0])
      if words[0] == "GET" {
        guard let entry = entries[key] else { return response("", status: "404 Not Found") }
        var value: [UInt8] = []
        Base64.write(Array(entry.value.utf8), to: &value)
        let text = String(decoding: value, as: UTF8.self)
        return response(#"[{"Key":"\#(key)","Value":"\#(text)","ModifyIndex":\#(entry.index)}]"#)
      }
      if target.count > 1, target[1] != "cas=\(entries[key]?.index ?? 0)" {
        return response("false")
      }
      index += 1
      let body = request.range(of: "\r\n\r\n").map { String(request[$0.upperBound...]) } ?? ""
      entries[key] = words[0] == "PUT" ? (body, index) : nil
      return response("true")
    }
  }

  @Test("random questions to the store that the documentation describes")
  func stub() {
    var stub = Stub()
    var script = script()
    var model: [String: JSON] = [:]
    var random = SplitMix64(seed: 8)
    for _ in 0..<2_000 {
      let key = "k\(random.next() % 3)"
      let value: () -> JSON = { [nil, 1, 2, "x", [3]][Int(random.next() % 5)] }
      let question: Question
      let expected: Answer.Outcome
      switch random.next() % 3 {
      case 0:
        question = .read(key: key)
        expected = .ok(model[key] ?? .null)
      case 1:
        let value = value()
        question = .write(key: key, value: value)
        model[key] = value
        expected = .ok(.null)
      default:
        let (from, to) = (value(), value())
        question = .cas(key: key, from: from, to: to)
        let isThere = model[key] ?? .null == from
        if isThere { model[key] = to }
        expected = isThere ? .ok(true) : .refused("the value to compare with was not there")
      }
      var effects = script.ask(question)
      var answer: Answer?
      while !effects.isEmpty {
        switch effects.removeFirst() {
        case .open: effects += script.opened()
        case .send(let bytes, _):
          effects += script.received(stub.respond(String(decoding: bytes, as: UTF8.self)))
        case .answer(let given): answer = given
        case .close: break
        }
      }
      #expect(answer?.outcome == expected, "\(question)")
    }
  }
}
