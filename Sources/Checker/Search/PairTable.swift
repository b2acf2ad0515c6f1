/// Hash-consed pairs: equal pairs have equal ids, so a list is its last cell and a comparison of
/// two structures is one of two integers.
///
/// J.-C. Filliâtre, S. Conchon, “Type-safe modular hash-consing”, ML 2006,
/// doi:10.1145/1159876.1159880. Nothing is ever freed before the whole table is.
struct PairTable {
  private(set) var left: [Int32] = []
  private(set) var right: [Int32] = []
  /// Id + 1, 0 when free.
  private var slots: [Int32] = []
  private var capacity = 0
  private let ledger: Ledger

  init(_ ledger: Ledger) {
    self.ledger = ledger
  }

  /// How many pairs there are.
  var count: Int { left.count }

  /// The id of a pair, or ``refused`` when there is no memory for a new one.
  ///
  /// - Complexity: O(1) expected.
  mutating func id(_ a: Int32, _ b: Int32) -> Int32 {
    if left.count * 2 >= slots.count, !grow() { return refused }
    let mask = slots.count - 1
    var slot = PairTable.hash(a, b) & mask
    while slots[slot] != 0 {
      let id = Int(slots[slot]) - 1
      if left[id] == a, right[id] == b { return Int32(truncatingIfNeeded: id) }
      slot = (slot + 1) & mask
    }
    left.append(a)
    right.append(b)
    slots[slot] = Int32(truncatingIfNeeded: left.count)
    return Int32(truncatingIfNeeded: left.count - 1)
  }

  private static func hash(_ a: Int32, _ b: Int32) -> Int {
    var hash = UInt64(UInt32(bitPattern: a)) << 32 | UInt64(UInt32(bitPattern: b))
    hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
    hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: hash ^ (hash >> 32))
  }

  private mutating func grow() -> Bool {
    let larger = max(64, slots.count * 2)
    // A slot, and half a pair for it.
    guard larger < 1 << 31, ledger.reserve(bytes: larger * 8) else { return false }
    var new = [Int32](repeating: 0, count: larger)
    let mask = larger - 1
    for id in 0..<left.count {
      var slot = PairTable.hash(left[id], right[id]) & mask
      while new[slot] != 0 { slot = (slot + 1) & mask }
      new[slot] = Int32(truncatingIfNeeded: id + 1)
    }
    left.reserveCapacity(larger / 2)
    right.reserveCapacity(larger / 2)
    ledger.release(bytes: slots.count * 8)
    slots = new
    return true
  }
}

/// Arrays of small numbers as hash-consed binary tries: all zeros at first, equal arrays have
/// equal ids, and a changed copy costs O(log size) new pairs.
///
/// A node at height 0 is the number itself; higher up it is the id of a pair, plus one, and zero
/// is the trie of zeros at every height.
struct TrieTable {
  private var pairs: PairTable
  private(set) var height = 0

  /// Makes a table of tries of one element; ``widen(to:)`` makes them larger.
  init(_ ledger: Ledger) {
    pairs = PairTable(ledger)
  }

  /// Makes room for that many elements; only before the first trie is made.
  mutating func widen(to count: Int) {
    while 1 << height < count { height += 1 }
  }

  /// The element at an index.
  func element(_ trie: Int32, _ index: Int) -> Int32 {
    var node = trie
    var level = height
    while level > 0, node != 0 {
      level -= 1
      let id = Int(node) - 1
      node = index >> level & 1 == 0 ? pairs.left[id] : pairs.right[id]
    }
    return node
  }

  /// The trie with another element at an index, or ``refused`` when there is no memory.
  mutating func setting(_ trie: Int32, _ index: Int, to element: Int32) -> Int32 {
    set(trie, index, element, level: height)
  }

  private mutating func set(
    _ node: Int32, _ index: Int, _ element: Int32, level: Int
  ) -> Int32 {
    if level == 0 { return element }
    var left: Int32 = 0
    var right: Int32 = 0
    if node != 0 {
      left = pairs.left[Int(node) - 1]
      right = pairs.right[Int(node) - 1]
    }
    if index >> (level - 1) & 1 == 0 {
      left = set(left, index, element, level: level - 1)
    } else {
      right = set(right, index, element, level: level - 1)
    }
    if left == refused || right == refused { return refused }
    if left == 0, right == 0 { return 0 }
    let id = pairs.id(left, right)
    return id == refused ? refused : id + 1
  }

  /// The first index from `start` on whose element is not zero, or nil.
  func firstNonZero(_ trie: Int32, from start: Int) -> Int? {
    start < 1 << height ? find(trie, start, base: 0, level: height) : nil
  }

  private func find(_ node: Int32, _ start: Int, base: Int, level: Int) -> Int? {
    if node == 0 || base + 1 << level <= start { return nil }
    if level == 0 { return base }
    let id = Int(node) - 1
    return find(pairs.left[id], start, base: base, level: level - 1)
      ?? find(pairs.right[id], start, base: base + 1 << (level - 1), level: level - 1)
  }

  /// Every index whose element is not zero, in order, with the element.
  func nonZeros(_ trie: Int32) -> [(index: Int, element: Int32)] {
    var found: [(Int, Int32)] = []
    var index = 0
    while let next = firstNonZero(trie, from: index) {
      found.append((next, element(trie, next)))
      index = next + 1
    }
    return found
  }
}
