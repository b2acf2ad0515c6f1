import Base
import Histories

/// Checks the quorums, leaders and revisions that a history's completions report.
///
/// Only completed operations count; any subset of the evidence will do. An operation “ended before”
/// another began when the rank of its completion is lower than that of the other's invocation.
public enum HistoryCheck {
  /// Whether the history carries anything to look at.
  ///
  /// - Complexity: O(events).
  public static func hasEvidence(_ history: History) -> Bool {
    ["acks", "term", "revision"].contains { history.evidence($0) != nil }
  }

  /// The families of rules: one row a family, and nothing else to register one.
  static let families: [any HistoryRules.Type] = [QuorumUse.self, RevisionUse.self, LeaderUse.self]

  /// Checks.
  ///
  /// - Parameters:
  ///   - history: the operations.
  ///   - file: what places are to name.
  ///   - system: the quorums; without it the header's, else majorities of the nodes that are named.
  /// - Returns: what holds, what is broken, and what could not be applied.
  /// - Complexity: O(n log n + n × distinct quorums).
  public static func run(
    _ history: History, file: String, system: QuorumSystem? = nil
  ) -> DynamicReport {
    run(history, file: file, system: system, families: families)
  }

  /// Checks by some families of rules.
  static func run(
    _ history: History, file: String, system: QuorumSystem? = nil,
    families: [any HistoryRules.Type]
  ) -> DynamicReport {
    let evidence = HistoryEvidence(history)
    let breaches = Breaches()
    var report = DynamicReport()
    report.files = [file]
    report.events = history.count
    report.notes = evidence.notes
    for family in families {
      var rules = family.init(history, evidence, breaches)
      rules.check(system, &report)
    }
    breaches.fill(&report, families.flatMap { $0.rules })
    return report
  }
}

extension History {
  /// Whether an operation only reads; nil where its function does not say whether it writes. A
  /// compare-and-set that found another value has read it.
  func reads(_ operation: Int) -> Bool? {
    switch functionName(operation) {
    case "read": true
    case "write": false
    case "cas":
      completed[operation] != History.never
        && extra("swapped", at: completed[operation]) == ValueTable.false
    default: nil
    }
  }

  /// `read of key x by process 3 (line 12)`.
  func called(_ operation: Int) -> String {
    let owner =
      key[operation] == ValueTable.none ? "" : " of key \(values.describe(key[operation]))"
    return "the \(functionName(operation))\(owner) by process \(processes[operation])"
  }

  /// The line of an operation's completion.
  func place(_ operation: Int) -> EventPlace {
    EventPlace(file: 0, line: completedLine[operation])
  }
}
