import Base
import Drivers
import Testing

/// Who the clients are, as each system is told, and what becomes of those it does not let in.
@Suite("Credentials")
struct CredentialsTests {
  let login = ["user": "al", "password": "p\"w"]

  func exchange(_ driver: any Driver, _ knobs: [String: String], nodes: Int = 1) -> Exchange {
    Exchange(driver, Site.guarded(driver, nodes: nodes, knobs))
  }

  // MARK: etcd

  let header = #""header":{"revision":"4","raft_term":"2"}"#
  let evidence: [JSON.Member] = [.init("revision", 4), .init("term", 2)]

  func etcd(_ path: String, _ body: String, token: String? = nil) -> String {
    let field = token.map { "Authorization: \($0)\n" } ?? ""
    return http(
      "POST /v3/\(path) HTTP/1.1\nHost: 10.1.0.1:2379\nContent-Type: application/json\n\(field)"
        + "Content-Length: \(body.utf8.count)\n\n") + body
  }

  func error(_ message: String, _ status: String = "401 Unauthorized") -> String {
    response(#"{"error":"\#(message)","message":"\#(message)","code":16}"#, status: status)
  }

  @Test("etcd: a token is had once, and again when it is refused as invalid")
  func etcdTokens() {
    var script = Script(Etcd(), Site.guarded(Etcd(), nodes: 1, login))
    let ask = etcd("auth/authenticate", #"{"name":"al","password":"p\"w"}"#)
    let put = { etcd("kv/put", #"{"key":"YQ==","value":"NQ=="}"#, token: $0) }
    let first = script.talk(
      .write(key: "a", value: 5), response(#"{\#(header),"token":"T.1"}"#),
      response("{\(header)}"))
    #expect(first.requests == [ask, put("T.1")])
    #expect(first.answer == Answer(.ok(.null), evidence: evidence))
    let second = script.talk(.write(key: "a", value: 5), response("{\(header)}"))
    #expect(second.requests == [put("T.1")])
    let third = script.talk(
      .write(key: "a", value: 5), error("etcdserver: invalid auth token"),
      response(#"{\#(header),"token":"T.2"}"#), response("{\(header)}"))
    #expect(third.requests == [put("T.1"), ask, put("T.2")])
    #expect(third.answer == Answer(.ok(.null), evidence: evidence))
    // Renewed once for a question; the token of another node's users may never be good.
    let again = script.talk(
      .write(key: "a", value: 5), error("etcdserver: invalid auth token"),
      response(#"{\#(header),"token":"T.3"}"#), error("etcdserver: invalid auth token"))
    #expect(again.requests == [put("T.2"), ask, put("T.3")])
    #expect(again.answer == Answer(.refused("etcdserver: invalid auth token")))
  }

  @Test("etcd: a write that met newer users may have happened; the next has another token")
  func etcdOldTokens() {
    var script = Script(Etcd(), Site.guarded(Etcd(), nodes: 1, login))
    let token = response(#"{\#(header),"token":"T"}"#)
    let old = "etcdserver: revision of auth store is old"
    let write = script.talk(
      .write(key: "a", value: 5), token, error(old, "400 Bad Request"))
    #expect(write.requests.count == 2)
    #expect(write.answer == Answer(.unknown(old)))
    let next = script.talk(.read(key: "a"), token, response("{\(header)}"))
    #expect(next.requests.count == 2)
    #expect(next.answer == Answer(.ok(.null), evidence: evidence))
  }

  @Test("etcd: without a token nothing of a question is sent; a node's status needs none")
  func etcdDenials() {
    var script = Script(Etcd(), Site.guarded(Etcd(), nodes: 1, login))
    let status = script.talk(
      .status, response(#"{"header":{"member_id":"7"},"leader":"7","raftTerm":"2"}"#))
    #expect(status.requests == [etcd("maintenance/status", "{}")])
    let wrong = "etcdserver: authentication failed, invalid user ID or password"
    let prepare = script.talk(.prepare, error(wrong, "400 Bad Request"))
    #expect(prepare.requests.count == 1)
    #expect(prepare.answer == .denied(wrong))
    let late = script.talk(.write(key: "a", value: 5), error("etcdserver: request timed out"))
    #expect(late.requests.count == 1)
    #expect(late.answer == Answer(.refused("no token: etcdserver: request timed out")))
    let odd = script.talk(
      .write(key: "a", value: 5), response(#"{\#(header),"token":"a b"}"#))
    #expect(odd.requests.count == 1)
    #expect(odd.answer == Answer(.refused("a token that is none")))
    var nobody = Script(Etcd(), Site.guarded(Etcd(), nodes: 1, [:]))
    let range = etcd("kv/range", #"{"key":"cGx1bWJsaW5lLQ=="}"#)
    let trial = nobody.talk(.prepare, error("etcdserver: user name is empty"))
    #expect(trial.requests == [range])
    #expect(trial.answer == .denied("etcdserver: user name is empty"))
    #expect(nobody.talk(.prepare, response("{\(header)}")).answer == Answer(.ok(.null)))
  }

  @Test("etcd: newer servers tell how they are to users only, or to root only")
  func etcdStatuses() {
    var script = Script(Etcd(), Site.guarded(Etcd(), nodes: 1, login))
    let ask = { self.etcd("maintenance/status", "{}", token: $0) }
    let authenticate = etcd("auth/authenticate", #"{"name":"al","password":"p\"w"}"#)
    let status = { (leader: Int) in
      response(#"{"header":{"member_id":"7"},"leader":"\#(leader)","raftTerm":"2"}"#)
    }
    let empty = error("etcdserver: user name is empty", "400 Bad Request")
    let first = script.talk(.status, empty, response(#"{\#(header),"token":"T"}"#), status(7))
    #expect(first.requests == [ask(nil), authenticate, ask("T")])
    #expect(first.answer == Answer(.ok(.null), status: NodeStatus(stage: 0, leader: 0, term: 2)))
    // A read of the node's own stands in; nobody knows then who leads.
    let denied = error("etcdserver: permission denied", "403 Forbidden")
    let standing = Answer(.ok(.null), status: NodeStatus(stage: 0, term: 2))
    let second = script.talk(.status, denied, response("{\(header)}"))
    let range = #"{"key":"cGx1bWJsaW5lLQ==","serializable":true}"#
    #expect(second.requests == [ask("T"), etcd("kv/range", range, token: "T")])
    #expect(second.answer == standing)
    let third = script.talk(.status, status(8), denied)
    #expect(third.requests == [ask("T"), etcd("cluster/member/list", "{}", token: "T")])
    #expect(third.answer == standing)
    let fourth = script.talk(.status, denied, denied)
    #expect(fourth.answer == .denied("etcdserver: permission denied"))
    var nobody = Script(Etcd(), Site.guarded(Etcd(), nodes: 1, [:]))
    #expect(nobody.talk(.status, empty).answer == .denied("etcdserver: user name is empty"))
  }

  @Test("etcd: a token that comes late is kept, and what was asked for meanwhile is sent then")
  func etcdLateTokens() {
    let token = response(#"{\#(header),"token":"T"}"#)
    var exchange = exchange(Etcd(), login)
    let ask =
      "send n1:2379 "
      + Exchange.text(
        Array(etcd("auth/authenticate", #"{"name":"al","password":"p\"w"}"#).utf8))
    let put = { (value: String) -> String in
      "send n1:2379 "
        + Exchange.text(
          Array(etcd("kv/put", #"{"key":"YQ==","value":"\#(value)"}"#, token: "T").utf8))
    }
    // Given up, and asked anew while the token is due.
    #expect(exchange.ask(.write(key: "a", value: 5)) == ["open n1:2379"])
    #expect(exchange.abandon() == [])
    #expect(exchange.opened("n1", 2379) == [ask])
    #expect(exchange.ask(.write(key: "a", value: 6)) == [])
    #expect(exchange.received("n1", 2379, Array(token.utf8)) == [put("Ng==")])
    #expect(
      exchange.received("n1", 2379, Array(response("{\(header)}").utf8))
        == ["ok null revision=4 term=2"])
    // A write that was sent and given up ends its connection; the token is kept.
    #expect(exchange.ask(.write(key: "a", value: 5)) == [put("NQ==")])
    #expect(exchange.abandon() == ["close n1:2379"])
    #expect(exchange.ask(.write(key: "a", value: 5)) == ["open n1:2379"])
    #expect(exchange.opened("n1", 2379) == [put("NQ==")])
    // Nobody asks when the token comes; and a refusal then is nobody's answer.
    for late in [token, error("etcdserver: request timed out")] {
      var exchange = self.exchange(Etcd(), login)
      #expect(exchange.ask(.write(key: "a", value: 5)) == ["open n1:2379"])
      #expect(exchange.opened("n1", 2379) == [ask])
      #expect(exchange.abandon() == [])
      #expect(exchange.received("n1", 2379, Array(late.utf8)) == [])
      #expect(
        exchange.ask(.write(key: "a", value: 5)) == [late == token ? put("NQ==") : ask])
    }
  }

  @Test("etcd: a connection that gives no token is not waited for for ever")
  func etcdNoTokens() {
    var exchange = exchange(Etcd(), login)
    #expect(exchange.ask(.read(key: "a")) == ["open n1:2379"])
    #expect(exchange.opened("n1", 2379).count == 1)
    for _ in 0..<7 {
      #expect(exchange.abandon() == [])
      #expect(exchange.ask(.read(key: "a")) == [])
    }
    #expect(exchange.abandon() == ["close n1:2379"])
    #expect(exchange.ask(.read(key: "a")) == ["open n1:2379"])
    #expect(exchange.abandon() == [])
    #expect(exchange.closed("n1", 2379, .neverOpened("Connection refused")) == [])
    #expect(exchange.ask(.read(key: "a")) == ["open n1:2379"])
    #expect(
      exchange.closed("n1", 2379, .neverOpened("Connection refused"))
        == ["refused: no connection: Connection refused"])
    #expect(exchange.ask(.read(key: "a")) == ["open n1:2379"])
    #expect(exchange.opened("n1", 2379).count == 1)
    #expect(exchange.abandon() == [])
    #expect(exchange.received("n1", 2379, "?¶") == ["close n1:2379"])
    #expect(exchange.ask(.read(key: "a")) == ["open n1:2379"])
  }

  // MARK: Redis

  let auth = "send n1:6379 *3¶$4¶AUTH¶$2¶al¶$3¶p\"w¶"
  let set = "send n1:6379 *3¶$3¶SET¶$1¶k¶$1¶5¶"

  @Test("Redis: AUTH is answered before anything else is sent, on each connection")
  func redis() {
    var exchange = exchange(Redis(), login)
    for _ in 0..<2 {
      #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n1:6379"])
      #expect(exchange.opened("n1", 6379) == [auth])
      #expect(exchange.received("n1", 6379, "+OK¶") == [set])
      #expect(exchange.received("n1", 6379, "+OK¶") == ["ok null"])
      #expect(exchange.ask(.write(key: "k", value: 5)) == [set])
      #expect(
        exchange.closed("n1", 6379, .lost("closed by the server"))
          == ["unknown: n1: closed by the server"])
    }
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == [auth])
    #expect(
      exchange.closed("n1", 6379, .lost("closed by the server"))
        == ["refused: n1: closed by the server"])
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == [auth])
    #expect(exchange.abandon() == ["close n1:6379"])
  }

  @Test("Redis: who is not let in has done nothing, and says so")
  func redisDenials() {
    var exchange = exchange(Redis(), login)
    let wrong = "WRONGPASS invalid username-password pair or user is disabled."
    for question in [Question.write(key: "k", value: 5), .read(key: "k"), .status] {
      #expect(exchange.ask(question) == ["open n1:6379"])
      #expect(exchange.opened("n1", 6379) == [auth])
      #expect(
        exchange.received("n1", 6379, "-\(wrong)¶")
          == ["close n1:6379", "refused: n1: \(wrong) (denied)"])
    }
    let many = "ERR max number of clients reached"
    #expect(exchange.ask(.status) == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == [auth])
    #expect(
      exchange.received("n1", 6379, "-\(many)¶") == ["close n1:6379", "refused: n1: \(many)"])
    var stranger = self.exchange(Redis(), [:])
    #expect(stranger.ask(.prepare) == ["open n1:6379"])
    #expect(
      stranger.opened("n1", 6379) == [
        "send n1:6379 *2¶$3¶GET¶$10¶plumbline-¶"
          + "*4¶$4¶EVAL¶$8¶return 1¶$1¶1¶$10¶plumbline-¶"
      ])
    let forbidden = "NOPERM No permissions to access a key"
    #expect(
      stranger.received("n1", 6379, "$-1¶-\(forbidden)¶") == ["refused: n1: \(forbidden) (denied)"])
    #expect(stranger.ask(.prepare).count == 1)
    #expect(stranger.received("n1", 6379, "$-1¶:1¶") == ["ok null"])
    var nobody = self.exchange(Redis(), [:])
    #expect(nobody.ask(.status) == ["open n1:6379"])
    #expect(nobody.opened("n1", 6379).count == 1)
    let words = "NOAUTH Authentication required."
    #expect(
      nobody.received("n1", 6379, "-\(words)¶-\(words)¶") == ["refused: n1: \(words) (denied)"])
  }

  @Test("Redis: sentinels have users of their own")
  func redisSentinels() {
    let knobs = ["mode": "sentinel", "password": "p", "sentinelPassword": "q"]
    var exchange = exchange(Redis(), knobs, nodes: 3)
    #expect(exchange.ask(.read(key: "k")) == ["open n1:26379"])
    #expect(exchange.opened("n1", 26379) == ["send n1:26379 *2¶$4¶AUTH¶$1¶q¶"])
    #expect(exchange.received("n1", 26379, "+OK¶").count == 1)
    #expect(
      exchange.received("n1", 26379, "*2¶$8¶10.0.0.2¶$4¶6379¶") == ["open n2:6379"])
    #expect(exchange.opened("n2", 6379) == ["send n2:6379 *2¶$4¶AUTH¶$1¶p¶"])
    #expect(
      exchange.received("n2", 6379, "+OK¶") == ["send n2:6379 *1¶$4¶ROLE¶*2¶$3¶GET¶$1¶k¶"])
  }

  // MARK: NATS

  @Test("NATS: user and password, or a token, begin a connection")
  func nats() {
    let info = #"INFO {"server_id":"A","client_id":1,"auth_required":true} ¶"#
    for (knobs, options) in [
      (login, #","user":"al","pass":"p\"w""#), (["token": "t"], #","auth_token":"t""#),
    ] {
      var exchange = exchange(NATS(), knobs)
      #expect(exchange.ask(.prepare) == ["open n1:4222"])
      #expect(exchange.opened("n1", 4222) == [])
      #expect(
        exchange.received("n1", 4222, info) == [
          #"send n1:4222 CONNECT {"verbose":false,"pedantic":false,"headers":true,"#
            + #""no_responders":true,"lang":"swift","version":"1","protocol":1,"#
            + #""name":"plumbline"\#(Exchange.text(Array(options.utf8)))}¶SUB _INBOX.A.1.* 1¶PING¶"#
        ])
      #expect(
        exchange.received("n1", 4222, "-ERR 'Authorization Violation'¶")
          == ["close n1:4222", "refused: n1: Authorization Violation (denied)"])
      #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n1:4222"])
      #expect(
        exchange.closed("n1", 4222, .neverOpened("Connection refused"))
          == ["refused: n1: Connection refused"])
    }
  }

  // MARK: ZooKeeper

  let hello =
    #"\00\00\00%\00\00\00\00\00\00'\10\02\00\01\98\e9\a1\00\00\00\00\00\10"#
    + #"abcdefghijklmnop\00"#
  let addauth =
    #"send n1:2181 \00\00\00 \ff\ff\ff\fc\00\00\00d\00\00\00\00\00\00\00\06digest"#
    + #"\00\00\00\06al:p"w"#

  func reply(_ number: String, error: String = #"\00\00\00\00"#) -> String {
    #"\00\00\00\10"# + number + #"\00\00\00\00\00\00\00\07"# + error
  }

  @Test("ZooKeeper: who the client is comes first; what it creates is its own")
  func zooKeeper() {
    var exchange = exchange(ZooKeeper(), login)
    #expect(exchange.ask(.prepare) == ["open n1:2181"])
    #expect(exchange.opened("n1", 2181).count == 1)
    #expect(exchange.received("n1", 2181, hello) == [addauth])
    let path = #"\00\00\00\10/plumbline-trial"#
    #expect(
      exchange.received("n1", 2181, reply(#"\ff\ff\ff\fc"#)) == [
        #"send n1:2181 \00\00\008\00\00\00\01\00\00\00\01"# + path
          + #"\00\00\00\00\00\00\00\01\00\00\00\1f\00\00\00\04auth\00\00\00\00\00\00\00\00"#
      ])
    #expect(
      exchange.received("n1", 2181, reply(#"\00\00\00\01"#)) == [
        #"send n1:2181 \00\00\00 \00\00\00\02\00\00\00\02"# + path + #"\ff\ff\ff\ff"#
      ])
    #expect(exchange.received("n1", 2181, reply(#"\00\00\00\02"#)) == ["ok null"])
    #expect(exchange.ask(.prepare).count == 1)
    #expect(
      exchange.received("n1", 2181, reply(#"\00\00\00\03"#, error: #"\ff\ff\ff\9a"#))
        == ["refused: n1: create /plumbline-trial: NoAuth (denied)"])
  }

  @Test("ZooKeeper: nothing of a question is sent before the client is known")
  func zooKeeperDenials() {
    var exchange = exchange(ZooKeeper(), login)
    for (end, words) in [
      (reply(#"\ff\ff\ff\fc"#, error: #"\ff\ff\ff\8d"#), "addauth: AuthFailed (denied)"),
      (reply(#"\00\00\00\01"#), "malformed reply: a reply that is not the one to addauth"),
    ] {
      #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n1:2181"])
      #expect(exchange.opened("n1", 2181).count == 1)
      #expect(exchange.received("n1", 2181, hello) == [addauth])
      #expect(
        exchange.received("n1", 2181, end) == ["close n1:2181", "refused: n1: \(words)"])
    }
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n1:2181"])
    #expect(exchange.opened("n1", 2181).count == 1)
    #expect(exchange.received("n1", 2181, hello) == [addauth])
    #expect(
      exchange.closed("n1", 2181, .lost("closed by the server"))
        == ["refused: n1: closed by the server"])
  }

  // MARK: Consul and HTTP

  @Test("Consul: every request has the token")
  func consul() {
    var script = Script(Consul(), Site.guarded(Consul(), nodes: 1, ["token": "t-1"]))
    let fields = "Host: 10.1.0.1:8500\nX-Consul-Token: t-1\n"
    let write = script.talk(.write(key: "a", value: 5), response("true"))
    #expect(
      write.requests
        == [http("PUT /v1/kv/a HTTP/1.1\n\(fields)Content-Length: 1\n\n") + "5"])
    let status = script.talk(.status, response("\"10.0.0.1:8300\""))
    #expect(status.requests == [http("GET /v1/status/leader HTTP/1.1\n\(fields)\n")])
    let trial = script.talk(
      .prepare, response("ACL not found", status: "403 Forbidden"))
    #expect(
      trial.requests == [http("GET /v1/kv/plumbline-?consistent HTTP/1.1\n\(fields)\n")])
    #expect(trial.answer == .denied("HTTP status 403: ACL not found"))
    let none = script.talk(.prepare, response("", status: "404 Not Found"))
    #expect(none.answer == Answer(.ok(.null)))
  }

  @Test("HTTP: a token in a field, or a user and a password")
  func httpServices() {
    for (knobs, field) in [
      (
        ["headers": "Authorization: Bearer {token}; A: b", "token": "t"],
        "Authorization: Bearer t\nA: b\n"
      ),
      (login, "Authorization: Basic YWw6cCJ3\n"),
    ] {
      var script = Script(HTTPService(), Site.guarded(HTTPService(), nodes: 1, knobs))
      let read = script.talk(.read(key: "a"), response("1"))
      #expect(read.requests == [http("GET /kv/a HTTP/1.1\nHost: 10.1.0.1:8080\n\(field)\n")])
      for status in ["401 Unauthorized", "403 Forbidden"] {
        let trial = script.talk(.prepare, response("", status: status))
        #expect(trial.answer == .denied("HTTP status \(status.prefix(3))"))
      }
      let fine = script.talk(.prepare, response("", status: "404 Not Found"))
      #expect(fine.answer?.outcome == .ok(.null))
    }
  }

  // MARK: what cannot be

  @Test(
    "half of what is needed is refused",
    arguments: [
      ("etcd", ["user": "a"], "etcd: the knob “user” is of no use without “password”"),
      ("etcd", ["password": "env:A"], "etcd: the knob “password” is of no use without “user”"),
      ("nats", ["user": "a"], "nats: the knob “user” is of no use without “password”"),
      (
        "nats", ["user": "a", "password": "env:A", "token": "env:B"],
        "nats: “token” and “user” are two answers to one question"
      ),
      ("redis", ["user": "a"], "redis: the knob “user” is of no use without “password”"),
      ("redis", ["password": "env:A"], "nothing"),
      (
        "redis", ["sentinelUser": "a"],
        "redis: the knob “sentinelUser” is of no use without “sentinelPassword”"
      ),
      (
        "zookeeper", ["user": "a:b", "password": "env:A"],
        "zookeeper: user=a:b, a digest's user has no colon"
      ),
      (
        "http", ["user": "a:b", "password": "env:A"],
        "http: user=a:b, a user of Basic has no colon"
      ),
      (
        "http", ["token": "env:A"],
        "http: the knob “token” is of no use without {token} in “headers”"
      ),
      (
        "http", ["headers": "A: {token}"],
        "http: headers has {token}; say where it is with the knob “token”"
      ),
    ])
  func refusals(name: String, knobs: [String: String], message: String) throws {
    let driver = try #require(Drivers.named(name))
    var found = "nothing"
    do throws(Failure) {
      try driver.validate(Site.told(driver, nodes: driver.defaultNodes([:]), knobs: knobs))
    } catch {
      #expect(error.code == .usage)
      found = error.message
    }
    #expect(found == message)
  }

  @Test("a secret is nowhere to be seen")
  func secrets() {
    let secret = Secret("hunter2")
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
      #expect(!text.contains("hunter2"))
    }
    let words = "unknown command 'AUTH' with args 'hunter2' 'hunter2hunter'"
    #expect(
      secret.hidden(in: words) == "unknown command 'AUTH' with args '(secret)' '(secret)hunter'")
    #expect(Secret("").hidden(in: "abc") == "abc")
    #expect(Secret.Place("env:A_B") == .environment("A_B"))
    #expect(Secret.Place("file:/a b") == .file("/a b"))
    for text in ["", "env:", "file:", "hunter2", "ENV:A", " env:A"] {
      #expect(Secret.Place(text) == nil)
    }
  }
}
