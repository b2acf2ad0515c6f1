import Histories

/// A register with or without compare-and-set whose values are installed at most once: exact, one
/// pass, one sort.
///
/// P. Gibbons, E. Korach, “Testing shared memories”, SIAM J. Comput. 26(4), 1997,
/// doi:10.1137/S0097539794279614, section 4 has zones; H. Fan, W. Golab, IPL 2018,
/// doi:10.1016/j.ipl.2018.06.004, have those with read-modify-write operations. The form here, with
/// pending operations and chains, is explained in `docs/explanation/checking.md`.
///
/// **Precondition.** No value has two installers (a write, or a compare-and-set of two different
/// values) that may have happened, and the initial value has none.
///
/// **Clusters and chains.** The cluster of a value is its installer and its readers. In any order
/// they are contiguous, the installer first, but for the end: a compare-and-set that takes the
/// value comes immediately after it, so clusters form chains, each rooted at a write or at the
/// initial value, and chains are contiguous too. Who reads from whom is known, so an order exists
/// iff every chain can be ordered in itself and the chains can be ordered.
///
/// **Inside a chain** the order is given but for the readers of one cluster among themselves, and
/// those follow their invocations. It respects time iff no call finished before an earlier one of
/// the chain began: a walk with the latest invocation so far.
///
/// **Between chains.** `f(X)` is the first completion in a chain, `s(X)` the last invocation (the
/// initial chain has `f = -∞`). X must precede Y iff `f(X) < s(Y)`.
/// *A cycle has length two:* let m have the least f of a cycle. Each j on it has a predecessor i
/// with `f(m) ≤ f(i) < s(j)`, so m precedes every j, its own predecessor included.
/// *The middle decides:* if X must precede Y and not the other way, `f(X) < s(Y)` and
/// `s(X) ≤ f(Y)`, so `f(X) + s(X) < f(Y) + s(Y)`. So sorting by `f + s` gives an order whenever
/// there is one, and a pass with the largest `s` so far verifies it: if `f(Y) < s(X)` for an
/// earlier X, then `f(X) + s(X) ≤ f(Y) + s(Y)` gives `f(X) < s(Y)`, and each must precede the
/// other.
///
/// **Pending installers** that are not needed (``RegisterClusters/placePending()``) are left out,
/// the others count with no end. **An unknown initial value** is the one that is observed and never
/// installed; two are a violation. If there is none, an order is an order, but a contradiction is
/// only shown when its certificate stands alone whatever the initial value was; else it passes.
///
/// **Mismatches** are pure: without them a violation stays one. An order of the others is completed
/// by placing each where the state is another (``ChainSequence``); when that fails, and the value
/// was not certainly there all the time, it passes.
struct RegisterZones {
  private let task: KeyTask
  private var columns: RegisterClusters
  /// One entry a chain: `f + s` above, the root's cluster below.
  private var chains: [UInt64] = []

  private init(task: KeyTask, columns: RegisterClusters) {
    self.task = task
    self.columns = columns
  }

  private init?(_ task: KeyTask) {
    guard let columns = RegisterClusters(task) else { return nil }
    self.task = task
    self.columns = columns
  }

  /// Decides a key, or passes.
  ///
  /// - Complexity: O(n), and a radix sort of the chains.
  static func decide(_ task: KeyTask) -> RungAnswer {
    let ledger = Ledger(task.budget)
    let bytes = task.calls.count * 24 + min(task.values.count * 32, task.calls.count * 128)
    guard ledger.reserve(bytes: bytes), var zones = RegisterZones(task) else { return .pass }
    switch zones.order() {
    case .success(let order):
      if zones.columns.free.isEmpty, zones.columns.mismatches.isEmpty { return .positions(order) }
      return zones.completed(order)
    case .failure(let contradiction):
      let evidence = RegisterGrounds(task, zones.columns)
      let suspects = evidence.suspects(of: contradiction)
      guard let certificate = RegisterProof.certificate(task, suspects, contradiction.anomaly)
      else {
        return .pass
      }
      return .violation(certificate)
    }
  }

  /// An order for clusters that somebody else has gathered, or none.
  static func order(_ task: KeyTask, _ columns: RegisterClusters) -> RungAnswer {
    var zones = RegisterZones(task: task, columns: columns)
    guard case .success(let order) = zones.order() else { return .pass }
    return columns.free.isEmpty ? .positions(order) : zones.completed(order)
  }

  private enum Outcome {
    case success([Int32])
    case failure(RegisterContradiction)
  }

  private mutating func order() -> Outcome {
    columns.placePending()
    if task.settings.initial == nil, let found = columns.findRoot() { return .failure(found) }
    if let found = columns.link() ?? formChains() { return .failure(found) }
    sortChains()
    return arranged()
  }

  /// Walks every chain from its root; the initial chain is not among ``chains``.
  private mutating func formChains() -> RegisterContradiction? {
    chains.reserveCapacity(columns.clusters.count / 2)
    let root = columns.root
    var linked = 0
    var visited = 0
    var contradiction: RegisterContradiction?
    columns.clusters.withUnsafeBufferPointer { clusters in
      for place in clusters.indices {
        let cluster = clusters[place]
        if cluster.installer == ValueCluster.nobody, Int32(place) != root {
          if cluster.reads == 0 { continue }
          contradiction = .unwritten(Int32(place))
          return
        }
        if cluster.old != ValueCluster.nobody {
          linked += 1
          continue
        }
        let zone = Zone(clusters, Int32(place))
        visited += zone.links
        if !zone.isOrdered {
          contradiction = .effectFirst(Int32(place))
          return
        }
        if Int32(place) == root { continue }
        chains.append(UInt64(Int64(zone.first) + Int64(zone.last)) << 32 | UInt64(place))
      }
    }
    if contradiction == nil, visited != linked { return .cycle(unreached()) }
    return contradiction
  }

