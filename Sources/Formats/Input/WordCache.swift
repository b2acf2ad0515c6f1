/// The ids of texts of at most seven bytes, found without hashing their bytes one by one.
///
/// A direct-mapped cache: a text that is not here, or no longer, takes the slow way.
struct WordCache {
  private static let size = 64
  /// The bytes of each text, the first lowest; 0 where there is none.
  private var words = [UInt64](repeating: 0, count: size)
  private var ids = [Int32](repeating: -1, count: size)

  /// The id of a text that is not empty.
  @inline(__always)
  func id(of word: UInt64) -> Int32? {
    let slot = WordCache.slot(word)
    return words[slot] == word && word != 0 ? ids[slot] : nil
  }

  mutating func insert(_ word: UInt64, _ id: Int32) {
    let slot = WordCache.slot(word)
    words[slot] = word
    ids[slot] = id
  }

  mutating func removeAll() {
    for slot in 0..<WordCache.size { words[slot] = 0 }
  }

  @inline(__always)
  private static func slot(_ word: UInt64) -> Int {
    Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 58)
  }
}

extension UInt64 {
  /// Whether these eight bytes of a file begin with that text of at most eight.
  @inline(__always)
  func isPrefixed(by text: StaticString) -> Bool {
    var word: UInt64 = 0
    var mask: UInt64 = 0
    for index in 0..<text.utf8CodeUnitCount {
      word |= UInt64(text.utf8Start[index]) << UInt64(8 * index)
      mask |= 0xFF << UInt64(8 * index)
    }
    return self & mask == word
  }
}
