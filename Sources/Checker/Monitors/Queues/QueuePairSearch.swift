import Base
import Histories

/// The search of ``QueuePairs``.
struct QueuePairSearch {
  typealias Ending = DepthFirst<QueueMachine>.Ending

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

  private struct Frame {
    var configuration: Configuration
    /// The pairs that may follow: from here to the next frame's.
    var first: Int
    /// The next of them to be tried.
    var next: Int
  }

  private let parts: QueueParts
  private let ledger: Ledger
  private var memo: Memo
  private var usage: UsageTable
  /// Counts of pending puts that are used, by element, and of pending takes, the last.
  private let groups: [Problem.PendingGroup]
  private let hasUsage: Bool
  private var row: [UInt64]
  private var path: [Frame] = []
  private var choices: [Pair] = []
  /// The takes that found nothing, by completion: their ends, and the most that is to be placed
  /// before anything that was invoked after each.
  private var emptyEnds: [Int32] = []
  private var emptyNeeds: [Int32] = []
  private var emptyStarts: [Int32] = []
  private var tried = 0
  /// The configuration with the most completions.
  private(set) var deepest = Configuration()

  private let turn: Turn

  init(_ parts: QueueParts, _ turn: Turn) {
    self.parts = parts
    self.turn = turn
    ledger = Ledger(parts.task.budget)
    var packed = Problem()
    for count in parts.pendingPuts.map(\.count) + [parts.pendingTakes.count] {
      packed.pending.append(
        Problem.PendingGroup(form: Form(code: 0), first: packed.pending.count, count: count))
    }
    hasUsage = packed.pending.contains { $0.count > 0 }
    if hasUsage { packed.packUsage(.all) }
    groups = packed.pending
    var layout = Problem.Layout()
    layout.slotWords = 4
    layout.exact = [UInt64](repeating: UInt64.max, count: 4)
    layout.pure = [UInt64](repeating: 0, count: 4)
    layout.optional = layout.pure
    layout.hasUsage = hasUsage
    usage = UsageTable(guards: packed.usageGuards, ledger: ledger)
    memo = Memo(layout, ledger: ledger)
    row = [UInt64](repeating: 0, count: layout.rowWords)
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

  /// Runs to the end.
  mutating func run() -> Ending {
    var start = Configuration()
    guard settle(&start) else { return .exhausted }
    if isFinished(start) {
      path.append(Frame(configuration: start, first: 0, next: 0))
      return .found
    }
    if !push(start) { return .stopped(ledger.spent ?? .cancelled) }
    while let frame = path.last {
      guard frame.next < choices.count else {
        choices.removeLast(choices.count - frame.first)
        path.removeLast()
        continue
      }
      path[path.count - 1].next += 1
      tried &+= 1
      if memo.count >= turn.limit { return .paused }
      if tried & 0xFFF == 0, let reason = ledger.spent { return .stopped(reason) }
      var next = frame.configuration
      guard take(choices[frame.next], &next) else {
        if ledger.isExhausted { return .stopped(ledger.spent ?? .cancelled) }
        continue
      }
      if isFinished(next) {
        path.append(Frame(configuration: next, first: choices.count, next: choices.count))
        return .found
      }
      if !push(next) { return .stopped(ledger.spent ?? .cancelled) }
    }
    return .exhausted
  }

  private func isFinished(_ now: Configuration) -> Bool {
    now.takeEvent == parts.takes.count && Int(now.placed) == parts.empties.count
  }

  private func used(_ group: Int, _ now: Configuration) -> Int {
    hasUsage ? usage.used(now.usage, groups[group]) : 0
  }

  /// Puts a configuration on the path unless one that is known dominates it; false without memory.
  private mutating func push(_ now: Configuration) -> Bool {
    row[0] = UInt64(now.putEvent) << 32 | UInt64(now.takeEvent)
    row[2] = now.putBits
    row[3] = now.takeBits
    row[4] = UInt64(UInt32(bitPattern: now.placed))
    row[5] = UInt64(UInt32(bitPattern: now.waiting))
    if hasUsage { row[6] = UInt64(UInt32(bitPattern: now.usage)) }
    switch memo.insert(row, usage) {
    case .known: return true
    case .noMemory: return false
    case .new: break
    }
    if now.putEvent + now.takeEvent > deepest.putEvent + deepest.takeEvent { deepest = now }
    if path.count == path.capacity {
      let larger = max(64, path.capacity * 2)
      guard ledger.reserve(bytes: (larger - path.capacity) * 192) else { return false }
      path.reserveCapacity(larger)
    }
    let first = choices.count
    list(now)
    path.append(Frame(configuration: now, first: first, next: first))
    return true
  }

  // MARK: Pairs

  /// Takes a pair; false when what is left could not be explained then.
  private mutating func take(_ pair: Pair, _ now: inout Configuration) -> Bool {
    if pair.put >= 0 {
      parts.puts.take(Int(pair.put), &now.putEvent, &now.putBits)
    } else {
      let group = Int(-1 - pair.put)
      now.usage = usage.setting(now.usage, groups[group], to: used(group, now) + 1)
      if now.usage == refused { return false }
    }
    if pair.take >= 0 {
      parts.takes.take(Int(pair.take), &now.takeEvent, &now.takeBits)
      now.waiting = -1
    } else {
      let group = groups.count - 1
      now.usage = usage.setting(now.usage, groups[group], to: used(group, now) + 1)
      if now.usage == refused { return false }
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
    if hasUsage {
      for (element, pending) in parts.pendingPuts.enumerated() where !pending.isEmpty {
        let used = used(element, now)
        if used > 0 { latest = max(latest, timeline.invoked[Int(pending[used - 1])]) }
      }
      let used = used(groups.count - 1, now)
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

  /// Lists the pairs that may come next, the most promising first.
  private mutating func list(_ now: Configuration) {
    let first = choices.count
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
    guard choices.count - first > 1 else { return }
    for place in first..<choices.count {
      let pair = choices[place]
      choices[place].rank = turn.rank(pair.rank, pair.put, pair.take)
    }
    choices[first...].sort { ($0.rank, $0.put, $0.take) < ($1.rank, $1.put, $1.take) }
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
        choices.append(
          Pair(put: best, take: take, rank: late + puts.event[put] - Int32(now.putEvent)))
      }
    }
    let pending = parts.pendingPuts[Int(element)]
    let used = pending.isEmpty ? 0 : used(Int(element), now)
    guard used < pending.count else { return }
    let invoked = parts.timeline.invoked[Int(pending[used])]
    guard invoked < limit, invoked > now.waiting else { return }
    if best >= 0, !isBetween(invoked, puts.invoked[Int(best)], now) { return }
    choices.append(Pair(put: -1 - element, take: take, rank: late + 64))
  }

  /// Adds a pending take of what completes next of the puts.
  private mutating func addPending(_ limit: Int32, _ now: Configuration) {
    let used = used(groups.count - 1, now)
    guard now.putEvent < parts.puts.count, used < parts.pendingTakes.count else { return }
    let put = parts.puts.completing[now.putEvent]
    let invoked = parts.puts.invoked[Int(put)]
    guard parts.timeline.invoked[Int(parts.pendingTakes[used])] < parts.takes.end(now.takeEvent),
      invoked < limit
    else { return }
    choices.append(Pair(put: put, take: -1, rank: 128))
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

  /// The order that was found.
  func order() -> [KeyAnswer.Step] {
    var merge = QueueMerge(parts)
    for (place, frame) in path.enumerated() {
      merge.place(empties: Int(frame.configuration.placed))
      if place + 1 < path.count {
        let pair = choices[frame.next - 1]
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