  /// A cluster on a cycle of compare-and-sets.
  private func unreached() -> Int32 {
    var isReached = [Bool](repeating: false, count: columns.clusters.count)
    for place in columns.clusters.indices
    where columns.clusters[place].old == ValueCluster.nobody {
      var cluster = Int32(place)
      while cluster != ValueCluster.nobody {
        isReached[Int(cluster)] = true
        cluster = columns.clusters[Int(cluster)].next
      }
    }
    return Int32(isReached.firstIndex(of: false) ?? 0)
  }

  /// Sorts by the middle, eleven bits at a time.
  private mutating func sortChains() {
    let largest = chains.max() ?? 0
    var other = [UInt64](repeating: 0, count: chains.count)
    var shift: UInt64 = 32
    while largest >> shift != 0 {
      var places = [Int](repeating: 0, count: 2049)
      places.withUnsafeMutableBufferPointer { places in
        chains.withUnsafeBufferPointer { from in
          other.withUnsafeMutableBufferPointer { to in
            for chain in from { places[Int(chain >> shift & 2047) + 1] += 1 }
            for digit in 1..<2048 { places[digit] += places[digit - 1] }
            for chain in from {
              let digit = Int(chain >> shift & 2047)
              to[places[digit]] = chain
              places[digit] += 1
            }
          }
        }
      }
      swap(&chains, &other)
      shift += 11
    }
  }

  /// Verifies the order of the chains and lays their calls out.
  private mutating func arranged() -> Outcome {
    var order = [Int32](repeating: 0, count: task.calls.count)
    var count: Int32 = 0
    var latest: Int32 = -1
    var latestRoot = columns.root
    var contradiction: RegisterContradiction?
    order.withUnsafeMutableBufferPointer { order in
      columns.clusters.withUnsafeMutableBufferPointer { clusters in
        /// Gives the calls of a chain their places and returns its zone.
        func lay(_ root: Int32) -> (first: Int32, last: Int32) {
          var first = History.never
          var last: Int32 = -1
          var place = root
          while place != ValueCluster.nobody {
            let cluster = clusters[Int(place)]
            first = min(first, cluster.finished, cluster.firstRead)
            last = max(last, cluster.invoked, cluster.lastRead)
            if cluster.installer != ValueCluster.nobody {
              order[Int(count)] = cluster.installer
              count += 1
            }
            clusters[Int(place)].reads = count
            count += cluster.reads
            place = cluster.next
          }
          return (first, last)
        }
        if columns.root != ValueCluster.nobody { latest = lay(columns.root).last }
        for chain in chains {
          let root = Int32(truncatingIfNeeded: chain & 0xFFFF_FFFF)
          let zone = lay(root)
          if zone.first < latest {
            contradiction = .crossing(latestRoot, root)
            return
          }
          if zone.last > latest { (latest, latestRoot) = (zone.last, root) }
        }
        for (position, cluster) in columns.seen.enumerated() where cluster != ValueCluster.nobody {
          order[Int(clusters[Int(cluster)].reads)] = Int32(truncatingIfNeeded: position)
          clusters[Int(cluster)].reads += 1
        }
      }
    }
    if let contradiction { return .failure(contradiction) }
    order.removeLast(order.count - Int(count))
    return .success(order)
  }

  /// The order with the calls that are pure added.
  private func completed(_ order: [Int32]) -> RungAnswer {
    let ledger = Ledger(task.budget)
    guard ledger.reserve(bytes: task.calls.count * 40 + columns.clusters.count * 12) else {
      return .pass
    }
    return withExtendedLifetime(ledger) { placed(order) }
  }

  private func placed(_ order: [Int32]) -> RungAnswer {
    var roots = columns.root == ValueCluster.nobody ? [] : [columns.root]
    for chain in chains { roots.append(Int32(truncatingIfNeeded: chain & 0xFFFF_FFFF)) }
    var sequence = ChainSequence(task, columns, roots: roots)
    let laid = LaidCalls(order, columns, sequence)
    guard sequence.settle() else {
      return PurePlaces.certificate(task, columns).map { .violation($0) } ?? .pass
    }
    return PurePlaces(task, columns, laid, sequence).placed().map { .positions($0) } ?? .pass
  }
}

/// What one chain is to the others.
private struct Zone {
  /// The first completion, or never.
  var first = History.never
  /// The last invocation.
  var last: Int32 = -1
  /// Whether no call finished before an earlier one began.
  var isOrdered = true
  /// How many clusters follow the root.
  var links = -1

  @inline(__always)
  init(_ clusters: UnsafeBufferPointer<ValueCluster>, _ root: Int32) {
    var place = root
    while place != ValueCluster.nobody {
      let cluster = clusters[Int(place)]
      links += 1
      isOrdered = isOrdered && cluster.finished >= last
      last = max(last, cluster.invoked)
      isOrdered = isOrdered && cluster.firstRead >= last
      last = max(last, cluster.lastRead)
      first = min(first, cluster.finished, cluster.firstRead)
      place = cluster.next
    }
  }
}

extension Rung {
  /// Registers whose values are installed at most once.
  static let registerZones = Rung(name: "register-zones") { RegisterZones.decide($0) }
}
