import Histories

/// `set-elements`: a set of which nobody completed a whole read.
///
/// **Elements are independent.** Without whole reads every operation concerns one element, so the
/// set is the product of its elements and linearizable iff each is by itself (M. Herlihy, J. Wing,
/// TOPLAS 12(3), 1990, doi:10.1145/78969.78972: linearizability is local; A. Horn, D. Kroening,
/// FORTE 2015, doi:10.1007/978-3-319-19195-9_4). The orders of the elements are joined by the
/// moments at which their operations take effect at the earliest.
///
/// **One element.** `add` and `remove` make it present and absent whatever it was; a pending one
/// that helps nobody is left out by the search.
///
/// - Nothing removes it: ``Membership`` decides, as in ``GrowOnlySet``.
/// - *stale*: a look that found it before any addition was invoked: with the first one, and with
///   the removal before the look if it was in at first. Or a look that found it, although the last
///   removal that completed before the look began
///   is after every addition that was invoked before the look ended: no addition can come between
///   the two. Named are the look, that removal, and of these additions the one that was invoked
///   last. A look that missed it is the same the other way round. The whole has no other addition
///   that could come between, whatever else is in it.
/// - Otherwise the search decides this element alone, over its two states. If it finds a violation,
///   the element's operations, reduced by what is sound to leave out, are the certificate: the
///   operations on other elements change nothing.
enum SetElements {
  static let rung = Rung("set-elements", bytesPerCall: 200) { (task) throws(CheckError) in
    guard let split = SplitSet(task) else { return .pass }
    return try split.answer()
  }
}

/// A set's operations by their elements.
struct SplitSet {
  private let task: KeyTask
  private let timeline: Timeline
  /// The calls of each element, in the order of their invocations, one element after the other.
  private var calls: [Int32]
  /// Where each element's calls begin, and the end.
  private var starts: [Int]
  private var isInitial: [Bool]

  /// Nil when there is a whole read, or a value has the wrong shape.
  init?(_ task: KeyTask) {
    guard let initial = task.settings.initial,
      initial <= ValueTable.null || [.list, .set].contains(task.values.kind(of: initial))
    else { return nil }
    self.task = task
    timeline = Timeline(task.calls)
    var index = NumberIndex(capacity: task.calls.count)
    var numbers = [Int32](repeating: -1, count: task.calls.count)
    var counts: [Int] = []
    var names: [ValueID] = []
    for (place, call) in task.calls.enumerated() {
      switch call.function {
      case .add, .remove:
        guard (try? call.requireEcho(task.values)) != nil else { return nil }
      case .contains:
        if call.end != .ok { continue }
        guard call.membership(task.values) != nil else { return nil }
      default:
        if call.end == .ok { return nil }
        continue
      }
      if index[call.input] < 0 {
        index[call.input] = Int32(counts.count)
        counts.append(0)
        names.append(call.input)
      }
      numbers[place] = index[call.input]
      counts[Int(numbers[place])] += 1
    }
    starts = [0]
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    calls = [Int32](repeating: 0, count: starts[starts.count - 1])
    var next = starts
    for (place, number) in numbers.enumerated() where number >= 0 {
      calls[next[Int(number)]] = Int32(place)
      next[Int(number)] += 1
    }
    isInitial = [Bool](repeating: false, count: names.count)
    for value in task.values.parts(of: initial) where index.has(value) {
      isInitial[Int(index[value])] = true
    }
  }

  /// Decides.
  func answer() throws(CheckError) -> RungAnswer {
    var schedule = Schedule(capacity: task.calls.count)
    for element in 0..<isInitial.count {
      let own = Array(calls[starts[element]..<starts[element + 1]])
      let isGrowing = !own.contains { task.calls[Int($0)].function == .remove }
      if let violation = isGrowing && !isInitial[element] ? late(own) : stale(own, element) {
        return violation
      }
      if isGrowing {
        // An element that is in from the start stays in.
        place(own, isInitial[element] ? nil : membership(own), element, &schedule)
        continue
      }
      switch try search(own) {
      case .order(let steps): place(steps, element, &schedule)
      case let other: return other
      }
    }
    return .order(schedule.steps(task))
  }

  private func membership(_ own: [Int32]) -> Membership {
    var member = Membership()
    for place in own {
      let call = task.calls[Int(place)]
      if call.function == .add {
        member.add(place, timeline)
      } else if call.membership(task.values) == true {
        member.finds(place, timeline)
      } else {
        member.misses(place, timeline)
      }
    }
    return member
  }

  /// The violation of an element that only comes in.
  private func late(_ own: [Int32]) -> RungAnswer? {
    let member = membership(own)
    if member.isNeeded, member.add < 0 { return .violation(.neverInserted, [member.untilCall]) }
    guard member.until < member.from else { return nil }
    return .violation(
      member.fromCall == member.add ? .neverInserted : .elementMissing, member.lower + member.upper)
  }

