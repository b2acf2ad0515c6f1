import Base
import Experiments
import Foundation
import Protocols
import Quorums
import TestSupport
import Testing

@testable import Simulator

/// Members that change, and leaders that hand over, in virtual time.
struct MembershipTests {
  private static let faults = ["membership", "transfer", "kill", "partition", "pause", "loss"]

  /// Neither way of changing members loses anything, whatever else goes wrong meanwhile.
  @Test(arguments: [
    ("single", "index", 3), ("single", "lease", 4), ("single", "index", 5), ("joint", "lease", 3),
    ("joint", "index", 4), ("joint", "index", 5),
  ])
  func changingMembersLosesNothing(_ way: String, _ reads: String, _ nodes: Int) throws {
    var verified = 0
    for seed in 1...UInt64(trials(8)) {
      let run = try Simulated.run {
        $0.nodes = nodes
        $0.seed = seed
        $0.faults = Self.faults
        $0.knobs = ["membership=\(way)", "reads=\(reads)", "compaction=20", "snapshot-chunk=200"]
      }
      #expect(run.breached == nil, "seed \(seed)")
      #expect(run.stuck == [], "seed \(seed)")
      #expect(FrontierOracle.violations(in: try SeenOperation.all(of: run)) == [], "seed \(seed)")
      verified += run.faultsVerified
    }
    #expect(verified > 8)
  }

  /// Each way goes through what it is about.
  @Test(arguments: ["single", "joint"]) func whatIsAskedForIsDone(_ way: String) throws {
    var reached: Set<String> = []
    for seed in 1...6 as ClosedRange<UInt64> {
      let run = try Simulated.run {
        $0.seed = seed
        $0.faults = ["membership", "transfer"]
        $0.knobs = ["membership=\(way)", "compaction=20", "snapshot-chunk=200"]
      }
      #expect(run.faultsVerified == run.faultsMade, "seed \(seed)")
      reached.formUnion(run.reached.keys)
    }
    #expect(
      reached.isSuperset(of: [
        "member-added", "member-removed", "leadership-handed-over", "snapshot-in-chunks",
      ]))
    #expect(reached.contains("joint-left") == (way == "joint"))
  }

  /// A new node under an old name is told from the old one, and every quorum is one of the members
  /// of its time.
  @Test(arguments: ["single", "joint"]) func tracesBreakNoRule(_ way: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "members-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for seed in 1...UInt64(trials(4)) {
      let run = try Simulated.run {
        $0.traces = true
        $0.nodes = 4
        $0.seed = seed
        $0.faults = ["membership", "transfer", "kill", "partition"]
        $0.knobs = ["membership=\(way)"]
      }
      let paths = run.traces.indices.map { folder.path + "/\($0).jsonl" }
      for (path, trace) in zip(paths, run.traces) { try File.replace(path, with: trace) }
      let report = try TraceCheck.run(paths)
      #expect(report.violations.map(\.sentence) == [], "seed \(seed)")
      #expect(report.applied.contains { $0.rule.name == "M1" }, "seed \(seed)")
    }
  }

  /// A leader that changes the members before anything of its term is committed is seen, and only
  /// such a one (Ongaro, raft-dev, 10 July 2015).
  @Test func whoChangesMembersEarlyIsSeen() throws {
    let schedule = [1, 3, 5, 7].flatMap { (second: Int64) in
      let start = second * 1_000_000_000
      return [
        ScheduledFault(
          number: 1, family: "partition", startNanoseconds: start,
          stopNanoseconds: start + 1_000_000_000, target: nil, partition: .isolateLeader, seed: 1),
        ScheduledFault(
          number: 2, family: "membership", startNanoseconds: start + 20_000_000,
          stopNanoseconds: start + 1_500_000_000, target: nil, partition: nil, seed: 1),
      ]
    }
    for bugs in [["changes-early"], []] {
      let broken = try (1...12 as ClosedRange<UInt64>).compactMap { seed in
        try Simulated.run {
          $0.bugs = bugs
          $0.seed = seed
          $0.durationNanoseconds = 9_000_000_000
          $0.latency.meanNanoseconds = 8_000_000
          $0.schedule = schedule
        }.breached?.breach.invariant
      }
      let expected: Set = bugs.isEmpty ? [] : ["members change in a committed term"]
      #expect(Set(broken) == expected, "\(bugs)")
    }
  }

  @Test func theSameSeedIsTheSameRun() throws {
    let plan: (inout Plan) -> Void = {
      $0.seed = 3
      $0.faults = Self.faults
    }
    let first = try Simulated.run(plan)
    let second = try Simulated.run(plan)
    #expect(first.history == second.history && first.fingerprint == second.fingerprint)
  }

  /// What no protocol of ours can do is refused before anything runs.
  @Test func whoseMembersAreFixedIsSaid() throws {
    for (family, words) in [
      ("membership", "the members of quorum-register cannot change"),
      ("transfer", "quorum-register has no leaders"),
    ] {
      let fault = try #require(Faults.named(family))
      var plan = Simulated.plan { $0.protocolName = "quorum-register" }
      #expect(fault.obstacle(in: plan) == words)
      plan.protocolName = "raft"
      #expect(fault.obstacle(in: plan) == nil)
    }
    let small = Simulated.plan { $0.nodes = 2 }
    #expect(Faults.named("membership")?.obstacle(in: small)?.contains("three nodes") == true)
  }
}
