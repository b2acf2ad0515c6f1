import Histories

/// Watches one register while its history is written; every value is installed once at a time.
///
/// **Zones.** A value's *cluster* is its installer with the reads of it. A compare-and-set takes
/// effect right behind the value that it expects, so clusters form *chains*, and a chain is
/// contiguous in every linearization. With `f` the first return and `s` the last invocation of a
/// chain, X must come before Y iff `f(X) < s(Y)`; no order exists iff a chain contradicts itself or
/// two chains must each come before the other (P. Gibbons, E. Korach, “Testing shared memories”,
/// SIAM J. Comput. 26(4), 1997, doi:10.1137/S0097539794279614; with compare-and-set, H. Fan, W.
/// Golab, IPL 2018, doi:10.1016/j.ipl.2018.06.004). While a history grows, `f` falls once, from
/// “never”, and `s` only grows, so a contradiction is final; and since each completion is compared
/// with everything that it touches, the first one after which no order exists raises the alarm. A
/// pending installer counts when somebody saw its value.
///
/// **What can be forgotten.** Let T be the first invocation of the operations that are open (not
/// those declared unknown). A chain X is *dead* when some Y has `f(X) < s(Y)` and `f(Y) < T`:
/// whoever sees X from now on was invoked at T or later, hence after `f(Y)`, and Y must come
/// before X too. A dead chain is dropped. It has `s(X) < T`, or Y and X would contradict each
/// other now. A Z that contradicts it later has `f(Z) < s(X) < T`, and is dead now: by X if `f(X)
/// < T`, else by Y, for then `f(Z) < T ≤ f(X) < s(Y)`. Inside a chain a level is dead once a
/// later one returned before T. Whoever reads a value that has no cluster reads something dead,
/// or something that nobody wrote.
///
/// A value that was dropped may be installed again: completed observers of the old one are all
/// accounted for, and whoever completes from now on cannot have seen it. A value that still has a
/// cluster must not be: then ``invoke(_:)`` says no, and ``remains`` tells another engine all.
///
/// What is kept is the open operations, a cluster for each pending installer that nobody saw, and
/// the chains that overlap with the open operations.
///
/// **Why a look at one or two chains is enough.** Chains are seen in the order of their `f`, so
/// ``seen`` ascends by it, and a chain that is seen first has `s < f`. Call it *forward* once `f <
/// s`. Until there is a contradiction the forward chains' intervals from `f` to `s` are disjoint,
/// for two that overlap must each come before the other. When `s(X)` grows, a new contradiction
/// with Y has `f(Y) < s(X)` and `f(X) < s(Y)`. If `f(Y) < f(X)`, then Y is forward and holds
/// `f(X)`: of the forward chains that is only the last to be seen before X. If `f(Y) > f(X)`, then
/// X is forward now and `f(Y)` lies in what its interval grew by. Those are gone through; the
/// intervals are disjoint, so no Y is met twice, whatever is open.
///
/// Inside a chain, the least `f` of the levels behind one decides. A level that is seen first is
/// seen later than all others, so it is the least only for levels behind which none was seen: the
/// ``Chain/records`` are those that were seen first and are last in the chain; they ascend both
/// ways.
struct RegisterStream {
  /// What a register does, as far as the zones are concerned.
  enum Role {
    case write(ValueID)
    case read(ValueID)
    case swap(from: ValueID, to: ValueID)
    /// It says nothing.
    case idle
  }

  var clusters: [ValueCluster] = []
  private var freeClusters: [Int] = []
  var chains: [Chain] = []
  private var freeChains: [Int] = []
  private(set) var clusterOf: [ValueID: Int] = [:]
  /// Chains that somebody saw, in the order in which they were.
  private(set) var seen: [Int] = []
  /// The places in ``seen`` of chains that were first seen before somebody else was invoked who saw
  /// them.
  private var forward = PlaceSet()
  /// The operations that are open.
  private(set) var open = OpenMoments()
  private var levelCount = 0
  private var levelLimit: Int
  /// How many levels are kept before it is worth while to look which can be forgotten.
  private let patience: Int

  init(initial: ValueID, patience: Int = 32) {
    self.patience = patience
    levelLimit = patience
    let place = addCluster(value: initial, installer: nil, expected: nil, at: StreamCall.always)
    clusters[place].first = StreamCall.always
    chains[clusters[place].chain].first = StreamCall.always
    see(clusters[place].chain)
    levelCount = 1
  }

