import Base

extension SplitMix64 {
  /// The geometric distribution by coin flips: the exponential's shape without a logarithm.
  package mutating func exponential(mean: Int64) -> Int64 {
    // Why: von Neumann's method (“Various techniques used in connection with random digits”,
    // 1951) draws exactly and needs comparisons only, so every platform draws the same.
    var whole: Int64 = 0
    while true {
      let first = Double(next() >> 11) * 0x1p-53
      var last = first
      var runs = 1
      while true {
        let drawn = Double(next() >> 11) * 0x1p-53
        if drawn > last { break }
        last = drawn
        runs += 1
      }
      if runs % 2 == 1 { return Int64((Double(whole) + first) * Double(mean)) }
      whole += 1
    }
  }
}
