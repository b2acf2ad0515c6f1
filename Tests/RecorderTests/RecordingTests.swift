import Base
import Formats
import Foundation
import Histories
import TestMachine
import Testing

@testable import Experiments
@testable import Recorder

/// Whole runs: of the example node, and of nodes that misbehave.
struct RecordingTests {
  static let example = Built.root.path + "/docs/examples/single_node_kv.py"

  /// A short plan without faults in a folder of its own, which is removed afterwards.
  func withPlan(
    _ command: [String] = [example], _ change: (inout Plan) -> Void = { _ in },
    _ body: (Plan) throws -> Void
  ) throws {
    var plan = Plan()
    plan.name = "t"
    plan.nodeCommand = command
    plan.nodes = 3
    plan.faults = []
    plan.durationNanoseconds = 300_000_000
    plan.out = FileManager.default.temporaryDirectory.path + "/plumbline-run-\(UUID())"
    change(&plan)
    defer { try? FileManager.default.removeItem(atPath: plan.out) }
    try body(plan)
  }

  func failure(_ plan: Plan) -> Failure? {
    do throws(Failure) {
      _ = try Recording.run(plan, executable: "/proc/self/exe")
      return nil
    } catch {
      return error
    }
  }

  /// The message without the last line, which names the run's folder.
  func words(_ failure: Failure?) -> String {
    let lines = (failure?.message ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    return lines.dropLast().joined(separator: "\n")
  }

  /// No process of the run is left.
  func nothingRuns(_ folder: RunFolder) throws -> Bool {
    for line in try File.read(folder[.processes]).split(separator: 0x0A) {
      let value = try JSONParser.parse(line)
      let id = pid_t(value["pid"]?.integer ?? 0)
      if let state = ProcessState.read(id), Int64(state.startTicks) == value["startTicks"]?.integer
      {
        return false
      }
    }
    return true
  }

  @Test(.needsPython) func aRunWithoutFaultsIsAReadableHistory() throws {
    try withPlan { plan in
      let outcome = try Recording.run(plan, executable: "/proc/self/exe")
      let history = try HistoryReader.read(path: outcome.folder.history)
      #expect(outcome.record.problems == [])
      #expect(outcome.record.interrupted == nil)
      #expect(try RunRecord(in: outcome.folder) == outcome.record)
      #expect(outcome.record.nodes.allSatisfy { $0.answered > 0 })
      #expect(outcome.record.shortcomings == [])
      #expect(outcome.record.requirement.functions == ["read", "write", "cas"])
      #expect(history.warnings == [])
      #expect(history.count == outcome.invoked)
      #expect(outcome.unknown == 0)
      #expect(outcome.ok > 50)
      #expect(Coverage(of: history).finalReads == plan.keys * plan.nodes)
      #expect(try Plan(file: outcome.folder.plan) == plan)
      #expect(try nothingRuns(outcome.folder))
      let latest = try FileManager.default.destinationOfSymbolicLink(atPath: plan.out + "/latest")
      #expect(outcome.folder.path == plan.out + "/" + latest)
    }
  }

  @Test(.needsPython) func hundredsOfClientsInAnOpenLoopAreAReadableHistory() throws {
    try withPlan {
      $0.clients = 300
      $0.loop = .open
      $0.rate = 2000
      $0.timeoutNanoseconds = 20_000_000_000
    } _: { plan in
      let outcome = try Recording.run(plan, executable: "/proc/self/exe")
      #expect(outcome.record.problems == [])
      let history = try HistoryReader.read(path: outcome.folder.history)
      #expect(history.warnings == [])
      #expect(history.header?["clients"] == 300)
      #expect(history.count == outcome.invoked)
      #expect(outcome.ok == outcome.invoked)
      #expect(Set(history.processes).count > 100)
      #expect(Coverage(of: history).finalReads == plan.keys * plan.nodes)
    }
  }

  @Test(.needsPython) func everyFaultIsVerifiedAndUndone() throws {
    let families = ["partition", "pause", "loss", "delay", "duplicate", "kill"]
    try withPlan {
      $0.faults = families
      $0.durationNanoseconds = 6_000_000_000
      $0.faultIntervalNanoseconds = 500_000_000
      $0.timeoutNanoseconds = 200_000_000
      $0.hits.lossShare = 0.9
      $0.hits.duplicateShare = 0.9
      $0.targets = [.one]
    } _: { plan in
      let outcome = try Recording.run(plan, executable: "/proc/self/exe")
      #expect(outcome.record.problems == [])
      let coverage = Coverage(of: try HistoryReader.read(path: outcome.folder.history))
      #expect(coverage.faults.map(\.name).sorted() == families.sorted())
      for fault in coverage.faults { #expect(fault.verified > 0, "\(fault.name)") }
      let steps = try File.read(outcome.folder[.faults]).split(separator: 0x0A)
        .map { try JSONParser.parse($0)["step"]?.string ?? "" }
      for step in ["planned", "done", "undone"] {
        #expect(steps.filter { $0 == step }.count == outcome.faultsMade, "\(step)")
      }
      #expect(try nothingRuns(outcome.folder))
    }
  }

  @Test(.needsPython) func aSignalEndsItWithAReadableHistory() throws {
    try withPlan {
      $0.durationNanoseconds = 60_000_000_000
      $0.faults = ["pause"]
      $0.faultIntervalNanoseconds = 100_000_000
    } _: { plan in
      var polls = 0
      let faults = plan.out + "/latest/faults.jsonl"
      // Starting takes a while on a busy machine.
      let signal: () -> Int32? = {
        polls += 1
        let said = String(decoding: (try? File.read(faults)) ?? [], as: UTF8.self)
        return polls < 8 || !said.contains("\"done\"") ? nil : 2
      }
      let outcome = try Recording.run(plan, executable: "/proc/self/exe", signal: signal)
      #expect(outcome.record.interrupted == 2)
      let history = try HistoryReader.read(path: outcome.folder.history)
      #expect(history.count == outcome.invoked)
      #expect(try nothingRuns(outcome.folder))
      // Every fault is over, and was on from before it was verified.
      let names = history.nemesis.map(\.function)
      #expect(outcome.faultsMade > 0)
      #expect(names.count { $0 == "start-pause" } == outcome.faultsMade)
      #expect(names.count { $0 == "stop-pause" } == outcome.faultsMade)
      #expect(names.count { $0 == "verified-pause" } == outcome.faultsVerified)
      for step in try OwnCluster.steps(outcome.folder) { #expect(step.hasSuffix("undone")) }
    }
  }

  /// Clients stop, what is open is waited for, and there are no final reads.
  @Test(.needsPython) func aViolationEndsItAndTheFinalReadsAreMade() throws {
    try withPlan {
      $0.durationNanoseconds = 60_000_000_000
    } _: { plan in
      var path = ""
      let outcome = try Recording.run(
        plan, executable: "/proc/self/exe", began: { path = $0.history },
        isViolated: { ((try? File.read(path))?.count ?? 0) > 1000 })
      #expect(path == outcome.folder.history)
      #expect(outcome.record.stoppedOnViolation)
      #expect(outcome.record.interrupted == nil)
      #expect(outcome.record.problems == [])
      let history = try HistoryReader.read(path: outcome.folder.history)
      #expect(history.count == outcome.invoked)
      #expect(Coverage(of: history).finalReads == plan.keys * plan.nodes)
      #expect(outcome.record.durationNanoseconds ?? .max < 20_000_000_000)
      #expect(!history.completed.contains(History.never))
      #expect(try nothingRuns(outcome.folder))
    }
  }

  @Test func aNodeThatExitsIsAMessageWithItsLastWords() throws {
    try withPlan(["/bin/sh", "-c", "echo started >&2; read line; echo oops; exit 7"]) { plan in
      let failure = failure(plan)
      #expect(failure?.code == .unavailable)
      let name = String(words(failure).prefix(2))
      #expect(
        words(failure) == """
          \(name) exited with code 7 before it answered init, and nobody asked it to
            the last lines of its standard output:
              oops
            the last lines of its standard error:
              started
          """)
    }
  }

  @Test func aNodeThatNeverAnswersIsAMessage() throws {
    try withPlan(["/bin/sh", "-c", "printf '{\"src\":'; exec sleep 60"]) {
      $0.nodes = 1
      $0.startLimitNanoseconds = 300_000_000
    } _: { plan in
      let failure = failure(plan)
      #expect(failure?.code == .unavailable)
      #expect(
        words(failure) == """
          n1 did not answer init with init_ok within 300 ms (it wrote a line without a newline)
            the last lines of its standard output:
              {"src":
            its standard error is empty
          """)
    }
  }

  @Test(.needsPython) func rubbishIsReportedAndTheRunGoesOn() throws {
    let script = """
      import sys, json
      print("hello", flush=True)
      print('{"src":"n9","dest":"n1","body":{}}', flush=True)
      print('{"src":"n1","dest":"x1","body":{}}', flush=True)
      for line in sys.stdin:
          m = json.loads(line); b = m["body"]; t = b["type"]
          r = {"type": t + "_ok", "in_reply_to": b["msg_id"], "value": None}
          print(json.dumps({"src": "n1", "dest": m["src"], "body": r}), flush=True)
      """
    try withPlan(["python3", "-c", script], { $0.nodes = 1 }) { plan in
      let outcome = try Recording.run(plan, executable: "/proc/self/exe")
      #expect(outcome.ok > 10)
      #expect(
        outcome.record.problems == [
          "n1 wrote a line that is no message (it is not one JSON object): hello",
          "n1 wrote a line that is no message (it has another “src” than n1): "
            + #"{"src":"n9","dest":"n1","body":{}}"#,
          "n1 wrote a line that is no message (it has an unknown “dest” (known: n1 … n1, or a "
            + #"client that asked)): {"src":"n1","dest":"x1","body":{}}"#,
        ])
    }
  }

