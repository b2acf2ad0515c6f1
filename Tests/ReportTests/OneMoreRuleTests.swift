import Base
import Formats
import Foundation
import Histories
import Report
import TestSupport
import Testing

@testable import Quorums

// A new rule is a value and a place in its family's list; a new family is one row more. Each is
// added here, from outside, and is run, counted and printed with its own words.

/// A toy: every write quorum is everybody.
private let unanimous = Rule(
  "unanimous", of: "Toys", "every write quorum is everybody", from: "A Toy Paper 2026"
) { system, _ in
  [
    OverlapCheck(
      name: "unanimous", claim: "no write quorum leaves a node out", source: "A Toy Paper 2026",
      overlap: OverlapTest.decide(
        [system.writes, system.writes], common: system.nodes.count, order: system.order),
      families: ["write quorum", "write quorum"], common: system.nodes.count)
  ]
}

/// A toy family on traces: nodes boot in the order of their names.
private struct ToyTraceRules: TraceRules {
  static let rules: [DynamicRule] = [.alphabet, .silence]
  static let kinds: [TraceKind] = [.boot]
  static let signs: [TraceKind] = [.boot]
  private var last: (name: String, place: EventPlace)?

  mutating func take(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let name = context.name(line.node)
    if let last {
      context.breaches.check(
        .alphabet, last.name < name, [last.place, line.place],
        "\(name) boots after \(last.name)")
    }
    last = (name, line.place)
  }
}

/// A toy family on histories: nobody reads.
private struct ToyHistoryRules: HistoryRules {
  static let rules: [DynamicRule] = [.noReads]
  private let history: History
  private let breaches: Breaches

  init(_ history: History, _ evidence: HistoryEvidence, _ breaches: Breaches) {
    self.history = history
    self.breaches = breaches
  }

  mutating func check(_ system: QuorumSystem?, _ report: inout DynamicReport) {
    for operation in 0..<history.count {
      breaches.check(
        .noReads, history.reads(operation) != true, [history.place(operation)],
        "\(history.called(operation)) looks")
    }
  }
}

extension DynamicRule {
  fileprivate static let alphabet = DynamicRule(
    "T1", of: "Toys", "nodes boot in the order of their names", from: "A Toy Paper 2026",
    needs: "boot that follows another")
  fileprivate static let silence = DynamicRule(
    "T2", of: "Toys", "nobody says anything", from: "A Toy Paper 2026", needs: "silence")
  fileprivate static let noReads = DynamicRule(
    "T3", of: "Toys", "nobody reads", from: "A Toy Paper 2026", needs: "operation")
}

struct OneMoreRuleTests {
  private func trace(_ families: [any TraceRules.Type]) throws -> DynamicReport {
    let path = FileManager.default.temporaryDirectory.path + "/toy-\(UUID().uuidString).jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let lines = ["a", "c", "b"].enumerated().map { place, node in
      "{\"n\":\"\(node)\",\"q\":0,\"t\":\(place),\"event\":\"boot\",\"term\":1,\"lastIndex\":0,"
        + "\"lastTerm\":0}\n"
    }
    try File.replace(path, with: Array(lines.joined().utf8))
    return try TraceCheck.run([path], families: families)
  }

  private func page(_ report: DynamicReport) -> String {
    DynamicText(palette: Palette(color: false)).page(report, of: "toy", unit: "event")
  }

  @Test func aRuleOfSystems() {
    let system = QuorumSystem(
      nodes: ["a", "b", "c"].map { QuorumNode($0) }, votes: [1, 1, 1], read: 1, write: 2)
    var demand = Demand()
    demand.rule = unanimous
    let analysis = Analysis(system, checks: Rules.check(system, demand))
    let text = QuorumText(palette: Palette(color: false)).page(analysis)
    #expect(text.contains("FAILS    no write quorum leaves a node out"))
    #expect(text.contains("(A Toy Paper 2026)"))
    #expect(QuorumJSON.object(analysis)["checks"]?.array?.first?["name"]?.string == "unanimous")
  }

  @Test func aFamilyOfTraces() throws {
    let report = try trace(TraceCheck.families + [ToyTraceRules.self])
    #expect(report.applied.map { "\($0.rule.name) \($0.times)" } == ["T1 2"])
    #expect(report.broken.map { "\($0.rule.name) \($0.times)" } == ["T1 1"])
    #expect(report.violations.map { $0.events.map(\.line) } == [[2, 3]])
    let text = page(report)
    #expect(text.contains("BROKEN   T1: nodes boot in the order of their names\n"))
    #expect(text.contains("b boots after c (A Toy Paper 2026)"))
    #expect(text.contains("not applied: T2 (the trace has no silence)"))
    let json = DynamicJSON.object(report)["violations"]?.array?.first
    #expect(json?["claim"]?.string == "nodes boot in the order of their names")
    #expect(json?["source"]?.string == "A Toy Paper 2026")
  }

  /// What a family says does not depend on who else listens.
  @Test func otherFamiliesSayTheSame() throws {
    let alone = try trace(TraceCheck.families)
    let beside = try trace(TraceCheck.families + [ToyTraceRules.self])
    #expect(alone.applied.isEmpty && alone.broken.isEmpty)
    #expect(beside.notApplied.dropLast().map(\.rule) == alone.notApplied.map(\.rule))
    #expect(alone.notApplied.allSatisfy { $0.reason == "the trace has no \($0.rule.needs)" })
  }

  @Test func aFamilyOfHistories() throws {
    let history = try History.text(
      """
      0 invoke write 1
      0 ok write 1
      1 invoke read nil
      1 ok read 1
      """)
    let report = HistoryCheck.run(
      history, file: "", families: HistoryCheck.families + [ToyHistoryRules.self])
    #expect(report.applied.map { "\($0.rule.name) \($0.times)" } == ["T3 2"])
    #expect(page(report).contains("BROKEN   T3: nobody reads\n"))
    #expect(page(report).contains("the read by process 1 looks (A Toy Paper 2026)"))
  }
}
