import Histories

/// A family of rules about what the completions of a history say of nodes.
///
/// Its file has the rules, their words and what they need; ``HistoryCheck/families`` has its name.
protocol HistoryRules: SendableMetatype {
  /// Its rules, in the order in which they are listed.
  static var rules: [DynamicRule] { get }

  init(_ history: History, _ evidence: HistoryEvidence, _ breaches: Breaches)
  /// Applies its rules, by the quorums that were given if any were, and says in the report which it
  /// could not apply and why.
  mutating func check(_ system: QuorumSystem?, _ report: inout DynamicReport)
}

extension DynamicRule {
  /// The family of rules on a history.
  static let ofHistories = "A history's evidence"
}
