import Foundation
import TestMachine
import Testing

/// `plumbline test --cluster` as its user sees it.
struct ClusterCommandTests {
  @Test(arguments: [
    (
      ["--cluster", "etdc"],
      "--cluster: there is no “etdc”; expected none, etcd, consul, http, redis, zookeeper, nats; "
        + "did you mean etcd?"
    ),
    (
      ["--cluster", "etcd", "--knobs", "read=stale"],
      "--knobs read=…: etcd has no knob “read”; it has reads, heartbeat, election, api, user, "
        + "password; did you mean reads?"
    ),
    (
      ["--cluster", "etcd", "--knobs", "reads=stale"],
      "--knobs reads=stale: found “stale”, expected one of linearizable, serializable"
    ),
    (
      ["--cluster", "etcd", "--knobs", "heartbeat=1s,election=9s,heartbeat=2s"],
      "--knobs heartbeat=2s: “heartbeat” is given twice"
    ),
    (
      ["--mix", "read=1,delete=3"],
      "--mix: found “read=1,delete=3”, expected weights of read, write and cas, such as "
        + "read=50,write=30,cas=20"
    ),
    (
      ["--cluster", "etcd", "--endpoints", "127.0.0.1:1", "--faults", "kill"],
      nil
    ),
    (
      ["--cluster", "etcd", "--isolation", "loopback", "--faults", "partition"],
      "--faults partition: it needs the network between the servers to be the recorder's "
        + "(--isolation sandbox)"
    ),
    (["--faults", "corrupt"], nil),
    (["--faults", "power-loss"], nil),
    (["--loop", "open"], "--loop open needs a --rate that says how many operations a second"),
    (
      ["--knobs", "leases=on"],
      """
      --knobs leases=…: raft has no knob “leases”; it has compaction, reads, pre-vote, \
      check-quorum, heartbeat, election, membership, snapshot-chunk
      """
    ),
    (
      ["--knobs", "reads=stale"],
      "--knobs reads=stale: expected index or lease"
    ),
    (
      ["--knobs", "compaction=0"],
      "--knobs compaction=0: expected a whole number from 1"
    ),
    (["--node", "./x", "--knobs", "a=b"], "--knobs needs --cluster or an embedded protocol"),
    (
      ["--cluster", "etcd", "--node", "./x"],
      "--cluster and --node are two answers to one question; leave one out"
    ),
    (["--cluster", "etcd", "--endpoints", "a:b"], nil),
  ])
  func anImpossiblePlanIsRefused(words: [String], message: String?) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let ending = try CommandTests.run(["test", "--out", folder.path] + words)
    #expect(ending.code == 64 && ending.output == "")
    if let message { #expect(ending.errors == "plumbline: \(message)\n") }
    #expect(ending.errors.hasPrefix("plumbline: --"))
    // Nothing was begun.
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  @Test(
    .needs(programs: ["redis-server"], packages: ["redis-server"]), arguments: ["auto", "loopback"])
  func aShortRunAgainstRedis(isolation: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let ending = try CommandTests.run(
      "test", "--cluster", "redis", "--isolation", isolation, "--faults", "pause", "--duration",
      "2s", "--fault-interval", "700ms", "--rate", "500", "--quiet", "--out", folder.path)
    #expect(ending.code == 0, "\(ending.output)\(ending.errors)")
    let run = folder.appending(path: "latest")
    let history = try String(
      contentsOf: run.appending(path: "history.jsonl"), encoding: .utf8)
    #expect(history.hasPrefix(#"{"model":"cas-register""#) || history.contains("cas-register"))
    #expect(history.contains(#""cluster":"redis""#) && history.contains("start-pause"))
    #expect(
      FileManager.default.fileExists(atPath: run.appending(path: "nodes/n1/redis.log").path))
  }

  @Test func workloadsAreListed() throws {
    let ending = try CommandTests.run("workloads")
    #expect(ending.code == 0)
    for name in ["register", "set", "append-log", "queue", "counter", "lock", "unique-ids"] {
      #expect(ending.output.contains("\n\(name)\n") || ending.output.hasPrefix("\(name)\n"))
    }
  }

  /// What `plumbline drivers` shows can be run as it stands.
  @Test func everyExampleIsAPossiblePlan() throws {
    let ending = try CommandTests.run("drivers")
    #expect(ending.code == 0)
    let examples = ending.output.split(separator: "\n").filter {
      $0.hasPrefix("  plumbline test --cluster ")
    }
    #expect(examples.count == 16)
    for example in examples {
      let words = example.split(separator: " ").dropFirst().map(String.init) + ["--dry-run"]
      #expect(try CommandTests.run(words).code == 0, "\(example)")
    }
  }

  @Test func theDoctorSaysWhatAPlanLacks() throws {
    let ending = try CommandTests.run("doctor")
    #expect(ending.code == 0 && ending.output.hasPrefix("this machine\n"))
    // Whatever is installed here.
    let lacking = try CommandTests.run(
      ["doctor", "--cluster", "consul"], environment: ["PATH": "/no/such"])
    #expect(lacking.code == 69 && lacking.output.contains("the plan\n"))
  }
}
