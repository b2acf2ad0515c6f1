/// How many pending operations of each form took effect: vectors of counts, hash-consed, so that a
/// configuration holds a vector as one integer however many forms there are.
///
/// A count has one bit more than it needs: with the top bits set in the minuend, one subtraction a
/// word compares all counts of the word (L. Lamport, “Multiple byte processing with full-word
/// instructions”, CACM 18(8), 1975, doi:10.1145/360933.360994). Vector 0 is all zeros.
struct UsageTable {
  /// Words a vector.
  let width: Int
  private var words: [UInt64]
  private(set) var count = 1
  private var capacity = 0
  /// Id + 1, 0 when free.
  private var slots: [Int32] = []
  /// The spare bit of every count.
  private let guards: [UInt64]
  private var scratch: [UInt64]
  private let ledger: Ledger

  init(guards: [UInt64], ledger: Ledger) {
    width = guards.count
    self.guards = guards
    self.ledger = ledger
    words = [UInt64](repeating: 0, count: width)
    scratch = words
  }

  /// The count of one form.
  func used(_ id: Int32, _ group: Problem.PendingGroup) -> Int {
    Int(words[Int(id) * width + group.word] >> group.shift & group.mask)
  }

  /// The vector with another count of one form, or ``refused`` when there is no memory.
  ///
  /// - Complexity: O(width) expected.
  mutating func setting(
    _ id: Int32, _ group: Problem.PendingGroup, to used: Int
  ) -> Int32 {
    for word in 0..<width { scratch[word] = words[Int(id) * width + word] }
    scratch[group.word] &= ~(group.mask << group.shift)
    scratch[group.word] |= UInt64(used) << group.shift
    return intern()
  }

  /// Whether no count of one vector is larger than the other's.
  func isAtMost(_ a: Int32, _ b: Int32) -> Bool {
    if a == b { return true }
    for word in 0..<width {
      let guarded = words[Int(b) * width + word] | guards[word]
      if (guarded - words[Int(a) * width + word]) & guards[word] != guards[word] { return false }
    }
    return true
  }

  private mutating func intern() -> Int32 {
    if scratch.allSatisfy({ $0 == 0 }) { return 0 }
    if (count + 1) * 2 > slots.count, !growSlots() { return refused }
    if (count + 1) > capacity, !growWords() { return refused }
    let mask = slots.count - 1
    var slot = hash(scratch, from: 0) & mask
    while slots[slot] != 0 {
      let id = Int(slots[slot]) - 1
      if (0..<width).allSatisfy({ words[id * width + $0] == scratch[$0] }) { return Int32(id) }
      slot = (slot + 1) & mask
    }
    words.append(contentsOf: scratch)
    count += 1
    slots[slot] = Int32(truncatingIfNeeded: count)
    return Int32(truncatingIfNeeded: count - 1)
  }

  private func hash(_ words: [UInt64], from start: Int) -> Int {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for word in start..<start + width {
      hash = (hash ^ (hash >> 32) ^ words[word]) &* 0xBF58_476D_1CE4_E5B9
    }
    return Int(truncatingIfNeeded: hash ^ (hash >> 31))
  }

  private mutating func growWords() -> Bool {
    let larger = max(16, capacity * 2)
    guard ledger.reserve(bytes: larger * width * 8) else { return false }
    words.reserveCapacity(larger * width)
    ledger.release(bytes: capacity * width * 8)
    capacity = larger
    return true
  }

  private mutating func growSlots() -> Bool {
    let larger = max(64, slots.count * 2)
    guard larger < 1 << 31, ledger.reserve(bytes: larger * 4) else { return false }
    var new = [Int32](repeating: 0, count: larger)
    for id in 1..<max(1, count) {
      var slot = hash(words, from: id * width) & (larger - 1)
      while new[slot] != 0 { slot = (slot + 1) & (larger - 1) }
      new[slot] = Int32(truncatingIfNeeded: id + 1)
    }
    ledger.release(bytes: slots.count * 4)
    slots = new
    return true
  }
}
