import Histories

/// Two reads one after the other, the second of the older value.
public struct Inversion: Sendable, Equatable {
  /// The read that completed first and saw the newer value.
  public var newer: Int
  /// The read that began after it and saw the older one.
  public var older: Int

  /// Names both reads by their indices in the history, in the order in which they happened.
  public init(newer: Int, older: Int) {
    self.newer = newer
    self.older = older
  }
}

/// Regularity for many writers: each read returns the value of a write that it was concurrent with,
/// or of one that no other certainly overwrote before the read began (L. Lamport, “On interprocess
/// communication”, Distributed Computing 1(2), 1986, doi:10.1007/BF01786228; C. Shao et al.,
/// “Multiwriter consistency conditions for shared memory registers”, SIAM J. Comput. 40(1), 2011,
/// doi:10.1137/07071158X: the weak form).
enum Regularity {
  /// Reads that are not even regular, by their invocations.
  ///
  /// A write completed before the read began and invoked after the read's write had completed: the
  /// latest invocation among the writes completed by then tells whether there is one.
  ///
  /// - Complexity: O(n log n).
  static func offenders(_ log: RegisterLog) -> [Int] {
    let clusters = log.clusters
    let byReturn = clusters.indices.filter { clusters[$0].returned != History.never }
      .sorted { clusters[$0].returned < clusters[$1].returned }
    var next = 0
    var newest: Int32 = -1
    var offenders: [Int] = []
    for read in log.reads.sorted(by: { $0.invoked < $1.invoked }) {
      while next < byReturn.count, clusters[byReturn[next]].returned < read.invoked {
        newest = max(newest, clusters[byReturn[next]].invoked)
        next += 1
      }
      if clusters[read.cluster].returned < newest { offenders.append(read.operation) }
    }
    return offenders
  }

  /// For each read that an earlier read of a newer value precedes, that pair; by the later read.
  ///
  /// The newer value's write was invoked after the older one was certainly written, so the order of
  /// the two writes is certain; the earlier read completed before the later one began.
  ///
  /// - Complexity: O(n log n).
  static func inversions(_ log: RegisterLog) -> [Inversion] {
    let clusters = log.clusters
    let byReturn = log.reads.sorted { $0.returned < $1.returned }
    var next = 0
    var newest: RegisterLog.Read?
    var found: [Inversion] = []
    for read in log.reads.sorted(by: { $0.invoked < $1.invoked }) {
      while next < byReturn.count, byReturn[next].returned < read.invoked {
        let invoked = newest.map { clusters[$0.cluster].invoked } ?? Int32.min
        if clusters[byReturn[next].cluster].invoked > invoked { newest = byReturn[next] }
        next += 1
      }
      guard let newest, clusters[newest.cluster].invoked > clusters[read.cluster].done else {
        continue
      }
      found.append(Inversion(newer: newest.operation, older: read.operation))
    }
    return found
  }
}
