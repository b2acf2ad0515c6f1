import Base
import Drivers
import TestMachine
import Testing

/// With the real server, where it is installed.
@Suite(
  "Redis servers", .serialized,
  .needs(programs: Redis().programs, packages: Redis().packages))
struct RedisServerTests {
  @Test("one server: read, write, compare-and-set, delete")
  func standalone() throws {
    let cluster = try LoopbackCluster(Redis(), nodes: 1, knobs: ["appendfsync": "always"])
    try cluster.start()
    let client = cluster.host(node: 0)
    exercise(client)
    #expect(client.ask(.status) == Answer(.ok(.null), status: .init(stage: 1, leader: 0)))
    #expect(client.ask(.write(key: "x", value: 7)) == Answer(.ok(.null)))
    cluster.kill(node: 0)
    let refusals = [client.ask(.read(key: "x")), client.ask(.write(key: "x", value: 8))]
    #expect(refusals[0] == Answer(.refused("n1: Connection refused")), "\(refusals)")
    #expect(refusals[1] == Answer(.refused("n1: Connection refused")))
    try cluster.restart(node: 0)
    let read = client.ask(.read(key: "x"), withinMilliseconds: 5_000) { $0.outcome == .ok(7) }
    #expect(read == Answer(.ok(7)))
  }

  @Test("Sentinel: clients follow the master over its death")
  func sentinel() throws {
    let cluster = try LoopbackCluster(
      Redis(), nodes: 3, knobs: ["mode": "sentinel", "downAfter": "500ms", "wait": "1"])
    try cluster.start()
    let client = cluster.host(node: 2)
    #expect(client.ask(.write(key: "x", value: 1)).outcome == .ok(.null))
    exercise(client)
    let pinned = cluster.host(node: 1, knobs: ["target": "pinned", "wait": "0"])
    let refused = pinned.ask(.write(key: "x", value: 2))
    #expect(
      refused == Answer(.refused("n2: READONLY You can't write against a read only replica.")))
    let replica = cluster.host(node: 1, knobs: ["target": "replica"])
    #expect(replica.ask(.write(key: "y", value: 3)).outcome == .ok(.null))
    #expect(
      replica.ask(.read(key: "y"), withinMilliseconds: 2_000) { $0.outcome == .ok(3) }
        == Answer(.ok(3), evidence: [.init("server", "n2")]))

    cluster.kill(node: 0)
    let written = client.ask(.write(key: "x", value: 4), withinMilliseconds: 15_000) {
      $0.outcome == .ok(.null)
    }
    #expect(written.outcome == .ok(.null), "\(cluster.logs)")
    // Its own sentinel hears of the new master a moment after the one that chose it.
    let leader = client.ask(.status, withinMilliseconds: 15_000) { $0.status?.leader != 0 }
      .status?.leader
    #expect(leader == 1 || leader == 2)
    // The file remembers the role: whoever was promoted would not start as a replica again.
    let configuration = String(
      decoding: try File.read("\(cluster.site.nodes[leader ?? 0].data)/redis.conf"), as: UTF8.self)
    #expect(!configuration.contains("replicaof"))
  }

  @Test("Cluster: formed by the driver, redirections are followed")
  func cluster() throws {
    let cluster = try LoopbackCluster(Redis(), nodes: 6, knobs: ["mode": "cluster"])
    try cluster.start()
    let clients = (0..<6).map { cluster.host(node: $0) }
    for index in 0..<24 {
      let question = Question.write(key: "key\(index)", value: .integer(Int64(index)))
      #expect(clients[index % 6].ask(question).outcome == .ok(.null))
      let read = clients[(index + 1) % 6].ask(.read(key: "key\(index)"))
      #expect(read.outcome == .ok(.integer(Int64(index))))
    }
    exercise(clients[5])
    #expect(clients[4].ask(.status).status?.leader == 0)
  }

  private func exercise(_ client: BlockingHost) {
    let value: JSON = ["a": [1, "é\"\n"], "b": nil]
    let steps: [(Question, JSON)] = [
      (.write(key: "k", value: .null), nil), (.read(key: "k"), nil),
      (.cas(key: "k", from: 1, to: 2), false), (.cas(key: "k", from: .null, to: 1), true),
      (.cas(key: "k", from: .null, to: 1), false), (.read(key: "k"), 1),
      (.cas(key: "k", from: 1, to: value), true), (.read(key: "k"), value),
      (.cas(key: "k", from: value, to: .null), true), (.read(key: "k"), nil),
      (.write(key: "k", value: "text"), nil), (.read(key: "k"), "text"),
      (.write(key: "k", value: -5), nil), (.read(key: "k"), -5),
      (.write(key: "k", value: .null), nil), (.read(key: "k"), nil),
    ]
    for (question, value) in steps {
      #expect(client.ask(question).outcome == .ok(value), "\(question)")
    }
  }
}
