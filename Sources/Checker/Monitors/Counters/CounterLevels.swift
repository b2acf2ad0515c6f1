import Histories

/// `counter-levels`: a counter all of whose additions have one sign, some perhaps unknown.
///
/// The sum only grows (or only falls), so reads are ordered by what they show: those of the `i`-th
/// sum are level `i`, and gap `i` is between the reads of level `i - 1` and those of level `i`. An
/// addition belongs to one gap: it completed after every read below the gap was invoked, and was
/// invoked before any read above it completed. In any order the gaps do not descend, and an order
/// in which they do not, with what is of one gap as it was invoked, is legal iff the additions of
/// each gap make the difference of its two sums. It keeps real time iff none that is left for a
/// later gap completed before one of this gap was invoked.
///
/// **Dynamic programming** over the gaps, twice. What all orders have placed after a gap is the
/// same but for the open additions (those that may be in this gap or a later one), so the unknown
/// ones' share of the sum follows from which of those are placed. ``LevelGraph`` finds all ways to
/// place them when unknown additions may be taken again and again: without one no order exists, and
/// what does not lead to the end need not be looked at. ``LevelSweep`` goes along it and keeps
/// account of the unknown additions; it finds an order, or there is none, or it gives up.
///
/// Additions of 0 are placed where they were invoked, unknown ones that no read needs left out.
enum CounterLevels {
  static let rung = Rung("counter-levels", bytesPerCall: 200) { (task) throws(CheckError) in
    let answer = decide(task)
    // The search says more of what is small.
    if case .impasse = answer, task.calls.count <= 200 { return .pass }
    return answer
  }

  /// Decides.
  static func decide(_ task: KeyTask) -> RungAnswer {
    guard let levels = LevelledCounter(task) else { return .pass }
    return levels.answer()
  }
}

/// The reads and additions of a counter whose additions have one sign, by levels.
struct LevelledCounter {
  /// A completed addition.
  struct Addition {
    var call: Int32
    /// What it adds, more than 0.
    var number: Int64
    /// The first gap and the last that it may be in.
    var first: Int
    var last: Int
    /// Its invocation and completion.
    var start: Int32
    var end: Int32
    /// The place of its number among those of unknown additions; the largest number when none has.
    var kind = Int.max
  }

  let task: KeyTask
  let timeline: Timeline
  /// The sums that are read, without the initial value; ascending.
  private(set) var sums: [Int64] = []
  /// The reads of each level.
  private(set) var reads: [[Int32]] = []
  /// For each level the first completion of its reads and of all above; for the end, never.
  private(set) var until: [Int32] = []
  /// Completed additions by the first gap that they may be in; the last gap is after all reads.
  private(set) var opening: [[Addition]] = []
  /// The numbers of the unknown additions, the largest first.
  private(set) var numbers: [Int64] = []
  /// The unknown additions of each number.
  private(set) var unknown: [[Int32]] = []
  /// Completed additions of 0.
  private(set) var zeros: [Int32] = []

  /// Nil when additions of both signs are there, a sum does not fit, reads go back, or a value has
  /// the wrong shape.
  init?(_ task: KeyTask) {
    let values = task.values
    guard let start = try? task.settings.initialInteger(values) else { return nil }
    self.task = task
    timeline = Timeline(task.calls)
    var additions: [(call: Int32, number: Int64)] = []
    var shown: [(sum: Int64, call: Int32)] = []
    var sign: Int64 = 0
    var total: Int64 = 0
    for (place, call) in task.calls.enumerated() {
      if call.function == .add {
        guard let number = values.integer(call.input), (try? call.requireEcho(values)) != nil,
          number != Int64.min
        else { return nil }
        if number != 0, sign != 0, number.signum() != sign { return nil }
        if number != 0 { sign = number.signum() }
        let (sum, isTooLarge) = total.addingReportingOverflow(abs(number))
        // Twice the total still fits.
        if isTooLarge || sum > Int64.max / 4 { return nil }
        total = sum
        additions.append((Int32(place), abs(number)))
      } else if call.end == .ok {
        guard let number = values.integer(call.output) else { return nil }
        shown.append((number, Int32(place)))
      }
    }
    for place in shown.indices {
      let (sum, isTooLarge) = shown[place].sum.subtractingReportingOverflow(start)
      // What no additions make is for those to tell who look at bounds.
      guard !isTooLarge, sum.magnitude <= UInt64(total), sum == 0 || sum.signum() == sign else {
        return nil
      }
      shown[place].sum = abs(sum)
    }
    guard level(shown) else { return nil }
    place(additions)
  }

  /// Sorts the reads into levels; false when some go back.
  private mutating func level(_ shown: [(sum: Int64, call: Int32)]) -> Bool {
    for read in shown.sorted(by: { $0.sum != $1.sum ? $0.sum < $1.sum : $0.call < $1.call }) {
      if sums.last != read.sum {
        sums.append(read.sum)
        reads.append([])
      }
      reads[reads.count - 1].append(read.call)
    }
    until = [Int32](repeating: Timeline.never, count: sums.count + 1)
    for level in sums.indices.reversed() {
      let first = reads[level].map { timeline.returned[Int($0)] }.min() ?? Timeline.never
      until[level] = min(until[level + 1], first)
    }
    var after: Int32 = -1
    for level in sums.indices {
      if until[level] < after { return false }
      after = max(after, reads[level].last.map { timeline.invoked[Int($0)] } ?? -1)
    }
    return true
  }