  /// How many values are kept.
  var count: Int { clusterOf.count }

  /// Takes an invocation; false when its value is here already.
  ///
  /// - Complexity: O(1) expected.
  mutating func invoke(_ call: StreamCall, _ role: Role) -> Bool {
    let installed: (value: ValueID, expected: ValueID?)
    switch role {
    case .write(let value): installed = (value, nil)
    case .swap(let old, let new): installed = (new, old)
    case .read, .idle:
      open.open(call.invoked, process: call.call.process)
      return true
    }
    if clusterOf[installed.value] != nil {
      retire()
      if clusterOf[installed.value] != nil { return false }
    }
    open.open(call.invoked, process: call.call.process)
    addCluster(
      value: installed.value, installer: call, expected: installed.expected, at: call.invoked)
    return true
  }

  /// Takes the completion of an operation that took effect.
  ///
  /// - Complexity: O(log n) amortised, for n that are open or kept.
  mutating func complete(_ call: StreamCall, _ role: Role) -> StreamFlaw? {
    open.close(call.invoked)
    let flaw: StreamFlaw?
    switch role {
    case .idle: return nil
    case .read(let value): flaw = link(value, by: call) ?? touch(value, by: call)
    case .write(let value):
      if let place = clusterOf[value] { clusters[place].installer = call }
      flaw = touch(value, by: call)
    case .swap(_, let new):
      if let place = clusterOf[new] { clusters[place].installer = call }
      flaw = link(new, by: call) ?? touch(new, by: call)
    }
    if flaw == nil, levelCount > levelLimit { retire() }
    return flaw
  }

  /// Takes the completion of an operation of which nobody knows.
  mutating func abandon(_ call: StreamCall) { open.close(call.invoked) }

  /// Takes the completion of an operation that certainly did not happen.
  mutating func withdraw(_ call: StreamCall, _ role: Role) -> StreamFlaw? {
    open.close(call.invoked)
    let value: ValueID
    switch role {
    case .write(let installed): value = installed
    case .swap(_, let installed): value = installed
    case .read, .idle: return nil
    }
    guard let place = clusterOf[value], clusters[place].installer?.invoked == call.invoked else {
      return nil
    }
    let cluster = clusters[place]
    if cluster.first < StreamCall.never || cluster.isConsumed {
      return flaw(.failedWriteRead, [cluster.installer, cluster.firstCall])
    }
    drop(place)
    free(chain: cluster.chain)
    return nil
  }

  /// The first invocation of the open operations.
  private var watermark: Int64 { open.first }
}

// MARK: - Chains

extension RegisterStream {
  /// The value was seen, so its installer took effect: a compare-and-set right behind what it
  /// expected, whose installer took effect then, and so on.
  private mutating func link(_ value: ValueID, by call: StreamCall) -> StreamFlaw? {
    guard var place = clusterOf[value] else { return flaw(.forgottenValue, [call]) }
    var witness = call
    var links: [(before: Int, place: Int)] = []
    while let expected = clusters[place].expected, !clusters[place].isLinked {
      let installer = clusters[place].installer
      guard let before = clusterOf[expected], !clusters[before].isDead else {
        return flaw(.staleSwap, [installer, witness])
      }
      if clusters[before].isConsumed {
        let other = chains[clusters[before].chain].levels.first {
          clusters[$0].expected == expected
        }
        return flaw(
          .consumedTwice,
          [clusters[before].installer, other.flatMap { clusters[$0].installer }, installer])
      }
      clusters[before].isConsumed = true
      clusters[place].isLinked = true
      if clusters[before].chain == clusters[place].chain {
        return flaw(.cyclicSwaps, [clusters[before].installer, installer])
      }
      links.append((before, place))
      witness = installer ?? witness
      place = before
    }
    // The oldest first, so that each joins a chain that is complete.
    for (before, place) in links.reversed() {
      let (front, back) = (clusters[before].chain, clusters[place].chain)
      if front == back {
        return flaw(.cyclicSwaps, [clusters[before].installer, clusters[place].installer])
      }
      if let flaw = join(front, back) { return flaw }
    }
    return nil
  }

