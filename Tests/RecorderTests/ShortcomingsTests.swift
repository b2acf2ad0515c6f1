import Base
import Formats
import Foundation
import Histories
import Testing

@testable import Experiments
@testable import Recorder

/// Runs that say less than they should: what they lack is in their record.
struct ShortcomingsTests {
  /// A program of one node: how it answers `read`, `write` and `cas`, as Python.
  static func node(_ answer: String) -> [String] {
    let script = """
      import sys, json
      for line in sys.stdin:
          m = json.loads(line); b = m["body"]; t = b["type"]
          r = {"type": t + "_ok", "in_reply_to": b["msg_id"]}
          name = name if t != "init" else b["node_id"]
          if t != "init":
              \(answer)
          if r:
              print(json.dumps({"src": name, "dest": m["src"], "body": r}), flush=True)
      """
    return ["python3", "-c", "name = ''\n" + script]
  }

  func record(_ answer: String, _ change: (inout Plan) -> Void = { _ in }) throws -> [String] {
    var plan = Plan()
    plan.name = "t"
    plan.nodeCommand = Self.node(answer)
    plan.nodes = 2
    plan.clients = 2
    plan.keys = 2
    plan.faults = []
    plan.durationNanoseconds = 300_000_000
    plan.timeoutNanoseconds = 100_000_000
    plan.recoveryLimitNanoseconds = 500_000_000
    plan.out = FileManager.default.temporaryDirectory.path + "/plumbline-lacks-\(UUID())"
    plan.coverage = CoverageRequirement()
    change(&plan)
    defer { try? FileManager.default.removeItem(atPath: plan.out) }
    let outcome = try Recording.run(plan, executable: "/proc/self/exe")
    #expect(try RunRecord(in: outcome.folder) == outcome.record)
    let coverage = Coverage(of: try HistoryReader.read(path: outcome.folder.history))
    return ["reached: \(outcome.record.isReached)"]
      + outcome.record.shortcomings(of: coverage).map { sentence in
        // How many there were is a matter of speed.
        sentence.replacing(#/\d+ operation(s were| was)/#, with: "N operations were")
          .replacing(#/of \d+ /#, with: "of N ")
      }
  }

  @Test func aFunctionThatNeverOnceSucceedsCountsAsZero() throws {
    let refuses = #"if t == "write": r = {"type": "error", "code": 11, "in_reply_to": b["msg_id"]}"#
    #expect(
      try record(refuses + "\n        else: r[\"value\"] = None") {
        $0.mix = WorkloadMix(read: 1, write: 1, cas: 0)
      } == ["reached: true", "0 of N “write” completed, at least 1 is needed"])
  }

  @Test func aSetWithoutOneAdditionIsVacuous() throws {
    let refuses = #"if t == "cas": r = {"type": "error", "code": 14, "in_reply_to": b["msg_id"]}"#
    #expect(
      try record(refuses + "\n        else: r[\"value\"] = None") { $0.workload = "set" }
        == ["reached: true", "0 of N “add” completed, at least 1 is needed"])
  }

  @Test func aNodeThatNeverAnswersIsMissed() throws {
    let silent = #"r = None if name == "n2" else dict(r, value=None)"#
    #expect(
      try record(silent) { $0.mix = WorkloadMix(read: 1, write: 1, cas: 0) } == [
        "reached: true", "n2 never answered: N operations were to be done by it",
        "no answer from n2 within 500 ms of the clients' end",
        "2 final reads were not answered (n2: 2)",
      ])
  }

  @Test func aClusterThatAnswersNothingWasNeverThere() throws {
    let lacks = try record("r = None") { $0.mix = WorkloadMix(read: 1, write: 1, cas: 0) }
    #expect(lacks.first == "reached: false")
    #expect(lacks.contains("0 operations completed, at least 1 is needed"))
    #expect(lacks.contains("4 final reads were not answered (n1: 2, n2: 2)"))
  }

  @Test func aServerThatDiesUnaskedIsMissed() throws {
    var cluster = try OwnCluster(faults: [])
    defer { cluster.remove() }
    cluster.plan.nodes = 1
    cluster.plan.durationNanoseconds = 2_500_000_000
    // The first one dies of what is written to it, which no machine is too slow for; what is
    // started again stays.
    cluster.plan.commands = [
      UserCommand(
        "start",
        "if mkdir {data}/once; then "
          + "(for i in $(seq 400); do [ -s {data}/kv ] && kill -9 $$ && exit; sleep 0.05; done) & "
          + "fi; exec \(OwnCluster.program) {address} {port} {data}/kv")
    ]
    let outcome = try Recording.run(cluster.plan, executable: "/proc/self/exe")
    #expect(outcome.record.shortcomings.count == 1)
    let lack = outcome.record.shortcomings.first ?? ""
    #expect(lack.hasPrefix("n1: server "), "\(lack)")
    #expect(lack.contains(", and nobody asked it to; see "), "\(lack)")
    #expect(outcome.record.isReached)
  }
}
