import Histories

/// Δ-atomicity: by how much would every read's beginning have to be earlier for the whole to be
/// atomic? (W. Golab, X. Li, M. A. Shah, PODC 2011, doi:10.1145/1993806.1993834.)
///
/// A cluster *i* has `f`, when it was certainly written, and `s`, when something of it last began.
/// Unique values are atomic exactly when no two clusters conflict: `f(i) < s(j)` and
/// `f(j) < s(i)` (P. Gibbons, E. Korach, “Testing shared memories”, SIAM J. Comput. 26(4), 1997,
/// doi:10.1137/S0097539794279614). Moving reads' beginnings earlier by Δ leaves `f` as it is and
/// makes `s(Δ)` the later of the write's beginning and the last read's beginning less Δ, so
/// conflicts only vanish as Δ grows and the least Δ is found by halving. When Δ is as long as the
/// history, `s` is the write's beginning, and `f(i) < s(j) ≤ f(j) < s(i) ≤ f(i)` cannot be: there
/// is always an end, unless a read completed before its value's write began, which no shift of
/// beginnings repairs.
enum TimeStaleness {
  /// Whether no two clusters conflict in the order of events.
  ///
  /// - Complexity: O(n log n).
  static func isAtomic(_ log: RegisterLog) -> Bool {
    guard log.unwritten.isEmpty, log.early.isEmpty else { return false }
    let zones = log.present.map { place in
      let cluster = log.clusters[place]
      return Zone(
        done: Int64(cluster.done), invoked: Int64(cluster.invoked),
        lastRead: Int64(cluster.lastRead))
    }
    return !hasConflict(zones.sorted { $0.done < $1.done }, shift: 0)
  }

  /// The least Δ in nanoseconds; nil without times or when no Δ is enough.
  ///
  /// - Complexity: O(n log n log(duration)), and only over clusters that conflict.
  static func least(_ log: RegisterLog, _ history: History) -> Int64? {
    guard log.hasTimes, log.unwritten.isEmpty, log.early.isEmpty else { return nil }
    var lastRead = [Int64](repeating: Zone.long, count: log.clusters.count)
    for read in log.reads {
      lastRead[read.cluster] = max(lastRead[read.cluster], history.invokedTime[read.operation])
    }
    var zones = log.present.map { place in
      let cluster = log.clusters[place]
      return Zone(
        done: cluster.witness.map { history.completedTime[$0] } ?? Zone.long,
        invoked: cluster.writer.map { history.invokedTime[$0] } ?? Zone.long,
        lastRead: lastRead[place])
    }
    zones.sort { $0.done < $1.done }
    zones = conflicting(zones)
    guard let last = zones.map(\.lastRead).max() else { return 0 }
    var vain: Int64 = -1
    var enough = max(0, last - (zones.map(\.done).filter { $0 != Zone.long }.min() ?? last))
    while enough - vain > 1 {
      let middle = vain + (enough - vain) / 2
      if hasConflict(zones, shift: middle) { vain = middle } else { enough = middle }
    }
    return enough
  }

  private struct Zone {
    /// Before everything.
    static let long = Int64.min / 4
    var done: Int64
    var invoked: Int64
    var lastRead: Int64

    func start(_ shift: Int64) -> Int64 { max(invoked, lastRead - shift) }
  }

  private static func hasConflict(_ zones: [Zone], shift: Int64) -> Bool {
    firstConflicts(zones, shift: shift, stopsAtOne: true).contains(true)
  }

  /// Only those that conflict with some other as they are; both sides of each conflict are kept.
  private static func conflicting(_ zones: [Zone]) -> [Zone] {
    let marks = firstConflicts(zones, shift: 0, stopsAtOne: false)
    return zip(zones, marks).filter { $0.1 }.map { $0.0 }
  }

  /// Which zones (ascending by `done`) conflict with some other: for each, the latest start among
  /// the others that were done before it last began.
  private static func firstConflicts(
    _ zones: [Zone], shift: Int64, stopsAtOne: Bool
  ) -> [Bool] {
    var marks = [Bool](repeating: false, count: zones.count)
    // The largest start and the second among the first zones, and whose the largest is.
    var best: [(first: Int64, owner: Int, second: Int64)] = [(Zone.long * 2, -1, Zone.long * 2)]
    best.reserveCapacity(zones.count + 1)
    for (place, zone) in zones.enumerated() {
      let start = zone.start(shift)
      let last = best[place]
      if start > last.first {
        best.append((start, place, last.first))
      } else {
        best.append((last.first, last.owner, max(last.second, start)))
      }
    }
    for (place, zone) in zones.enumerated() {
      let start = zone.start(shift)
      var low = 0
      var high = zones.count
      while low < high {
        let middle = (low + high) / 2
        if zones[middle].done < start { low = middle + 1 } else { high = middle }
      }
      let top = best[low]
      let other = top.owner == place ? top.second : top.first
      if other > zone.done {
        marks[place] = true
        if stopsAtOne { return marks }
      }
    }
    return marks
  }
}
