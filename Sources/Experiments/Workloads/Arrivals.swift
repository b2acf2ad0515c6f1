import Base

/// Whether clients wait for answers before they ask again.
public enum Loop: String, Sendable, CaseIterable {
  /// A client asks again when it has its answer: the load follows the cluster.
  case closed
  /// Operations come at their own times, whoever is still waiting: a slow cluster is not spared.
  case open
}

/// The operations of an open loop: they arrive at a rate, as a Poisson process, and wait until a
/// client is free.
package struct Arrivals {
  private let meanNanoseconds: Int64
  /// When the next operation arrives.
  private var next: Int64 = 0
  package private(set) var waiting = 0

  package init(perSecond: Double) { meanNanoseconds = Int64(1e9 / max(perSecond, 1e-6)) }

  /// When somebody has something to do.
  package var nextDue: Int64 { waiting > 0 ? 0 : next }

  /// Forgets what waits; the first operation arrives now.
  package mutating func begin(at now: Int64) {
    next = now
    waiting = 0
  }

  /// Adds what has arrived.
  package mutating func advance(to now: Int64, _ random: inout SplitMix64) {
    while next <= now {
      waiting += 1
      next += max(1, random.exponential(mean: meanNanoseconds))
    }
  }

  /// Takes an operation that waits; false when there is none.
  package mutating func take() -> Bool {
    guard waiting > 0 else { return false }
    waiting -= 1
    return true
  }
}
