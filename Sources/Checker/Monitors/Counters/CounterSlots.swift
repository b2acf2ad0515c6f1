import Histories

/// `counter-slots`: a counter all of whose additions are of one number that is not zero.
///
/// A read of `initial + v · number` comes after `v` additions: the order by
/// value is known. The `v`-th addition, *slot* `v`, takes effect after every read of less than `v`
/// was invoked and before every read of `v` or more completed; both bounds ascend with `v`. Slots
/// are filled in their order, each with the addition that completes first among those invoked in
/// time (earliest deadline first, which is right because the slots' windows ascend). Additions that
/// are left and completed come after all reads. Emitting slot 1, the reads of 1, slot 2, … is an
/// order whose moments do not descend.
///
/// **Certificates.** By P. Hall's theorem on intervals (and, for slots that must be filled together
/// with additions that must be placed, N. Mendelsohn and A. Dulmage's) there is an order unless
/// - *backwards*: a read completed before one of less began: both reads;
/// - *too-many*: between the completion of a read of `a` (or the start, with `a = 0`) and the
///   invocation of a read of `b`, more than `b - a` additions began and completed: the reads and
///   `b - a + 1` of these, which all count between the two whatever else happened;
/// - *too-few*: a read of `b` that completed when fewer were invoked; with a read of `a` that was
///   invoked earlier: fewer than `b - a` additions were invoked before the first completed and had
///   not completed before the second began. Named are the reads and all these additions: no other
///   can come between. The read of `a` is chosen so that they are few; the start is `a = 0`;
/// - *no-sum*: a read of what no number of additions makes.
///
/// An addition completed before a read began is counted by it, so a violation between a read of `a`
/// and one of `b` with too few additions is one between the start and one of them, of some kind.
enum CounterSlots {
  static let rung = Rung("counter-slots", bytesPerCall: 160) { (task) throws(CheckError) in
    guard let slots = CounterSweep(task) else { return .pass }
    if let read = slots.noSum { return .violation(.impossibleCount, [read]) }
    if let order = slots.order() { return order }
    return slots.tooFew() ?? slots.tooMany() ?? .pass
  }
}

/// One run of ``CounterSlots``.
struct CounterSweep {
  /// More additions than a history has: so many and more are one.
  private static let tooMany: Int128 = 1 << 40

  private let task: KeyTask
  private let timeline: Timeline
  /// Additions in the order of their invocations.
  private var adds: [Int32] = []
  /// Completed reads and what they count, in the order of their invocations.
  private var reads: [(call: Int32, count: Int)] = []
  /// A read of what no number of additions makes.
  private(set) var noSum: Int32?

  /// Nil when the additions differ or a value has the wrong shape.
  init?(_ task: KeyTask) {
    let values = task.values
    guard let start = try? task.settings.initialInteger(values) else { return nil }
    self.task = task
    timeline = Timeline(task.calls)
    var step: Int64 = 0
    for (place, call) in task.calls.enumerated() where call.function == .add {
      guard let number = values.integer(call.input), number != 0, step == 0 || number == step,
        (try? call.requireEcho(values)) != nil
      else { return nil }
      step = number
      adds.append(Int32(place))
    }
    for (place, call) in task.calls.enumerated() where call.function != .add && call.end == .ok {
      guard let number = values.integer(call.output) else { return nil }
      // What lies between two numbers of 64 bits need not be one.
      let difference = Int128(number) - Int128(start)
      let count = difference / Int128(step == 0 ? 1 : step)
      if count < 0 || count * Int128(step) != difference {
        noSum = noSum ?? Int32(place)
      } else {
        reads.append((Int32(place), Int(min(count, Self.tooMany))))
      }
    }
  }

  private func start(_ call: Int32) -> Int32 { timeline.invoked[Int(call)] }
  private func end(_ call: Int32) -> Int32 { timeline.returned[Int(call)] }

  /// The order, or nil when there is none.
  func order() -> RungAnswer? {
    var sorted = reads
    sorted.sort { $0.count != $1.count ? $0.count < $1.count : $0.call < $1.call }
    let top = sorted.last?.count ?? 0
    if top > adds.count { return nil }
    // The earliest completion of the reads of each count or more.
    var until = [Int32](repeating: Timeline.never, count: top + 1)
    for read in sorted { until[read.count] = min(until[read.count], end(read.call)) }
    for count in stride(from: top - 1, through: 0, by: -1) {
      until[count] = min(until[count], until[count + 1])
    }
    var steps: [Int32] = []
    steps.reserveCapacity(task.calls.count)
    var waiting = NumberHeap()
    var nextAdd = 0
    var nextRead = 0
    // The last event that what is placed so far comes after.
    var after: Int32 = -1
    for count in 0...top {
      if count > 0 {
        if after > until[count] { return nil }
        while nextAdd < adds.count, start(adds[nextAdd]) < until[count] {
          waiting.push(key: end(adds[nextAdd]), Int(adds[nextAdd]))
          nextAdd += 1
        }
        guard let add = waiting.pop(), add.key > after else { return nil }
        after = max(after, start(Int32(add.number)))
        steps.append(Int32(add.number))
      }
      while nextRead < sorted.count, sorted[nextRead].count == count {
        if end(sorted[nextRead].call) < after { return nil }
        after = max(after, start(sorted[nextRead].call))
        steps.append(sorted[nextRead].call)
        nextRead += 1
      }
    }
    while nextAdd < adds.count {
      waiting.push(key: end(adds[nextAdd]), Int(adds[nextAdd]))
      nextAdd += 1
    }
    var rest: [Int32] = []
    while let add = waiting.pop(), add.key != Timeline.never {
      if add.key < after { return nil }
      rest.append(Int32(add.number))
    }
    return .order(
      (steps + rest.sorted()).map {
        KeyAnswer.Step(operation: task.operations[Int($0)], result: ValueTable.none)
      })
  }

