import Base
import Experiments
import Foundation
import Quorums
import TestSupport
import Testing

@testable import Simulator

/// What nodes of a simulated cluster say happened inside.
struct SimulatedTraceTests {
  @Test func aTraceChangesNothing() throws {
    let silent = try Simulated.run()
    let traced = try Simulated.run { $0.traces = true }
    #expect(silent.history == traced.history && silent.steps == traced.steps)
    #expect(silent.traces.isEmpty && traced.traces.count == 5)
  }

  /// Figure 3 of the paper, from the traces alone.
  @Test func aTraceShowsWhoVotedWhoLedAndOnWhoseWord() throws {
    let run = try Simulated.run { $0.traces = true }
    let traces = try run.traces.map {
      try $0.split(separator: 0x0A).map { try JSONParser.parse($0) }
    }
    var votes: [String: String] = [:]
    var leaders: [Int64: String] = [:]
    var committed: [Int64: String] = [:]
    var seen: Set<String> = []
    for (node, events) in traces.enumerated() {
      for event in events {
        let name = try #require(event["event"]?.string)
        seen.insert(name)
        let term = event["term"]?.integer ?? 0
        switch name {
        case "vote" where event["granted"]?.bool == true:
          let candidate = try #require(event["cand"]?.string)
          let earlier = votes.updateValue(candidate, forKey: "\(node) \(term)")
          #expect(earlier ?? candidate == candidate)
        case "leader":
          #expect(leaders.updateValue(run.plan.nodeNames[node], forKey: term) == nil)
          let voters = try #require(event["votes"]?.array)
          #expect(voters.count >= 3)
        case "commit" where event["leader"]?.bool == true:
          let acks = try #require(event["by"]?.array)
          #expect(acks.count >= 3)
          #expect(event["leaderTerm"] == event["term"])
        case "apply":
          let entry = "\(term) \(event["hash"] ?? .null)"
          let index = try #require(event["index"]?.integer)
          let earlier = committed.updateValue(entry, forKey: index)
          #expect(earlier ?? entry == entry)
        default: break
        }
      }
    }
    #expect(
      seen.isSuperset(of: [
        "config", "boot", "vote", "leader", "append", "ack", "commit", "apply", "readindex",
      ]))
    #expect(!committed.isEmpty)
  }

  /// The rules that a person would ask with `plumbline quorum check`.
  @Test(arguments: [
    ("raft", ["reads=index", "compaction=60"]), ("raft", ["reads=lease"]), ("quorum-register", []),
    ("paxos", []), ("paxos", ["learning=distinguished", "one-round=off"]),
  ])
  func correctTracesBreakNoRule(_ name: String, _ knobs: [String]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "traces-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for seed in 1...UInt64(trials(4)) {
      let run = try Simulated.run {
        $0.traces = true
        $0.protocolName = name
        $0.knobs = knobs
        $0.seed = seed
      }
      let paths = run.traces.indices.map { folder.path + "/\($0).jsonl" }
      for (path, trace) in zip(paths, run.traces) { try File.replace(path, with: trace) }
      let report = try TraceCheck.run(paths)
      #expect(report.violations.map(\.sentence) == [], "seed \(seed)")
      #expect(!report.applied.isEmpty)
    }
  }
}
