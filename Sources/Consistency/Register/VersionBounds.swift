import Histories

/// k-atomicity: each read returns one of the last *k* writes of some order of all operations.
///
/// One is decided exactly (``TimeStaleness/isAtomic(_:)``), two where ``TwoAtomicity`` is cheap.
/// Above, the
/// lower bound is one more than the most writes that certainly lie between a read's write and the
/// read; the upper bound is what certain orders of the writes need.
enum VersionBounds {
  /// The bounds of the least *k*, or nil when no *k* is enough.
  ///
  /// - Complexity: O(n log n), and what ``TwoAtomicity`` may spend.
  static func k(_ log: RegisterLog, stale: [StaleRead], isAtomic: Bool) -> ClosedRange<Int>? {
    guard log.unwritten.isEmpty, log.early.isEmpty else { return nil }
    if isAtomic { return 1...1 }
    let least = max(2, 1 + (stale.map(\.versions).max() ?? 0))
    let most = max(least, enough(log))
    guard least == 2, most > 2 else { return least...most }
    switch TwoAtomicity.holds(log) {
    case true: return 2...2
    case false: return 3...most
    case nil: return least...most
    }
  }

  /// A *k* that is enough: the best of three orders of the writes, by their intervals' middles,
  /// beginnings and ends.
  ///
  /// Each order keeps `done(a) < invoked(b)`. A read is put as early as the order allows: after its
  /// write, after the writes completed before it began, and not before a read that completed before
  /// it began. That never puts it behind a write that was invoked after it completed: such a write
  /// comes after every write that one of the three can name.
  private static func enough(_ log: RegisterLog) -> Int {
    let present = log.present
    let clusters = log.clusters
    let keys: [(RegisterLog.ValueCluster) -> Int64] = [
      { Int64($0.invoked) + Int64($0.done) }, { Int64($0.invoked) }, { Int64($0.done) },
    ]
    return keys.map { key in
      let order = present.sorted { left, right in
        let (one, other) = (key(clusters[left]), key(clusters[right]))
        return one == other ? left < right : one < other
      }
      var place = [Int](repeating: 0, count: clusters.count)
      for (index, cluster) in order.enumerated() { place[cluster] = index }
      return widest(log, place)
    }.min() ?? 1
  }

  private enum Step { case begin(Int), end(Int), written(Int) }

  /// The largest distance of a read from its write in one order of the writes.
  private static func widest(_ log: RegisterLog, _ place: [Int]) -> Int {
    var steps: [(rank: Int32, step: Step)] = []
    for (index, read) in log.reads.enumerated() {
      steps.append((read.invoked, .begin(index)))
      steps.append((read.returned, .end(index)))
    }
    for cluster in log.present where log.clusters[cluster].returned != History.never {
      steps.append((log.clusters[cluster].returned, .written(cluster)))
    }
    steps.sort { $0.rank < $1.rank }
    var latest = 0
    var position = [Int](repeating: 0, count: log.reads.count)
    var widest = 1
    for (_, step) in steps {
      switch step {
      case .written(let cluster): latest = max(latest, place[cluster])
      case .begin(let read):
        let own = place[log.reads[read].cluster]
        position[read] = max(own, latest)
        widest = max(widest, position[read] - own + 1)
      case .end(let read): latest = max(latest, position[read])
      }
    }
    return widest
  }
}
