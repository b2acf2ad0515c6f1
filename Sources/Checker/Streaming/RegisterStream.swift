import Histories

/// Watches one register while its history is written; every value is installed once at a time.
///
/// **Zones.** A value's *cluster* is its installer with the reads of it. A compare-and-set takes
/// effect right behind the value that it expects, so clusters form *chains*, and a chain is
/// contiguous in every linearization. With `f` the first return and `s` the last invocation of a
/// chain, X must come before Y iff `f(X) < s(Y)`; no order exists iff a chain contradicts itself or
/// two chains must each come before the other (P. Gibbons, E. Korach, “Testing shared memories”,
/// SIAM J. Comput. 26(4), 1997; with compare-and-set, H. Fan, W. Golab, IPL 2018). While a
/// history grows, `f` falls once, from “never”, and `s` only grows, so a contradiction is final;
/// and since each completion is compared with everything that it touches, the first one after
/// which no order exists raises the alarm. A pending installer counts when somebody saw its value.
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
struct RegisterStream {
  /// What a register does, as far as the zones are concerned.
  enum Role {
    case write(ValueID)
    case read(ValueID)
    case swap(from: ValueID, to: ValueID)
    /// It says nothing.
    case idle
  }

  /// A value, who installed it and who saw it.
  struct Cluster {
    var value: ValueID
    /// Nil for the initial value.
    var installer: StreamCall?
    /// What the installer expected, if it is a compare-and-set.
    var expected: ValueID?
    var first = StreamCall.never
    var last: Int64
    /// Who returned first, and who was invoked last.
    var firstCall: StreamCall?
    var lastCall: StreamCall?
    var chain: Int
    var isDead = false
    /// Whether its installer's place behind the expected value is known.
    var isLinked = false
    /// Whether a compare-and-set that took effect expected it.
    var isConsumed = false
  }

  /// Clusters that follow each other at once.
  struct Chain {
    /// Oldest first; empty when the place is free.
    var levels: [Int]
    var first: Int64
    var last: Int64
    /// The one level that stands for those that were dropped.
    var dropped: Cluster?
  }

  var clusters: [Cluster] = []
  private var freeClusters: [Int] = []
  var chains: [Chain] = []
  private var freeChains: [Int] = []
  private(set) var clusterOf: [ValueID: Int] = [:]
  /// Chains that somebody saw.
  private(set) var seen: [Int] = []
  /// The invocations that are open, in their order.
  private var open: [Int64] = []
  private var levelCount = 0
  private var levelLimit: Int
  /// How many levels are kept before it is worth while to look which can be forgotten.
  private let patience: Int

  /// Makes the watch of a register that nobody has touched.
  init(initial: ValueID, patience: Int = 32) {
    self.patience = patience
    levelLimit = patience
    let place = addCluster(value: initial, installer: nil, expected: nil, at: StreamCall.always)
    clusters[place].first = StreamCall.always
    chains[clusters[place].chain].first = StreamCall.always
    seen.append(clusters[place].chain)
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
      open.append(call.invoked)
      return true
    }
    if clusterOf[installed.value] != nil {
      retire()
      if clusterOf[installed.value] != nil { return false }
    }
    open.append(call.invoked)
    addCluster(
      value: installed.value, installer: call, expected: installed.expected, at: call.invoked)
    return true
  }

  /// Takes the completion of an operation that took effect.
  ///
  /// - Complexity: O(chains that are kept).
  mutating func complete(_ call: StreamCall, _ role: Role) -> StreamFlaw? {
    close(call.invoked)
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
  mutating func abandon(_ call: StreamCall) { close(call.invoked) }

  /// Takes the completion of an operation that certainly did not happen.
  mutating func withdraw(_ call: StreamCall, _ role: Role) -> StreamFlaw? {
    close(call.invoked)
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
      return flaw("failed-write-observed", [cluster.installer, cluster.firstCall])
    }
    drop(place)
    free(chain: cluster.chain)
    return nil
  }

  private mutating func close(_ invoked: Int64) {
    if let place = open.firstIndex(of: invoked) { open.remove(at: place) }
  }

  /// The first invocation of the open operations.
  private var watermark: Int64 { open.first ?? StreamCall.never }
}

// MARK: - Chains

extension RegisterStream {
  /// The value was seen, so its installer took effect: a compare-and-set right behind what it
  /// expected.
  private mutating func link(_ value: ValueID, by call: StreamCall) -> StreamFlaw? {
    guard let place = clusterOf[value] else { return flaw("unwritten-or-stale-read", [call]) }
    guard let expected = clusters[place].expected, !clusters[place].isLinked else { return nil }
    let installer = clusters[place].installer
    guard let before = clusterOf[expected], !clusters[before].isDead else {
      return flaw("cas-from-stale-value", [installer, call])
    }
    if clusters[before].isConsumed {
      let other = chains[clusters[before].chain].levels.first {
        clusters[$0].expected == expected
      }
      return flaw(
        "value-swapped-twice",
        [clusters[before].installer, other.flatMap { clusters[$0].installer }, installer])
    }
    clusters[before].isConsumed = true
    clusters[place].isLinked = true
    if clusters[before].chain == clusters[place].chain {
      return flaw("cyclic-cas", [clusters[before].installer, installer])
    }
    if let flaw = link(expected, by: installer ?? call) { return flaw }
    let (front, back) = (clusters[before].chain, clusters[place].chain)
    if front == back { return flaw("cyclic-cas", [clusters[before].installer, installer]) }
    return join(front, back)
  }

