import Base

/// What the register rests on: a replica's version of a key only grows, and a version stands for
/// one value wherever it is kept.
public struct QuorumRegisterSafety: SafetyInvariants {
  /// How often the replica had kept something.
  public struct Glance: Sendable {
    var keeps: Int
  }

  /// What a replica keeps since its step.
  public struct News: Sendable {
    var name: String
    var kept: QuorumRegisterNode.Kept
  }

  private struct Place: Hashable, Sendable {
    var key: String
    var timestamp: Int64
    var writer: Int
  }

  private var valueOf: [Place: JSON] = [:]
  private var latest: [String: [String: RegisterVersion]] = [:]

  /// Nothing has happened yet.
  public init() {}

  /// How often the replica has kept something.
  public func glance(at node: QuorumRegisterNode) -> Glance {
    Glance(keeps: node.keeps)
  }

  /// How many operations it coordinates, in which phases, and how far they are.
  public func kind(of node: QuorumRegisterNode) -> UInt64 {
    var counts: (query: UInt64, store: UInt64, answers: UInt64) = (0, 0, 0)
    for coordination in node.coordinated.values {
      switch coordination.phase {
      case .query:
        counts.query += 1
        counts.answers += UInt64(coordination.informants.count)
      case .store:
        counts.store += 1
        counts.answers += UInt64(coordination.keepers.count)
      }
    }
    return 1 + min(counts.query, 3) + min(counts.store, 3) * 4 + min(counts.answers, 7) * 16
      + UInt64(min(node.kept.count, 3)) * 128
  }

  /// What the step had the replica keep.
  public func news(of node: QuorumRegisterNode, since before: Glance) -> News? {
    guard node.keeps != before.keeps, let kept = node.lastKept else { return nil }
    return News(name: node.name, kept: kept)
  }

  /// Looks at what a replica keeps.
  public mutating func check(_ news: News) -> Breach? {
    let key = news.kept.key.description
    let version = news.kept.state.version
    if let old = latest[news.name]?[key], version < old {
      return Breach(
        "versions only grow",
        "\(news.name) keeps version \(version) of key \(key) after \(old)")
    }
    latest[news.name, default: [:]][key] = version
    let place = Place(key: key, timestamp: version.timestamp, writer: version.writer)
    if let other = valueOf[place], other != news.kept.state.value {
      return Breach(
        "one value a version",
        "version \(version) of key \(key) stands for \(other) and for \(news.kept.state.value)")
    }
    valueOf[place] = news.kept.state.value
    return nil
  }
}
