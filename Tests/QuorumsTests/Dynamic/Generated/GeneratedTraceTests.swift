import Base
import Formats
import Foundation
import Testing

@testable import Quorums

/// Random correct traces break no rule; one with a planted breach breaks that rule alone, and the
/// violation names the planted events.
struct GeneratedTraceTests {
  /// What breaks each rule, and the correct traces that it is planted in.
  static let planters: [DynamicRule: (make: @Sendable (UInt64) -> Script, plant: Planter)] = [
    .quorum: (HistoryScript.make, HistoryPlanters.quorum),
    .overlap: (HistoryScript.make, HistoryPlanters.overlap),
    .revision: (HistoryScript.make, HistoryPlanters.revision),
    .leader: (HistoryScript.make, HistoryPlanters.leader),
    .splitBrain: (HistoryScript.make, HistoryPlanters.splitBrain),
    .Q1: (RegisterScript.make, RegisterPlanters.Q1),
    .Q2: (RegisterScript.make, RegisterPlanters.Q2),
    .Q3: (RegisterScript.make, RegisterPlanters.Q3),
    .Q4: (RegisterScript.make, RegisterPlanters.Q4),
    .Q5: (RegisterScript.make, RegisterPlanters.Q5),
    .Q6: (RegisterScript.make, RegisterPlanters.Q6),
    .Q7: (RegisterScript.make, RegisterPlanters.Q7),
    .E1: (RaftScript.make, RaftPlanters.E1),
    .E2: (RaftScript.make, RaftPlanters.E2),
    .E3: (RaftScript.make, RaftPlanters.E3),
    .E4: (RaftScript.make, RaftPlanters.E4),
    .E5: (RaftScript.make, RaftPlanters.E5),
    .L1: (RaftScript.make, RaftPlanters.L1),
    .L2: (RaftScript.make, RaftPlanters.L2),
    .L3: (RaftScript.make, RaftPlanters.L3),
    .L4: (RaftScript.make, RaftPlanters.L4),
    .C1: (RaftScript.make, RaftCommitPlanters.C1),
    .C2: (RaftScript.make, RaftCommitPlanters.C2),
    .C3: (RaftScript.make, RaftCommitPlanters.C3),
    .A1: (RaftScript.make, RaftCommitPlanters.A1),
    .S1: (RaftScript.make, RaftCommitPlanters.S1),
    .R1: (RaftScript.make, RaftCommitPlanters.R1),
    .M1: (RaftScript.make, RaftCommitPlanters.M1),
    .P1: (PaxosScript.make, PaxosPlanters.P1),
    .P2: (PaxosScript.make, PaxosPlanters.P2),
    .P3: (PaxosScript.make, PaxosPlanters.P3),
    .P4: (PaxosScript.make, PaxosPlanters.P4),
    .P5: (PaxosScript.make, PaxosPlanters.P5),
    .P6: (PaxosScript.make, PaxosPlanters.P6),
    .P7: (PaxosScript.make, PaxosPlanters.P7),
    .B1: (ByzantineScript.make, ByzantinePlanters.B1),
    .B2: (ByzantineScript.make, ByzantinePlanters.B2),
    .B3: (ByzantineScript.make, ByzantinePlanters.B3),
    .B4: (ByzantineScript.make, ByzantinePlanters.B4),
    .B5: (ByzantineScript.make, ByzantinePlanters.B5),
  ]

  @Test func everyRuleHasAPlanter() {
    #expect(Set(Self.planters.keys) == Set(DynamicRule.all))
  }

  static let trials = Int(ProcessInfo.processInfo.environment["PLUMBLINE_TRIALS"] ?? "") ?? 1

  private static func check(_ script: Script) throws -> DynamicReport {
    guard script.header != nil else { return try PlantedTrace.check([script.json]) }
    let path = FileManager.default.temporaryDirectory.path + "/planted-\(UUID().uuidString).jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try File.replace(path, with: Array(script.json.utf8))
    return HistoryCheck.run(try HistoryReader.read(path: path), file: "h")
  }

  private static func found(_ report: DynamicReport) -> [String] {
    report.violations.map { violation in
      "\(violation.rule.name) \(violation.events.map { Int($0.line) }): \(violation.sentence)"
    }
  }

  private static func correct(
    _ rules: [DynamicRule], _ make: (UInt64) -> Script
  ) throws {
    var applied: Set<DynamicRule> = []
    for seed in 0..<UInt64(200 * trials) {
      let script = make(seed)
      let report = try check(script)
      #expect(found(report) == [], "seed \(seed)")
      if !report.violations.isEmpty { return }
      applied.formUnion(report.applied.map(\.rule))
    }
    #expect(applied.isSuperset(of: rules))
  }

  @Test func correctPaxosBreaksNothing() throws {
    try Self.correct([.P1, .P2, .P3, .P4, .P5, .P6, .P7], PaxosScript.make)
  }

  @Test func correctPBFTBreaksNothing() throws {
    try Self.correct([.B1, .B2, .B3, .B4, .B5], ByzantineScript.make)
  }

  @Test func correctHistoriesBreakNothing() throws {
    try Self.correct([.quorum, .overlap, .revision, .leader, .splitBrain], HistoryScript.make)
  }

  @Test func correctRegistersBreakNothing() throws {
    try Self.correct([.Q1, .Q2, .Q3, .Q4, .Q5, .Q6, .Q7], RegisterScript.make)
  }

  @Test func correctRaftBreaksNothing() throws {
    try Self.correct(
      [
        .E1, .E2, .E3, .E4, .E5, .L1, .L2, .L3, .L4, .C1, .C2, .C3, .A1, .S1, .R1, .M1,
      ], RaftScript.make)
  }

  @Test(arguments: DynamicRule.all)
  func aPlantedBreachIsNamed(rule: DynamicRule) throws {
    let planter = try #require(Self.planters[rule])
    var planted = 0
    let wanted = 12 * Self.trials
    for seed in 0..<UInt64(40 * wanted) where planted < wanted {
      var random = SplitMix64(seed: seed &+ 0xBEAC)
      guard let breach = planter.plant(planter.make(seed), &random) else { continue }
      planted += 1
      let report = try Self.check(breach.script)
      let lines = breach.events.map { breach.script.line($0) }
      let violation = report.violations.first
      #expect(report.broken.map(\.rule) == [rule], "seed \(seed): \(Self.found(report))")
      #expect(report.broken.map(\.times) == [1], "seed \(seed): \(Self.found(report))")
      #expect(
        violation?.events.map { Int($0.line) } == lines, "seed \(seed): \(Self.found(report))")
      if report.broken.map(\.rule) != [rule] { return }
    }
    #expect(planted == wanted, "too few traces have a place for it")
  }
}
