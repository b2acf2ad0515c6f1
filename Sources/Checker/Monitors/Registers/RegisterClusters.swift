import Histories

/// One value of a register whose values are installed at most once, and everything about it that
/// the zones need to know; two to a cache line.
struct ValueCluster {
  /// No call, no cluster.
  static let nobody: Int32 = -1

  /// The call that installs the value.
  var installer = ValueCluster.nobody
  /// The cluster whose value the installer takes.
  var old = ValueCluster.nobody
  /// The cluster whose installer takes this value.
  var next = ValueCluster.nobody
  /// The rank of the installer's invocation, -1 without one.
  var invoked: Int32 = -1
  /// The rank of its completion, or ``History/never``.
  var finished = History.never
  /// The first completion of a call that saw the value.
  var firstRead = History.never
  /// The last invocation of one.
  var lastRead: Int32 = -1
  /// How many saw it; later, where the next of them goes in the order.
  var reads: Int32 = 0
}

/// A key's calls, gathered by the values that they install and see.
struct RegisterClusters {
  var clusters: [ValueCluster]
  /// The cluster that each call saw without taking it, or ``ValueCluster/nobody``.
  var seen: [Int32]
  /// The cluster of the initial value, or nobody's when no call names it.
  private(set) var root = ValueCluster.nobody
  /// Completed calls that say nothing.
  private(set) var free: [Int32] = []
  /// Calls that saw another value than their cluster's.
  private(set) var mismatches: [(call: Int32, cluster: Int32)] = []
  /// Pending installers that nobody needs, the clusters of their values, and the clusters that they
  /// take.
  private(set) var spares: [(call: Int32, cluster: Int32, old: Int32)] = []
  private(set) var hasSwaps = false
  private var pending: [Int32] = []

  /// Reads a key's calls; nil when a value is installed twice, the initial value is installed, or
  /// a call is malformed.
  ///
  /// - Complexity: O(n), expected.
  init?(_ task: KeyTask) {
    var numbering = ValueNumbering(
      calls: task.calls.count, perCall: 2, values: task.values.count)
    clusters = [ValueCluster](repeating: ValueCluster(), count: numbering.limit)
    seen = [Int32](repeating: ValueCluster.nobody, count: task.calls.count)
    guard gather(task, &numbering) else { return nil }
    if let initial = task.settings.initial {
      root = numbering.number(initial == ValueTable.none ? ValueTable.null : initial)
      if clusters[Int(root)].installer != ValueCluster.nobody { return nil }
    }
  }

  /// Clusters that somebody else has gathered.
  init(
    clusters: [ValueCluster], seen: [Int32], root: Int32, free: [Int32], hasSwaps: Bool,
    pending: [Int32]
  ) {
    self.clusters = clusters
    self.seen = seen
    self.root = root
    self.free = free
    self.hasSwaps = hasSwaps
    self.pending = pending
  }

  private mutating func gather(_ task: KeyTask, _ numbering: inout ValueNumbering) -> Bool {
    let settings = task.settings
    var isUnique = true
    var swaps = false
    let values = task.values
    task.calls.withUnsafeBufferPointer { calls in
      clusters.withUnsafeMutableBufferPointer { clusters in
        seen.withUnsafeMutableBufferPointer { seen in
          for position in calls.indices {
            let call = calls[position]
            var new = ValueCluster.nobody
            var old = ValueCluster.nobody
            switch RegisterCall(call, settings, values) {
            case .read(let value):
              let place = numbering.number(value)
              seen[position] = place
              let cluster = clusters.baseAddress.unsafelyUnwrapped + Int(place)
              cluster.pointee.reads += 1
              cluster.pointee.lastRead = call.invoked
              cluster.pointee.firstRead = min(cluster.pointee.firstRead, call.returned)
              continue
            case .write(let value): new = numbering.number(value)
            case .swap(let taken, let value):
              old = numbering.number(taken)
              new = numbering.number(value)
              swaps = true
            case .mismatch(let value):
              mismatches.append((Int32(position), numbering.number(value)))
              continue
            case .anything:
              free.append(Int32(position))
              continue
            case .nothing: continue
            case .malformed:
              isUnique = false
              return
            }
            let cluster = clusters.baseAddress.unsafelyUnwrapped + Int(new)
            if cluster.pointee.installer != ValueCluster.nobody {
              isUnique = false
              return
            }
            cluster.pointee.installer = Int32(position)
            cluster.pointee.old = old
            cluster.pointee.invoked = call.invoked
            cluster.pointee.finished = call.returned
            if call.end == .pending { pending.append(new) }
          }
        }
      }
    }
    hasSwaps = swaps
    return isUnique
  }

