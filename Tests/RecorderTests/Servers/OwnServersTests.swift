import Base
import Formats
import Foundation
import TestMachine
import Testing

@testable import Experiments
@testable import Recorder

/// Servers that the run starts with the user's own command.
struct OwnServersTests {
  @Test(.needsPython) func theyAreStartedHurtAndEndedLikeADriversOwn() throws {
    var cluster = try OwnCluster(faults: ["kill", "stop", "pause", "wipe"])
    defer { cluster.remove() }
    cluster.plan.nodes = 2
    cluster.plan.commands = [
      UserCommand("start", "exec \(OwnCluster.program) {address} {port} {data}/kv"),
      UserCommand("ready", "test -e {data}/kv"), UserCommand("leader", "echo n2"),
    ]
    let outcome = try Recording.run(cluster.plan, executable: "/proc/self/exe")
    #expect(outcome.record.problems == [])
    let evidence = ["kill": "gone", "stop": "gone", "pause": "stopped", "wipe": "emptied"]
    let steps = try OwnCluster.steps(outcome.folder)
    for step in steps {
      let name = String(step.prefix { $0 != ":" })
      #expect(
        step == "\(name): planned, done, verified {\"\(evidence[name] ?? "")\":1}, undone")
    }
    #expect(steps.count >= 3)
    #expect(cluster.running() == [])
    let log = String(decoding: try File.read(outcome.folder[.log]), as: UTF8.self)
    #expect(log.contains(" leader: n2\n"))
  }

  @Test func aServerThatDoesNotStartIsAMessage() throws {
    var cluster = try OwnCluster(faults: [])
    defer { cluster.remove() }
    cluster.plan.nodes = 1
    cluster.plan.commands = [UserCommand("start", "echo {node} cannot; exit 4")]
    let failure = #expect(throws: Failure.self) {
      _ = try Recording.run(cluster.plan, executable: "/proc/self/exe")
    }
    #expect(failure?.code == .unavailable)
    #expect(
      failure?.message.split(separator: "\n").dropLast().joined(separator: "\n") == """
        n1: server exited with code 4 before the cluster was up
          the last lines of its log:
            n1 cannot
        """)
  }
}