  @Test func aFolderThatCannotBeMadeIsAMessage() throws {
    try withPlan([Self.example], { $0.out = "/dev/null/x" }) { plan in
      #expect(
        failure(plan)
          == Failure(.cannotCreate, "/dev/null/x: Not a directory; --out says where runs are kept"))
    }
  }

  /// A run is killed at any moment: before its first fault, before its first process.
  @Test func cleanupOfARunThatHadHardlyBegunFindsNothing() throws {
    let folder = RunFolder(
      path: FileManager.default.temporaryDirectory.path + "/plumbline-begun-\(UUID())")
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    #expect(
      throws: Failure(.missingInput, "\(folder.path): No such file or directory")
    ) { try Cleanup.run(folder) }
    try File.makeFolder(folder.path)
    let words = "\(folder.path): is no run's folder: it has neither plan.json5 nor processes"
    #expect(throws: Failure(.missingInput, words)) { try Cleanup.run(folder) }
    let nothing = Cleanup.Outcome(ended: [], gone: 0, faultsOpen: [])
    for path in [folder.plan, folder[.processes], folder[.faults]] {
      try File.replace(path, with: [])
      #expect(try Cleanup.run(folder) == nothing)
    }
  }

  @Test func cleanupEndsWhatStillRunsAndNoStranger() throws {
    try withPlan { plan in
      let folder = RunFolder(path: plan.out)
      try File.makeFolder(plan.out)
      let child = try ChildProcess(
        path: "/bin/sleep", arguments: ["600"], environment: [], log: plan.out + "/log")
      let ticks = child.startTicks
      try File.replace(
        folder[.processes],
        with: Array(
          """
          {"pid":\(child.id),"startTicks":\(ticks + 1)}
          {"pid":\(child.id),"startTicks":\(ticks)}

          """.utf8))
      try File.replace(
        folder[.faults],
        with: Array(
          """
          {"time":1,"fault":1,"name":"kill","step":"planned"}
          {"time":2,"fault":1,"name":"kill","step":"undone"}
          {"time":3,"fault":2,"name":"pause","step":"planned"}
          {"time":4,"fault":2,"na
          """.utf8))
      let outcome = try Cleanup.run(folder)
      #expect(outcome == .init(ended: [Int(child.id)], gone: 1, faultsOpen: ["pause"]))
      child.end()
      child.closePipes()
    }
  }
}