  /// Puts the second chain behind the first. Nobody has seen the second yet: whoever sees any of
  /// its values links its root first.
  private mutating func join(_ front: Int, _ back: Int) -> StreamFlaw? {
    let moved = chains[back].levels
    let wasSeen = chains[front].first < StreamCall.never
    for (place, level) in moved.enumerated() {
      clusters[level].chain = front
      clusters[level].number = chains[front].base + chains[front].levels.count + place
    }
    chains[front].levels += moved
    let last = chains[back].last
    if wasSeen { levelCount += moved.count }
    free(chain: back)
    return extend(front, to: last)
  }

  /// Notes that an operation saw or installed a value and completed.
  private mutating func touch(_ value: ValueID, by call: StreamCall) -> StreamFlaw? {
    guard let place = clusterOf[value] else { return flaw(.forgottenValue, [call]) }
    let chain = clusters[place].chain
    if clusters[place].isDead {
      return flaw(.staleRead, [clusters[place].installer, call])
    }
    if chains[chain].first == StreamCall.never {
      chains[chain].first = call.returned
      see(chain)
      levelCount += chains[chain].levels.count
    }
    let box = Box(call)
    if call.returned < clusters[place].first {
      clusters[place].first = call.returned
      clusters[place].firstSeen = box
      let number = clusters[place].number
      if number > chains[chain].records.last?.number ?? -1 {
        chains[chain].records.append(
          Record(number: number, first: call.returned, cluster: place))
      }
    }
    if call.invoked >= clusters[place].last {
      clusters[place].last = call.invoked
      clusters[place].lastSeen = box
    }
    return contradiction(inside: chain, at: place) ?? extend(chain, to: clusters[place].last)
  }

  /// Notes that somebody saw a chain for the first time.
  private mutating func see(_ chain: Int) {
    chains[chain].place = seen.count
    seen.append(chain)
  }

  /// Whether a later level of the chain returned before an earlier one was invoked.
  ///
  /// Only the last invocation of the level at hand is new: what is seen now for the first time
  /// returned after all others were invoked.
  private func contradiction(inside chain: Int, at place: Int) -> StreamFlaw? {
    let records = chains[chain].records
    guard let latest = records.last, latest.number > clusters[place].number else { return nil }
    let behind = Self.firstIndex(of: records) { $0.number > clusters[place].number }
    guard records[behind].first < clusters[place].last else { return nil }
    return flaw(
      .readBeforeWritten, [clusters[records[behind].cluster].firstCall, clusters[place].lastCall])
  }

  /// Notes that somebody who saw a chain was invoked at a moment; the contradiction with another
  /// chain if that makes one.
  ///
  /// - Complexity: O(log n) amortised.
  private mutating func extend(_ chain: Int, to last: Int64) -> StreamFlaw? {
    let before = chains[chain].last
    guard last > before else { return nil }
    chains[chain].last = last
    let (first, place) = (chains[chain].first, chains[chain].place)
    guard first < StreamCall.never else { return nil }
    if let other = forward.last(before: place).map({ seen[$0] }), chains[other].last > first,
      chains[other].first < last
    {
      return flaw(.contradictoryOrder, evidence(chain) + evidence(other))
    }
    guard last > first else { return nil }
    forward.insert(place)
    let begin = max(first, before)
    var next = Self.firstIndex(of: seen) { chains[$0].first > begin }
    while next < seen.count, chains[seen[next]].first < last {
      if chains[seen[next]].last > first {
        return flaw(.contradictoryOrder, evidence(chain) + evidence(seen[next]))
      }
      next += 1
    }
    return nil
  }

