/// A table of bounded size that forgets what was put in first.
///
/// Rules compare facts that lie close to each other in a trace; what is forgotten is not compared.
struct RecentTable<Key: Hashable, Value> {
  /// How many entries are remembered.
  static var capacity: Int { 1 << 18 }

  private var values: [Key: Value] = [:]
  private var order: [Key] = []
  private var oldest = 0

  /// The value of a key.
  subscript(key: Key) -> Value? { values[key] }

  /// How many entries were forgotten.
  private(set) var forgotten = 0

  /// Remembers a value for a new key.
  ///
  /// - Complexity: O(1) expected.
  mutating func insert(_ value: Value, for key: Key) {
    if order.count < Self.capacity {
      order.append(key)
    } else {
      values[order[oldest]] = nil
      order[oldest] = key
      oldest = (oldest + 1) % Self.capacity
      forgotten += 1
    }
    values[key] = value
  }

  /// Changes the value of a known key.
  mutating func update(_ value: Value, for key: Key) { values[key] = value }
}
