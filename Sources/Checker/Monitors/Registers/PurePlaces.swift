import Histories

/// The calls of each cluster, as an order has them.
struct LaidCalls {
  /// The calls, cluster by cluster, the installer first.
  let order: [Int32]
  /// Where those of each cluster begin.
  let begins: [Int32]

  /// Takes an order of the clusters of a sequence, each of which says where its calls end.
  init(_ order: [Int32], _ columns: RegisterClusters, _ sequence: ChainSequence) {
    self.order = order
    var begins = [Int32](repeating: 0, count: columns.clusters.count)
    var end: Int32 = 0
    for cluster in sequence.clusters {
      begins[Int(cluster)] = end
      end = columns.clusters[Int(cluster)].reads
    }
    self.begins = begins
  }
}

/// Places calls that change nothing in an order of the others: mismatches, and reads of anything.
///
/// Every call of the order has a moment: that at which its value is installed, or a reader's own
/// invocation if it is later. The state is the same between two moments, so a call has its place
/// wherever an interval between two moments meets its own and the state suits it: for the moments
/// of a ``ChainSequence`` that is settled there is one for each. Calls placed at moments within
/// their intervals respect time.
struct PurePlaces {
  private let task: KeyTask
  private let columns: RegisterClusters
  private let sequence: ChainSequence
  /// The order of the calls that have a moment.
  private var order: [Int32] = []
  private var moments: [Int32] = []
  /// Where the value of each cluster of the sequence is installed in that order, and the next one.
  private var installed: [Int32] = []
  private var replaced: [Int32] = []
  /// The same of pending installers that come in between, by the clusters of their values.
  private var hiding: [Int32: (installed: Int32, replaced: Int32)] = [:]

  /// Lays the calls of a sequence out as it is now.
  ///
  /// - Complexity: O(n).
  init(_ task: KeyTask, _ columns: RegisterClusters, _ laid: LaidCalls, _ sequence: ChainSequence) {
    self.task = task
    self.columns = columns
    self.sequence = sequence
    order.reserveCapacity(laid.order.count + sequence.hiders.count)
    moments.reserveCapacity(laid.order.count + sequence.hiders.count)
    for (place, cluster) in sequence.clusters.enumerated() {
      let found = columns.clusters[Int(cluster)]
      let isInstalled = found.installer != ValueCluster.nobody
      installed.append(isInstalled ? Int32(order.count) : -1)
      for index in Int(laid.begins[Int(cluster)])..<Int(found.reads) {
        let call = laid.order[index]
        order.append(call)
        moments.append(max(sequence.moments[place], task.calls[Int(call)].invoked))
      }
      replaced.append(Int32(order.count))
      if let hider = sequence.hiding(place) {
        hiding[hider.cluster] = (Int32(order.count), Int32(order.count + 1))
        order.append(hider.call)
        moments.append(hider.moment)
      }
    }
  }

  /// The whole order, or nil when a call has no place.
  ///
  /// - Complexity: O(n + p log p) for p calls to place.
  func placed() -> [Int32]? {
    var found: [(key: UInt64, call: Int32)] = []
    found.reserveCapacity(columns.free.count + columns.mismatches.count)
    var gap = 0
    for call in columns.free {
      move(&gap, to: task.calls[Int(call)])
      guard add(call, gap, &found) else { return nil }
    }
    gap = 0
    for (call, cluster) in columns.mismatches {
      move(&gap, to: task.calls[Int(call)])
      let place = Int(sequence.places[Int(cluster)])
      let there = place >= 0 ? (installed[place], replaced[place]) : hiding[cluster]
      if let there, there.0 < gap, gap <= there.1 {
        guard add(call, Int(there.1) + 1, &found) else { return nil }
      } else {
        guard add(call, gap, &found) else { return nil }
      }
    }
    found.sort { ($0.key, $0.call) < ($1.key, $1.call) }
    var whole: [Int32] = []
    whole.reserveCapacity(order.count + found.count)
    var next = 0
    for gap in 0...order.count {
      while next < found.count, found[next].key >> 32 == gap {
        whole.append(found[next].call)
        next += 1
      }
      if gap < order.count { whole.append(order[gap]) }
    }
    return whole
  }

  /// Goes on to the first gap that does not end before a call's invocation.
  private func move(_ gap: inout Int, to call: Call) {
    while gap < moments.count, moments[gap] < call.invoked { gap += 1 }
  }

  /// Puts a call into a gap, at the first moment there that suits it.
  private func add(_ call: Int32, _ gap: Int, _ found: inout [(key: UInt64, call: Int32)]) -> Bool {
    let before = gap == 0 ? -1 : moments[min(gap, moments.count) - 1]
    guard gap <= order.count, before <= task.calls[Int(call)].returned else { return false }
    found.append((UInt64(gap) << 32 | UInt64(max(before, task.calls[Int(call)].invoked)), call))
    return true
  }

  /// A mismatch with a value that was certainly there all the time: some call of its cluster
  /// finished before the mismatch began, and another began after it had finished. The cluster is
  /// contiguous, so the mismatch is inside it, whatever else there is. Not so while the initial
  /// value is unknown, which may be the same.
  ///
  /// - Complexity: O(n).
  static func certificate(_ task: KeyTask, _ columns: RegisterClusters) -> Certificate? {
    if task.settings.initial == nil, columns.root == ValueCluster.nobody { return nil }
    for (call, cluster) in columns.mismatches {
      let mismatch = task.calls[Int(call)]
      let found = columns.clusters[Int(cluster)]
      let isInitial = cluster == columns.root && found.installer == ValueCluster.nobody
      guard isInitial || found.firstEnd < mismatch.invoked else { continue }
      var last = found.lastRead
      var taker: Int?
      if found.next != ValueCluster.nobody {
        taker = Int(columns.clusters[Int(found.next)].installer)
        last = max(last, columns.clusters[Int(found.next)].invoked)
      }
      guard mismatch.returned < max(last, found.invoked) else { continue }
      let members = columns.seen.indices.filter { columns.seen[$0] == cluster }
      var certificate: Set<Int> = [Int(call)]
      if found.installer != ValueCluster.nobody { certificate.insert(Int(found.installer)) }
      if !isInitial, found.finished >= mismatch.invoked {
        let first = members.min { task.calls[$0].returned < task.calls[$1].returned }
        guard let first else { continue }
        certificate.insert(first)
      }
      let sees = (members + [taker].compactMap { $0 }).filter { task.calls[$0].end != .pending }
      let final = sees.max { task.calls[$0].invoked < task.calls[$1].invoked }
      guard let final, mismatch.returned < task.calls[final].invoked else { continue }
      certificate.insert(final)
      let isSwap = task.calls[Int(max(found.installer, 0))].function == .cas
      let writes = found.old != ValueCluster.nobody && isSwap ? [Int(found.installer)] : []
      return Certificate(calls: certificate.sorted(), anomaly: .wrongMismatch, asWrites: writes)
    }
    return nil
  }
}
