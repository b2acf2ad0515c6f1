import Base

/// Which overlaps a kind of protocol needs of its quorums.
public enum Rule: String, Sendable, CaseIterable {
  /// Replicated data with versions: reads meet writes, and writes meet writes.
  case gifford
  /// Reads meet writes; versions are ordered elsewhere (a leader, compare-and-set).
  case readWrite = "read-write"
  /// Phase one meets phase two.
  case flexiblePaxos = "flexible-paxos"
  /// Classic quorums meet each other, and any two fast ones within each.
  case fastPaxos = "fast-paxos"
  /// Fast and slow quorums of n = 2F + 1 replicas.
  case epaxos
  /// Byzantine nodes, data that proves itself by signatures.
  case dissemination
  /// Byzantine nodes, data without signatures.
  case masking

  /// What it needs, in one sentence without a full stop.
  public var summary: String {
    switch self {
    case .gifford: "reads meet writes, and writes meet writes"
    case .readWrite: "reads meet writes; writes are put in order elsewhere"
    case .flexiblePaxos: "quorums of phase one (the reads) meet those of phase two (the writes)"
    case .fastPaxos: "reads meet writes, and each read any two fast quorums in a common node"
    case .epaxos: "fast quorums of F + ⌊(F + 1)/2⌋ of 2F + 1 replicas, slow ones of F + 1"
    case .dissemination: "quorums share f + 1 nodes, of which one is honest; signed data"
    case .masking: "quorums share 2f + 1 nodes, of which the honest outvote the others"
    }
  }

  /// The paper.
  public var source: String {
    switch self {
    case .gifford, .readWrite: "Gifford 1979"
    case .flexiblePaxos: "Howard, Malkhi, Spiegelman 2016"
    case .fastPaxos: "Lamport 2006; Howard, Charapko, Mortier 2021"
    case .epaxos: "Moraru, Andersen, Kaminsky 2013"
    case .dissemination: "Malkhi, Reiter 1998, dissemination quorum systems"
    case .masking: "Malkhi, Reiter 1998, masking quorum systems"
    }
  }
}

/// What is asked of a system beside its quorums.
public struct Demand: Sendable, Equatable {
  /// Which overlaps must hold.
  public var rule = Rule.gifford
  /// How many nodes may lie, for the Byzantine rules.
  public var faults = 0
  /// The fast quorums of Fast Paxos, and their number when they are “so many nodes”.
  public var fast: (family: QuorumExpression, count: Int?)?

  /// Makes a demand for Gifford's rule.
  public init() {}

  /// Whether both ask for the same.
  public static func == (left: Demand, right: Demand) -> Bool {
    left.rule == right.rule && left.faults == right.faults
      && left.fast?.family == right.fast?.family && left.fast?.count == right.fast?.count
  }
}
