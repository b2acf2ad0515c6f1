/// All that is known about a quorum system: overlaps, resilience, availability, the best strategy.
public struct Analysis: Sendable {
  /// The system.
  public var system: QuorumSystem
  /// What was assumed.
  public var options: Options
  /// Do reads meet writes?
  public var readWrite: OverlapCheck
  /// Do writes meet writes?
  public var writeWrite: OverlapCheck
  /// The overlaps that were asked for.
  public var checks: [OverlapCheck]
  /// What reads withstand.
  public var reads: Side
  /// What writes withstand.
  public var writes: Side
  /// The probability that both a read and a write quorum live.
  public var availability: Double?
  /// The best strategy.
  public var strategy: Strategy?
  /// Why there is no strategy, when limits or failures leave none.
  public var noStrategy: String?
  /// What could not be decided, and which bound was reached.
  public var bounds: [String]

  /// How many nodes may fail, whichever, before reads or writes stop.
  public var resilience: Int? {
    guard let read = reads.resilience, let write = writes.resilience else { return nil }
    return min(read, write)
  }

  /// Whether every overlap that was asked for holds: false, true, or nil when it is not known.
  public var holds: Bool? {
    if checks.contains(where: { $0.overlap.witness != nil }) || noStrategy != nil { return false }
    return checks.allSatisfy(\.overlap.isProved) ? true : nil
  }

  /// Analyses a system.
  ///
  /// - Parameters:
  ///   - system: The system.
  ///   - checks: The overlaps that were asked for (``Rules``, ``Reconfiguration``).
  ///   - options: What to assume and what to ask.
  public init(_ system: QuorumSystem, checks: [OverlapCheck], options: Options = .init()) {
    self.system = system
    self.options = options
    self.checks = checks
    readWrite =
      checks.first { $0.name == "read-write" && $0.common == 1 } ?? Rules.readWrite(system)
    writeWrite =
      checks.first { $0.name == "write-write" && $0.common == 1 } ?? Rules.writeWrite(system)
    bounds = []
    let alive = [Double](repeating: 1 - options.failureProbability, count: system.nodes.count)
    let areSame = system.writes == system.reads
    reads = Self.side(
      system.reads, areSame ? "read and write" : "read", system, options, alive, &bounds)
    writes =
      areSame
      ? reads : Self.side(system.writes, "write", system, options, alive, &bounds)
    guard reads.availability != nil, writes.availability != nil else {
      // What has no diagram has none in the following either.
      bounds.append("availability and strategy: the same bound")
      return
    }
    do throws(BoundReached) {
      var diagrams = Diagrams(order: system.order)
      let left = try diagrams.build(system.reads)
      let right = try diagrams.build(system.writes)
      let both = try diagrams.both(left, right)
      availability = diagrams.probability(both, alive: alive)
    } catch {
      bounds.append("availability: \(error)")
    }
    do throws(StrategyError) {
      strategy = try StrategyFinder.find(
        system, workload: options.workload, objective: options.objective, limits: options.limits,
        spare: options.spare)
    } catch {
      switch error {
      case .bound(let reached): bounds.append("strategy: \(reached)")
      case .none(let reason): noStrategy = reason.description
      }
    }
  }

  private static func side(
    _ family: QuorumExpression, _ name: String, _ system: QuorumSystem, _ options: Options,
    _ alive: [Double], _ bounds: inout [String]
  ) -> Side {
    var side = Side()
    do throws(BoundReached) {
      var diagrams = Diagrams(order: system.order)
      let reference = try diagrams.build(family)
      side.block = diagrams.smallestBlock(reference)
      side.availability = diagrams.probability(reference, alive: alive)
      let minimal = try MinimalQuorums(reference, of: diagrams)
      let isListed = minimal.count <= Double(options.mostListed)
      side.minimal = Minimal(
        count: minimal.count, quorums: isListed ? minimal.list(most: options.mostListed) : nil)
    } catch {
      bounds.append("\(name) quorums: \(error)")
      side.block = side.block ?? family.heaviestBlock
    }
    side.resilience = side.block.map { $0.nonzeroBitCount - 1 }
    guard system.nodes.contains(where: { $0.zone != nil }) else { return side }
    do throws(BoundReached) {
      side.zones = try Zones.smallestBlock(family, system).map { .fallTo($0) } ?? .surviveAll
    } catch {
      bounds.append("zones of \(name) quorums: \(error)")
    }
    return side
  }
}

extension QuorumExpression {
  /// The fewest voters whose loss leaves too few votes, for one ballot over distinct nodes.
  ///
  /// Exact: for any number of nodes, the heaviest leave the fewest votes.
  var heaviestBlock: NodeSet? {
    guard let ballot else { return nil }
    var left = ballot.votes.reduce(0) { $0 + $1.votes }
    var block: NodeSet = 0
    for entry in ballot.votes.sorted(by: { $0.votes > $1.votes }) where left >= ballot.needed {
      left -= entry.votes
      block |= .only(entry.node)
    }
    return block
  }
}