  /// Puts the second chain behind the first. Nobody has seen the second yet: whoever sees any of
  /// its values links its root first.
  private mutating func join(_ front: Int, _ back: Int) -> StreamFlaw? {
    let moved = chains[back].levels
    let wasSeen = chains[front].first < StreamCall.never
    for level in moved { clusters[level].chain = front }
    chains[front].levels += moved
    chains[front].last = max(chains[front].last, chains[back].last)
    if wasSeen { levelCount += moved.count }
    free(chain: back)
    return conflict(of: front)
  }

  /// Notes that an operation saw or installed a value and completed.
  private mutating func touch(_ value: ValueID, by call: StreamCall) -> StreamFlaw? {
    guard let place = clusterOf[value] else { return flaw("unwritten-or-stale-read", [call]) }
    let chain = clusters[place].chain
    if clusters[place].isDead {
      return flaw("stale-read", [clusters[place].installer, call])
    }
    if chains[chain].first == StreamCall.never {
      seen.append(chain)
      levelCount += chains[chain].levels.count
    }
    if call.returned < clusters[place].first {
      clusters[place].first = call.returned
      clusters[place].firstCall = call
    }
    if call.invoked >= clusters[place].last {
      clusters[place].last = call.invoked
      clusters[place].lastCall = call
    }
    chains[chain].first = min(chains[chain].first, clusters[place].first)
    chains[chain].last = max(chains[chain].last, clusters[place].last)
    return contradiction(inside: chain, at: place) ?? conflict(of: chain)
  }

  /// Whether a later level of the chain returned before an earlier one was invoked.
  private func contradiction(inside chain: Int, at place: Int) -> StreamFlaw? {
    let levels = chains[chain].levels
    guard levels.count > 1, let index = levels.firstIndex(of: place) else { return nil }
    let cluster = clusters[place]
    for later in levels[(index + 1)...] where clusters[later].first < cluster.last {
      return flaw("before-its-cause", [clusters[later].firstCall, cluster.lastCall])
    }
    for earlier in levels[..<index] where clusters[earlier].last > cluster.first {
      return flaw("before-its-cause", [cluster.firstCall, clusters[earlier].lastCall])
    }
    return nil
  }

  /// Whether the chain and another must each come before the other.
  private func conflict(of chain: Int) -> StreamFlaw? {
    let (first, last) = (chains[chain].first, chains[chain].last)
    guard first < StreamCall.never else { return nil }
    for other in seen
    where other != chain && chains[other].first < last && first < chains[other].last {
      return flaw("zones", evidence(chain) + evidence(other))
    }
    return nil
  }

  /// Who returned first and who was invoked last in a chain, and the installers of their values.
  private func evidence(_ chain: Int) -> [StreamCall?] {
    let levels = chains[chain].levels
    let first = levels.min { clusters[$0].first < clusters[$1].first }.map { clusters[$0] }
    let last = levels.max { clusters[$0].last < clusters[$1].last }.map { clusters[$0] }
    return [first?.installer, first?.firstCall, last?.installer, last?.lastCall]
  }

  private func flaw(_ rule: String, _ calls: [StreamCall?]) -> StreamFlaw {
    var operations: [StreamCall] = []
    for case let call? in calls
    where !operations.contains(where: { $0.invoked == call.invoked }) {
      operations.append(call)
    }
    return StreamFlaw(rule: rule, operations: operations.sorted { $0.invoked < $1.invoked })
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
      if var dropped = chains[chain].dropped {
        if level.first < dropped.first {
          (dropped.first, dropped.firstCall) = (level.first, level.firstCall)
        }
        if level.last > dropped.last {
          (dropped.last, dropped.lastCall) = (level.last, level.lastCall)
        }
        chains[chain].dropped = dropped
      } else {
        chains[chain].dropped = level
      }
      drop(levels[count])
      count += 1
    }
    if count > 0 { chains[chain].levels.removeFirst(count) }
  }

  @discardableResult
  private mutating func addCluster(
    value: ValueID, installer: StreamCall?, expected: ValueID?, at moment: Int64
  ) -> Int {
    let chain = freeChains.popLast() ?? chains.count
    let place = freeClusters.popLast() ?? clusters.count
    let cluster = Cluster(
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
    for chain in chains.indices { chains[chain].dropped?.rename(name) }
    clusterOf = renamed
  }
}

extension RegisterStream.Cluster {
  mutating func rename(_ name: (ValueID) -> ValueID) {
    value = name(value)
    expected = expected.map(name)
    installer?.rename(name)
    firstCall?.rename(name)
    lastCall?.rename(name)
  }
}
