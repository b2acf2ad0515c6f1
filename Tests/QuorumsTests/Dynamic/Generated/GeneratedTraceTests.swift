import Base
import Foundation
import Quorums
import Testing

/// Random correct traces break no rule; one with a planted breach breaks that rule alone, and the
/// violation names the planted events.
struct GeneratedTraceTests {
  /// What breaks each rule, and the correct traces that it is planted in.
  static func planter(
    of rule: DynamicRule
  ) -> (make: (UInt64) -> Script, plant: Planter)? {
    switch rule {
    case .P1: (PaxosScript.make, PaxosPlanters.P1)
    case .P2: (PaxosScript.make, PaxosPlanters.P2)
    case .P3: (PaxosScript.make, PaxosPlanters.P3)
    case .P4: (PaxosScript.make, PaxosPlanters.P4)
    case .P5: (PaxosScript.make, PaxosPlanters.P5)
    case .P6: (PaxosScript.make, PaxosPlanters.P6)
    case .P7: (PaxosScript.make, PaxosPlanters.P7)
    case .B1: (ByzantineScript.make, ByzantinePlanters.B1)
    case .B2: (ByzantineScript.make, ByzantinePlanters.B2)
    case .B3: (ByzantineScript.make, ByzantinePlanters.B3)
    case .B4: (ByzantineScript.make, ByzantinePlanters.B4)
    case .B5: (ByzantineScript.make, ByzantinePlanters.B5)
    default: nil
    }
  }

  static let trials = Int(ProcessInfo.processInfo.environment["PLUMBLINE_TRIALS"] ?? "") ?? 1

  private static func check(_ script: Script) throws -> DynamicReport {
    try PlantedTrace.check([script.json])
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

  @Test(arguments: DynamicRule.allCases)
  func aPlantedBreachIsNamed(rule: DynamicRule) throws {
    guard let planter = Self.planter(of: rule) else { return }
    var planted = 0
    for seed in 0..<UInt64(60 * Self.trials) {
      var random = SplitMix64(seed: seed &+ 0xBEAC)
      guard let breach = planter.plant(planter.make(seed), &random) else { continue }
      planted += 1
      let report = try Self.check(breach.script)
      let lines = breach.events.map { breach.script.place($0) + 1 }
      let violation = report.violations.first
      #expect(report.broken.map(\.rule) == [rule], "seed \(seed): \(Self.found(report))")
      #expect(report.broken.map(\.times) == [1], "seed \(seed): \(Self.found(report))")
      #expect(
        violation?.events.map { Int($0.line) } == lines, "seed \(seed): \(Self.found(report))")
      if report.broken.map(\.rule) != [rule] { return }
    }
    #expect(planted >= 10 * Self.trials, "only \(planted) traces of 60 have a place for it")
  }
}
