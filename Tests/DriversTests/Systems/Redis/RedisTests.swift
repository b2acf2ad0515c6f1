import Base
import Drivers
import Testing

/// Exchanges with Redis 7.0.15, as servers on loopback said them; long replies cut to what counts.
@Suite("Redis")
struct RedisTests {
  let lookUp = "*3¶$8¶SENTINEL¶$23¶GET-MASTER-ADDR-BY-NAME¶$8¶mymaster¶"
  let get = "*2¶$3¶GET¶$1¶k¶"
  let set = "*3¶$3¶SET¶$1¶k¶$1¶5¶"
  let role = "*1¶$4¶ROLE¶"
  let master = "*3¶$6¶master¶:480¶*0¶"
  let digest = "95cc99c8b59b3ecd0e6893339ef47c5adce9b878"

  func exchange(
    _ mode: String = "standalone", nodes: Int, node: Int = 0, _ knobs: [String: String] = [:]
  ) -> Exchange {
    let site = Site.told(Redis(), nodes: nodes, knobs: knobs.merging(["mode": mode]) { $1 })
    return Exchange(Redis(), site, node: node)
  }

  func opened() -> Exchange {
    var exchange = exchange(nodes: 1)
    #expect(exchange.ask(.read(key: "k")) == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == ["send n1:6379 \(get)"])
    #expect(exchange.received("n1", 6379, "$-1¶") == ["ok null"])
    return exchange
  }