  /// A read that counts more additions than were invoked.
  func tooFew() -> RungAnswer? {
    let byEnd = reads.sorted { end($0.call) < end($1.call) }
    var started = 0
    for read in byEnd {
      while started < adds.count, start(adds[started]) < end(read.call) { started += 1 }
      if read.count <= started { continue }
      return tooFew(read, adds[..<started])
    }
    return nil
  }

  private func tooFew(
    _ read: (call: Int32, count: Int), _ started: ArraySlice<Int32>
  ) -> RungAnswer {
    let ends = started.map { end($0) }.sorted()
    var best: (call: Int32, completed: Int)?
    var completed = 0
    for other in reads where other.count < read.count && start(other.call) < end(read.call) {
      while completed < ends.count, ends[completed] < start(other.call) { completed += 1 }
      if started.count - completed < read.count - other.count,
        completed >= best?.completed ?? 0
      {
        best = (other.call, completed)
      }
    }
    let between = started.filter { best == nil || end($0) > start(best?.call ?? 0) }
    return .violation(
      .countTooLow, [read.call] + between + (best.map { [$0.call] } ?? []),
      base: best?.call)
  }

  /// More completed additions between two reads than they tell apart, or two reads backwards.
  ///
  /// A sweep over the events keeps, for each read that has completed (and the start), what it
  /// counts plus the completed additions that began after it; a read that begins must not be below.
  func tooMany() -> RungAnswer? {
    let byEnd = reads.sorted { end($0.call) < end($1.call) }
    // Place 0 is the start.
    var sums = MaximumTree([0] + byEnd.map { Int64($0.count) })
    var events: [(event: Int32, call: Int32, count: Int)] = []
    for add in adds where end(add) != Timeline.never { events.append((end(add), add, -1)) }
    for read in reads { events.append((start(read.call), read.call, read.count)) }
    events.sort { $0.event < $1.event }
    for event in events {
      let limit = event.count < 0 ? start(event.call) : event.event
      var low = 0
      var high = byEnd.count
      while low < high {
        let middle = (low + high) / 2
        if end(byEnd[middle].call) < limit { low = middle + 1 } else { high = middle }
      }
      if event.count < 0 {
        sums.add(1, through: low)
      } else if let place = sums.lastAbove(Int64(event.count), through: low) {
        return tooMany(place == 0 ? nil : byEnd[place - 1], (event.call, event.count))
      }
    }
    return nil
  }

  private func tooMany(
    _ first: (call: Int32, count: Int)?, _ second: (call: Int32, count: Int)
  ) -> RungAnswer {
    let begin = first.map { end($0.call) } ?? -1
    let surplus = max(0, second.count - (first?.count ?? 0) + 1)
    let between = adds.filter { start($0) > begin && end($0) < start(second.call) }
    return .violation(
      surplus == 0 ? .readsGoBack : .countTooHigh,
      (first.map { [$0.call] } ?? []) + [second.call] + between.suffix(surplus),
      base: first?.call)
  }
}

/// Numbers with additions to a prefix and a search from the right, by a tree of maxima.
struct MaximumTree {
  private var maxima: [Int64]
  private var added: [Int64]
  private let size: Int

  init(_ numbers: [Int64]) {
    var size = 1
    while size < numbers.count { size *= 2 }
    self.size = size
    added = [Int64](repeating: 0, count: size * 2)
    maxima = [Int64](repeating: Int64.min / 2, count: size * 2)
    for (place, number) in numbers.enumerated() { maxima[size + place] = number }
    for node in stride(from: size - 1, to: 0, by: -1) {
      maxima[node] = max(maxima[2 * node], maxima[2 * node + 1])
    }
  }

  /// Adds to all numbers from the first through a place.
  ///
  /// - Complexity: O(log n).
  mutating func add(_ number: Int64, through place: Int) {
    var node = size + place
    maxima[node] += number
    added[node] += number
    while node > 1 {
      if node & 1 == 1 {
        maxima[node - 1] += number
        added[node - 1] += number
      }
      node /= 2
      maxima[node] = max(maxima[2 * node], maxima[2 * node + 1]) + added[node]
    }
  }

  /// The last place up to one whose number is above a limit, or nil.
  ///
  /// - Complexity: O(log² n).
  func lastAbove(_ limit: Int64, through place: Int) -> Int? {
    // Above each node on the way up: what was added to all that is below it.
    func above(_ node: Int) -> Int64 {
      var sum: Int64 = 0
      var node = node / 2
      while node >= 1 {
        sum += added[node]
        node /= 2
      }
      return sum
    }
    var node = size + place
    while maxima[node] + above(node) <= limit {
      // The next node to the left.
      while node > 1, node & 1 == 0 { node /= 2 }
      if node <= 1 { return nil }
      node -= 1
    }
    while node < size {
      let right = 2 * node + 1
      node = maxima[right] + above(right) > limit ? right : 2 * node
    }
    return node - size
  }
}
