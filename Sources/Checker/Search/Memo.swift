/// The configurations that a search has seen: exact rows in one arena, found by open addressing.
///
/// A row is `[event | must | state] [parent | arrival] [bits …] [usage]`. The second word says how
/// the configuration was first reached, the others are the configuration. Rows are never moved, so
/// a row number names a configuration for the whole search. Rows that agree in everything but the
/// bits of pure and of optional operations and the usage form a chain, in which no row dominates
/// another (R2, R7); a row that is dominated later leaves the chain. A slot holds 32 bits of the
/// hash beside the chain's head: nearly every probe that compares rows finds its own.
struct Memo {
  /// Words a row.
  let width: Int
  private(set) var words: [UInt64] = []
  /// Rows that were ever added, dominated ones included.
  private(set) var count = 0
  private var capacity = 0
  /// The next row of each row's chain plus one, 0 at its end, -1 when it left the chain.
  private var next: [Int32] = []
  /// `tag << 32 | row + 1`, 0 when free.
  private var slots: [UInt64] = []
  /// Rows that were compared with others of their chains.
  private(set) var comparisons = 0
  private let problem: Problem.Layout
  private let ledger: Ledger

  init(_ layout: Problem.Layout, ledger: Ledger) {
    problem = layout
    width = layout.rowWords
    self.ledger = ledger
  }

  func event(_ row: Int) -> Int { Int(words[row * width] >> 32) }
  func state(_ row: Int) -> Int32 { Int32(truncatingIfNeeded: words[row * width] & 0x7FFF_FFFF) }
  func parent(_ row: Int) -> Int { Int(Int32(truncatingIfNeeded: words[row * width + 1] >> 32)) }
  func arrival(_ row: Int) -> Int32 { Int32(truncatingIfNeeded: words[row * width + 1]) }
  /// Whether a row was dominated by a later one.
  func isDominated(_ row: Int) -> Bool { next[row] < 0 }
  /// Leaves a row out as if another dominated it; its chain ends there.
  mutating func leaveOut(_ row: Int) { next[row] = -1 }
  /// Says where a row's way here is kept.
  mutating func set(_ row: Int, way: UInt64) { words[row * width + 1] = way }

  /// Forgets every row; keeps its memory unless that is far too much.
  mutating func clear() {
    if slots.count > 1024, count * 32 < slots.count {
      ledger.release(bytes: slots.count * 8)
      slots = []
    } else {
      for slot in slots.indices { slots[slot] = 0 }
    }
    count = 0
    words.removeAll(keepingCapacity: true)
    next.removeAll(keepingCapacity: true)
  }

  /// What ``insert(_:_:)`` found.
  enum Insertion: Equatable {
    case new(row: Int)
    case known
    case noMemory
  }

  /// Adds a row unless one that is known dominates it.
  ///
  /// - Complexity: O(width · chain) expected, amortised.
  mutating func insert(_ row: [UInt64], _ usage: UsageTable) -> Insertion {
    if (count + 1) * 2 > slots.count, !growSlots() { return .noMemory }
    if count + 1 > capacity, !growWords() { return .noMemory }
    let hash = hash(row, from: 0)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    let tag = hash >> 32
    var head: Int32 = 0
    while slots[slot] != 0 {
      if slots[slot] >> 32 == tag {
        let first = Int(slots[slot] & 0xFFFF_FFFF) - 1
        if isOfChain(row, first) {
          head = Int32(truncatingIfNeeded: first + 1)
          break
        }
      }
      slot = (slot + 1) & mask
    }
    if head != 0, !joins(row, &head, usage) { return .known }
    words.append(contentsOf: row)
    next.append(head)
    count += 1
    slots[slot] = tag << 32 | UInt64(count)
    return .new(row: count - 1)
  }

  /// Whether no row of a chain dominates a new one; those that it dominates leave the chain.
  private mutating func joins(
    _ row: [UInt64], _ head: inout Int32, _ usage: UsageTable
  ) -> Bool {
    var place = head
    while place > 0 {
      comparisons &+= 1
      if isDominating(words, (Int(place) - 1) * width, row, 0, usage) { return false }
      place = next[Int(place) - 1]
    }
    place = head
    var last: Int32 = 0
    while place > 0 {
      let after = next[Int(place) - 1]
      if isDominating(row, 0, words, (Int(place) - 1) * width, usage) {
        next[Int(place) - 1] = -1
        if last == 0 { head = after } else { next[Int(last) - 1] = after }
      } else {
        last = place
      }
      place = after
    }
    return true
  }

  private func isOfChain(_ row: [UInt64], _ known: Int) -> Bool {
    let start = known * width
    if words[start] != row[0] { return false }
    for index in 0..<problem.slotWords
    where (words[start + 2 + index] ^ row[2 + index]) & problem.exact[index] != 0 {
      return false
    }
    return problem.countsUsage || !problem.hasUsage || words[start + width - 1] == row[width - 1]
  }

  /// Whether one row dominates another of its chain.
  private func isDominating(
    _ a: [UInt64], _ startA: Int, _ b: [UInt64], _ startB: Int, _ usage: UsageTable
  ) -> Bool {
    for index in 0..<problem.slotWords {
      let bitsA = a[startA + 2 + index]
      let bitsB = b[startB + 2 + index]
      if bitsB & ~bitsA & problem.pure[index] != 0 { return false }
      if bitsA & ~bitsB & problem.optional[index] != 0 { return false }
    }
    if !problem.hasUsage { return true }
    return usage.isAtMost(
      Int32(truncatingIfNeeded: a[startA + width - 1]),
      Int32(truncatingIfNeeded: b[startB + width - 1]))
  }

  private func hash(_ row: [UInt64], from start: Int) -> UInt64 {
    var hash = row[start] &* 0x9E37_79B9_7F4A_7C15
    for index in 0..<problem.slotWords {
      let bits = row[start + 2 + index] & problem.exact[index]
      hash = (hash ^ (hash >> 32) ^ bits) &* 0xBF58_476D_1CE4_E5B9
    }
    if problem.hasUsage, !problem.countsUsage {
      hash = (hash ^ (hash >> 32) ^ row[start + width - 1]) &* 0xBF58_476D_1CE4_E5B9
    }
    hash ^= hash >> 31
    hash = hash &* 0x94D0_49BB_1331_11EB
    return hash ^ (hash >> 29)
  }

  private mutating func growWords() -> Bool {
    let larger = max(32, capacity * 2)
    guard ledger.reserve(bytes: larger * (width * 8 + 4)) else { return false }
    words.reserveCapacity(larger * width)
    next.reserveCapacity(larger)
    ledger.release(bytes: capacity * (width * 8 + 4))
    capacity = larger
    return true
  }

  private mutating func growSlots() -> Bool {
    let larger = max(64, slots.count * 2)
    guard larger <= 1 << 32, ledger.reserve(bytes: larger * 8) else { return false }
    var new = [UInt64](repeating: 0, count: larger)
    let mask = larger - 1
    for entry in slots where entry != 0 {
      let hash = hash(words, from: (Int(entry & 0xFFFF_FFFF) - 1) * width)
      var slot = Int(truncatingIfNeeded: hash) & mask
      while new[slot] != 0 { slot = (slot + 1) & mask }
      new[slot] = entry
    }
    ledger.release(bytes: slots.count * 8)
    slots = new
    return true
  }
}
