import Histories

/// Whether some order lets every read return one of the last two writes: LBT, “limited
/// backtracking” (W. Golab, X. Li, M. A. Shah, PODC 2011, doi:10.1145/1993806.1993834, section 4).
///
/// The order is built from its end in epochs. Choose as last a write that precedes no other that is
/// left. What is left of its reads, and every read that really follows it, must come after it;
/// those
/// that are not its own must all be of one other write, for a read may look back by two writes
/// only:
/// that one is the next, and the epoch goes on. When none is forced, the epoch is over and is never
/// undone: any completion of another choice could be changed into one that begins with it. When a
/// choice fails, another is tried for the same epoch; when none is left, no order exists. A write
/// ends no later than its first read, which is why intervals end at `done`.
struct TwoAtomicity {
  /// What one answer may cost; beyond it there is none.
  private static let mostSteps = 4_000_000

  private let log: RegisterLog
  private let ownReads: [[Int]]
  /// Clusters by their ends and by their beginnings, reads by their beginnings, all ascending.
  private let byEnd: [Int]
  private let byStart: [Int]
  private let byRead: [Int]
  private var isPlaced: [Bool]
  private var isRead: [Bool]
  private var steps = 0

  /// The answer, or nil when it would cost too much.
  static func holds(_ log: RegisterLog) -> Bool? {
    var search = TwoAtomicity(log)
    return search.run()
  }

  private init(_ log: RegisterLog) {
    self.log = log
    var own = [[Int]](repeating: [], count: log.clusters.count)
    for (index, read) in log.reads.enumerated() { own[read.cluster].append(index) }
    ownReads = own
    byEnd = log.present.sorted { log.clusters[$0].done < log.clusters[$1].done }
    byStart = log.present.sorted { log.clusters[$0].invoked < log.clusters[$1].invoked }
    byRead = log.reads.indices.sorted { log.reads[$0].invoked < log.reads[$1].invoked }
    isPlaced = log.clusters.map { $0.done == History.never }
    isRead = [Bool](repeating: false, count: log.reads.count)
  }

  /// Ends of the three lists, beyond which everything is placed.
  private struct Ends {
    var ends: Int
    var starts: Int
    var reads: Int
  }

  private mutating func run() -> Bool? {
    var ends = Ends(ends: byEnd.count, starts: byStart.count, reads: byRead.count)
    while true {
      trim(&ends)
      guard ends.ends > 0 else { return true }
      var isDone = false
      let (latest, second) = latestStarts(ends)
      for place in stride(from: ends.ends - 1, through: 0, by: -1) {
        let candidate = byEnd[place]
        steps += 1
        if isPlaced[candidate] { continue }
        let others = candidate == latest ? second : latest
        let done = log.clusters[candidate].done
        if let others, done < log.clusters[others].invoked {
          // Ends only get earlier, and only the latest to begin may be held against another.
          if candidate == latest { continue } else { break }
        }
        if epoch(from: candidate, ends) {
          isDone = true
          break
        }
        if steps > TwoAtomicity.mostSteps { return nil }
      }
      if steps > TwoAtomicity.mostSteps { return nil }
      if !isDone { return false }
    }
  }

  private func trim(_ ends: inout Ends) {
    while ends.ends > 0, isPlaced[byEnd[ends.ends - 1]] { ends.ends -= 1 }
    while ends.starts > 0, isPlaced[byStart[ends.starts - 1]] { ends.starts -= 1 }
    while ends.reads > 0, isRead[byRead[ends.reads - 1]] { ends.reads -= 1 }
  }

  /// The cluster that began last among those left, and the one before it.
  private func latestStarts(_ ends: Ends) -> (Int?, Int?) {
    var latest: Int?
    for place in stride(from: ends.starts - 1, through: 0, by: -1) {
      let cluster = byStart[place]
      if isPlaced[cluster] { continue }
      if let latest { return (latest, cluster) }
      latest = cluster
    }
    return (latest, nil)
  }

  /// Places an epoch that ends with a write, or nothing.
  private mutating func epoch(from last: Int, _ ends: Ends) -> Bool {
    var ends = ends
    var placed: [Int] = []
    var read: [Int] = []
    var current = last
    while true {
      steps += 1
      trim(&ends)
      let (latest, second) = latestStarts(ends)
      let others = current == latest ? second : latest
      let done = log.clusters[current].done
      if let others, done < log.clusters[others].invoked { break }
      var source: Int?
      guard gather(current, done, ends, &read, &source) else { break }
      isPlaced[current] = true
      placed.append(current)
      guard let next = source else { return true }
      if isPlaced[next] { break }
      current = next
    }
    for cluster in placed { isPlaced[cluster] = false }
    for index in read { isRead[index] = false }
    return false
  }

  /// Takes the reads that come after a write; false when they are of several other writes.
  private mutating func gather(
    _ current: Int, _ done: Int32, _ ends: Ends, _ read: inout [Int], _ source: inout Int?
  ) -> Bool {
    for index in ownReads[current] where !isRead[index] {
      isRead[index] = true
      read.append(index)
    }
    steps += ownReads[current].count
    var place = ends.reads - 1
    while place >= 0, log.reads[byRead[place]].invoked > done {
      let index = byRead[place]
      place -= 1
      steps += 1
      if isRead[index] { continue }
      let cluster = log.reads[index].cluster
      if let source, source != cluster { return false }
      source = cluster
      isRead[index] = true
      read.append(index)
    }
    return true
  }
}
