import Histories

extension RegisterSaturation {
  /// Where saturation met a contradiction.
  enum Found {
    /// Two clusters that each must precede the other.
    case clusters(Int32, Int32)
    /// Two compare-and-sets that must have taken one value.
    case takers(Int, Int)
    /// An observer without a candidate left.
    case observer(Int)
  }

  private static let mostPasses = 6

  /// Joins observers that have one candidate and drops candidates that cannot be, until nothing
  /// changes.
  mutating func saturate() -> Found? {
    var open = observers.indices.filter { observers[$0].count > 0 }
    for _ in 0..<Self.mostPasses {
      var hasChanged = false
      var rest: [Int] = []
      for place in open {
        if observers[place].count > 1 {
          rest.append(place)
          continue
        }
        hasChanged = true
        if let found = join(place) { return found }
      }
      open = rest
      let zones = ExistingZones(sources)
      if let (one, other) = zones.contradiction(sources) { return .clusters(one, other) }
      for place in open {
        let before = observers[place].count
        dropConflicts(place, zones)
        if observers[place].count == 0 { return .observer(place) }
        if observers[place].count < before { hasChanged = true }
      }
      if !hasChanged { break }
    }
    return nil
  }

  private mutating func join(_ place: Int) -> Found? {
    let observer = observers[place]
    let cluster = Int(candidates[Int(observer.start)])
    let call = task.calls[Int(observer.call)]
    if observer.own >= 0 {
      if sources[cluster].taker >= 0 {
        let other = observers.firstIndex { $0.call == sources[cluster].taker }
        return .takers(other ?? place, place)
      }
      sources[cluster].taker = observer.call
      sources[Int(observer.own)].old = Int32(cluster)
    }
    if call.returned < sources[cluster].first {
      sources[cluster].first = call.returned
      sources[cluster].firstCall = observer.call
    }
    if call.invoked > sources[cluster].last {
      sources[cluster].last = call.invoked
      sources[cluster].lastCall = observer.call
    }
    return nil
  }

  /// Moves candidates that cannot be behind those that can, and notes why.
  private mutating func dropConflicts(_ place: Int, _ zones: ExistingZones) {
    var observer = observers[place]
    let call = task.calls[Int(observer.call)]
    var next = observer.start
    while next < observer.start + observer.count {
      let cluster = candidates[Int(next)]
      let source = sources[Int(cluster)]
      let first = min(source.first, call.returned)
      let last = max(source.last, call.invoked)
      var reason: Int32 = -1
      if observer.own >= 0, source.taker >= 0 {
        reason = cluster
      } else if source.taker >= 0, let taken = taken(source), sources[Int(taken)].first < last {
        reason = taken
      } else if observer.own >= 0, sources[Int(observer.own)].first < last {
        reason = observer.own
      } else {
        reason = zones.conflict(
          first, last, except: (cluster, observer.own, source.old, taken(source) ?? -1))
      }
      if reason < 0 {
        next += 1
        continue
      }
      let end = observer.start + observer.count - 1
      candidates.swapAt(Int(next), Int(end))
      reasons[Int(end)] = reason
      observer.count -= 1
    }
    observers[place] = observer
  }

  /// The cluster that the taker of a cluster's value installs.
  private func taken(_ source: Source) -> Int32? {
    source.taker < 0 ? nil : installs[Int(source.taker)]
  }

  // MARK: - What a contradiction is derived from

  /// An observer without any candidate, what overwrote them, and the last of those.
  func explanation(ofOrphan observer: Observer) -> [Int] {
    var calls: Set<Int> = [Int(observer.call)]
    if observer.newest >= 0 { calls.insert(Int(observer.newest)) }
    let call = task.calls[Int(observer.call)]
    var value = call.output
    if observer.own >= 0 || value == ValueTable.none || call.function != .read {
      value = task.values.pair(call.input)?.first ?? value
    }
    var best: Int?
    var isPast = false
    for source in sources.dropFirst() where source.call != observer.call {
      guard installed(by: Int(source.call)) == value else { continue }
      let isEarlier = source.invoked <= call.returned
      if let known = best {
        if isPast, !isEarlier { continue }
        if isPast == isEarlier, source.finished <= task.calls[known].returned { continue }
      }
      best = Int(source.call)
      isPast = isEarlier
    }
    if let best { calls.insert(best) }
    return calls.sorted()
  }

  private func installed(by call: Int) -> ValueID {
    switch RegisterCall(task.calls[call], task.settings, task.values) {
    case .write(let value), .swap(_, let value): value
    default: ValueTable.none
    }
  }

