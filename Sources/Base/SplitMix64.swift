/// The one source of randomness: a seeded generator that is always handed in.
///
/// Steele, Lea, Flood, “Fast splittable pseudorandom number generators”, OOPSLA 2014,
/// doi:10.1145/2660193.2660195, figure 17 (the variant with a fixed gamma).
public struct SplitMix64: RandomNumberGenerator, Sendable, Equatable {
  private var state: UInt64

  /// Makes the generator of a seed; equal seeds give equal sequences.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// An independent generator, so that one consumer's draws do not shift another's.
  public mutating func split() -> SplitMix64 {
    SplitMix64(seed: next())
  }

  /// A number drawn evenly from the range.
  ///
  /// - Precondition: the range is not empty.
  public mutating func draw(_ range: Range<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  /// True with the given probability.
  public mutating func chance(_ probability: Double) -> Bool {
    Double(next() >> 11) * 0x1p-53 < probability
  }
}
