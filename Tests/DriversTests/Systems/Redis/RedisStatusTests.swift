import Base
import Drivers
import Testing

@Suite("Redis status and preparation")
struct RedisStatusTests {
  let ping = "*1¶$4¶PING¶*2¶$4¶INFO¶$11¶replication¶"
  let examine = "*2¶$7¶CLUSTER¶$4¶INFO¶*2¶$7¶CLUSTER¶$5¶NODES¶*2¶$4¶INFO¶$11¶replication¶"

  func bulk(_ text: String) -> String {
    let bytes = Exchange.bytes(text)
    return "$\(bytes.count)¶\(text)¶"
  }

  func exchange(_ mode: String, nodes: Int, node: Int = 0) -> Exchange {
    Exchange(Redis(), Site.told(Redis(), nodes: nodes, knobs: ["mode": mode]), node: node)
  }

  @Test("one server is up when it answers, and not while it loads")
  func standalone() {
    var exchange = exchange("standalone", nodes: 1)
    #expect(exchange.ask(.status) == ["open n1:6379"])
    #expect(exchange.opened("n1", 6379) == ["send n1:6379 \(ping)"])
    let info = bulk("role:master¶connected_slaves:0¶")
    #expect(
      exchange.received("n1", 6379, "-LOADING Redis is loading¶" + info)
        == ["ok null stage=-1 leader=n1 term=-"])
    #expect(exchange.ask(.status) == ["send n1:6379 \(ping)"])
    #expect(
      exchange.received("n1", 6379, "+PONG¶" + info) == ["ok null stage=1 leader=n1 term=-"])
    #expect(exchange.ask(.status) == ["send n1:6379 \(ping)"])
    #expect(
      exchange.closed("n1", 6379, .lost("closed by the server"))
        == ["refused: n1: closed by the server"])
    #expect(exchange.ask(.prepare) == ["ok null"])
    #expect(
      exchange.ask(.removeMember(0)) == ["refused: redis has no members to add or remove"])
  }

  @Test("Sentinel: replicas first, then the sentinels; what the sentinel says of the master counts")
  func sentinel() {
    let replica = bulk("role:slave¶master_host:10.0.0.1¶master_port:6379¶master_link_status:up¶")
    let sentinel = "*3¶$8¶SENTINEL¶$6¶MASTER¶$8¶mymaster¶"
    func view(_ others: Int) -> String {
      let words = [
        "name", "mymaster", "ip", "10.0.0.3", "port", "6379", "num-slaves", "2",
        "num-other-sentinels", "\(others)", "config-epoch", "7",
      ]
      return "*12¶" + words.map(bulk).joined()
    }
    var exchange = exchange("sentinel", nodes: 3, node: 1)
    #expect(exchange.ask(.status) == ["open n2:6379", "open n2:26379"])
    #expect(exchange.opened("n2", 6379) == ["send n2:6379 \(ping)"])
    #expect(exchange.closed("n2", 26379, .neverOpened("Connection refused")) == [])
    #expect(
      exchange.received("n2", 6379, "+PONG¶" + replica)
        == ["ok null stage=0 leader=n1 term=-"])

    #expect(exchange.ask(.status) == ["send n2:6379 \(ping)", "open n2:26379"])
    #expect(exchange.opened("n2", 26379) == ["send n2:26379 \(sentinel)"])
    #expect(exchange.received("n2", 26379, view(1)) == [])
    #expect(
      exchange.received("n2", 6379, "+PONG¶" + replica) == ["ok null stage=0 leader=n3 term=7"])
    #expect(
      exchange.ask(.status) == ["send n2:6379 \(ping)", "send n2:26379 \(sentinel)"])
    #expect(exchange.received("n2", 26379, view(2)) == [])
    #expect(
      exchange.received("n2", 6379, "+PONG¶" + replica) == ["ok null stage=1 leader=n3 term=7"])
    // A master counts its replicas.
    #expect(
      exchange.ask(.status) == ["send n2:6379 \(ping)", "send n2:26379 \(sentinel)"])
    #expect(exchange.received("n2", 26379, view(2)) == [])
    let line = "ip=10.0.0.1,port=6379,state=online,offset=1,lag=0"
    #expect(
      exchange.received("n2", 6379, "+PONG¶" + bulk("role:master¶slave0:\(line)¶"))
        == ["ok null stage=-1 leader=n3 term=7"])
    #expect(
      exchange.ask(.status) == ["send n2:6379 \(ping)", "send n2:26379 \(sentinel)"])
    #expect(exchange.received("n2", 26379, "-ERR No such master¶") == [])
    let both = "role:master¶slave0:\(line)¶slave1:\(line)¶"
    #expect(
      exchange.received("n2", 6379, "+PONG¶" + bulk(both)) == ["ok null stage=0 leader=n2 term=-"])
    // The server is gone, its sentinel is not.
    #expect(
      exchange.ask(.status) == ["send n2:6379 \(ping)", "send n2:26379 \(sentinel)"])
    #expect(exchange.received("n2", 26379, view(2)) == [])
    #expect(
      exchange.closed("n2", 6379, .lost("closed by the server"))
        == ["ok null stage=-1 leader=n3 term=7"])
  }

  // MARK: Cluster

  func id(_ node: Int) -> String { String(repeating: "\(node)", count: 40) }

  /// A line of `CLUSTER NODES`, as node `me` sees node `node` of six.
  func line(_ node: Int, me: Int, master: Int? = nil, epoch: Int = 0, slots: String = "") -> String
  {
    let role = (node == me ? "myself," : "") + (master == nil ? "master" : "slave")
    return "\(id(node)) 10.0.0.\(node):6379@16379 \(role) \(master.map(id) ?? "-") 0 1 \(epoch) "
      + "connected\(slots.isEmpty ? "" : " ")\(slots)\\0a"
  }

  func views(_ state: String, _ nodes: String, role: String = "master") -> String {
    bulk("cluster_state:\(state)¶cluster_known_nodes:6¶") + bulk(nodes)
      + bulk("role:\(role)¶connected_slaves:1¶master_link_status:up¶")
  }

  func command(_ words: String...) -> String {
    "*\(words.count)¶" + words.map { "$\($0.utf8.count)¶\($0)¶" }.joined()
  }

  @Test("a cluster is formed in rounds, until every node says that it is whole")
  func forming() {
    var exchange = exchange("cluster", nodes: 6)
    #expect(exchange.ask(.prepare) == (1...6).map { "open n\($0):6379" })
    for node in 1...6 {
      #expect(exchange.opened("n\(node)", 6379) == ["send n\(node):6379 \(examine)"])
    }
    // Six nodes that know nobody.
    for node in 1...5 {
      let reply = views("fail", line(node, me: node))
      #expect(exchange.received("n\(node)", 6379, reply) == [])
    }
    let epochs = (1...6).map { command("CLUSTER", "SET-CONFIG-EPOCH", "\($0)") }
    let slots = [("0", "5460"), ("5461", "10921"), ("10922", "16383")].map {
      command("CLUSTER", "ADDSLOTSRANGE", $0, $1)
    }
    let meets = (2...6).map { command("CLUSTER", "MEET", "10.0.0.\($0)", "6379") }.joined()
    #expect(
      exchange.received("n6", 6379, views("fail", line(6, me: 6))) == [
        "send n1:6379 \(epochs[0])\(slots[0])\(meets)",
        "send n2:6379 \(epochs[1])\(slots[1])", "send n3:6379 \(epochs[2])\(slots[2])",
        "send n4:6379 \(epochs[3])", "send n5:6379 \(epochs[4])", "send n6:6379 \(epochs[5])",
      ])
    #expect(exchange.received("n1", 6379, String(repeating: "+OK¶", count: 7)) == [])
    for node in 2...3 { #expect(exchange.received("n\(node)", 6379, "+OK¶+OK¶") == []) }
    for node in 4...5 { #expect(exchange.received("n\(node)", 6379, "+OK¶") == []) }
    #expect(
      exchange.received("n6", 6379, "-ERR no¶") == ["refused: the cluster is being formed"])
    // They know each other: the replicas are told their masters.
    let owned = ["0-5460", "5461-10921", "10922-16383", "", "", ""]
    func lines(_ me: Int, replicas: Bool) -> String {
      (1...6).map {
        let master = replicas && $0 > 3 ? $0 - 3 : nil
        return line($0, me: me, master: master, epoch: $0, slots: owned[$0 - 1])
      }.joined()
    }
    #expect(exchange.ask(.prepare) == (1...6).map { "send n\($0):6379 \(examine)" })
    for node in 1...5 {
      let reply = views("fail", lines(node, replicas: false))
      #expect(exchange.received("n\(node)", 6379, reply) == [])
    }
    #expect(
      exchange.received("n6", 6379, views("fail", lines(6, replicas: false)))
        == (4...6).map { "send n\($0):6379 \(command("CLUSTER", "REPLICATE", id($0 - 3)))" })
    for node in 4...5 { #expect(exchange.received("n\(node)", 6379, "+OK¶") == []) }
    #expect(
      exchange.received("n6", 6379, "+OK¶") == ["refused: the cluster is being formed"])
    for (state, outcome) in [("fail", "refused: the cluster is not whole yet"), ("ok", "ok null")] {
      #expect(exchange.ask(.prepare) == (1...6).map { "send n\($0):6379 \(examine)" })
      for node in 1...5 {
        let role = node > 3 ? "slave" : "master"
        let reply = views("ok", lines(node, replicas: true), role: role)
        #expect(exchange.received("n\(node)", 6379, reply) == [])
      }
      let last = views(state, lines(6, replicas: true), role: "slave")
      #expect(exchange.received("n6", 6379, last) == [outcome])
    }
    // The owner of slot 0 stands for the leader.
    #expect(
      exchange.ask(.status) == ["send n1:6379 \(ping)\(command("CLUSTER", "NODES"))"])
    let nodes = line(2, me: 1, epoch: 9, slots: "0-5460") + line(1, me: 1, master: 2)
    #expect(
      exchange.received("n1", 6379, "+PONG¶" + bulk("role:slave¶") + bulk(nodes))
        == ["ok null stage=1 leader=n2 term=9"])
  }

  @Test("a node that cannot be reached is named")
  func unreachable() {
    var exchange = exchange("cluster", nodes: 3)
    #expect(exchange.ask(.prepare).count == 3)
    for node in 1...2 {
      #expect(exchange.opened("n\(node)", 6379).count == 1)
      let reply = views("fail", line(node, me: node))
      #expect(exchange.received("n\(node)", 6379, reply) == [])
    }
    #expect(
      exchange.closed("n3", 6379, .neverOpened("Connection refused"))
        == ["refused: n3: Connection refused"])
    #expect(
      exchange.ask(.prepare) == [
        "send n1:6379 \(examine)", "send n2:6379 \(examine)", "open n3:6379",
      ])
    #expect(exchange.abandon() == ["close n1:6379", "close n2:6379", "close n3:6379"])
  }

  @Test("a cluster that exists already is not changed")
  func existing() {
    var site = Site.told(Redis(), nodes: 3, knobs: ["mode": "cluster"])
    site.ports = [7001, 7002, 7003]
    var exchange = Exchange(Redis(), site)
    #expect(exchange.ask(.prepare) == ["open n1:7001", "open n2:7002", "open n3:7003"])
    for node in 1...3 {
      #expect(exchange.opened("n\(node)", 7000 + node) == ["send n\(node):700\(node) \(examine)"])
    }
    for node in 1...2 {
      let reply = views("fail", line(node, me: node))
      #expect(exchange.received("n\(node)", 7000 + node, reply) == [])
    }
    #expect(
      exchange.received("n3", 7003, views("fail", line(3, me: 3)))
        == ["refused: the cluster is not whole yet"])
  }

  // MARK: Layout

  @Test("the files of a server and of a sentinel")
  func files() {
    let site = Site.told(
      Redis(), nodes: 3,
      knobs: ["mode": "sentinel", "appendfsync": "everysec", "downAfter": "800ms"])
    let processes = Redis().processes(site)
    #expect(
      processes.map(\.role) == ["redis", "redis", "redis", "sentinel", "sentinel", "sentinel"])
    #expect(processes.map(\.stage) == [0, 0, 0, 1, 1, 1])
    #expect(processes[1].arguments == ["/data/n2/redis.conf"])
    #expect(
      processes[1].files == [
        .init(
          path: "/data/n2/redis.conf",
          text: """
            port 6379
            bind 10.0.0.2 10.1.0.2
            bind-source-addr 10.0.0.2
            protected-mode no
            daemonize no
            dir "/data/n2"
            save ""
            appendonly yes
            appendfsync everysec
            rdb-del-sync-files yes
            repl-diskless-sync yes
            repl-diskless-sync-delay 0
            repl-ping-replica-period 1
            repl-timeout 10
            replica-announce-ip 10.0.0.2
            replica-announce-port 6379
            replicaof 10.0.0.1 6379

            """)
      ])
    #expect(processes[5].arguments == ["/data/n3/sentinel.conf", "--sentinel"])
    #expect(
      processes[5].files.map(\.text) == [
        """
        port 26379
        bind 10.0.0.3 10.1.0.3
        bind-source-addr 10.0.0.3
        protected-mode no
        daemonize no
        dir "/data/n3"
        sentinel announce-ip 10.0.0.3
        sentinel monitor mymaster 10.0.0.1 6379 2
        sentinel down-after-milliseconds mymaster 800
        sentinel failover-timeout mymaster 2400
        sentinel parallel-syncs mymaster 1

        """
      ])
  }

  @Test("what cannot work together is refused")
  func validation() {
    func problem(_ nodes: Int, _ knobs: [String: String]) -> String? {
      do throws(Failure) {
        try Redis().validate(Site.told(Redis(), nodes: nodes, knobs: knobs))
        return nil
      } catch {
        return "\(error.code.rawValue) \(error.message)"
      }
    }
    #expect(problem(1, [:]) == nil)
    #expect(problem(3, ["mode": "sentinel", "target": "replica", "wait": "2"]) == nil)
    #expect(problem(6, ["mode": "cluster", "wait": "1"]) == nil)
    let problems: [(Int, [String: String], String)] = [
      (3, [:], "mode=standalone has 1 node, not 3; more take mode=sentinel or mode=cluster"),
      (1, ["wait": "1"], "wait=1, but mode=standalone has no replicas to wait for"),
      (
        2, ["mode": "sentinel"],
        "mode=sentinel takes 3 nodes or more, not 2: sentinels need a majority without the one "
          + "that failed"
      ),
      (2, ["mode": "cluster"], "mode=cluster takes 3 nodes or more, not 2"),
      (6, ["mode": "cluster", "target": "pinned"], "target=pinned is for mode=sentinel only"),
      (
        1, ["downAfter": "soon"],
        "downAfter=soon, expected whole milliseconds from 100ms to 60s"
      ),
      (1, ["downAfter": "1ms"], "downAfter=1ms, expected whole milliseconds from 100ms to 60s"),
      (1, ["masterName": ""], "masterName=, expected a word of printable ASCII"),
    ]
    for (nodes, knobs, message) in problems {
      #expect(problem(nodes, knobs) == "64 redis: \(message)")
    }
    #expect(Redis().defaultNodes([:]) == 1)
    #expect(Redis().defaultNodes(["mode": "sentinel"]) == 3)
    #expect(Redis().defaultNodes(["mode": "cluster"]) == 6)
  }
}
