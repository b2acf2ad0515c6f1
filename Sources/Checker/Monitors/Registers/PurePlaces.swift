import Histories

/// Places calls that change nothing in an order of the others: mismatches, and reads of anything.
///
/// Every call of the order is given a moment: the earliest that the order allows (the latest
/// invocation so far) or the latest (the first completion from there on). The state is the same
/// between two moments, so a call has its place wherever an interval between two moments meets its
/// own and the state suits it. Calls placed at moments within their intervals respect time.
struct PurePlaces {
  private let task: KeyTask
  private let columns: RegisterClusters
  private let order: [Int32]
  /// The cluster that the register holds before each call of the order, and after the last.
  private var states: [Int32]

  init(_ task: KeyTask, _ columns: RegisterClusters, _ order: [Int32]) {
    self.task = task
    self.columns = columns
    self.order = order
    var installs = [Int32](repeating: ValueCluster.nobody, count: task.calls.count)
    for (place, cluster) in columns.clusters.enumerated()
    where cluster.installer != ValueCluster.nobody {
      installs[Int(cluster.installer)] = Int32(place)
    }
    states = [columns.root]
    states.reserveCapacity(order.count + 1)
    for call in order {
      let installed = installs[Int(call)]
      states.append(installed == ValueCluster.nobody ? states[states.count - 1] : installed)
    }
  }

  /// The whole order, or nil when a call has no place.
  ///
  /// - Complexity: O(n + p log n) for p calls to place.
  func placed(isEarly: Bool) -> [Int32]? {
    let moments = moments(isEarly: isEarly)
    // Where the state next differs from the one before each call.
    var change = [Int32](repeating: Int32(states.count), count: states.count)
    for place in stride(from: states.count - 2, through: 0, by: -1) {
      change[place] = states[place] == states[place + 1] ? change[place + 1] : Int32(place + 1)
    }
    var found: [(gap: Int32, moment: Int32, call: Int32)] = []
    for call in columns.free {
      let gap = firstGap(moments, task.calls[Int(call)])
      found.append((Int32(gap), moment(gap, moments, call), call))
    }
    for (call, cluster) in columns.mismatches {
      var gap = firstGap(moments, task.calls[Int(call)])
      if states[gap] == cluster { gap = Int(change[gap]) }
      guard gap <= order.count, gap == 0 || moments[gap - 1] <= task.calls[Int(call)].returned
      else { return nil }
      found.append((Int32(gap), moment(gap, moments, call), call))
    }
    found.sort { ($0.gap, $0.moment, $0.call) < ($1.gap, $1.moment, $1.call) }
    var whole: [Int32] = []
    whole.reserveCapacity(order.count + found.count)
    var next = 0
    for gap in 0...order.count {
      while next < found.count, found[next].gap == gap {
        whole.append(found[next].call)
        next += 1
      }
      if gap < order.count { whole.append(order[gap]) }
    }
    return whole
  }

  private func moments(isEarly: Bool) -> [Int32] {
    var moments = [Int32](repeating: 0, count: order.count)
    var bound: Int32 = isEarly ? -1 : History.never
    for place in isEarly ? Array(order.indices) : order.indices.reversed() {
      let call = task.calls[Int(order[place])]
      bound = isEarly ? max(bound, call.invoked) : min(bound, call.returned)
      moments[place] = bound
    }
    return moments
  }

  /// The first gap that does not end before a call's invocation.
  private func firstGap(_ moments: [Int32], _ call: Call) -> Int {
    var low = 0
    var high = moments.count
    while low < high {
      let middle = (low + high) / 2
      if moments[middle] < call.invoked { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func moment(_ gap: Int, _ moments: [Int32], _ call: Int32) -> Int32 {
    max(gap == 0 ? -1 : moments[gap - 1], task.calls[Int(call)].invoked)
  }

  /// A mismatch with a value that was certainly there all the time: some call of its cluster
  /// finished before the mismatch began, and another began after it had finished. The cluster is
  /// contiguous, so the mismatch is inside it, whatever else there is. Not so while the initial
  /// value is unknown, which may be the same.
  ///
  /// - Complexity: O(n) for each mismatch until one is found, so only the first few are tried.
  func certificate() -> Certificate? {
    if task.settings.initial == nil, columns.root == ValueCluster.nobody { return nil }
    for (call, cluster) in columns.mismatches.prefix(64) {
      let mismatch = task.calls[Int(call)]
      let found = columns.clusters[Int(cluster)]
      var members = columns.seen.indices.filter { columns.seen[$0] == cluster }
      var certificate: Set<Int> = [Int(call)]
      if found.installer != ValueCluster.nobody { members.append(Int(found.installer)) }
      if cluster != columns.root || found.installer != ValueCluster.nobody {
        let first = members.min { task.calls[$0].returned < task.calls[$1].returned }
        guard let first, task.calls[first].returned < mismatch.invoked else { continue }
        let isSure = found.finished < mismatch.invoked
        certificate.insert(isSure ? Int(found.installer) : first)
        if found.installer != ValueCluster.nobody { certificate.insert(Int(found.installer)) }
      }
      if found.next != ValueCluster.nobody {
        members.append(Int(columns.clusters[Int(found.next)].installer))
      }
      let last = members.max { task.calls[$0].invoked < task.calls[$1].invoked }
      guard let last, mismatch.returned < task.calls[last].invoked,
        task.calls[last].end != .pending
      else { continue }
      certificate.insert(last)
      let calls = certificate.sorted()
      let isSwap = task.calls[Int(max(found.installer, 0))].function == .cas
      let writes = found.old != ValueCluster.nobody && isSwap ? [Int(found.installer)] : []
      return Certificate(calls: calls, anomaly: .wrongMismatch, asWrites: writes)
    }
    return nil
  }
}
