import Base
import Drivers
import Testing

/// What bodies tell beside statuses: errors inside of a 200, refusals, key-misses.
@Suite("HTTP bodies")
struct HTTPBodiesTests {
  let service = HTTPService()

  func script(_ knobs: [String: String] = [:], learned: JSON = nil) -> Script {
    var site = Site.told(service, knobs: knobs)
    site.learned = learned
    return Script(service, site)
  }

  func outcome(
    _ question: Question, _ response: String, _ knobs: [String: String] = [:], learned: JSON = nil
  ) -> String {
    var script = script(knobs, learned: learned)
    return script.talk(question, response).answer.map(Exchange.text) ?? "nothing"
  }

  @Test(
    "a write with an error inside of its 200 is not done",
    arguments: [
      (
        #"{"results":[{"error":"no such table: kv"}]}"#,
        "“results.0.error” is \"no such table: kv\""
      ),
      (#"{"errors":[{"message":"x"}],"data":null}"#, #"“errors” is [{"message":"x"}]"#),
      (#"{"took":3,"errors":true,"items":[]}"#, "“errors” is true"),
      (#"{"items":[{"index":{"status":429}}]}"#, "“items.0.index.status” is 429"),
      (#"{"status":"failed"}"#, "“status” is \"failed\""),
      (#"{"Success":false}"#, "“Success” is false"), (#"{"ok":0}"#, "“ok” is 0"),
      (#"[{"ok":true},{"Error":"x"}]"#, "“1.Error” is \"x\""),
      ("<!DOCTYPE html><p>Bad gateway", "its body is an HTML page"),
      ("\n<html>", "its body is an HTML page"),
      (#"{"results":[{"#, "its body is cut, or no JSON"),
      ("{\"a\":1}\n{\"error\":2}", "its body is cut, or no JSON"),
    ])
  func complaints(body: String, words: String) {
    #expect(
      outcome(.write(key: "a", value: 1), response(body))
        == "unknown: HTTP status 200, but \(words)")
  }

  @Test(
    "a body that speaks of no error leaves a 200 what it says",
    arguments: [
      "", "null", "OK", "17", #"{"error":null}"#, #"{"errors":[],"items":[{"status":201}]}"#,
      #"{"results":[{"rows_affected":1}]}"#, #"{"_shards":{"failed":0}}"#, #"{"error":""}"#,
    ])
  func quiet(body: String) {
    #expect(outcome(.write(key: "a", value: 1), response(body)) == "ok null")
  }

  @Test("a body in another coding cannot be judged, and is not")
  func coded() {
    let coded = response("xyz", fields: "Content-Encoding: gzip\n")
    #expect(
      outcome(.write(key: "a", value: 1), coded)
        == "unknown: HTTP status 200, but its body is coded (gzip)")
    #expect(
      outcome(.write(key: "a", value: 1), coded, ["write-ok": "!json:error"]).hasPrefix("unk"))
  }

  /// rqlite: statements in, results out, and 200 whatever came of them.
  static let rqlite = [
    "read": #"POST /db/query?level=strong body=[["SELECT v FROM kv WHERE k=?",{key}]]"#,
    "write": #"POST /db/execute body=[["REPLACE INTO kv VALUES(?,?)",{key},{value:string}]]"#,
    "cas":
      #"POST /db/execute body=[["UPDATE kv SET v=? WHERE k=? AND v=?","#
      + "{to:string},{key},{from:string}]]",
    "value": "string:results.0.values.0.0",
    "read-absent": "json:results.0.columns & !json:results.0.values",
    "write-ok": "json:results.0.rows_affected=1", "write-refused": "json:results.0.error",
    "cas-ok": "json:results.0.rows_affected=1",
    "cas-mismatch": "json:results.0.rows_affected=0 & !json:results.0.error",
  ]

  @Test(
    "rqlite's shape",
    arguments: [
      (Question.write(key: "a", value: 1), #"{"results":[{"rows_affected":1}]}"#, "ok null"),
      (
        .write(key: "a", value: 1), #"{"results":[{"error":"locked"}]}"#,
        #"refused: HTTP status 200: {"results":[{"error":"locked"}]}"#
      ),
      (
        .write(key: "a", value: 1), #"{"results":[{}]}"#,
        "unknown: HTTP status 200, but write-ok does not hold"
      ),
      (.cas(key: "a", from: 1, to: 2), #"{"results":[{"rows_affected":1}]}"#, "ok true"),
      (.cas(key: "a", from: 1, to: 2), #"{"results":[{"rows_affected":0}]}"#, "ok false"),
      (
        .cas(key: "a", from: 1, to: 2), #"{"results":[{"error":"x"}]}"#,
        "unknown: HTTP status 200, but cas-ok does not hold"
      ),
      (.read(key: "a"), #"{"results":[{"columns":["v"],"values":[["5"]]}]}"#, "ok 5"),
      (.read(key: "a"), #"{"results":[{"columns":["v"],"types":["text"]}]}"#, "ok null"),
      (
        .read(key: "a"), #"{"results":[{"error":"no leader"}]}"#,
        "unknown: HTTP status 200, but “results.0.error” is \"no leader\""
      ),
      (.read(key: "a"), #"{"results":[{}]}"#, "unknown: no value in the response"),
    ])
  func rqliteShape(question: Question, body: String, words: String) {
    #expect(outcome(question, response(body), Self.rqlite) == words)
  }

  @Test("rqlite's requests quote keys and values alike")
  func rqliteRequests() throws {
    try service.validate(Site.told(service, knobs: Self.rqlite))
    var script = script(Self.rqlite)
    let sent = script.talk(.write(key: "a", value: [1, "x"]), response("{}")).requests
    #expect(
      try #require(sent.first).hasSuffix(#"[["REPLACE INTO kv VALUES(?,?)","a","[1,\"x\"]"]]"#))
  }

  static let graphQL = [
    "read": #"POST /graphql body={"query":"query($k:String!){get(k:$k)}","variables":{"k":{key}}}"#,
    "write": #"POST /graphql body={"query":"mutation{set(k:\"{key}\",v:\"{value}\"){ ok }}"}"#,
    "value": "string:data.get", "read-absent": "!json:errors & json:data & json:data.get=null",
    "write-ok": "!json:errors & json:data.set.ok=true",
  ]

  @Test(
    "GraphQL's shape",
    arguments: [
      (Question.write(key: "a", value: 1), #"{"data":{"set":{"ok":true}}}"#, "ok null"),
      (
        .write(key: "a", value: 1), #"{"errors":[{"message":"x"}],"data":{"set":{"ok":true}}}"#,
        "unknown: HTTP status 200, but write-ok does not hold"
      ),
      (
        .write(key: "a", value: 1), "<html>",
        "unknown: HTTP status 200, but write-ok does not hold"
      ),
      (.read(key: "a"), #"{"data":{"get":"5","x":1}}"#, "ok 5"),
      (.read(key: "a"), #"{"data":{"get":null,"x":1}}"#, "ok null"),
      (
        .read(key: "a"), #"{"data":{"get":null,"x":1},"errors":[{"message":"x"}]}"#,
        #"unknown: HTTP status 200, but “errors” is [{"message":"x"}]"#
      ),
    ])
  func graphQLShape(question: Question, body: String, words: String) {
    #expect(outcome(question, response(body), Self.graphQL) == words)
  }

  @Test("keys and values inside of a string are a part of it")
  func quoting() throws {
    var script = script(Self.graphQL)
    let sent = script.talk(.write(key: "a", value: ["x"]), response("{}")).requests
    #expect(
      try #require(sent.first).hasSuffix(#"{"query":"mutation{set(k:\"a\",v:\"[\"x\"]\"){ ok }}"}"#)
    )
    var form = self.script([
      "write": "POST /set type=application/x-www-form-urlencoded body=k={key}&v={value}"
    ])
    let filled = form.talk(.write(key: "a b", value: ["x"]), response("")).requests
    #expect(try #require(filled.first).hasSuffix("\r\n\r\nk=a%20b&v=%5B%22x%22%5D"))
  }

  @Test("a key-miss is what the service says of a key that was never written, and nothing else")
  func misses() {
    let missing = response(
      #"{"code":100,"message":"no key plumbline- here","index":7}"#, status: "404 Not Found")
    var first = script()
    let learned = first.talk(.prepare, missing).answer?.learned ?? nil
    #expect(learned["status"] == 404)
    let ask = { (body: String, fields: String) in
      outcome(
        .read(key: "k7"), response(body, status: "404 No", fields: fields), learned: learned)
    }
    #expect(ask(#"{"index":912,"code":100,"message":"no key k7 here"}"#, "") == "ok null")
    // A key of one letter is in other words as well.
    #expect(
      outcome(
        .read(key: "e"),
        response(#"{"code":100,"message":"no key e here","index":9}"#, status: "404 No"),
        learned: learned) == "ok null")
    for (body, fields) in [
      (#"{"code":100,"message":"no route","index":7}"#, ""), ("", ""), ("404 page not found", ""),
      (#"{"message":"no key k7 here"}"#, ""),
      (#"{"index":912,"code":100,"message":"no key k7 here"}"#, "Content-Type: text/html\n"),
    ] {
      #expect(
        ask(body, fields)
          == "unknown: HTTP status 404, but not as the service says it of a key that is not there")
    }
    #expect(
      outcome(.read(key: "k7"), response("", status: "404 No"))
        == "unknown: HTTP status 404, and nobody knows what the service says of a key that is not "
        + "there")
  }

  @Test("null is a value's absence only where the service says so of a key never written")
  func null() {
    var first = script()
    let learned = first.talk(.prepare, response("null")).answer?.learned ?? nil
    #expect(outcome(.read(key: "a"), response("null"), learned: learned) == "ok null")
    let other = outcome(
      .read(key: "a"), response("null"), learned: ["status": 404, "type": "", "body": [:]])
    #expect(other.hasPrefix("unknown: null where the value should be, but not as"))
  }

  @Test("the trial before clients begin tells what cannot work")
  func trials() {
    let read = "the read of a key that was never written"
    #expect(
      outcome(.prepare, response("", status: "401 No")) == "refused: HTTP status 401 (denied)")
    #expect(
      outcome(.prepare, response("", status: "503 No")) == "unknown: \(read): HTTP status 503")
    #expect(
      outcome(.prepare, response("0"))
        == "refused: \(read) finds 0; say with read-absent what an absent key looks like")
    #expect(
      outcome(.prepare, response("", status: "404 No"), ["read-absent": "body=none"])
        == "unknown: \(read): HTTP status 404, and read-absent does not hold")
    #expect(
      outcome(.prepare, response("none", status: "404 No"), ["read-absent": "body=none"])
        == "ok null")
    #expect(outcome(.prepare, response("", status: "404 No")) == "ok null")
  }

  @Test(
    "conditions",
    arguments: [
      ("status=200", true), ("status!=200", false), ("!status=200", false),
      ("status=409 | json:a=1", true), ("json:a=1 & json:b", false), ("json:a=1 & !json:b", true),
      ("json:a", true), ("json:c", false), ("!json:c", true), ("json:d=\"x & y\"", true),
      ("json:e=[1,2]", true), ("json:e != [1]", true), ("header:X-Told=yes", true),
      ("header:X-Told=no", false), ("!header:X-None", true), ("json:nothing=null", false),
      ("json:n=null", true), ("json:a=2 | json:a=3", false), ("body=x", false),
    ])
  func conditions(text: String, holds: Bool) {
    let body = #"{"a":1,"c":false,"d":"x & y","e":[1,2],"n":null}"#
    let found = outcome(
      .write(key: "a", value: 1), response(body, fields: "X-Told: yes\n"), ["write-ok": text])
    #expect((found == "ok null") == holds, "\(text): \(found)")
  }

  @Test("a test of a body that nobody can read does not hold, turned or not")
  func unreadable() {
    for text in ["json:error", "!json:error", "json:a=1", "json:a!=1"] {
      #expect(
        outcome(.write(key: "a", value: 1), response("<p>"), ["write-ok": text]).hasPrefix(
          "unknown"))
    }
    var cut = script(["write-ok": "body=O"])
    _ = cut.ask(.write(key: "a", value: 1))
    _ = cut.opened()
    #expect(cut.received("HTTP/1.0 200 OK\r\n\r\nO") == [])
    #expect(
      cut.closed(.lost("x")) == [
        .answer(Answer(.unknown("HTTP status 200, but write-ok does not hold")))
      ])
  }

  @Test("chunks with a trailer are a body; one that ends early is unknown")
  func chunks() {
    let head = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"
    let body = "8\n{\"err\":1\n1\n}\n0\n"
    var whole = script()
    let interim = "HTTP/1.1 102 Working\n\n"
    let told = whole.talk(
      .write(key: "a", value: 1), http(interim + head + body + "X-Trailer: 1\n\n"))
    #expect(told.answer == Answer(.unknown("HTTP status 200, but “err” is 1")))
    var cut = script()
    _ = cut.talk(.write(key: "a", value: 1), http(head + "8\n{\"err\":"))
    #expect(
      cut.closed(.lost("reset")) == [
        .answer(Answer(.unknown("connection lost within the response: reset")))
      ])
  }
}
