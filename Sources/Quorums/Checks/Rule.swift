/// Which overlaps a kind of protocol needs of its quorums.
///
/// A rule is a value in the file of its family and a place in that family's list
/// (``Rules/families``); its words, what it needs and how it is applied are said there.
public struct Rule: Sendable {
  /// What is asked beside the system's quorums.
  public enum Need: Sendable, Hashable {
    /// How many nodes may lie.
    case faults
    /// The fast quorums.
    case fastQuorums
  }

  /// What it is called: `read-write`.
  public let name: String
  /// The kind of protocols: `Byzantine nodes`.
  public let family: String
  /// What it needs, in one sentence without a full stop.
  public let summary: String
  /// The paper.
  public let source: String
  /// What is asked for beside the quorums.
  public let needs: Set<Need>
  /// Applies it.
  let check: @Sendable (QuorumSystem, Demand) -> [OverlapCheck]

  init(
    _ name: String, of family: String, _ summary: String, from source: String,
    needs: Set<Need> = [], check: @escaping @Sendable (QuorumSystem, Demand) -> [OverlapCheck]
  ) {
    self.name = name
    self.family = family
    self.summary = summary
    self.source = source
    self.needs = needs
    self.check = check
  }
}

extension Rule: Equatable {
  /// Whether both have one name.
  public static func == (left: Rule, right: Rule) -> Bool { left.name == right.name }
}

/// What is asked of a system beside its quorums.
public struct Demand: Sendable, Equatable {
  /// Which overlaps must hold.
  public var rule = Rule.gifford
  /// How many nodes may lie, for the Byzantine rules.
  public var faults = 0
  /// The fast quorums of Fast Paxos, and their number when they are “so many nodes”.
  public var fast: (family: QuorumExpression, count: Int?)?

  /// Asks for Gifford's rule.
  public init() {}

  /// Whether both ask for the same.
  public static func == (left: Demand, right: Demand) -> Bool {
    left.rule == right.rule && left.faults == right.faults
      && left.fast?.family == right.fast?.family && left.fast?.count == right.fast?.count
  }
}
