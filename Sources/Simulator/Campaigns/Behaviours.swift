import Base

/// How many different things the nodes of a campaign's seeds were seen to be, and how that grows:
/// whether more seeds would show anything new.
///
/// States are those of ``SafetyInvariants/kind(of:)``, summed over the nodes of a cluster; what two
/// seeds have in common counts once.
public struct Behaviours: Sendable {
  /// A number of seeds, and the states in them.
  public struct Point: Sendable, Equatable {
    /// How many seeds.
    public var seeds: Int
    /// How many different states they came to.
    public var states: Int
  }

  private var states: Set<UInt64> = []
  private var seeds = 0
  private var doublings: [Point] = []
  /// More are not told apart, for memory's sake.
  private static let most = 4_000_000

  /// Nothing was seen yet.
  init() {}

  /// Takes the states of one more seed.
  mutating func take(_ news: Set<UInt64>) {
    seeds += 1
    if states.count < Self.most { states.formUnion(news) }
    if seeds & (seeds - 1) == 0 { doublings.append(Point(seeds: seeds, states: states.count)) }
  }

  /// After 1, 2, 4, … seeds, and after all.
  public var growth: [Point] {
    guard seeds > 0, doublings.last?.seeds != seeds else { return doublings }
    return doublings + [Point(seeds: seeds, states: states.count)]
  }

  /// `after 64 seeds 10121 states, after 100 12003`.
  public var words: String {
    let told = growth.suffix(3).enumerated().map { place, point in
      "after \(point.seeds)\(place == 0 ? " seeds" : "") \(point.states)"
        + (place == 0 ? " states" : "")
    }
    return told.joined(separator: ", ")
      + (states.count < Self.most ? "" : " (no more are told apart)")
  }

  var json: JSON {
    .array(growth.map { ["seeds": JSON($0.seeds), "states": JSON($0.states)] })
  }
}
