/// A flat hash table from non-negative numbers to numbers.
struct NumberIndex {
  private var keys: [Int32]
  private var numbers: [Int32]
  private let mask: Int

  /// The table does not grow: it holds at most that many keys.
  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    keys = [Int32](repeating: -1, count: size)
    numbers = [Int32](repeating: -1, count: size)
    mask = size - 1
  }

  private func slot(_ key: Int32) -> Int {
    var slot = Int(
      truncatingIfNeeded: (UInt64(UInt32(bitPattern: key)) &* 0x9E37_79B9_7F4A_7C15) >> 32)
    slot &= mask
    while keys[slot] >= 0, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  /// The number of a key, or -1.
  ///
  /// - Complexity: O(1) expected.
  subscript(key: Int32) -> Int32 {
    get { numbers[slot(key)] }
    set {
      let slot = slot(key)
      keys[slot] = key
      numbers[slot] = newValue
    }
  }

  /// Whether a key has a number.
  func has(_ key: Int32) -> Bool { keys[slot(key)] >= 0 }
}
