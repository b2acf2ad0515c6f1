import Base
import Quorums

/// The analysis of a quorum system as one JSON object, with stable keys in a stable order.
public enum QuorumJSON {
  /// The object; what a bound left unknown is null.
  public static func object(_ analysis: Analysis) -> JSON {
    let system = analysis.system
    let strategy = analysis.strategy
    var members = [
      JSON.Member("nodes", .array(system.names.map { .string($0) })),
      JSON.Member("reads", .string(system.reads.text(names: system.names))),
      JSON.Member("writes", .string(system.writes.text(names: system.names))),
      JSON.Member(
        "intersects",
        [
          "readWrite": overlap(analysis.readWrite, system),
          "writeWrite": overlap(analysis.writeWrite, system),
        ]),
      JSON.Member("minimalReadQuorums", quorums(analysis.reads.minimal, system)),
      JSON.Member("minimalWriteQuorums", quorums(analysis.writes.minimal, system)),
      JSON.Member("minimalReadQuorumCount", count(analysis.reads.minimal)),
      JSON.Member("minimalWriteQuorumCount", count(analysis.writes.minimal)),
      JSON.Member("resilience", analysis.resilience.map { JSON($0) } ?? .null),
      JSON.Member("readResilience", analysis.reads.resilience.map { JSON($0) } ?? .null),
      JSON.Member("writeResilience", analysis.writes.resilience.map { JSON($0) } ?? .null),
      JSON.Member("load", number(strategy?.load)),
      JSON.Member("capacity", number(strategy?.capacity)),
      JSON.Member("networkLoad", number(strategy?.networkLoad)),
      JSON.Member("latency", number(strategy?.latencySeconds)),
      JSON.Member("availability", probability(analysis.availability)),
      JSON.Member("readAvailability", probability(analysis.reads.availability)),
      JSON.Member("writeAvailability", probability(analysis.writes.availability)),
      JSON.Member("failureProbability", JSON(analysis.options.failureProbability)),
      JSON.Member("readFraction", number(analysis.options.workload.mean)),
      JSON.Member("checks", .array(analysis.checks.map { check($0, system) })),
      JSON.Member("holds", analysis.holds.map { .bool($0) } ?? .null),
    ]
    if let strategy { members.append(JSON.Member("strategy", object(strategy, system))) }
    if let reason = analysis.noStrategy {
      members.append(JSON.Member("noStrategy", .string(reason)))
    }
    if !Zones.names(system).isEmpty {
      members.append(JSON.Member("zones", zones(analysis)))
    }
    if !analysis.bounds.isEmpty {
      members.append(JSON.Member("bounds", .array(analysis.bounds.map { .string($0) })))
    }
    return .object(members)
  }

  private static func overlap(_ check: OverlapCheck, _ system: QuorumSystem) -> JSON {
    [
      "holds": holds(check.overlap),
      "inequality": check.inequality.map { .bool($0.holds) } ?? .null,
      "witness": witness(check, system),
    ]
  }

  private static func holds(_ overlap: Overlap) -> JSON {
    if case .undecided = overlap { return .null }
    return .bool(overlap.isProved)
  }

  private static func witness(_ check: OverlapCheck, _ system: QuorumSystem) -> JSON {
    check.witnessNames(in: system).map { quorums in
      .array(quorums.map { .array($0.map { .string($0) }) })
    } ?? .null
  }

  private static func check(_ check: OverlapCheck, _ system: QuorumSystem) -> JSON {
    var members = [
      JSON.Member("name", .string(check.name)),
      JSON.Member("claim", .string(check.claim)),
      JSON.Member("source", .string(check.source)),
      JSON.Member("holds", holds(check.overlap)),
      JSON.Member("common", JSON(check.common)),
      JSON.Member("inequality", check.inequality.map { .string($0.text) } ?? .null),
      JSON.Member("inequalityHolds", check.inequality.map { .bool($0.holds) } ?? .null),
      JSON.Member("witness", witness(check, system)),
    ]
    if check.overlap.witness != nil {
      members += [
        JSON.Member("story", .array(check.story.map { .string($0) })),
        JSON.Member("repair", check.repair.map { .string($0) } ?? .null),
      ]
    }
    if case .undecided(let bound) = check.overlap {
      members.append(JSON.Member("bound", .string(bound)))
    }
    return .object(members)
  }

  private static func quorums(_ minimal: Analysis.Minimal?, _ system: QuorumSystem) -> JSON {
    minimal?.quorums.map { .array($0.map { names($0, system) }) } ?? .null
  }

  private static func count(_ minimal: Analysis.Minimal?) -> JSON {
    guard let count = minimal?.count else { return .null }
    return Int64(exactly: count).map { .integer($0) } ?? JSON(count)
  }

  private static func names(_ set: NodeSet, _ system: QuorumSystem) -> JSON {
    .array(system.names(of: set).map { .string($0) })
  }

  private static func object(_ strategy: Strategy, _ system: QuorumSystem) -> JSON {
    func choices(_ choices: [Strategy.Choice]) -> JSON {
      .array(
        choices.map {
          ["quorum": names($0.quorum, system), "probability": number($0.probability)]
        })
    }
    let loads = zip(system.nodes, strategy.nodeLoads).map {
      JSON.Member($0.name, number($1))
    }
    return [
      "reads": choices(strategy.reads), "writes": choices(strategy.writes),
      "nodeLoads": .object(loads),
    ]
  }

  private static func zones(_ analysis: Analysis) -> JSON {
    func side(_ side: Analysis.Side) -> JSON {
      [
        "resilience": side.zoneResilience.map { JSON($0) } ?? .null,
        "block": side.zoneBlock.map { .array($0.map { .string($0) }) } ?? .null,
        "survivesAll": side.zones.map { .bool($0 == .surviveAll) } ?? .null,
      ]
    }
    return ["read": side(analysis.reads), "write": side(analysis.writes)]
  }

  /// A number without the dust of rounding: nine decimal places.
  private static func number(_ value: Double?) -> JSON {
    value.map { JSON(($0 * 1e9).rounded() / 1e9) } ?? .null
  }

  /// As many digits as a double has below 1.
  private static func probability(_ value: Double?) -> JSON {
    value.map { JSON(($0 * 1e15).rounded() / 1e15) } ?? .null
  }
}
