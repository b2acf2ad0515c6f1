/// How long messages between nodes travel.
public struct Latency: Sendable, Equatable {
  /// The shape of the distribution.
  public enum Kind: String, Sendable, CaseIterable {
    /// Always the mean.
    case constant
    /// Evenly from mean − jitter to mean + jitter.
    case uniform
    /// Exponential around the mean: mostly short, sometimes long.
    case exponential
  }

  /// The shape of the distribution.
  public var kind = Kind.uniform
  /// The mean.
  public var meanNanoseconds: Int64 = 500_000
  /// Half the width of the uniform distribution.
  public var jitterNanoseconds: Int64 = 400_000

  /// Makes the default: half a millisecond, give or take 0.4 ms.
  public init() {}
}
