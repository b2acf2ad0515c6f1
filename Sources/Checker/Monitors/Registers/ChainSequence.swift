import Histories

/// Chains in an order that respects time, and the moments at which their values are installed, set
/// so that every mismatch sees another value than its own.
///
/// **What a mismatch asks.** Let `p(v)` be the moment at which the value v of its cluster is
/// installed and `q(v)` the one at which the next value is. It has a place iff `p(v)` is not before
/// its invocation or `q(v)` not after its completion. Mismatches are pure, so each asks by itself.
///
/// **In one order** the moments are least: each is the latest invocation so far, and the deadline
/// of each is the first completion from there on. A mismatch without a place then needs a later
/// `p(v)`, since no moment can be earlier; that raises what follows, and the value before is
/// looked at again. The least fixed point has places for all iff some moments of that order have:
/// of two assignments that do, the earlier moment of each pair does as well (if one of the two has
/// `q(v)` early enough so has the lesser, and else both have `p(v)` late enough).
///
/// **Between two chains** another value can come in between: that of a pending installer nobody
/// observes (``RegisterClusters/spares``), each once. They never end, so they can only be too
/// late, and the one that is taken matters to nobody but the gaps before its invocation.
///
/// **Other orders** of the few chains around a mismatch without a place are tried last
/// (``ChainWindow``). Where all that fails, nothing is known: the order is one of many.
struct ChainSequence {
  let calls: [Call]
  let columns: RegisterClusters
  /// The clusters in their order.
  private(set) var clusters: [Int32] = []
  /// Where each chain begins among ``clusters``, and where the last one ends.
  private(set) var starts: [Int32] = []
  /// When the value of each of ``clusters`` is installed.
  private(set) var moments: [Int32] = []
  /// The latest moment that what follows leaves to each.
  private(set) var deadlines: [Int32] = []
  /// Where each cluster is among ``clusters``, or nobody's.
  private(set) var places: [Int32]
  /// Pending installers that come after a chain, by its last cluster.
  private(set) var hiders: [Int32: Hider] = [:]
  /// The first mismatch of each cluster, or nobody.
  let heads: [Int32]
  /// The next mismatch of the same cluster, or nobody.
  let following: [Int32]
  /// Pending writes nobody observes, in the order of their invocations, with their clusters.
  private var spares: [(call: Int32, cluster: Int32)] = []
  private var isTaken: [Bool] = []
  private var firstSpare = 0
  /// Pending compare-and-sets nobody observes, by the cluster that they take.
  private var spareSwaps: [Int32: (call: Int32, cluster: Int32)] = [:]
  /// How much may still be tried.
  private var effort: Int

  /// A pending installer that comes in between, and the first moment at which it may.
  struct Hider {
    var call: Int32
    var cluster: Int32
    var moment: Int32
  }

  /// Takes chains by their roots, in an order that respects time.
  ///
  /// - Complexity: O(n).
  init(_ task: KeyTask, _ columns: RegisterClusters, roots: some Sequence<Int32>) {
    calls = task.calls
    self.columns = columns
    places = [Int32](repeating: ValueCluster.nobody, count: columns.clusters.count)
    effort = 200_000 + 20 * task.calls.count
    var heads = places
    var following = [Int32](repeating: ValueCluster.nobody, count: columns.mismatches.count)
    for (place, mismatch) in columns.mismatches.enumerated().reversed() {
      following[place] = heads[Int(mismatch.cluster)]
      heads[Int(mismatch.cluster)] = Int32(place)
    }
    self.heads = heads
    self.following = following
    lay(roots)
  }

  private mutating func lay(_ roots: some Sequence<Int32>) {
    var stay: Int32 = -1
    for root in roots {
      starts.append(Int32(clusters.count))
      var place = root
      while place != ValueCluster.nobody {
        let cluster = columns.clusters[Int(place)]
        places[Int(place)] = Int32(clusters.count)
        clusters.append(place)
        let moment = max(stay, cluster.invoked)
        moments.append(moment)
        stay = max(moment, cluster.lastRead)
        place = cluster.next
      }
    }
    starts.append(Int32(clusters.count))
    deadlines = moments
    var deadline = History.never
    for place in clusters.indices.reversed() {
      deadline = min(deadline, columns.clusters[Int(clusters[place])].firstEnd)
      deadlines[place] = deadline
    }
  }

  /// Whether the first chain is that of the initial value, which nothing precedes.
  private var hasRoot: Bool { columns.root != ValueCluster.nobody }

