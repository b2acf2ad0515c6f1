/// A set of places that finds the largest below another: a bit a place, a bit a word that is not
/// empty, and so on up to one word.
///
/// - Complexity: O(log₆₄ n) for each operation.
struct PlaceSet {
  private var levels: [[UInt64]] = [[0]]

  /// Adds a place.
  mutating func insert(_ place: Int) {
    var rest = place
    var level = 0
    while true {
      if level == levels.count { levels.append([levels[level - 1][0] == 0 ? 0 : 1]) }
      let word = rest >> 6
      while levels[level].count <= word { levels[level].append(0) }
      levels[level][word] |= 1 << UInt64(rest & 63)
      if word == 0, level == levels.count - 1 { return }
      rest = word
      level += 1
    }
  }

  /// The largest place below another, or nil.
  func last(before place: Int) -> Int? {
    var rest = place
    for level in levels.indices {
      let word = rest >> 6
      // Beyond all of them it is the largest.
      if word >= levels[level].count { return largest }
      let below = levels[level][word] & ((1 << UInt64(rest & 63)) - 1)
      if below != 0 { return last(level, word << 6 | (63 - below.leadingZeroBitCount)) }
      rest = word
    }
    return nil
  }

  private var largest: Int? {
    let top = levels[levels.count - 1][0]
    return top == 0 ? nil : last(levels.count - 1, 63 - top.leadingZeroBitCount)
  }

  /// The largest place under a bit of a level.
  private func last(_ level: Int, _ bit: Int) -> Int {
    var bit = bit
    for lower in (0..<level).reversed() {
      bit = bit << 6 | (63 - levels[lower][bit].leadingZeroBitCount)
    }
    return bit
  }
}
