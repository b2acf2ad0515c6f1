/// What the rules of a node's network drop of what other nodes send it.
public struct LinkRules: Sendable, Equatable, CustomStringConvertible {
  /// The nodes that it does not hear, by their numbers from 0, ascending.
  public var cut: [Int]
  /// The share of all packets that get lost, from 0 to 1.
  public var lossShare: Double
  /// How much each of ``limited`` gets through to it, bytes a second; 0 for no limit. What is more
  /// is dropped: rules hold nothing up.
  public var bytesPerSecond: Double
  /// The nodes whose links to it have that limit, by their numbers from 0, ascending.
  public var limited: [Int]

  /// Makes rules; by default they drop nothing.
  public init(
    cut: [Int] = [], lossShare: Double = 0, bytesPerSecond: Double = 0, limited: [Int] = []
  ) {
    self.cut = cut
    self.lossShare = lossShare
    self.bytesPerSecond = bytesPerSecond
    self.limited = limited
  }

  /// Whether they drop nothing.
  public var isEmpty: Bool { steps.isEmpty }

  /// The kernel multiplies the rate by nanoseconds, in 64 bits; no link here is as fast.
  private static let highestRate = 1e10

  /// The rules, in the order in which a packet meets them.
  var steps: [[RuleStep]] {
    var rules: [[RuleStep]] = cut.map {
      [.from(NodeAddresses(node: $0).link), .count(.cut), .drop]
    }
    if lossShare > 0 {
      let share = UInt32((min(lossShare, 1) * 1e6).rounded())
      rules.append([.fromPeers, .drawn(inMillion: share), .count(.lost), .drop])
    }
    if bytesPerSecond > 0 {
      let rate = UInt64(min(max(bytesPerSecond, 1), LinkRules.highestRate).rounded())
      rules += limited.map {
        [
          .from(NodeAddresses(node: $0).link), .beyond(bytesPerSecond: rate), .count(.throttled),
          .drop,
        ]
      }
    }
    return rules
  }

  /// The rules as `nft list` shows them, one a line; empty when there are none.
  public var description: String {
    steps.map { $0.map(\.text).joined(separator: " ") }.joined(separator: "\n")
  }
}

/// How many packets rules have dropped since they were made.
public struct RuleCounts: Sendable, Equatable {
  /// Those from nodes that are not heard.
  public var cut = 0
  /// Those that were lost at random.
  public var lost = 0
  /// Those that were more than a link carries.
  public var throttled = 0

  /// Makes counts of nothing.
  public init() {}
}
