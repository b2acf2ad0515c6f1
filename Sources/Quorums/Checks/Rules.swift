/// Applies a rule to a system: each overlap it asks for, decided, explained and repaired.
public enum Rules {
  /// The families of rules: one row a family, and nothing else to register one.
  static let families: [[Rule]] = [replication, consensus, byzantine]

  /// Every rule of every family, in the order in which they are listed.
  public static let all: [Rule] = families.flatMap { $0 }

  /// The rule of that name, or nil.
  public static func named(_ name: String) -> Rule? { all.first { $0.name == name } }

  /// The overlaps that the rule asks for, in the order of its definition.
  public static func check(_ system: QuorumSystem, _ demand: Demand) -> [OverlapCheck] {
    demand.rule.check(system, demand)
  }
}
