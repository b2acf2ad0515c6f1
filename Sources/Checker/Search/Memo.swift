/// The configurations that a search has seen: exact rows in one arena, found by open addressing.
///
/// A row is `[event | state] [parent | arrival] [key words …]`. The first word and the key words
/// are the configuration; the second says how it was first reached. Rows are never moved out, so
/// a row number names a configuration for the whole search. A slot holds 32 bits of the hash
/// beside the row number: nearly every probe that compares rows finds its own.
struct Memo {
  /// Words a row.
  let width: Int
  private(set) var words: [UInt64] = []
  private(set) var count = 0
  private var capacity = 0
  /// `tag << 32 | row + 1`, 0 when free.
  private var slots: [UInt64] = []
  private let ledger: Ledger

  /// Makes an empty memo for rows with that many key words.
  init(keyWords: Int, ledger: Ledger) {
    width = keyWords + 2
    self.ledger = ledger
  }

  func event(_ row: Int) -> Int { Int(words[row * width] >> 32) }
  func state(_ row: Int) -> Int32 { Int32(truncatingIfNeeded: words[row * width]) }
  func parent(_ row: Int) -> Int { Int(Int32(truncatingIfNeeded: words[row * width + 1] >> 32)) }
  func arrival(_ row: Int) -> Int32 { Int32(truncatingIfNeeded: words[row * width + 1]) }

  /// What ``insert(_:)`` found.
  enum Insertion: Equatable {
    case new(row: Int)
    case known
    case noMemory
  }

  /// Adds a row unless its configuration is known.
  ///
  /// - Complexity: O(width) expected, amortised.
  mutating func insert(_ row: [UInt64]) -> Insertion {
    if (count + 1) * 2 > slots.count, !growSlots() { return .noMemory }
    if (count + 1) * width > capacity, !growWords() { return .noMemory }
    let hash = Memo.hash(row)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    let tag = hash >> 32
    while slots[slot] != 0 {
      if slots[slot] >> 32 == tag {
        let start = (Int(slots[slot] & 0xFFFF_FFFF) - 1) * width
        if isEqual(row, at: start) { return .known }
      }
      slot = (slot + 1) & mask
    }
    slots[slot] = tag << 32 | UInt64(count + 1)
    words.append(contentsOf: row)
    count += 1
    return .new(row: count - 1)
  }

  private func isEqual(_ row: [UInt64], at start: Int) -> Bool {
    if words[start] != row[0] { return false }
    var index = 2
    while index < width {
      if words[start + index] != row[index] { return false }
      index += 1
    }
    return true
  }

  private static func hash(_ row: [UInt64]) -> UInt64 {
    var hash = row[0] &* 0x9E37_79B9_7F4A_7C15
    var index = 2
    while index < row.count {
      hash = (hash ^ (hash >> 32) ^ row[index]) &* 0xBF58_476D_1CE4_E5B9
      index += 1
    }
    hash ^= hash >> 31
    hash = hash &* 0x94D0_49BB_1331_11EB
    return hash ^ (hash >> 29)
  }

  private mutating func growWords() -> Bool {
    let larger = max(32 * width, capacity * 2)
    guard ledger.reserve(bytes: larger * 8) else { return false }
    words.reserveCapacity(larger)
    ledger.release(bytes: capacity * 8)
    capacity = larger
    return true
  }

  private mutating func growSlots() -> Bool {
    let larger = max(64, slots.count * 2)
    guard larger <= 1 << 32, ledger.reserve(bytes: larger * 8) else { return false }
    var new = [UInt64](repeating: 0, count: larger)
    let mask = larger - 1
    var row = [UInt64](repeating: 0, count: width)
    for index in 0..<count {
      for word in 0..<width { row[word] = words[index * width + word] }
      let hash = Memo.hash(row)
      var slot = Int(truncatingIfNeeded: hash) & mask
      while new[slot] != 0 { slot = (slot + 1) & mask }
      new[slot] = hash & ~0xFFFF_FFFF | UInt64(index + 1)
    }
    ledger.release(bytes: slots.count * 8)
    slots = new
    return true
  }
}
