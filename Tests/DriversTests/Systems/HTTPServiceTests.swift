import Base
import Drivers
import Testing

/// Services that templates describe.
@Suite("HTTP services")
struct HTTPServiceTests {
  let service = HTTPService()

  /// Every key that is not there is answered with 404 and `{}`.
  func script(_ knobs: [String: String] = [:]) -> Script {
    var site = Site.told(service, knobs: knobs)
    site.learned = ["status": 404, "type": "", "body": [:]]
    return Script(service, site)
  }

  func request(_ line: String, _ fields: String = "", _ body: String = "") -> String {
    let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\n"
    return http("\(line) HTTP/1.1\nHost: 10.1.0.1:8080\n\(fields)\(length)\n") + body
  }

  let json = "Content-Type: application/json\n"

  @Test("the defaults: bodies are values")
  func defaults() {
    var script = script()
    let read = script.talk(.read(key: "a b"), response("[1]"))
    #expect(read.requests == [request("GET /kv/a%20b")])
    #expect(read.answer == Answer(.ok([1])))
    let write = script.talk(.write(key: "a", value: "x"), response("", status: "201 Made"))
    #expect(write.requests == [request("PUT /kv/a", json, "\"x\"")])
    #expect(write.answer == Answer(.ok(.null)))
    let cas = script.talk(.cas(key: "a", from: 1, to: 2))
    #expect(cas.requests == [])
    #expect(cas.answer == Answer(.refused("http: the knob “cas” is empty")))
    let status = script.talk(.status, response("?", status: "404 Not Found"))
    #expect(status.requests == [request("GET /")])
    #expect(status.answer == Answer(.ok(.null), status: NodeStatus(stage: 0)))
  }

  @Test("compare-and-set is there with a template for it")
  func hasCompareAndSet() {
    let driver: any Driver = service
    #expect(!driver.hasCompareAndSet([:]))
    #expect(!driver.hasCompareAndSet(["cas": ""]))
    #expect(driver.hasCompareAndSet(["cas": "POST /{key} body=[{from},{to}]"]))
    #expect((Etcd() as any Driver).hasCompareAndSet([:]))
  }

