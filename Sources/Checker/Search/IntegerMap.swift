/// A map from integers to integers by open addressing, for what is looked up for each operation.
///
/// Keys are any but the smallest `Int32`.
struct IntegerMap: Sendable {
  /// Key and value in turn.
  private var cells: [Int32]
  private(set) var count = 0

  /// That many keys fit before the map grows.
  init(expecting expected: Int) {
    var size = 16
    while size < expected * 2 { size *= 2 }
    cells = IntegerMap.empty(size)
  }

  private static func empty(_ size: Int) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: size * 2) { buffer, count in
      for index in 0..<size {
        buffer[index * 2] = Int32.min
        buffer[index * 2 + 1] = 0
      }
      count = size * 2
    }
  }

  private func slot(_ key: Int32) -> Int {
    let mask = cells.count / 2 - 1
    let hash = UInt64(UInt32(bitPattern: key)) &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: hash >> 32) & mask
    while cells[slot * 2] != key, cells[slot * 2] != Int32.min { slot = (slot + 1) & mask }
    return slot
  }

  /// The value of a key, or nil; setting nil is not provided for.
  subscript(key: Int32) -> Int32? {
    get {
      let slot = slot(key)
      return cells[slot * 2] == key ? cells[slot * 2 + 1] : nil
    }
    set {
      guard let newValue else { return }
      var slot = slot(key)
      if cells[slot * 2] != key {
        if count * 2 >= cells.count / 2 {
          let old = cells
          cells = IntegerMap.empty(cells.count)
          count = 0
          for index in stride(from: 0, to: old.count, by: 2) where old[index] != Int32.min {
            self[old[index]] = old[index + 1]
          }
          slot = self.slot(key)
        }
        cells[slot * 2] = key
        count += 1
      }
      cells[slot * 2 + 1] = newValue
    }
  }
}
