/// The entries after the snapshot, by index from 1 (extended Raft paper, sections 5.3 and 7).
struct RaftLog: Sendable, Equatable {
  /// The last entry that the snapshot stands for; index 0 without a snapshot.
  private(set) var base = RaftPosition(index: 0, term: 0)
  private var entries: [RaftEntry] = []
  /// The first entry that is not as it was when that was last asked; for who looks at each step.
  private(set) var touchedFrom: Int64 = .max

  /// The index of the last entry.
  var lastIndex: Int64 { base.index + Int64(entries.count) }

  /// The place of the last entry.
  var last: RaftPosition {
    RaftPosition(index: lastIndex, term: entries.last?.term ?? base.term)
  }

  /// The term of the entry there, or nil when it is beyond the end or before the snapshot's last.
  func term(at index: Int64) -> Int64? {
    if index == base.index { return base.term }
    return entry(at: index)?.term
  }

  /// The entry there, or nil when the log does not hold it.
  func entry(at index: Int64) -> RaftEntry? {
    guard index > base.index, index <= lastIndex else { return nil }
    return entries[Int(index - base.index - 1)]
  }

  /// At most that many entries, from the index on.
  func entries(from index: Int64, limit: Int = .max) -> [RaftEntry] {
    guard index > base.index, index <= lastIndex else { return [] }
    return Array(entries[Int(index - base.index - 1)...].prefix(limit))
  }

  /// The first entry held of the term that the entry at the index has.
  ///
  /// - Complexity: O(entries of that term).
  func firstIndex(ofTermAt index: Int64) -> Int64 {
    var first = index
    let term = term(at: index)
    while first - 1 > base.index, self.term(at: first - 1) == term { first -= 1 }
    return first
  }

  /// The last entry held of that term, or nil.
  ///
  /// - Complexity: O(entries of later terms).
  func lastIndex(ofTerm term: Int64) -> Int64? {
    guard let offset = entries.lastIndex(where: { $0.term <= term }),
      entries[offset].term == term
    else { return nil }
    return base.index + Int64(offset) + 1
  }

  /// From here on changes count.
  mutating func watch() { touchedFrom = .max }

  mutating func append(_ entry: RaftEntry) {
    entries.append(entry)
    touchedFrom = min(touchedFrom, lastIndex)
  }

  /// Drops the entry at the index and all after it.
  mutating func truncate(from index: Int64) {
    let keep = Int(min(max(0, index - base.index - 1), Int64(entries.count)))
    entries.removeLast(entries.count - keep)
    touchedFrom = min(touchedFrom, lastIndex + 1)
  }

  /// Drops what a snapshot stands for; keeps what comes after if the log agrees with the snapshot.
  mutating func compact(to position: RaftPosition) {
    if position.index >= base.index, term(at: position.index) == position.term {
      entries.removeFirst(Int(position.index - base.index))
    } else {
      entries.removeAll()
    }
    base = position
  }
}

extension RaftLog {
  /// Logs are equal when their entries are, whoever looked at them last.
  static func == (left: RaftLog, right: RaftLog) -> Bool {
    left.base == right.base && left.entries == right.entries
  }
}
