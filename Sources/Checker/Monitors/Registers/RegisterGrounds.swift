import Histories

/// The calls that a contradiction between clusters is about; runs once, on a violation.
///
/// What it names is only suspected: ``RegisterProof`` shows that they prove the violation.
struct RegisterGrounds {
  private let task: KeyTask
  private let columns: RegisterClusters
  private var calls: [Call] { task.calls }
  private var clusters: [ValueCluster] { columns.clusters }

  init(_ task: KeyTask, _ columns: RegisterClusters) {
    self.task = task
    self.columns = columns
  }

  /// One cluster of a chain, with the calls that matter in it.
  private struct Level {
    var cluster: Int32
    var installer: Int?
    /// The reader that completed first.
    var firstReader: Int?
    /// The reader that was invoked last.
    var lastReader: Int?
  }

  /// Positions of calls that show the contradiction, ascending.
  func suspects(of contradiction: RegisterContradiction) -> [Int] {
    var found: Set<Int> = []
    switch contradiction {
    case .unwritten(let cluster): observer(of: cluster).map { _ = found.insert($0) }
    case .twoInitial(let one, let other):
      for cluster in [one, other] { observer(of: cluster).map { _ = found.insert($0) } }
    case .takenTwice(let cluster, let one, let other):
      found = [Int(one), Int(other)]
      installer(of: cluster).map { _ = found.insert($0) }
    case .cycle(let cluster):
      var place = cycle(from: cluster)
      while let call = installer(of: place), found.insert(call).inserted {
        place = clusters[Int(place)].old
      }
    case .effectFirst(let root): found = inside(levels(of: root))
    case .crossing(let one, let other): found = between(levels(of: one), levels(of: other))
    }
    return witnessed(found).sorted()
  }

  private func installer(of cluster: Int32) -> Int? {
    let call = clusters[Int(cluster)].installer
    return call == ValueCluster.nobody ? nil : Int(call)
  }

  /// A call that shows the value of a cluster to have been there: a reader if there is one, else
  /// what took it, a completed one if there is one.
  private func observer(of cluster: Int32) -> Int? {
    if let reader = columns.seen.firstIndex(of: cluster) { return reader }
    let takers = clusters.filter { $0.old == cluster && $0.installer != ValueCluster.nobody }
    let taker = takers.first { $0.finished != History.never } ?? takers.first
    return taker.map { Int($0.installer) }
  }

  /// Adds, for every pending call, how it is known to have happened.
  private func witnessed(_ found: Set<Int>) -> Set<Int> {
    var closed = found
    var waiting = found.sorted()
    while let call = waiting.popLast() {
      guard calls[call].end == .pending,
        let cluster = clusters.firstIndex(where: { $0.installer == Int32(call) }),
        let witness = observer(of: Int32(cluster)), closed.insert(witness).inserted
      else { continue }
      waiting.append(witness)
    }
    return closed
  }

  /// Walks back from a cluster without a root until it is on the cycle.
  private func cycle(from cluster: Int32) -> Int32 {
    var place = cluster
    for _ in clusters.indices { place = clusters[Int(place)].old }
    return place
  }

  private func levels(of root: Int32) -> [Level] {
    var levels: [Level] = []
    var number = [Int32](repeating: -1, count: clusters.count)
    var place = root
    while place != ValueCluster.nobody {
      number[Int(place)] = Int32(levels.count)
      levels.append(Level(cluster: place, installer: installer(of: place)))
      place = clusters[Int(place)].next
    }
    for (call, cluster) in columns.seen.enumerated() where cluster != ValueCluster.nobody {
      let level = Int(number[Int(cluster)])
      if level < 0 { continue }
      levels[level].lastReader = call
      if let first = levels[level].firstReader, calls[first].returned < calls[call].returned {
        continue
      }
      levels[level].firstReader = call
    }
    return levels
  }

  /// A call that finished before one that must precede it began, and the links between them.
  private func inside(_ levels: [Level]) -> Set<Int> {
    var latest: Int32 = -1
    for place in levels.indices {
      for isReader in [false, true] {
        let level = levels[place]
        guard let effect = isReader ? level.firstReader : level.installer else { continue }
        if calls[effect].returned < latest {
          return nearest(before: place, isReader: isReader, effect, levels)
        }
        let last = isReader ? level.lastReader : effect
        latest = max(latest, calls[last ?? effect].invoked)
      }
    }
    return []
  }

  /// The nearest call that must precede the effect and began after it had finished.
  private func nearest(
    before level: Int, isReader: Bool, _ effect: Int, _ levels: [Level]
  ) -> Set<Int> {
    for place in stride(from: level, through: 0, by: -1) {
      var causes: [Int?] = []
      if place < level { causes.append(levels[place].lastReader) }
      if place < level || isReader { causes.append(levels[place].installer) }
      for case let cause? in causes where calls[cause].invoked > calls[effect].returned {
        return installers(levels, place, level).union([cause, effect])
      }
    }
    return []
  }

  private func installers(_ levels: [Level], _ one: Int, _ other: Int) -> Set<Int> {
    Set(levels[min(one, other)...max(one, other)].compactMap(\.installer))
  }

  /// Two calls of one chain and two of another, so that each chain must precede the other.
  private func between(_ one: [Level], _ other: [Level]) -> Set<Int> {
    let last = other.compactMap { later($0) }.map { calls[$0].invoked }.max() ?? -1
    let first = other.compactMap { earlier($0) }.map { calls[$0].returned }.min() ?? 0
    guard let (a, d) = nearestPair(one, finishedBefore: last, begunAfter: first) else { return [] }
    // The root of the initial chain precedes everything without having finished.
    let finished = earlier(one[a]).map { calls[$0].returned } ?? -1
    let isInitial = a == 0 && one[0].installer == nil && finished >= last
    let begun = later(one[d]).map { calls[$0].invoked } ?? History.never
    guard
      let (c, b) = nearestPair(
        other, finishedBefore: begun, begunAfter: isInitial ? -1 : min(finished, last))
    else { return [] }
    var found = installers(one, a, d).union(installers(other, b, c))
    if !isInitial { earlier(one[a]).map { _ = found.insert($0) } }
    later(one[d]).map { _ = found.insert($0) }
    earlier(other[c]).map { _ = found.insert($0) }
    if !isInitial { later(other[b]).map { _ = found.insert($0) } }
    return found
  }

  /// The call of a level that completed first.
  private func earlier(_ level: Level) -> Int? {
    [level.installer, level.firstReader].compactMap { $0 }
      .min { calls[$0].returned < calls[$1].returned }
  }

  /// The call of a level that was invoked last.
  private func later(_ level: Level) -> Int? {
    [level.installer, level.lastReader].compactMap { $0 }
      .max { calls[$0].invoked < calls[$1].invoked }
  }

  /// The nearest levels of which one has a call that finished before a rank, or is the initial
  /// value, and the other one that began after another rank.
  private func nearestPair(
    _ levels: [Level], finishedBefore: Int32, begunAfter: Int32
  ) -> (finished: Int, begun: Int)? {
    var finished: Int?
    var begun: Int?
    var best: (finished: Int, begun: Int)?
    for (place, level) in levels.enumerated() {
      let first = earlier(level).map { calls[$0].returned } ?? History.never
      if first < finishedBefore || place == 0 && level.installer == nil { finished = place }
      if let last = later(level), calls[last].invoked > begunAfter { begun = place }
      guard let finished, let begun else { continue }
      if best.map({ abs($0.finished - $0.begun) > abs(finished - begun) }) ?? true {
        best = (finished, begun)
      }
    }
    return best
  }
}
