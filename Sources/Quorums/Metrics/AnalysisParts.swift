extension Analysis {
  /// What to assume and what to ask.
  public struct Options: Sendable {
    /// How much is reading; half by default.
    public var workload = AccessMix(readFraction: 0.5)
    /// The probability that a node is down, for the availability.
    public var failureProbability = 0.01
    /// What the strategy is chosen for.
    public var objective = Strategy.Objective.load
    /// What the strategy may cost at most.
    public var limits = Strategy.Limits()
    /// How many members of each quorum in use may fail without it ceasing to be one.
    public var spare = 0
    /// How many minimal quorums of a side are listed; of more only the number is given.
    public var mostListed = 10_000

    /// As many reads as writes, each node down 1% of the time, and a strategy for the least load
    /// without further limits.
    public init() {}
  }

  /// The minimal quorums of one side.
  public struct Minimal: Sendable, Equatable {
    /// How many there are.
    public var count: Double
    /// The quorums, smaller ones first; nil when there are more than were to be listed.
    public var quorums: [NodeSet]?
  }

  /// What one side withstands.
  public struct Side: Sendable, Equatable {
    /// The minimal quorums, or nil when a bound was reached.
    public var minimal: Minimal?
    /// How many nodes may fail, whichever they are; nil when a bound was reached.
    public var resilience: Int?
    /// A smallest set of nodes whose loss leaves no quorum.
    public var block: NodeSet?
    /// The probability that a quorum lives; nil when a bound was reached.
    public var availability: Double?
    /// What the loss of whole zones does; nil without zones, and when a bound was reached.
    public var zones: ZoneLoss?
    /// How many whole zones may fail, whichever; nil as ``zones``, and when a quorum survives all.
    public var zoneResilience: Int? { zoneBlock.map { $0.count - 1 } }
    /// A smallest set of zones whose loss leaves no quorum; nil as ``zoneResilience``.
    public var zoneBlock: [String]? {
      if case .fallTo(let block) = zones { block } else { nil }
    }
  }

  /// What the loss of whole zones does to the quorums of a side.
  public enum ZoneLoss: Sendable, Equatable {
    /// Nodes without zone are a quorum.
    case surviveAll
    /// These fewest zones leave no quorum when they are lost.
    case fallTo([String])
  }
}
