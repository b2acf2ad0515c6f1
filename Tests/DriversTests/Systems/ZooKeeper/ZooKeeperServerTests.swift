import Base
import Drivers
import TestMachine
import Testing

/// With the real server, where it is installed.
@Suite(
  "ZooKeeper servers", .serialized,
  .needs(programs: ZooKeeper().programs, packages: ZooKeeper().packages))
struct ZooKeeperServerTests {
  @Test("three servers: read, write, compare-and-set; the leader dies")
  func three() throws {
    let cluster = try LoopbackCluster(ZooKeeper(), nodes: 3)
    try cluster.start()
    let clients = (0..<3).map { cluster.host(client: $0, node: $0) }
    let value: JSON = ["a": [1, "é\"\n"], "b": nil]
    let steps: [(Question, Answer.Outcome)] = [
      (.read(key: "k"), .ok(nil)),
      (.cas(key: "k", from: 1, to: 2), .refused("another value was found")),
      (.cas(key: "k", from: .null, to: 1), .ok(true)),
      (.cas(key: "k", from: .null, to: 1), .refused("another value was found")),
      (.read(key: "k"), .ok(1)),
      (.cas(key: "k", from: 1, to: value), .ok(true)),
      (.read(key: "k"), .ok(value)),
      (.cas(key: "k", from: value, to: .null), .ok(true)),
      (.read(key: "k"), .ok(nil)),
      (.write(key: "k", value: "text"), .ok(nil)),
      (.read(key: "k"), .ok("text")),
      (.write(key: "k", value: .null), .ok(nil)),
      (.cas(key: "k", from: .null, to: -5), .ok(true)),
      (.read(key: "k"), .ok(-5)),
      (.write(key: "new", value: 7), .ok(nil)),
      (.read(key: "new"), .ok(7)),
    ]
    for (index, step) in steps.enumerated() {
      #expect(clients[index % 3].ask(step.0).outcome == step.1, "\(step.0)")
    }
    let written = clients[0].ask(.write(key: "k", value: 6)).evidence
    let read = clients[1].ask(.read(key: "k")).evidence
    #expect(written.map(\.name) == ["zxid", "revision"])
    #expect(read.last == written.last)

    let statuses = (0..<3).map { cluster.host(node: $0).ask(.status).status }
    let leader = try #require(statuses.firstIndex { $0?.leader != nil })
    #expect(statuses[leader]?.leader == leader)
    #expect(statuses.filter { $0?.leader == nil && $0?.stage == 0 }.count == 2)
    cluster.kill(node: leader)
    let others = (0..<3).filter { $0 != leader }
    let after = clients[others[0]].ask(.write(key: "k", value: 8), withinMilliseconds: 15_000) {
      $0.outcome == .ok(.null)
    }
    #expect(after.outcome == .ok(.null))
    #expect(
      clients[others[1]].ask(.read(key: "k"), withinMilliseconds: 15_000) {
        $0.outcome == .ok(8)
      }.outcome == .ok(8))
    let reason = "n\(leader + 1): Connection refused"
    #expect(clients[leader].ask(.read(key: "k")) == Answer(.refused(reason)))
  }
}
