/// A binary heap of a key and a number; the least key is on top.
struct NumberHeap {
  private var entries: [UInt64] = []

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  /// Adds an entry; the key must not be negative.
  ///
  /// - Complexity: O(log n).
  mutating func push(key: Int32, _ number: Int) {
    entries.append(UInt64(UInt32(bitPattern: key)) << 32 | UInt64(number))
    var place = entries.count - 1
    while place > 0, entries[place] < entries[(place - 1) / 2] {
      entries.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes the entry with the least key; nil when there is none.
  ///
  /// - Complexity: O(log n).
  mutating func pop() -> (key: Int32, number: Int)? {
    guard let top = entries.first else { return nil }
    let last = entries.removeLast()
    if !entries.isEmpty {
      entries[0] = last
      var place = 0
      while true {
        var child = 2 * place + 1
        if child >= entries.count { break }
        if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
        if entries[place] <= entries[child] { break }
        entries.swapAt(place, child)
        place = child
      }
    }
    return (Int32(truncatingIfNeeded: top >> 32), Int(top & 0xFFFF_FFFF))
  }
}