  /// Gives every mismatch its place, or gives up.
  ///
  /// - Complexity: O(n) where the given order has places for all or needs little; bounded by a
  ///   multiple of n in any case.
  mutating func settle() -> Bool {
    var waiting: [Int32] = []
    for mismatch in columns.mismatches where places[Int(mismatch.cluster)] >= 0 {
      let place = Int(places[Int(mismatch.cluster)])
      let call = calls[Int(mismatch.call)]
      if moments[place] < call.invoked, leaving(place) > call.returned {
        waiting.append(mismatch.cluster)
      }
    }
    if waiting.isEmpty { return true }
    findSpares()
    waiting.sort { places[Int($0)] > places[Int($1)] }
    while let cluster = waiting.popLast() {
      guard effort > 0, settle(cluster, &waiting) else { return false }
    }
    return true
  }

  /// The moment at which the value of a place goes.
  private func leaving(_ place: Int) -> Int32 {
    if !hiders.isEmpty, let hider = hiders[clusters[place]] {
      return max(staying(place), hider.moment)
    }
    return place + 1 < clusters.count ? moments[place + 1] : History.never
  }

  /// The moment until which the value of a place is certainly needed.
  private func staying(_ place: Int) -> Int32 {
    max(moments[place], columns.clusters[Int(clusters[place])].lastRead)
  }

  /// The pending installer after a place, when it takes effect; nil when there is none.
  func hiding(_ place: Int) -> Hider? {
    guard var hider = hiders[clusters[place]] else { return nil }
    hider.moment = leaving(place)
    return hider
  }

  /// Gives the mismatches of one cluster their places.
  private mutating func settle(_ cluster: Int32, _ waiting: inout [Int32]) -> Bool {
    let place = Int(places[Int(cluster)])
    guard var need = need(place, below: History.never) else { return true }
    let deadline = place == 0 && hasRoot ? -1 : deadlines[place]
    if need.invoked <= deadline {
      raise(place, to: need.invoked, &waiting)
      return true
    }
    if need.first <= deadline, let possible = self.need(place, below: deadline) {
      raise(place, to: possible.invoked, &waiting)
      guard let rest = self.need(place, below: History.never) else { return true }
      need = rest
    }
    if hide(place, by: need.returned) { return true }
    return rearrange(around: place, &waiting)
  }

  /// What the mismatches without a place ask: the moment at which the value may be installed, the
  /// first of those moments, and when it must have gone; of those only that were invoked by a
  /// moment.
  private func need(
    _ place: Int, below limit: Int32
  ) -> (invoked: Int32, first: Int32, returned: Int32)? {
    var need: (invoked: Int32, first: Int32, returned: Int32)?
    let leaving = leaving(place)
    var next = heads[Int(clusters[place])]
    while next != ValueCluster.nobody {
      let call = calls[Int(columns.mismatches[Int(next)].call)]
      next = following[Int(next)]
      if moments[place] >= call.invoked || leaving <= call.returned { continue }
      if call.invoked > limit { continue }
      need = (
        max(need?.invoked ?? -1, call.invoked), min(need?.first ?? History.never, call.invoked),
        min(need?.returned ?? History.never, call.returned)
      )
    }
    return need
  }

  /// Installs the value of a place later, and what follows where it must.
  private mutating func raise(_ place: Int, to moment: Int32, _ waiting: inout [Int32]) {
    var moment = moment
    var place = place
    while place < clusters.count, moments[place] < moment {
      moments[place] = moment
      moment = staying(place)
      effort -= 1
      if place > 0, heads[Int(clusters[place - 1])] >= 0 { waiting.append(clusters[place - 1]) }
      if heads[Int(clusters[place])] >= 0 { waiting.append(clusters[place]) }
      place += 1
    }
  }

  // MARK: What nobody observes

  /// Gathers the pending installers that may come in between.
  private mutating func findSpares() {
    for spare in columns.spares {
      if spare.old == ValueCluster.nobody {
        spares.append((spare.call, spare.cluster))
      } else if spareSwaps[spare.old] == nil {
        spareSwaps[spare.old] = (spare.call, spare.cluster)
      }
    }
    isTaken = [Bool](repeating: false, count: spares.count)
  }

  /// Has another value come in after a chain, by some moment.
  private mutating func hide(_ place: Int, by moment: Int32) -> Bool {
    let cluster = clusters[place]
    guard columns.clusters[Int(cluster)].next == ValueCluster.nobody, hiders[cluster] == nil
    else { return false }
    let gap = Gap(
      cluster: cluster, staying: staying(place), last: moment, leaving: leaving(place))
    guard let spare = spare(for: gap, besides: []) else { return false }
    take(spare, for: cluster)
    return true
  }

  /// Where a pending installer may come in: after this cluster, between these moments, and the
  /// moment at which the next value is installed.
  struct Gap {
    var cluster: Int32
    var staying: Int32
    var last: Int32
    var leaving: Int32
  }

