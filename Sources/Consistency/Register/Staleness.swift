import Histories

/// A read that certainly returned what had been overwritten before it began.
public struct StaleRead: Sendable, Equatable {
  /// The read, or the compare-and-set that found the value.
  public var operation: Int
  /// The operation that wrote what it returned; nil for the initial value.
  public var writer: Int?
  /// The write that was the first to be certainly over among those that certainly followed.
  public var overwriter: Int
  /// How many writes certainly lay between the one that it returned and its beginning.
  public var versions: Int
  /// The time from the instant at which ``overwriter`` had certainly happened to the read's
  /// beginning; nil without times.
  public var nanoseconds: Int64?

  /// Names operations by their indices in the history. No writer stands for the initial value, and
  /// no `nanoseconds` for a history without times.
  public init(
    operation: Int, writer: Int?, overwriter: Int, versions: Int, nanoseconds: Int64?
  ) {
    self.operation = operation
    self.writer = writer
    self.overwriter = overwriter
    self.versions = versions
    self.nanoseconds = nanoseconds
  }
}

/// What each read certainly missed.
///
/// A write *w′* certainly follows *w* when it was invoked after *w* was done, and certainly
/// precedes the read when it was done before the read began; *done* is the earliest completion of
/// the write itself and of its reads. In every order of all operations *w′* then lies between *w*
/// and the read. So one more than the number of such *w′* is a lower bound of the *k* of
/// k-atomicity (W. Golab, X. Li, M. A. Shah, “Analyzing consistency properties for fun and profit”,
/// PODC 2011, doi:10.1145/1993806.1993834).
enum Staleness {
  /// The stale reads by their invocations.
  ///
  /// The writes between are intervals `[invoked, done]` inside `(done of w, beginning of the
  /// read)`:
  /// counted for all reads at once by a sweep over ends with a Fenwick tree over beginnings.
  ///
  /// - Complexity: O(n log n).
  static func reads(_ log: RegisterLog, _ history: History) -> [StaleRead] {
    let clusters = log.clusters
    let byStart = log.present.sorted { clusters[$0].invoked < clusters[$1].invoked }
    let byEnd = log.present.sorted { clusters[$0].done < clusters[$1].done }
    var position = [Int](repeating: 0, count: clusters.count)
    for (place, cluster) in byStart.enumerated() { position[cluster] = place }
    // The earliest end among what begins at or after each position.
    var earliest = [Int](repeating: -1, count: byStart.count)
    for place in byStart.indices.reversed() {
      let next = place + 1 < byStart.count ? earliest[place + 1] : -1
      let own = byStart[place]
      earliest[place] = next < 0 || clusters[own].done < clusters[next].done ? own : next
    }
    var tree = Fenwick(count: byStart.count)
    var added = 0
    var found: [StaleRead] = []
    for read in log.reads.sorted(by: { $0.invoked < $1.invoked }) {
      while added < byEnd.count, clusters[byEnd[added]].done < read.invoked {
        tree.add(position[byEnd[added]])
        added += 1
      }
      let done = clusters[read.cluster].done
      guard done < read.invoked else { continue }
      let after = firstStart(after: done, byStart, clusters)
      let versions = added - tree.sum(before: after)
      guard versions > 0 else { continue }
      let first = clusters[earliest[after]]
      guard let overwriter = first.writer, let witness = first.witness else { continue }
      found.append(
        StaleRead(
          operation: read.operation, writer: clusters[read.cluster].writer,
          overwriter: overwriter, versions: versions,
          nanoseconds: log.hasTimes
            ? history.invokedTime[read.operation] - history.completedTime[witness] : nil))
    }
    return found
  }

  private static func firstStart(
    after rank: Int32, _ byStart: [Int], _ clusters: [RegisterLog.ValueCluster]
  ) -> Int {
    var low = 0
    var high = byStart.count
    while low < high {
      let middle = (low + high) / 2
      if clusters[byStart[middle]].invoked > rank { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Counts of positions with prefix sums, both O(log n) (P. Fenwick, SPE 24(3), 1994,
/// doi:10.1002/spe.4380240306).
struct Fenwick {
  private var sums: [Int32]

  init(count: Int) { sums = [Int32](repeating: 0, count: count + 1) }

  /// Counts one more at a position.
  mutating func add(_ position: Int) {
    var place = position + 1
    while place < sums.count {
      sums[place] += 1
      place += place & -place
    }
  }

  /// How many were counted at positions before one.
  func sum(before position: Int) -> Int {
    var place = position
    var sum = 0
    while place > 0 {
      sum += Int(sums[place])
      place -= place & -place
    }
    return sum
  }
}
