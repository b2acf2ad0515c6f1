import Histories

/// How far one key of a register is from being atomic.
///
/// All figures are about reads and writes; a compare-and-set counts as one of each (see the room's
/// README). Operations are indices in the history.
public struct RegisterConsistency: Sendable {
  /// Completed reads, compare-and-sets that took a value included.
  public var reads: Int
  /// Reads that certainly returned what had been overwritten, by their invocations.
  public var stale: [StaleRead]
  /// Reads that returned an older value than a read before them, by their invocations.
  public var inversions: [Inversion]
  /// Reads of a value that nobody wrote.
  public var unwritten: [Int]
  /// Reads that completed before the write of their value began.
  public var early: [Int]
  /// Compare-and-sets that took the same value, written once: at most one of each can be right.
  public var rivals: [[Int]]
  /// Whether reads and writes by themselves are linearizable.
  public var isAtomic: Bool
  /// Whether each read returned a value that was current at some time while the read was open.
  public var isRegular: Bool
  /// The least Δ such that reads that began Δ earlier would be right; nil without times, or when no
  /// Δ is enough.
  public var deltaNanoseconds: Int64?
  /// Bounds of the least *k* such that each read returned one of the last *k* values; nil when no
  /// *k* is enough. `1...1` is atomic.
  public var k: ClosedRange<Int>?
  /// Whether every event of the key has a time.
  public var hasTimes: Bool

  /// Measures one key.
  ///
  /// - Throws: ``Untellable`` when a value is written twice, or the key is no register.
  /// - Complexity: O(n log n), with one more logarithm for Δ.
  public init(
    of history: History, key: ValueID, rules: RegisterRules = RegisterRules()
  ) throws(Untellable) {
    let log = try RegisterLog(history, key: key, rules)
    reads = log.reads.count + log.unwritten.count + log.early.count
    stale = Staleness.reads(log, history)
    inversions = Regularity.inversions(log)
    unwritten = log.unwritten
    early = log.early
    rivals = log.rivals
    isAtomic = TimeStaleness.isAtomic(log)
    isRegular =
      log.unwritten.isEmpty && log.early.isEmpty && Regularity.offenders(log).isEmpty
    deltaNanoseconds = TimeStaleness.least(log, history)
    k = VersionBounds.k(log, stale: stale, isAtomic: isAtomic)
    hasTimes = log.hasTimes
  }
}
