/// A flat table from 64-bit keys to 32-bit values: what the diagrams remember.
///
/// Open addressing with linear probing; the key of all ones marks an empty place.
struct IndexTable {
  private var keys: [UInt64]
  private var values: [Int32]
  private(set) var count = 0

  init() {
    keys = [UInt64](repeating: ~0, count: 64)
    values = [Int32](repeating: 0, count: 64)
  }

  /// The value of a key, or nil.
  ///
  /// - Precondition: the key is not all ones.
  subscript(key: UInt64) -> Int32? {
    var place = slot(key)
    while keys[place] != ~0 {
      if keys[place] == key { return values[place] }
      place = (place + 1) & (keys.count - 1)
    }
    return nil
  }

  /// Sets a key's value.
  mutating func set(_ key: UInt64, _ value: Int32) {
    if (count + 1) * 2 > keys.count { grow() }
    var place = slot(key)
    while keys[place] != ~0, keys[place] != key { place = (place + 1) & (keys.count - 1) }
    if keys[place] == ~0 { count += 1 }
    keys[place] = key
    values[place] = value
  }

  private func slot(_ key: UInt64) -> Int {
    var mixed = key
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) & UInt64(keys.count - 1))
  }

  private mutating func grow() {
    let (oldKeys, oldValues) = (keys, values)
    keys = [UInt64](repeating: ~0, count: oldKeys.count * 2)
    values = [Int32](repeating: 0, count: oldKeys.count * 2)
    for (key, value) in zip(oldKeys, oldValues) where key != ~0 {
      var place = slot(key)
      while keys[place] != ~0 { place = (place + 1) & (keys.count - 1) }
      keys[place] = key
      values[place] = value
    }
  }
}