  @Test("what statuses mean")
  func statuses() {
    var script = script(["cas": "POST /kv/{key} body=[{from},{to}]"])
    let lines: [(Question, String, Answer.Outcome)] = [
      (.read(key: "a"), "404 No", .ok(.null)),
      (.read(key: "a"), "206 Part", .unknown("HTTP status 206")),
      (.read(key: "a"), "200 OK", .ok([:])),
      (.read(key: "a"), "403 No", .refused("HTTP status 403")),
      (.read(key: "a"), "409 No", .unknown("HTTP status 409")),
      (.read(key: "a"), "500 No", .unknown("HTTP status 500")),
      (.write(key: "a", value: 1), "404 No", .unknown("HTTP status 404")),
      (.write(key: "a", value: 1), "429 No", .refused("HTTP status 429")),
      (.write(key: "a", value: 1), "202 Later", .unknown("HTTP status 202")),
      (.write(key: "a", value: 1), "503 No", .unknown("HTTP status 503")),
      (.cas(key: "a", from: 1, to: 2), "200 OK", .ok(true)),
      (.cas(key: "a", from: 1, to: 2), "412 No", .ok(false)),
      (
        .cas(key: "a", from: 1, to: 2), "409 No",
        .unknown("HTTP status 409 (mismatch=409 if that means that another value was found)")
      ),
      (.cas(key: "a", from: 1, to: 2), "404 No", .unknown("HTTP status 404")),
      (.cas(key: "a", from: 1, to: 2), "400 No", .refused("HTTP status 400")),
    ]
    for (question, status, outcome) in lines {
      let answer = script.talk(question, response("{}", status: status)).answer
      #expect(answer == Answer(outcome), "\(question) \(status)")
    }
    let torn = script.talk(.read(key: "a"), response("[1"))
    #expect(
      torn.answer == Answer(.unknown("HTTP status 200, but its body is cut, or no JSON")))
  }

  @Test("a value whose length was not said is not trusted, a status is")
  func unbounded() {
    for (question, outcome) in [
      (
        Question.read(key: "a"),
        Answer.Outcome.unknown(
          "a value without its length (Content-Length or chunked) may have been cut")
      ),
      (.write(key: "a", value: 1), .ok(.null)),
    ] {
      var script = script()
      _ = script.ask(question)
      _ = script.opened()
      #expect(script.received("HTTP/1.0 200 OK\r\n\r\n12") == [])
      #expect(script.closed(.lost("closed by the server")) == [.answer(Answer(outcome))])
    }
  }

  @Test("compare-and-set in a body, from nothing by a request of its own, said in the response")
  func swaps() {
    var script = script([
      "cas": #"POST /kv/{key}/cas body={"from":{from},"to":{to}}"#,
      "create": #"PUT /kv/{key}?new type=text/plain body={to:string}"#,
      "swapped": "json:done", "revision": "json:at",
    ])
    let done = script.talk(.cas(key: "a", from: 1, to: [2]), response(#"{"done":true,"at":7}"#))
    #expect(done.requests == [request("POST /kv/a/cas", json, #"{"from":1,"to":[2]}"#)])
    #expect(done.answer == Answer(.ok(true), evidence: [.init("revision", 7)]))
    let not = script.talk(.cas(key: "a", from: 1, to: 2), response(#"{"done":false}"#))
    #expect(not.answer == Answer(.ok(false)))
    let mute = script.talk(.cas(key: "a", from: 1, to: 2), response("{}"))
    #expect(
      mute.answer == Answer(.unknown("neither true nor false where the response should say it")))
    let first = script.talk(.cas(key: "a", from: nil, to: "x"), response(#"{"done":true}"#))
    #expect(
      first.requests == [request("PUT /kv/a?new", "Content-Type: text/plain\n", #""\"x\"""#)])
  }

  @Test("where values stand")
  func selectors() {
    let cases: [(selector: String, body: String, value: JSON?)] = [
      ("json:node.value", #"{"node":{"value":[5]}}"#, [5]),
      ("json:0.1", "[[3,4]]", 4),
      ("string:v", #"{"v":"[1,2]"}"#, [1, 2]),
      ("base64:0.Value", #"[{"Value":"NQ=="}]"#, 5),
      ("json:v", "{}", nil), ("json:1", "[3]", nil), ("json:v", "3", nil),
      ("string:v", #"{"v":5}"#, nil), ("string:v", #"{"v":"x"}"#, nil),
      ("base64:v", #"{"v":"5"}"#, nil), ("header:X-Value", "", 9), ("header:Value", "", nil),
    ]
    for (selector, body, value) in cases {
      var script = script(["value": selector])
      let answer = script.talk(.read(key: "a"), response(body, fields: "X-Value: 9\n")).answer
      let expected = value.map { Answer.Outcome.ok($0) } ?? .unknown("no value in the response")
      #expect(answer == Answer(expected), "\(selector)")
    }
  }

  @Test("status: health, leader and term as the service names them; fields for every request")
  func status() {
    var script = script([
      "status": "GET /health", "leader": "json:leader", "term": "json:term",
      "headers": "Authorization: Bearer a:b; X-Test: 1",
    ])
    let fields = "Authorization: Bearer a:b\nX-Test: 1\n"
    let cases: [(leader: String, index: Int?)] = [
      ("true", 0), ("\"n2\"", 1), ("\"10.0.0.3\"", 2), ("\"http://10.1.0.2:8080/\"", 1),
      ("\"10.1.0.3:99\"", 2), ("\"n9\"", nil), ("false", nil), ("null", nil), ("\"\"", nil),
    ]
    for (leader, index) in cases {
      let (requests, answer) = script.talk(
        .status, response(#"{"leader":\#(leader),"term":"4"}"#))
      #expect(requests == [request("GET /health", fields)])
      #expect(answer?.status == NodeStatus(stage: 0, leader: index, term: 4), "\(leader)")
    }
    let ill = script.talk(.status, response("", status: "503 Ill"))
    #expect(ill.answer == Answer(.unknown("HTTP status 503")))
  }

  @Test(
    "what cannot be a template is named by knob and column",
    arguments: [
      (
        "read", "FETCH /kv/{key}",
        "read, column 1: found “FETCH”, expected a method: GET, PUT, POST, DELETE, PATCH, HEAD"
      ),
      (
        "read", "GET kv/{key}",
        "read, column 5: found “kv/{key}”, expected a path that begins with “/”"
      ),
      ("read", "GET", "read, column 4: found “”, expected a path that begins with “/”"),
      ("read", "GET /kv", "read has no {key}: it would send “GET /kv”"),
      ("read", "GET /kv/{name}", "read, column 9: found {name}, expected {key}"),
      ("read", "GET /{value}/{key}", "read, column 6: found {value}, expected {key}"),
      (
        "read", "GET /{key:base64}",
        "read, column 6: found {key:base64}, a path has {key} only, escaped as a URL needs it"
      ),
      (
        "read", "GET /{key} {value}",
        "read, column 12: found “{value}”, expected “type=…”, “body=…” or the end"
      ),
      ("read", "GET /é/{key}", "read, column 6: found a character that a request cannot have here"),
      (
        "write", "PUT /{key} body=1",
        "write has no {value}: it would send “PUT /k0” with the body “1” (application/json)"
      ),
      (
        "write", "PUT /{key} body={value:hex}",
        "write, column 17: found {value:hex}, expected {value}, {value:string}, {value:base64} or"
          + " {value:url}"
      ),
      (
        "write", "PUT /{key} type= body={value}",
        "write, column 12: found “type= body={value}”, expected a content type such as"
          + " type=text/plain"
      ),
      (
        "cas", "POST /{key} body={to}",
        "cas has no {from}: it would send “POST /k0” with the body “17” (application/json)"
      ),
      ("create", "POST /{key}", "create has no {to}: it would send “POST /k0”"),
      ("status", "GET /{key}", "status, column 6: found {key}, expected no place"),
      (
        "write", #"PUT /{key} body={"v":"{value:string}"}"#,
        #"write would send “PUT /k0” with the body “{"v":""17""}” (application/json), which is no"#
          + " JSON; say type=text/plain (or another) where none is meant"
      ),
      (
        "write", "PUT /{key} body={key}={value}",
        #"write would send “PUT /k0” with the body “"k0"=17” (application/json), which is no JSON;"#
          + " say type=text/plain (or another) where none is meant"
      ),
      (
        "read", "HEAD /{key}",
        "read would send “HEAD /k0”, and a response to HEAD has no body: value=header:NAME"
      ),
      (
        "write-ok", "json:a & b=1",
        "write-ok, column 9: found “ b=1”, expected a test such as json:error, !json:errors,"
          + " json:rows=1, body=OK or status=409"
      ),
      (
        "read-absent", "status",
        "read-absent, column 1: found “status”, expected a test such as json:error, !json:errors,"
          + " json:rows=1, body=OK or status=409"
      ),
      ("ok", "200, 99", "ok, column 6: found “99”, expected a status such as 404"),
      ("ok", "200 OK", "ok, column 5: found “OK”, expected a status such as 404"),
      ("absent", "404,200", "status 200 is in both “ok” and “absent”"),
      ("value", "", "value is empty, expected body or json:PATH"),
      (
        "value", "xml:a",
        "value, column 1: found “xml:a”, expected body, json:PATH, string:PATH, base64:PATH or"
          + " header:NAME"
      ),
      ("value", "json:a..b", "value, column 6: expected a path such as node.value or 0.Value"),
      ("leader", "header:a b", "leader, column 8: expected the name of a field"),
      ("headers", "A: 1; B", "headers, column 6: found “ B”, expected Name: value"),
      ("headers", "A: 1\r\nB: 2", "headers, column 1: found “A: 1\r\nB: 2”, expected Name: value"),
    ])
  func refusals(knob: String, text: String, message: String) throws {
    try service.validate(Site.told(service))
    let site = Site.told(service, knobs: [knob: text])
    let expected =
      message.hasPrefix(knob) || message.hasPrefix("status 2") ? "http: \(message)" : message
    #expect(throws: Failure(.usage, expected)) { try service.validate(site) }
    var script = Script(service, site)
    #expect(script.talk(.read(key: "a")).answer == Answer(.refused(expected)))
  }
}
