import Base
import Histories

/// The search of ``QueuePairs``.
struct QueuePairSearch: TurnSearch {
  typealias Choice = Pair

  /// One pair: the place of a put or `-1 - element` for a pending one, the place of a take or -1
  /// for a pending one.
  struct Pair {
    var put: Int32
    var take: Int32
    var rank: Int32
  }

  /// What is taken so far.
  struct Configuration {
    /// The events before which the puts and the takes that are left stand, and what is taken there.
    var putEvent = 0
    var takeEvent = 0
    var putBits: UInt64 = 0
    var takeBits: UInt64 = 0
    /// How many of the takes that found nothing, in the order of their invocations, are placed.
    var placed: Int32 = 0
    /// Before when the put of the last pair completed that a pending take took; the next put must
    /// have been invoked later. -1 when there is none.
    var waiting: Int32 = -1
    var usage: Int32 = 0
  }

  private let parts: QueueParts
  var walk: TurnWalk<Configuration, Pair>
  /// The takes that found nothing, by completion: their ends, and the most that is to be placed
  /// before anything that was invoked after each.
  private var emptyEnds: [Int32] = []
  private var emptyNeeds: [Int32] = []
  private var emptyStarts: [Int32] = []
  private static let words = 4

  init(_ parts: QueueParts, _ turn: Turn) {
    self.parts = parts
    walk = TurnWalk(
      parts.task, turn, pending: parts.pendingPuts.map(\.count) + [parts.pendingTakes.count],
      words: Self.words, start: Configuration())
    let timeline = parts.timeline
    emptyStarts = parts.empties.map { timeline.invoked[Int($0)] }
    let byEnd = parts.empties.indices.sorted {
      timeline.returned[Int(parts.empties[$0])] < timeline.returned[Int(parts.empties[$1])]
    }
    var most: Int32 = 0
    for place in byEnd {
      most = max(most, Int32(place) + 1)
      emptyEnds.append(timeline.returned[Int(parts.empties[place])])
      emptyNeeds.append(most)
    }
  }

  mutating func begin() -> Configuration? {
    var start = Configuration()
    return settle(&start) ? start : nil
  }

  func isFinished(_ now: Configuration) -> Bool {
    now.takeEvent == parts.takes.count && Int(now.placed) == parts.empties.count
  }

  func explained(_ now: Configuration) -> Int { now.putEvent + now.takeEvent }

  func sides(_ now: Configuration) -> [(PairSide, Int)] {
    [(parts.puts, now.putEvent), (parts.takes, now.takeEvent)]
  }

  mutating func describe(_ now: Configuration) {
    walk.row[0] = UInt64(now.putEvent) << 32 | UInt64(now.takeEvent)
    walk.row[2] = now.putBits
    walk.row[3] = now.takeBits
    walk.row[4] = UInt64(UInt32(bitPattern: now.placed))
    walk.row[5] = UInt64(UInt32(bitPattern: now.waiting))
    walk.describe(usage: now.usage, after: Self.words)
  }

  // MARK: Pairs

  /// Takes a pair; false when what is left could not be explained then.
  mutating func take(_ pair: Pair, _ now: inout Configuration) -> Bool {
    if pair.put >= 0 {
      parts.puts.take(Int(pair.put), &now.putEvent, &now.putBits)
    } else {
      guard walk.use(Int(-1 - pair.put), &now.usage) else { return false }
    }
    if pair.take >= 0 {
      parts.takes.take(Int(pair.take), &now.takeEvent, &now.takeBits)
      now.waiting = -1
    } else {
      guard walk.use(walk.groups.count - 1, &now.usage) else { return false }
      now.waiting = parts.puts.returned[Int(pair.put)]
    }
    return settle(&now)
  }

  /// Lets takes find nothing if it can be now; false when one never can.
  private func settle(_ now: inout Configuration) -> Bool {
    guard !parts.empties.isEmpty else { return true }
    let timeline = parts.timeline
    var latest = max(
      parts.puts.latestTaken(now.putEvent, now.putBits),
      parts.takes.latestTaken(now.takeEvent, now.takeBits))
    if walk.hasUsage {
      for (element, pending) in parts.pendingPuts.enumerated() where !pending.isEmpty {
        let used = walk.used(element, now.usage)
        if used > 0 { latest = max(latest, timeline.invoked[Int(pending[used - 1])]) }
      }
      let used = walk.used(walk.groups.count - 1, now.usage)
      if used > 0 { latest = max(latest, timeline.invoked[Int(parts.pendingTakes[used - 1])]) }
    }
    let gone = emptyEnds.prefixCount(below: latest)
    if gone > 0, emptyNeeds[gone - 1] > now.placed { return false }
    let end = min(parts.puts.end(now.putEvent), parts.takes.end(now.takeEvent))
    if latest < end {
      let placed = Int32(emptyStarts.prefixCount(below: end))
      if placed > now.placed {
        now.placed = placed
        now.waiting = -1
      }
    }
    return true
  }

