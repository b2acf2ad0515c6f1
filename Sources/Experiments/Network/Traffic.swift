/// What the network does to messages besides carrying them: everything off is the default.
package struct Traffic: Equatable, Sendable {
  /// What can be done to messages; each is a fault of its own.
  package enum Kind: Equatable, Sendable {
    case loss
    case delay
    case duplicate
    case reorder
    case throttle
    case corrupt
  }

  /// The share of messages that get lost.
  package var lossShare = 0.0
  /// The mean of what is added to each latency.
  package var delayNanoseconds: Int64 = 0
  /// The share of messages that arrive twice, the second time late and out of order.
  package var duplicateShare = 0.0
  /// The share of messages that later ones overtake.
  package var reorderShare = 0.0
  /// The share of messages in which a bit is wrong when they arrive.
  package var corruptShare = 0.0
  /// How much a directed link carries; 0 for no limit.
  package var bytesPerSecond = 0.0

  package init() {}

  /// Sets how much of one kind there is: a share, nanoseconds, or bytes a second; 0 for none.
  package mutating func set(_ kind: Kind, _ amount: Double) {
    switch kind {
    case .loss: lossShare = amount
    case .delay: delayNanoseconds = Int64(amount)
    case .duplicate: duplicateShare = amount
    case .reorder: reorderShare = amount
    case .throttle: bytesPerSecond = amount
    case .corrupt: corruptShare = amount
    }
  }

  /// What happened to messages so far.
  package struct Counts: Equatable, Sendable {
    package var sent = 0
    package var delivered = 0
    package var cut = 0
    package var lost = 0
    package var delayed = 0
    package var duplicated = 0
    package var reordered = 0
    package var corrupted = 0
    /// Held up because the link was busy.
    package var throttled = 0
    /// Dropped because they were more than the link carries; only the kernel's rules do that.
    package var refused = 0

    package init(
      sent: Int = 0, delivered: Int = 0, cut: Int = 0, lost: Int = 0, refused: Int = 0
    ) {
      self.sent = sent
      self.delivered = delivered
      self.cut = cut
      self.lost = lost
      self.refused = refused
    }

    /// How many messages met that kind.
    package func met(_ kind: Kind) -> Int {
      switch kind {
      case .loss: lost
      case .delay: delayed
      case .duplicate: duplicated
      case .reorder: reordered
      case .throttle: throttled + refused
      case .corrupt: corrupted
      }
    }
  }
}