  /// The first place from which on a condition holds.
  private static func firstIndex<Element>(
    of elements: [Element], where holds: (Element) -> Bool
  ) -> Int {
    var (low, high) = (0, elements.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(elements[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Who returned first and who was invoked last in a chain, and the installers of their values.
  private func evidence(_ chain: Int) -> [StreamCall?] {
    let levels = chains[chain].levels
    let first = levels.min { clusters[$0].first < clusters[$1].first }.map { clusters[$0] }
    let last = levels.max { clusters[$0].last < clusters[$1].last }.map { clusters[$0] }
    return [first?.installer, first?.firstCall, last?.installer, last?.lastCall]
  }

  private func flaw(_ anomaly: Anomaly, _ calls: [StreamCall?]) -> StreamFlaw {
    var operations: [StreamCall] = []
    for case let call? in calls
    where !operations.contains(where: { $0.invoked == call.invoked }) {
      operations.append(call)
    }
    return StreamFlaw(anomaly: anomaly, operations: operations.sorted { $0.invoked < $1.invoked })
  }
}

// MARK: - Forgetting

extension RegisterStream {
  /// Drops what no open or future operation can contradict.
  ///
  /// Runs when what is kept has doubled, so that its cost is O(1) for each operation; when it runs
  /// changes no verdict.
  private mutating func retire() {
    let mark = watermark
    // The latest invocation of the chains that returned before the mark, and of all but that one.
    var best = (chain: -1, last: StreamCall.always)
    var second = StreamCall.always
    for chain in seen where chains[chain].first < mark {
      if chains[chain].last > best.last {
        second = best.last
        best = (chain, chains[chain].last)
      } else {
        second = max(second, chains[chain].last)
      }
    }
    for chain in seen {
      if chains[chain].first < (chain == best.chain ? second : best.last) {
        for level in chains[chain].levels { drop(level) }
        free(chain: chain)
        continue
      }
      var later = StreamCall.never
      for level in chains[chain].levels.reversed() {
        if later < mark { clusters[level].isDead = true }
        later = min(later, clusters[level].first)
      }
      shorten(chain, mark)
    }
    seen.removeAll { chains[$0].levels.isEmpty }
    forward = PlaceSet()
    for (place, chain) in seen.enumerated() {
      chains[chain].place = place
      if chains[chain].first < chains[chain].last { forward.insert(place) }
    }
    levelCount = seen.reduce(0) { $0 + chains[$1].levels.count }
    levelLimit = max(patience, patience == 0 ? 0 : 2 * levelCount)
  }

  /// Makes one level of the leading ones that are dead.
  private mutating func shorten(_ chain: Int, _ mark: Int64) {
    var count = 0
    let levels = chains[chain].levels
    while count < levels.count - 1, clusters[levels[count]].isDead,
      clusters[levels[count]].last < mark
    {
      let level = clusters[levels[count]]
      if var dropped = chains[chain].dropped?.value {
        if level.first < dropped.first {
          (dropped.first, dropped.firstSeen) = (level.first, level.firstSeen)
        }
        if level.last > dropped.last {
          (dropped.last, dropped.lastSeen) = (level.last, level.lastSeen)
        }
        chains[chain].dropped = Box(dropped)
      } else {
        chains[chain].dropped = Box(level)
      }
      drop(levels[count])
      count += 1
    }
    guard count > 0 else { return }
    chains[chain].levels.removeFirst(count)
    chains[chain].base += count
    let base = chains[chain].base
    chains[chain].records.removeAll { $0.number < base }
  }

  @discardableResult
  private mutating func addCluster(
    value: ValueID, installer: StreamCall?, expected: ValueID?, at moment: Int64
  ) -> Int {
    let chain = freeChains.popLast() ?? chains.count
    let place = freeClusters.popLast() ?? clusters.count
    let cluster = ValueCluster(
      value: value, installer: installer, expected: expected, last: moment, chain: chain)
    let alone = Chain(levels: [place], first: StreamCall.never, last: moment)
    if place == clusters.count { clusters.append(cluster) } else { clusters[place] = cluster }
    if chain == chains.count { chains.append(alone) } else { chains[chain] = alone }
    clusterOf[value] = place
    return place
  }

  private mutating func drop(_ place: Int) {
    clusterOf[clusters[place].value] = nil
    clusters[place].installer = nil
    freeClusters.append(place)
  }

  private mutating func free(chain: Int) {
    chains[chain] = Chain(levels: [], first: StreamCall.never, last: StreamCall.always)
    freeChains.append(chain)
  }

  /// Gives every value the id of another table.
  mutating func rename(_ name: (ValueID) -> ValueID) {
    var renamed: [ValueID: Int] = [:]
    for place in clusters.indices where clusterOf[clusters[place].value] == place {
      clusters[place].rename(name)
      renamed[clusters[place].value] = place
    }
    for chain in chains.indices {
      chains[chain].dropped = chains[chain].dropped?.renamed { $0.rename(name) }
    }
    clusterOf = renamed
  }
}