  /// Gives the additions their gaps.
  private mutating func place(_ additions: [(call: Int32, number: Int64)]) {
    // The last invocation of the reads of each level and of all below.
    var since = [Int32](repeating: -1, count: sums.count)
    for level in sums.indices {
      let last = reads[level].last.map { timeline.invoked[Int($0)] } ?? -1
      since[level] = max(level == 0 ? -1 : since[level - 1], last)
    }
    opening = Array(repeating: [], count: sums.count + 1)
    var classes: [Int64: [Int32]] = [:]
    for addition in additions {
      let (start, end) = (
        timeline.invoked[Int(addition.call)], timeline.returned[Int(addition.call)]
      )
      if end == Timeline.never {
        if addition.number == 0 { continue }
        classes[addition.number, default: []].append(addition.call)
      } else if addition.number == 0 {
        zeros.append(addition.call)
      } else {
        let first = until.partitioningIndex { $0 > start }
        let last = since.partitioningIndex { $0 >= end }
        opening[first].append(
          Addition(
            call: addition.call, number: addition.number, first: first, last: last, start: start,
            end: end))
      }
    }
    numbers = classes.keys.sorted(by: >)
    unknown = numbers.map { classes[$0] ?? [] }
    var kinds: [Int64: Int] = [:]
    for (place, number) in numbers.enumerated() { kinds[number] = place }
    for gap in opening.indices {
      for place in opening[gap].indices {
        opening[gap][place].kind = kinds[opening[gap][place].number] ?? Int.max
      }
    }
  }

  /// Decides.
  func answer() -> RungAnswer {
    let stock = UnknownStock(self)
    guard let largest = numbers.first else { return run(stock, .exact) ?? .pass }
    if let answer = run(stock, .narrow(1 << 12, largest)) { return answer }
    if hasNone(stock) { return impasse() }
    return run(stock, .exact) ?? run(stock, .narrow(1 << 8, largest)) ?? .pass
  }

  /// Whether there is no order whatever the unknown additions make.
  func hasNone(_ stock: UnknownStock) -> Bool {
    var graph = LevelGraph(self, stock, .relaxed)
    if case .none = graph.run() { return true }
    return false
  }

  /// What a graph says and the sweep along it; nil when they were too narrow.
  func run(_ stock: UnknownStock, _ scope: LevelGraph.Scope) -> RungAnswer? {
    var graph = LevelGraph(self, stock, scope)
    switch graph.run() {
    case .none: return impasse()
    case .tooMany: return nil
    case .some: break
    }
    var sweep = LevelSweep(self, graph)
    switch sweep.run() {
    case .some(let gaps): return .order(order(gaps))
    case .none: return impasse()
    case .tooMany: return nil
    }
  }

  /// The order with these additions in the gaps; the rest come last.
  private func order(_ gaps: [[Int32]]) -> [KeyAnswer.Step] {
    var schedule = Schedule(capacity: task.calls.count)
    var isPlaced = [Bool](repeating: false, count: task.calls.count)
    var moment: Int32 = 0
    var place = 0
    func put(_ calls: [Int32]) {
      for call in calls {
        isPlaced[Int(call)] = true
        moment = max(moment, timeline.invoked[Int(call)] + 1)
        schedule.place(call, at: moment, phase: 1, place)
        place += 1
      }
    }
    for level in sums.indices {
      put(gaps[level].sorted())
      put(reads[level])
    }
    let rest = opening.joined().map(\.call).filter { !isPlaced[Int($0)] }
    put(rest.sorted())
    for zero in zeros { schedule.place(zero, at: timeline.invoked[Int(zero)] + 1, phase: 0) }
    return schedule.steps(task)
  }

  /// No order exists. The last read to complete is the culprit: of the shortest prefix in vain it
  /// is the last event, since an addition that just completed may come after everything.
  private func impasse() -> RungAnswer {
    let last = reads.joined().max { timeline.returned[Int($0)] < timeline.returned[Int($1)] }
    guard let last else { return .pass }
    let operation = task.operations[Int(last)]
    let number = task.values.describe(task.calls[Int(last)].output)
    let dilemma = Dilemma(
      state: "a counter that additions lead to", path: [],
      refusals: [
        Refusal(
          operation: operation,
          reason: "can't read \(number): no choice among the additions fits all reads up to here")
      ])
    return .impasse(
      Impasse(
        culprit: operation, dilemmas: [dilemma], omittedDilemmas: 0, open: [operation]))
  }
}

extension Array {
  /// The first index whose element, and so each behind it, is of the second part.
  ///
  /// - Complexity: O(log n).
  fileprivate func partitioningIndex(_ isSecond: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