  mutating func list(_ now: Configuration) {
    let first = walk.choices.count
    let putEnd = parts.puts.end(now.putEvent)
    let takeEnd = parts.takes.end(now.takeEvent)
    let limit = min(putEnd, takeEnd)
    if now.takeEvent < parts.takes.count {
      let open = parts.takes.firstOpen[now.takeEvent]..<parts.takes.firstOpen[now.takeEvent + 1]
      for place in open {
        let take = Int(parts.takes.open[Int(place)])
        guard now.takeBits & parts.takes.bit[take] == 0 else { continue }
        if isOutdone(take, open.lowerBound..<place, parts.takes, now.takeBits, now) { continue }
        addPuts(Int32(take), limit, now)
      }
    }
    addPending(limit, now)
    guard walk.choices.count - first > 1 else { return }
    for place in first..<walk.choices.count {
      let pair = walk.choices[place]
      walk.choices[place].rank = walk.turn.rank(pair.rank, pair.put, pair.take)
    }
    walk.choices[first...].sort { ($0.rank, $0.put, $0.take) < ($1.rank, $1.put, $1.take) }
  }

  /// Adds the puts that a take may belong to.
  private mutating func addPuts(_ take: Int32, _ limit: Int32, _ now: Configuration) {
    let puts = parts.puts
    let element = parts.takes.element[Int(take)]
    let late = parts.takes.event[Int(take)] - Int32(now.takeEvent)
    var best: Int32 = -1
    if now.putEvent < puts.count {
      let open = puts.firstOpen[now.putEvent]..<puts.firstOpen[now.putEvent + 1]
      for place in open {
        let put = Int(puts.open[Int(place)])
        guard puts.element[put] == element, now.putBits & puts.bit[put] == 0,
          puts.invoked[put] < limit, puts.invoked[put] > now.waiting
        else { continue }
        if isOutdone(put, open.lowerBound..<place, puts, now.putBits, now, limit) { continue }
        best = Int32(put)
        walk.choices.append(
          Pair(put: best, take: take, rank: late + puts.event[put] - Int32(now.putEvent)))
      }
    }
    let pending = parts.pendingPuts[Int(element)]
    let used = pending.isEmpty ? 0 : walk.used(Int(element), now.usage)
    guard used < pending.count else { return }
    let invoked = parts.timeline.invoked[Int(pending[used])]
    guard invoked < limit, invoked > now.waiting else { return }
    if best >= 0, !isBetween(invoked, puts.invoked[Int(best)], now) { return }
    walk.choices.append(Pair(put: -1 - element, take: take, rank: late + 64))
  }

  /// Adds a pending take of what completes next of the puts.
  private mutating func addPending(_ limit: Int32, _ now: Configuration) {
    let used = walk.used(walk.groups.count - 1, now.usage)
    guard now.putEvent < parts.puts.count, used < parts.pendingTakes.count else { return }
    let put = parts.puts.completing[now.putEvent]
    let invoked = parts.puts.invoked[Int(put)]
    guard parts.timeline.invoked[Int(parts.pendingTakes[used])] < parts.takes.end(now.takeEvent),
      invoked < limit
    else { return }
    walk.choices.append(Pair(put: put, take: -1, rank: 128))
  }

  /// Whether an open operation of the same element that completes earlier is as good.
  private func isOutdone(
    _ operation: Int, _ earlier: Range<Int32>, _ side: PairSide, _ taken: UInt64,
    _ now: Configuration, _ limit: Int32 = Timeline.never
  ) -> Bool {
    for place in earlier {
      let other = Int(side.open[Int(place)])
      if side.element[other] == side.element[operation], taken & side.bit[other] == 0,
        side.invoked[other] < limit, side.invoked[other] > now.waiting || limit == Timeline.never,
        !isBetween(side.invoked[operation], side.invoked[other], now)
      {
        return true
      }
    }
    return false
  }

  /// Whether a take that is still to find nothing might do so between two invocations.
  private func isBetween(_ first: Int32, _ second: Int32, _ now: Configuration) -> Bool {
    guard first < second, Int(now.placed) < parts.empties.count else { return false }
    return emptyStarts[Int(now.placed)] < second
  }

  // MARK: Order

  func steps() -> [KeyAnswer.Step]? {
    var merge = QueueMerge(parts)
    for (place, frame) in walk.path.enumerated() {
      merge.place(empties: Int(frame.configuration.placed))
      if place + 1 < walk.path.count {
        let pair = walk.choices[frame.next - 1]
        merge.add(put: pair.put, take: pair.take)
      }
    }
    return merge.steps()
  }
}

extension [Int32] {
  /// How many of these, which ascend, are below a number.
  fileprivate func prefixCount(below limit: Int32) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
