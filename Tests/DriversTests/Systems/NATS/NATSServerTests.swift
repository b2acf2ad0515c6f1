import Base
import Drivers
import TestMachine
import Testing

/// With the real server, where it is installed.
@Suite(
  "NATS servers", .serialized,
  .needs(programs: NATS().programs, packages: NATS().packages))
struct NATSServerTests {
  @Test(
    "three servers: read, write, compare-and-set, for both ways to read",
    arguments: ["leader", "direct"])
  func three(reads: String) throws {
    let cluster = try LoopbackCluster(NATS(), nodes: 3, knobs: ["reads": reads])
    try cluster.start()
    let client = cluster.host(node: 1)
    let value: JSON = ["a": [1, "é\"\n"], "b": nil]
    let other = Answer.Outcome.refused("another value was found")
    let steps: [(Question, Answer.Outcome)] = [
      (.read(key: "k"), .ok(nil)),
      (.cas(key: "k", from: 1, to: 2), other),
      (.cas(key: "k", from: .null, to: 1), .ok(true)),
      (.read(key: "k"), .ok(1)),
      (.cas(key: "k", from: .null, to: 1), other),
      (.cas(key: "k", from: 1, to: value), .ok(true)),
      (.read(key: "k"), .ok(value)),
      (.cas(key: "k", from: value, to: .null), .ok(true)),
      (.read(key: "k"), .ok(nil)),
      (.cas(key: "k", from: .null, to: -5), .ok(true)),
      (.read(key: "k"), .ok(-5)),
      (.write(key: "k", value: "text"), .ok(nil)),
      (.read(key: "k"), .ok("text")),
      (.write(key: "k", value: .null), .ok(nil)),
      (.read(key: "k"), .ok(nil)),
    ]
    for (question, outcome) in steps {
      // A replica that is read directly may be behind.
      let answer = client.ask(question, withinMilliseconds: 3_000) { $0.outcome == outcome }
      #expect(answer.outcome == outcome, "\(question)")
    }
    let written = client.ask(.write(key: "k", value: 6))
    #expect(written.evidence.map(\.name) == ["revision"])
    let read = client.ask(.read(key: "k"), withinMilliseconds: 3_000) { $0.outcome == .ok(6) }
    #expect(read == Answer(.ok(6), evidence: written.evidence))
    let status = client.ask(.status, withinMilliseconds: 3_000) { $0.status?.leader != nil }
    #expect(status.status?.stage == 0)
    #expect((0..<3).contains(status.status?.leader ?? -1))
    cluster.kill(node: 1)
    #expect(
      client.ask(.status) == Answer(.refused("n2: its monitor, port 8222: Connection refused")))
    let refused = client.ask(.read(key: "k"))
    #expect(refused == Answer(.refused("n2: Connection refused")))
  }
}
