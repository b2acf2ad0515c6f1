/// What is known of one node's log: the term of each entry, as runs of equal terms.
///
/// Terms never decrease along a log, so a log of a million entries is a few runs.
struct TermRuns {
  /// The last entry below which nothing is known.
  private(set) var base: Int64 = 0
  private var baseTerm: Int64? = 0
  private var runs: [(first: Int64, term: Int64)] = []
  /// The index of the last entry.
  private(set) var last: Int64 = 0
  /// False until something says where the log ends.
  private(set) var isKnown = false

  /// The term of the entry there; nil when it is not known or not there.
  ///
  /// - Complexity: O(log runs).
  func term(at index: Int64) -> Int64? {
    guard isKnown, index >= base, index <= last else { return nil }
    if index == base { return baseTerm }
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].first <= index { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? runs[low - 1].term : nil
  }

  /// Begins anew at an entry of which only index and term are known.
  mutating func restart(at position: Pair) {
    base = position.first
    baseTerm = position.second
    last = base
    runs.removeAll(keepingCapacity: true)
    isKnown = true
  }

  /// Forgets everything, the end included.
  mutating func forget() { isKnown = false }

  /// Adds an entry at the end.
  mutating func append(term: Int64) {
    last += 1
    if runs.last?.term != term { runs.append((last, term)) }
  }

  /// Drops the entry at the index and all after it.
  mutating func truncate(from index: Int64) {
    guard isKnown, index <= last else { return }
    guard index > base else {
      restart(at: Pair(max(0, index - 1), 0))
      // What the log holds there was never said; before the first entry there is term 0.
      baseTerm = base == 0 ? 0 : nil
      return
    }
    last = index - 1
    while let run = runs.last, run.first > last { runs.removeLast() }
  }
}