  @Test("one server: a connection is kept, replies are cut anywhere")
  func standalone() {
    var exchange = opened()
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["send n1:6379 \(set)"])
    #expect(exchange.received("n1", 6379, "+O") == [])
    #expect(exchange.received("n1", 6379, "K\\0d") == [])
    #expect(exchange.received("n1", 6379, "\\0a") == ["ok null"])
    #expect(exchange.ask(.read(key: "k")) == ["send n1:6379 \(get)"])
    #expect(exchange.received("n1", 6379, "$1¶5¶") == ["ok 5"])
    #expect(exchange.ask(.write(key: "k", value: .null)) == ["send n1:6379 *2¶$3¶DEL¶$1¶k¶"])
    #expect(exchange.received("n1", 6379, ":1¶") == ["ok null"])
    #expect(exchange.ask(.read(key: "k")) == ["send n1:6379 \(get)"])
    #expect(
      exchange.received("n1", 6379, "$3¶a¶b¶") == [
        "close n1:6379",
        "unknown: n1: malformed reply: a text that does not end where its length says",
      ])
  }

  @Test("what is stored and no JSON was observed, as nobody's value")
  func foreign() {
    var exchange = opened()
    #expect(exchange.ask(.read(key: "k")) == ["send n1:6379 \(get)"])
    #expect(exchange.received("n1", 6379, "$3¶abc¶") == [#"ok {"not-json":"abc"}"#])
  }

  @Test("a compare-and-set runs a script, by its digest, and whole where it is not known")
  func compareAndSet() {
    var exchange = opened()
    let arguments = "$1¶1¶$1¶k¶$2¶v5¶$1¶-¶"
    #expect(
      exchange.ask(.cas(key: "k", from: 5, to: .null))
        == ["send n1:6379 *6¶$7¶EVALSHA¶$40¶\(digest)¶\(arguments)"])
    let whole = exchange.received("n1", 6379, "-NOSCRIPT No matching script. Please use EVAL.¶")
    #expect(whole.count == 1)
    #expect(
      whole[0].hasPrefix("send n1:6379 *6¶$4¶EVAL¶$198¶local v=redis.call('GET',KEYS[1])\\0a"))
    #expect(whole[0].hasSuffix("return 1¶\(arguments)"))
    #expect(exchange.received("n1", 6379, ":1¶") == ["ok true"])
    #expect(exchange.ask(.cas(key: "k", from: 5, to: .null)).count == 1)
    #expect(exchange.received("n1", 6379, ":0¶") == ["ok false"])
    #expect(exchange.ask(.cas(key: "k", from: 5, to: .null)).count == 1)
    #expect(
      exchange.received("n1", 6379, ":2¶") == [
        "close n1:6379", "unknown: n1: a reply that does not fit the command",
      ])
  }

  @Test("which errors are definite for a write")
  func errors() {
    let definite = [
      "READONLY You can't write against a read only replica.",
      "LOADING Redis is loading the dataset in memory", "MASTERDOWN Link with MASTER is down",
      "CLUSTERDOWN The cluster is down", "TRYAGAIN Multiple keys request during rehashing of slot",
      "NOREPLICAS Not enough good replicas to write.",
      "MISCONF Redis is configured to save RDB snapshots", "OOM command not allowed",
      "BUSY Redis is busy running a script", "NOAUTH Authentication required.",
      "NOPERM no permissions", "WRONGTYPE Operation against a key", "MOVED 1 10.0.0.9:6379",
    ]
    for message in definite {
      var exchange = opened()
      #expect(exchange.ask(.write(key: "k", value: 5)) == ["send n1:6379 \(set)"])
      #expect(exchange.received("n1", 6379, "-\(message)¶") == ["refused: n1: \(message)"])
    }
    for message in ["ERR unknown", "EXECABORT no", "READONLYX"] {
      var exchange = opened()
      #expect(exchange.ask(.write(key: "k", value: 5)) == ["send n1:6379 \(set)"])
      #expect(exchange.received("n1", 6379, "-\(message)¶") == ["unknown: n1: \(message)"])
      #expect(exchange.ask(.read(key: "k")) == ["send n1:6379 \(get)"])
      #expect(exchange.received("n1", 6379, "-\(message)¶") == ["refused: n1: \(message)"])
    }
  }

  @Test("a connection that was never made, one that is lost, a reply to nothing")
  func connections() {
    var exchange = exchange(nodes: 1)
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n1:6379"])
    #expect(
      exchange.closed("n1", 6379, .neverOpened("Connection refused"))
        == ["refused: n1: Connection refused"])
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == ["send n1:6379 \(set)"])
    #expect(
      exchange.closed("n1", 6379, .lost("closed by the server"))
        == ["unknown: n1: closed by the server"])
    exchange = opened()
    #expect(exchange.received("n1", 6379, "+OK¶") == ["close n1:6379"])
    #expect(exchange.received("n1", 6379, "+OK¶") == [])
    #expect(exchange.ask(.read(key: "k")) == ["open n1:6379"])
  }

  @Test("an abandoned request ends its connection; a push is nobody's reply")
  func abandoned() {
    var exchange = opened()
    #expect(exchange.abandon() == [])
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["send n1:6379 \(set)"])
    #expect(exchange.received("n1", 6379, ">2¶+a¶+b¶+O") == [])
    #expect(exchange.abandon() == ["close n1:6379"])
    #expect(exchange.received("n1", 6379, "K¶") == [])
    #expect(exchange.ask(.read(key: "k")) == ["open n1:6379"])
    #expect(exchange.abandon() == ["close n1:6379"])
    #expect(exchange.opened("n1", 6379) == [])
  }

  @Test("Sentinel: the client's own sentinel is asked, the master makes sure that it is one")
  func follow() {
    var exchange = exchange("sentinel", nodes: 3, node: 1)
    #expect(exchange.ask(.read(key: "k")) == ["open n2:26379"])
    #expect(exchange.opened("n2", 26379) == ["send n2:26379 \(lookUp)"])
    #expect(exchange.received("n2", 26379, "*2¶$8¶10.0.0.1¶$4¶6379¶") == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == ["send n1:6379 \(role)\(get)"])
    #expect(exchange.received("n1", 6379, "\(master)$1¶5¶") == ["ok 5 server=\"n1\""])
    #expect(exchange.ask(.read(key: "k")) == ["send n1:6379 \(get)"])
    #expect(exchange.received("n1", 6379, "$1¶5¶") == ["ok 5 server=\"n1\""])
    // A replica says so, and another sentinel is asked.
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["send n1:6379 \(set)"])
    let readOnly = "READONLY You can't write against a read only replica."
    #expect(exchange.received("n1", 6379, "-\(readOnly)¶") == ["refused: n1: \(readOnly)"])
    #expect(exchange.ask(.read(key: "k")) == ["open n3:26379"])
    #expect(exchange.opened("n3", 26379) == ["send n3:26379 \(lookUp)"])
    #expect(
      exchange.received("n3", 26379, "*2¶$8¶10.0.0.1¶$4¶6379¶")
        == ["send n1:6379 \(role)\(get)"])
    #expect(
      exchange.received("n1", 6379, "*5¶$5¶slave¶$8¶10.0.0.3¶:6379¶$9¶connected¶:9¶$1¶5¶")
        == ["refused: n1: is no master any more"])
    // So does whoever cannot be reached, or knows no master; each sentinel once.
    #expect(exchange.ask(.read(key: "k")) == ["open n1:26379"])
    #expect(
      exchange.closed("n1", 26379, .neverOpened("Connection refused"))
        == ["send n2:26379 \(lookUp)"])
    #expect(exchange.received("n2", 26379, "*-1¶") == ["send n3:26379 \(lookUp)"])
    #expect(
      exchange.received("n3", 26379, "*2¶$8¶10.9.0.1¶$4¶6379¶") == [
        "refused: no sentinel gave a master; the sentinel of n3: it names 10.9.0.1:6379, "
          + "which is no node"
      ])
  }

  @Test("a sentinel that says nothing is left at the next question")
  func silentSentinel() {
    var exchange = exchange("sentinel", nodes: 3)
    #expect(exchange.ask(.read(key: "k")) == ["open n1:26379"])
    #expect(exchange.abandon() == ["close n1:26379"])
    #expect(exchange.ask(.read(key: "k")) == ["open n2:26379"])
  }

  @Test("WAIT: too few replicas leave a write unknown, and say how many")
  func wait() {
    let wait = "*3¶$4¶WAIT¶$1¶2¶$3¶500¶"
    var exchange = exchange("sentinel", nodes: 3, ["wait": "2", "target": "pinned"])
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == ["send n1:6379 \(set)\(wait)"])
    #expect(exchange.received("n1", 6379, "+OK¶") == [])
    #expect(exchange.received("n1", 6379, ":2¶") == ["ok null server=\"n1\" acks=3"])
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["send n1:6379 \(set)\(wait)"])
    #expect(
      exchange.received("n1", 6379, "+OK¶:1¶")
        == ["unknown: n1: confirmed by 1 of 2 replicas server=\"n1\" acks=2"])
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["send n1:6379 \(set)\(wait)"])
    #expect(
      exchange.received("n1", 6379, "+OK¶-UNBLOCKED force unblock¶")
        == ["unknown: n1: WAIT was not answered with a number server=\"n1\""])
    #expect(exchange.ask(.cas(key: "k", from: 5, to: 6)).count == 1)
    #expect(exchange.received("n1", 6379, ":0¶:0¶") == ["ok false server=\"n1\""])
    #expect(exchange.ask(.write(key: "k", value: 5)) == ["send n1:6379 \(set)\(wait)"])
    #expect(
      exchange.received("n1", 6379, "-READONLY no¶-ERR WAIT cannot be used with replicas¶")
        == ["refused: n1: READONLY no"])
    #expect(exchange.ask(.read(key: "k")) == ["send n1:6379 \(get)"])
  }

  @Test("Cluster: MOVED is remembered, ASK is not, and both end somewhere")
  func cluster() {
    var exchange = exchange("cluster", nodes: 6)
    #expect(exchange.ask(.read(key: "k")) == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == ["send n1:6379 \(get)"])
    #expect(exchange.received("n1", 6379, "-MOVED 7629 10.0.0.2:6379¶") == ["open n2:6379"])
    #expect(exchange.opened("n2", 6379) == ["send n2:6379 \(get)"])
    #expect(exchange.received("n2", 6379, "$1¶5¶") == ["ok 5 server=\"n2\""])
    #expect(exchange.ask(.read(key: "k")) == ["send n2:6379 \(get)"])
    #expect(exchange.received("n2", 6379, "-ASK 7629 10.1.0.3:6379¶") == ["open n3:6379"])
    #expect(exchange.opened("n3", 6379) == ["send n3:6379 *1¶$6¶ASKING¶\(get)"])
    #expect(exchange.received("n3", 6379, "+OK¶$1¶6¶") == ["ok 6 server=\"n3\""])
    #expect(exchange.ask(.read(key: "k")) == ["send n2:6379 \(get)"])
    #expect(
      exchange.received("n2", 6379, "-MOVED 7629 10.9.0.2:6379¶")
        == ["refused: n2: MOVED 7629 10.9.0.2:6379"])
    #expect(exchange.ask(.read(key: "k")) == ["send n2:6379 \(get)"])
    for turn in 0..<8 {
      let (from, to) = turn % 2 == 0 ? ("n2", 1) : ("n1", 2)
      #expect(
        exchange.received(from, 6379, "-MOVED 7629 10.0.0.\(to):6379¶")
          == ["send n\(to):6379 \(get)"])
    }
    #expect(
      exchange.received("n2", 6379, "-MOVED 7629 10.0.0.1:6379¶")
        == ["refused: n2: MOVED 7629 10.0.0.1:6379"])
  }

  @Test("Cluster: what is learned of one key holds for all of its slot, by CRC16 and hash tag")
  func slots() {
    var exchange = exchange("cluster", nodes: 6)
    #expect(exchange.ask(.read(key: "k")) == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == ["send n1:6379 \(get)"])
    #expect(exchange.received("n1", 6379, "-MOVED 7629 10.0.0.2:6379¶") == ["open n2:6379"])
    #expect(exchange.opened("n2", 6379) == ["send n2:6379 \(get)"])
    #expect(exchange.received("n2", 6379, "$-1¶") == ["ok null server=\"n2\""])
    for (key, node) in [("a11215", "n2"), ("a{k}b", "n2"), ("a{}k", "n1"), ("{k", "n1")] {
      let line = "send \(node):6379 *2¶$3¶GET¶$\(key.utf8.count)¶\(key)¶"
      #expect(exchange.ask(.read(key: key)) == [line])
      #expect(exchange.received(node, 6379, "$-1¶") == ["ok null server=\"\(node)\""])
    }
  }
}
