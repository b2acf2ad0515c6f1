/// Which quorums to use how often, and what that costs.
public struct Strategy: Sendable, Equatable {
  /// A quorum and the probability with which it is used.
  public struct Choice: Sendable, Equatable {
    /// The quorum.
    public var quorum: NodeSet
    /// Its probability, above 0.
    public var probability: Double
  }

  /// What a strategy is chosen for.
  public enum Objective: String, Sendable, CaseIterable {
    /// The load of the busiest node: the reciprocal of the capacity.
    case load
    /// How many nodes an operation contacts.
    case network
    /// How long an operation waits.
    case latency
  }

  /// What a strategy may cost at most.
  public struct Limits: Sendable, Equatable {
    /// The load of the busiest node, or nil.
    public var load: Double?
    /// The nodes that an operation contacts on average, or nil.
    public var network: Double?
    /// The seconds that an operation waits on average, or nil.
    public var latencySeconds: Double?

    /// Makes limits; none by default.
    public init(load: Double? = nil, network: Double? = nil, latencySeconds: Double? = nil) {
      self.load = load
      self.network = network
      self.latencySeconds = latencySeconds
    }
  }

  /// The read quorums in use, the likeliest first.
  public var reads: [Choice]
  /// The write quorums in use, the likeliest first.
  public var writes: [Choice]
  /// The share of its capacity that each node spends on one operation a unit of time, by index.
  public var nodeLoads: [Double]
  /// The load of the busiest node, averaged over the workload's fractions.
  public var load: Double
  /// Operations a unit of time that the system can serve: the average of 1 / load.
  public var capacity: Double
  /// How many nodes an operation contacts on average.
  public var networkLoad: Double
  /// The seconds that an operation waits on average.
  public var latencySeconds: Double
}

/// No strategy keeps within the limits, or none withstands the failures.
public struct NoStrategy: Error, Sendable, Equatable, CustomStringConvertible {
  /// Why, in words.
  public var description: String
}

extension Strategy {
  /// Measures given choices of quorums under a workload.
  init(reads: [Choice], writes: [Choice], system: QuorumSystem, workload: AccessMix) {
    self.reads = reads.sorted(by: Self.isBefore)
    self.writes = writes.sorted(by: Self.isBefore)
    func shares(_ choices: [Choice]) -> [Double] {
      system.nodes.indices.map { node in
        choices.reduce(0) { $0 + ($1.quorum.holds(node) ? $1.probability : 0) }
      }
    }
    let (reading, writing) = (shares(reads), shares(writes))
    nodeLoads = Array(repeating: 0, count: system.nodes.count)
    (load, capacity) = (0, 0)
    for fraction in workload.fractions {
      var most = 0.0
      for (index, node) in system.nodes.enumerated() {
        let own =
          fraction.read * reading[index] / node.readCapacity
          + (1 - fraction.read) * writing[index] / node.writeCapacity
        nodeLoads[index] += fraction.weight * own
        most = max(most, own)
      }
      load += fraction.weight * most
      capacity += fraction.weight / most
    }
    let mean = workload.mean
    func average(_ measure: (NodeSet, QuorumExpression) -> Double) -> Double {
      mean * reads.reduce(0) { $0 + $1.probability * measure($1.quorum, system.reads) }
        + (1 - mean) * writes.reduce(0) { $0 + $1.probability * measure($1.quorum, system.writes) }
    }
    networkLoad = average { quorum, _ in Double(quorum.nonzeroBitCount) }
    latencySeconds = average { system.latencySeconds(of: $0, in: $1) }
  }

  private static func isBefore(_ left: Choice, _ right: Choice) -> Bool {
    if (left.probability - right.probability).magnitude > 1e-9 {
      return left.probability > right.probability
    }
    return left.quorum < right.quorum
  }
}

extension QuorumSystem {
  /// The seconds until the fastest part of the set that is a quorum has answered.
  func latencySeconds(of set: NodeSet, in family: QuorumExpression) -> Double {
    var answered: NodeSet = 0
    let fastest = set.members.sorted { nodes[$0].latencySeconds < nodes[$1].latencySeconds }
    for node in fastest {
      answered |= .only(node)
      if family.isQuorum(answered) { return nodes[node].latencySeconds }
    }
    return .infinity
  }
}
