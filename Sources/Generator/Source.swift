import Base

/// Where requests take their randomness and their values from.
struct Source {
  var random: SplitMix64
  /// How many independent objects there are.
  let keys: Int32
  /// How many different values there are; 0 is no end of them.
  let domain: Int64
  /// A value that may not be drawn now, or -1.
  var excluded: Int64 = -1
  private let isOrdered: Bool
  private var latest: Int64

  /// Unique values come in ascending order, or in none.
  init(_ options: GeneratorOptions, isOrdered: Bool) {
    self.isOrdered = isOrdered
    random = SplitMix64(seed: options.seed)
    keys = Int32(options.keys)
    domain = Int64(options.values)
    latest = domain > 0 ? domain - 1 : 0
  }

  /// A number below a small bound: the high half of a product (D. Lemire, “Fast random integer
  /// generation in an interval”, TOMACS 29(1), 2019, doi:10.1145/3230636, without the rejection,
  /// which is below 2^-32 here).
  mutating func below(_ bound: Int32) -> Int32 {
    Int32(truncatingIfNeeded: ((random.next() >> 32) &* UInt64(bound)) >> 32)
  }

  /// An object, drawn evenly.
  mutating func key() -> Int32 { keys == 1 ? 0 : below(keys) }

  /// A value for a request: a new one, or one of the domain.
  mutating func value() -> Int64 {
    guard domain > 0 else { return fresh() }
    while true {
      let value = Int64(below(Int32(truncatingIfNeeded: domain)))
      if value != excluded { return value }
    }
  }

  /// A value that no request has had before and none will draw later.
  mutating func fresh() -> Int64 {
    latest += 1
    if isOrdered || domain > 0 { return latest }
    // An odd factor is a bijection of the numbers below 2^32, of which a run has fewer.
    return (latest &* 0x9E37_79B1) & 0xFFFF_FFFF
  }
}