  /// The calls that a contradiction follows from.
  func explanation(of found: Found) -> [Int] {
    var derivation = Derivation(self)
    switch found {
    case .clusters(let one, let other):
      derivation.add(cluster: one)
      derivation.add(cluster: other)
    case .takers(let one, let other):
      derivation.add(observer: one)
      derivation.add(observer: other)
    case .observer(let one): derivation.add(observer: one)
    }
    return derivation.calls.sorted()
  }

  /// Gathers the calls behind clusters and observers, each once.
  private struct Derivation {
    private let saturation: RegisterSaturation
    private let places: [Int32: Int]
    private var clusters: Set<Int32> = []
    private var observers: Set<Int> = []
    private(set) var calls: Set<Int> = []
    private static let limit = 400

    init(_ saturation: RegisterSaturation) {
      self.saturation = saturation
      var places: [Int32: Int] = [:]
      for (place, observer) in saturation.observers.enumerated() { places[observer.call] = place }
      self.places = places
    }

    mutating func add(cluster: Int32) {
      guard calls.count < Self.limit, clusters.insert(cluster).inserted else { return }
      let source = saturation.sources[Int(cluster)]
      for call in [source.call, source.firstCall, source.lastCall, source.taker] where call >= 0 {
        calls.insert(Int(call))
        if let place = places[call] { add(observer: place) }
      }
    }

    mutating func add(observer place: Int) {
      guard calls.count < Self.limit, observers.insert(place).inserted else { return }
      let observer = saturation.observers[place]
      calls.insert(Int(observer.call))
      if observer.newest >= 0 { calls.insert(Int(observer.newest)) }
      for index in observer.start..<observer.start + observer.whole {
        let cluster = saturation.candidates[Int(index)]
        let call = saturation.sources[Int(cluster)].call
        if call >= 0 { calls.insert(Int(call)) }
        if saturation.reasons[Int(index)] < 0 { continue }
        add(cluster: cluster)
        add(cluster: saturation.reasons[Int(index)])
      }
    }
  }
}

/// The clusters that certainly exist, by their first completion, to find those in conflict.
struct ExistingZones {
  private var firsts: [Int32] = []
  /// The three latest ends among the clusters up to each.
  private var latest: [(Entry, Entry, Entry)] = []
  private var clusters: [Int32] = []

  private struct Entry {
    var last: Int32 = -1
    var cluster: Int32 = -1
  }

  /// - Complexity: O(n log n).
  init(_ sources: [RegisterSaturation.Source]) {
    var sorted: [UInt64] = []
    for (place, source) in sources.enumerated() where source.first != History.never {
      sorted.append(UInt64(Int64(source.first) + 1) << 32 | UInt64(place))
    }
    sorted.sort()
    clusters = sorted.map { Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF) }
    firsts.reserveCapacity(clusters.count)
    latest.reserveCapacity(clusters.count)
    var top = (Entry(), Entry(), Entry())
    for cluster in clusters {
      let entry = Entry(last: sources[Int(cluster)].last, cluster: cluster)
      if entry.last > top.0.last {
        top = (entry, top.0, top.1)
      } else if entry.last > top.1.last {
        top = (top.0, entry, top.1)
      } else if entry.last > top.2.last {
        top.2 = entry
      }
      firsts.append(sources[Int(cluster)].first)
      latest.append(top)
    }
  }

  /// A cluster that must precede a zone and follow it, among the three latest; -1 if there is none.
  func conflict(
    _ first: Int32, _ last: Int32, except: (Int32, Int32, Int32, Int32)
  ) -> Int32 {
    var low = 0
    var high = firsts.count
    while low < high {
      let middle = (low + high) / 2
      if firsts[middle] < last { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return -1 }
    let top = latest[low - 1]
    for entry in [top.0, top.1, top.2] where entry.last > first {
      let cluster = entry.cluster
      if cluster == except.0 || cluster == except.1 || cluster == except.2 || cluster == except.3 {
        continue
      }
      return cluster
    }
    return -1
  }

  /// Two clusters in conflict, or one and what takes its value.
  func contradiction(_ sources: [RegisterSaturation.Source]) -> (Int32, Int32)? {
    var follower = [Int32](repeating: -1, count: sources.count)
    for (place, source) in sources.enumerated() where source.old >= 0 {
      follower[Int(source.old)] = Int32(place)
    }
    for cluster in clusters {
      let source = sources[Int(cluster)]
      let next = follower[Int(cluster)]
      if next >= 0, sources[Int(next)].first < source.last { return (cluster, next) }
      if source.call >= 0, source.first < source.invoked { return (cluster, cluster) }
      let other = conflict(source.first, source.last, except: (cluster, next, source.old, -1))
      if other >= 0 { return (cluster, other) }
    }
    return nil
  }
}