  /// Sets pending installers aside that nobody needs: what has no observer can be deleted from any
  /// order, since what follows it is a blind write or the end.
  ///
  /// A pending installer happened when a completed call observes its value, or a compare-and-set
  /// that happened takes it: the least fixed point.
  mutating func placePending() {
    guard !pending.isEmpty else { return }
    var isNeeded = [Bool](repeating: false, count: clusters.count)
    var waiting: [Int32] = []
    func need(_ cluster: Int32) {
      let found = clusters[Int(cluster)]
      if found.installer == ValueCluster.nobody || found.finished != History.never { return }
      if isNeeded[Int(cluster)] { return }
      isNeeded[Int(cluster)] = true
      waiting.append(cluster)
    }
    for cluster in pending where clusters[Int(cluster)].reads > 0 { need(cluster) }
    if hasSwaps {
      for cluster in clusters where cluster.finished != History.never {
        if cluster.old != ValueCluster.nobody { need(cluster.old) }
      }
    }
    while let cluster = waiting.popLast() {
      let old = clusters[Int(cluster)].old
      if old != ValueCluster.nobody { need(old) }
    }
    for cluster in pending where !isNeeded[Int(cluster)] {
      let spare = clusters[Int(cluster)]
      if !mismatches.isEmpty { spares.append((spare.installer, cluster, spare.old)) }
      clusters[Int(cluster)] = ValueCluster()
    }
  }

  /// Links every cluster to the one whose installer takes its value.
  mutating func link() -> RegisterContradiction? {
    guard hasSwaps else { return nil }
    for place in clusters.indices {
      let old = clusters[place].old
      if old == ValueCluster.nobody { continue }
      if clusters[Int(old)].installer == ValueCluster.nobody, old != root { return .unwritten(old) }
      let other = clusters[Int(old)].next
      if other != ValueCluster.nobody {
        return .takenTwice(old, by: clusters[Int(other)].installer, clusters[place].installer)
      }
      clusters[Int(old)].next = Int32(place)
    }
    return nil
  }

  /// Finds an unknown initial value: what is observed and never installed was there before.
  mutating func findRoot() -> RegisterContradiction? {
    var isTaken = [Bool](repeating: false, count: clusters.count)
    for cluster in clusters where cluster.old != ValueCluster.nobody {
      isTaken[Int(cluster.old)] = true
    }
    for (place, cluster) in clusters.enumerated() where cluster.installer == ValueCluster.nobody {
      guard cluster.reads > 0 || isTaken[place] else { continue }
      if root != ValueCluster.nobody { return .twoInitial(root, Int32(place)) }
      root = Int32(place)
    }
    return nil
  }
}

/// Why no order exists; the numbers are clusters unless they are named as calls.
enum RegisterContradiction {
  /// A value is observed that nobody installs.
  case unwritten(Int32)
  /// Two are, and the initial value can be one of them only.
  case twoInitial(Int32, Int32)
  /// Two compare-and-sets took one value: two calls.
  case takenTwice(Int32, by: Int32, Int32)
  /// Compare-and-sets that each need another of them first; one of them.
  case cycle(Int32)
  /// A call of the chain with this root finished before one that must precede it began.
  case effectFirst(Int32)
  /// Of the chains with these roots each must precede the other.
  case crossing(Int32, Int32)

  /// The rule that is broken.
  var anomaly: Anomaly {
    switch self {
    case .unwritten: .neverWritten
    case .twoInitial: .neverWritten
    case .takenTwice: .consumedTwice
    case .cycle: .cyclicSwaps
    case .effectFirst: .readBeforeWritten
    case .crossing: .staleRead
    }
  }
}