  /// Lets the operations of an element that only comes in take effect; without a membership it is
  /// in from the start.
  private func place(
    _ own: [Int32], _ member: Membership?, _ element: Int, _ schedule: inout Schedule
  ) {
    // As late as it can be, at its last moment; for nobody's sake, not at all.
    let arrival = member.map { $0.isNeeded ? $0.until : 0 } ?? 0
    for place in own {
      let call = task.calls[Int(place)]
      let start = timeline.invoked[Int(place)] + 1
      if call.function == .contains, call.membership(task.values) == false {
        schedule.place(place, at: start, phase: 0, element)
      } else if call.function == .add, let member, place == member.add {
        if member.isNeeded { schedule.place(place, at: arrival, phase: 1, element) }
      } else if call.end == .ok {
        schedule.place(place, at: max(start, arrival), phase: 2, element)
      }
    }
  }

  /// Joins an order of one element by the first moments of its operations.
  private func place(
    _ steps: [KeyAnswer.Step], _ element: Int, _ schedule: inout Schedule
  ) {
    var moment: Int32 = 0
    for (number, step) in steps.enumerated() {
      // The step's operation is the place among the task's calls.
      moment = max(moment, timeline.invoked[step.operation] + 1)
      schedule.place(Int32(step.operation), at: moment, phase: 0, number)
    }
  }

  /// A look that no operation can explain.
  private func stale(_ own: [Int32], _ element: Int) -> RungAnswer? {
    let isAdd = { (place: Int32) in task.calls[Int(place)].function == .add }
    let byEnd = own.filter { timeline.returned[Int($0)] != Timeline.never }
      .sorted { timeline.returned[Int($0)] < timeline.returned[Int($1)] }
    var looks = byEnd.filter { task.calls[Int($0)].function == .contains }
    looks.sort()
    // By whether it adds: the last invoked of those that completed before the look began.
    var decided: [Int32] = [-1, -1]
    var ended = 0
    // For each look the decided operation against it.
    var against = [Int32](repeating: -1, count: looks.count)
    for (number, look) in looks.enumerated() {
      while ended < byEnd.count,
        timeline.returned[Int(byEnd[ended])] < timeline.invoked[Int(look)]
      {
        let place = byEnd[ended]
        ended += 1
        if task.calls[Int(place)].function == .contains { continue }
        let side = isAdd(place) ? 1 : 0
        decided[side] = max(decided[side], place)
      }
      against[number] = decided[task.calls[Int(look)].membership(task.values) == true ? 0 : 1]
    }
    // By whether it adds, in the order of the invocations: the latest end so far.
    var latest: [[(start: Int32, end: Int32, call: Int32)]] = [[], []]
    for place in own where task.calls[Int(place)].function != .contains {
      let side = isAdd(place) ? 1 : 0
      let end = max(latest[side].last?.end ?? -1, timeline.returned[Int(place)])
      latest[side].append((timeline.invoked[Int(place)], end, place))
    }
    for (number, look) in looks.enumerated() {
      let isPresent = task.calls[Int(look)].membership(task.values) == true
      let helpers = latest[isPresent ? 1 : 0]
      let count = helpers.firstIndexAbove(timeline.returned[Int(look)])
      guard count > 0 else {
        // Nothing makes it so: right only if it was so from the start and nothing ended that.
        if isPresent == isInitial[element], against[number] < 0 { continue }
        var calls = [look]
        if isPresent == isInitial[element] { calls.append(against[number]) }
        // It does so only later, and is what a reader looks for.
        if let first = helpers.first { calls.append(first.call) }
        return .violation(isPresent ? .neverInserted : .elementMissing, calls)
      }
      let helper = helpers[count - 1]
      guard against[number] >= 0, helper.end < timeline.invoked[Int(against[number])] else {
        continue
      }
      return .violation(
        isPresent ? .elementResurrected : .elementMissing, [look, against[number], helper.call])
    }
    return nil
  }

  /// Searches one element; an order's operations are places among the task's calls.
  private func search(_ own: [Int32]) throws(CheckError) -> RungAnswer {
    var alone = task
    alone.operations = own.map { Int($0) }
    alone.calls = own.map { task.calls[Int($0)] }
    alone.wantsImpasse = false
    switch try Model.set.solve(alone).finding {
    case .order(let steps): return .order(steps)
    case .stopped, .certificate, .positions: return .pass
    case .impasse(let impasse):
      var reduction = Reduction(Model.set, alone, steps: 400_000)
      guard let proof = reduction.proof(culprit: impasse.culprit),
        try reduction.isConfirmed(proof, culprit: impasse.culprit)
      else { return .violation(.other, own) }
      return .violation(.other, proof.positions.map { own[$0] })
    }
  }
}

extension [(start: Int32, end: Int32, call: Int32)] {
  /// How many begin before an event, by halving.
  fileprivate func firstIndexAbove(_ event: Int32) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].start < event { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
