/// How hard faults hit: the knobs of their families.
public struct FaultSettings: Sendable, Equatable {
  /// The share of messages that the fault `loss` drops.
  public var lossShare = 0.3
  /// What the fault `delay` adds to a message, on average.
  public var delayNanoseconds: Int64 = 30_000_000
  /// The share of messages that the fault `duplicate` delivers twice.
  public var duplicateShare = 0.3
  /// The share of messages that the fault `reorder` lets others overtake.
  public var reorderShare = 0.3
  /// The share of messages in which the fault `corrupt` turns a bit.
  public var corruptShare = 0.05
  /// What a link carries while the fault `throttle` is on, bytes a second.
  public var throttleBytesPerSecond = 20_000.0
  /// How long a sync takes while the fault `slow-disk` is on.
  public var slowSyncNanoseconds: Int64 = 100_000_000
  /// How far the fault `clock` has a clock jump, forwards or back.
  public var clockShiftNanoseconds: Int64 = 30_000_000_000
  /// How many times too fast, or too slowly, the fault `clock` has a clock run.
  public var clockRate = 5.0

  /// Makes the usual ones.
  public init() {}

  /// How much of a kind of traffic's trouble there is while it is on.
  func amount(of kind: Traffic.Kind) -> Double {
    switch kind {
    case .loss: lossShare
    case .delay: Double(delayNanoseconds)
    case .duplicate: duplicateShare
    case .reorder: reorderShare
    case .throttle: throttleBytesPerSecond
    case .corrupt: corruptShare
    }
  }
}
