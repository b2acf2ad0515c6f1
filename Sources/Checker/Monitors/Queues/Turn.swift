/// One of several attempts at the same search, each with another order of what is tried first.
///
/// A depth-first search that goes astray early comes back late, whatever its order; another order
/// goes astray elsewhere. So several take turns, each for longer than before: what is found by one
/// of them within some number of configurations is found by all within a small multiple of it (M.
/// Luby, A. Sinclair, D. Zuckerman, “Optimal speedup of Las Vegas algorithms”, Information
/// Processing Letters 47(4), 1993, doi:10.1016/0020-0190(93)90029-9). Which one is deterministic.
struct Turn {
  /// The number of the attempt.
  private(set) var number = 0
  /// How many configurations are made before the search pauses.
  private(set) var limit: Int

  /// The first attempt at a search of that many calls.
  init(_ calls: Int) { limit = 2 * calls + 2_000 }

  /// The next attempt; every fourth begins a longer round.
  mutating func pass() {
    number += 1
    if number % 4 == 0, limit < Int.max / 8 { limit *= 4 }
  }

  /// A rank for a candidate: its own at first, later with some noise.
  func rank(_ rank: Int32, _ a: Int32, _ b: Int32) -> Int32 {
    if number < 2 { return rank &* 8 }
    var hash = UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
    hash = (hash ^ UInt64(number)) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 32)) &* 0xBF58_476D_1CE4_E5B9
    let noise = Int32(truncatingIfNeeded: hash >> 33 & (number % 4 == 2 ? 15 : 63))
    return rank &* 8 &+ noise
  }
}