  /// A pending installer for a gap.
  func spare(for gap: Gap, besides taken: [Hider]) -> Hider? {
    guard gap.staying <= gap.last else { return nil }
    if let swap = spareSwaps[gap.cluster], let hider = hider(swap, gap) { return hider }
    var place = firstSpare
    while place < spares.count, calls[Int(spares[place].call)].invoked <= gap.last {
      let spare = spares[place]
      if !isTaken[place], !taken.contains(where: { $0.call == spare.call }),
        let hider = hider(spare, gap)
      {
        return hider
      }
      place += 1
    }
    return nil
  }

  /// An installer in a gap, if it is early enough and leaves places for those who ask about its own
  /// value.
  private func hider(_ spare: (call: Int32, cluster: Int32), _ gap: Gap) -> Hider? {
    var moment = max(gap.staying, calls[Int(spare.call)].invoked)
    var next = heads[Int(spare.cluster)]
    while next != ValueCluster.nobody {
      let call = calls[Int(columns.mismatches[Int(next)].call)]
      if gap.leaving > call.returned { moment = max(moment, call.invoked) }
      next = following[Int(next)]
    }
    guard moment <= gap.last else { return nil }
    return Hider(call: spare.call, cluster: spare.cluster, moment: moment)
  }

  private mutating func take(_ hider: Hider, for cluster: Int32) {
    hiders[cluster] = hider
    mark(hider.call, isTaken: true)
    while firstSpare < spares.count, isTaken[firstSpare] { firstSpare += 1 }
  }

  private mutating func giveBack(_ cluster: Int32) -> Hider? {
    guard let hider = hiders.removeValue(forKey: cluster) else { return nil }
    mark(hider.call, isTaken: false)
    return hider
  }

  private mutating func mark(_ call: Int32, isTaken: Bool) {
    var (low, high) = (0, spares.count)
    while low < high {
      let middle = (low + high) / 2
      if spares[middle].call < call { low = middle + 1 } else { high = middle }
    }
    guard low < spares.count, spares[low].call == call else { return }
    self.isTaken[low] = isTaken
    if !isTaken { firstSpare = min(firstSpare, low) }
  }

  // MARK: Other orders

  /// Finds another order of the chains around a place, of as few as possible.
  private mutating func rearrange(around place: Int, _ waiting: inout [Int32]) -> Bool {
    let chain = chain(of: place)
    let first = hasRoot ? 1 : 0
    var radius = 1
    while effort > 0, radius <= ChainWindow.most / 2 {
      let range = max(first, chain - radius)..<min(starts.count - 1, chain + radius + 1)
      if rearrange(range, &waiting) { return true }
      if range.lowerBound == first, range.upperBound == starts.count - 1 { return false }
      radius *= 2
    }
    return false
  }

  private func chain(of place: Int) -> Int {
    var (low, high) = (0, starts.count - 1)
    while low + 1 < high {
      let middle = (low + high) / 2
      if Int(starts[middle]) <= place { low = middle } else { high = middle }
    }
    return low
  }

  private mutating func rearrange(_ range: Range<Int>, _ waiting: inout [Int32]) -> Bool {
    guard range.count > 1 else { return false }
    let from = Int(starts[range.lowerBound])
    let end = Int(starts[range.upperBound])
    var given: [(cluster: Int32, hider: Hider)] = []
    for place in max(0, from - 1)..<end {
      if let hider = giveBack(clusters[place]) { given.append((clusters[place], hider)) }
    }
    let limit = min(effort, 4_000 * range.count)
    let found = ChainWindow.found(self, range, effort: limit)
    effort -= found.effort
    guard let arrangement = found.arrangement else {
      for one in given { take(one.hider, for: one.cluster) }
      return false
    }
    var place = from
    for (number, length) in arrangement.lengths.enumerated() {
      starts[range.lowerBound + number] = Int32(place)
      place += length
    }
    for (number, cluster) in arrangement.clusters.enumerated() {
      clusters[from + number] = cluster
      places[Int(cluster)] = Int32(from + number)
      moments[from + number] = arrangement.moments[number]
      deadlines[from + number] = arrangement.deadlines[number]
    }
    for one in arrangement.hiders { take(one.hider, for: one.cluster) }
    if end < clusters.count { raise(end, to: staying(end - 1), &waiting) }
    for place in max(0, from - 1)..<end where heads[Int(clusters[place])] >= 0 {
      waiting.append(clusters[place])
    }
    return true
  }
}

extension ValueCluster {
  /// The first completion of its calls.
  var firstEnd: Int32 { min(finished, firstRead) }
}
