import Synchronization

/// What must hold of the quorums that were really used; see docs/reference/quorum-rules.md.
///
/// A rule is a value in the file of its family and a place in that family's list
/// (``HistoryRules/rules``, ``TraceRules/rules``). Nothing else knows it: whatever is counted,
/// printed or documented of it is said there.
public struct DynamicRule: Sendable {
  /// What it is called: `Q1`, `split-brain`.
  public let name: String
  /// What its family looks at: `Traces of Raft`.
  public let family: String
  /// What must hold, in one clause.
  public let summary: String
  /// Where that is from.
  public let source: String
  /// What must have been recorded for it to be applied, a noun without an article.
  public let needs: String
  /// Its place in tables of counts; numbers are dealt out as rules are met.
  let number: Int

  private static let dealt = Atomic<Int>(0)

  init(
    _ name: String, of family: String, _ summary: String, from source: String, needs: String
  ) {
    self.name = name
    self.family = family
    self.summary = summary
    self.source = source
    self.needs = needs
    number = DynamicRule.dealt.wrappingAdd(1, ordering: .relaxed).oldValue
  }

  /// Every rule of every family, in the order in which they are listed.
  public static let all: [DynamicRule] =
    HistoryCheck.families.flatMap { $0.rules } + TraceCheck.families.flatMap { $0.rules }

  /// The rule of that name, or nil.
  public static func named(_ name: String) -> DynamicRule? { all.first { $0.name == name } }
}

extension DynamicRule: Hashable {
  /// Whether both are the same value; names are for people.
  public static func == (left: DynamicRule, right: DynamicRule) -> Bool {
    left.number == right.number
  }

  /// Hashes the rule's number.
  public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}
