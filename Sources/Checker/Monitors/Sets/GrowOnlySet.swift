import Histories

/// `grow-only-set`: a set that nothing is removed from, with whole reads and single looks.
///
/// A set only grows, so the different answers of whole reads form a chain by
/// inclusion; let the `j`-th smallest be level `2j`. An element that is first shown by the `j`-th
/// comes in at level `2j - 1`, one that none shows comes in after all of them. What comes in when
/// is ``Membership``: a virtual operation with an interval. In any order levels do not descend, and
/// any order in which they do not is legal; so an order exists iff no virtual operation or read
/// ends before one of a lower level begins. One sweep along the levels decides: each takes effect
/// at the first moment that is its own and not before what is below it.
///
/// Looks at single elements take effect as early as they can if they missed the element (it comes
/// in later: its interval begins after them) and when it is in if they found it. Further additions
/// change nothing once it is in.
///
/// **Certificates** and why each proves the whole, in which nothing is ever removed:
/// - *twice-in-read*: a read that shows an element twice.
/// - *never-added*: a look that ended before any addition of what it shows began; with the first
///   addition, if there is one. An element shown by a read and never added is the same.
/// - *incomparable-reads*: two reads, each of which shows what the other misses, with the first
///   additions of both elements. One read is first and its element stays.
/// - *initial-missing*: a read or look that misses what was in from the start.
/// - *out-of-order*: of two levels the higher ended before the lower began. Named are the calls
///   that bound the two (``Membership``) and, between the coming in of two elements, a read that
///   tells them apart. For an element at its lower bound, its first addition stands for all.
enum GrowOnlySet {
  static let rung = Rung("grow-only-set", bytesPerCall: 160) { (task) throws(CheckError) in
    guard var sweep = GrowOnlySweep(task) else { return .pass }
    return sweep.answer()
  }
}

/// The state of one run of ``GrowOnlySet``.
struct GrowOnlySweep {
  private let task: KeyTask
  private let timeline: Timeline
  private var members: [Membership] = []
  /// The element number of each value.
  private var index: NumberIndex
  /// The element of each call, or -1 for a whole read.
  private var element: [Int32]
  /// Whole reads, completed.
  private var reads: [Int32] = []
  /// The level at which each element comes in; 0 for those that are in at the start.
  private var level: [Int32] = []
  private var isInitial: [Bool] = []

  /// Nil when something is removed, or a value has the wrong shape.
  init?(_ task: KeyTask) {
    guard task.calls.allSatisfy({ $0.function != .remove }), let initial = task.settings.initial,
      initial <= ValueTable.null || [.list, .set].contains(task.values.kind(of: initial))
    else { return nil }
    self.task = task
    timeline = Timeline(task.calls)
    element = [Int32](repeating: -1, count: task.calls.count)
    var parts = 0
    var seen = NumberIndex(capacity: task.calls.count)
    for call in task.calls where call.function == .read && call.end == .ok {
      guard call.output > ValueTable.null,
        [.list, .set].contains(task.values.kind(of: call.output))
      else { return nil }
      if seen[call.output] < 0 { parts += task.values.parts(of: call.output).count }
      seen[call.output] = 1
    }
    let start = task.values.parts(of: initial)
    let ledger = Ledger(task.budget)
    guard ledger.reserve(bytes: parts * 16) else { return nil }
    index = NumberIndex(capacity: min(parts + start.count + task.calls.count, task.values.count))
    for value in start { isInitial[number(value)] = true }
    for (place, call) in task.calls.enumerated() {
      guard read(call, Int32(place)) else { return nil }
    }
    for call in reads {
      for value in task.values.parts(of: task.calls[Int(call)].output) { _ = number(value) }
    }
  }

  private mutating func number(_ value: ValueID) -> Int {
    let known = index[value]
    if known >= 0 { return Int(known) }
    let number = members.count
    index[value] = Int32(number)
    members.append(Membership())
    isInitial.append(false)
    return number
  }

  /// Takes a call in; false when its value has the wrong shape.
  private mutating func read(_ call: Call, _ place: Int32) -> Bool {
    switch call.function {
    case .add:
      guard (try? call.requireEcho(task.values)) != nil else { return false }
      let number = number(call.input)
      element[Int(place)] = Int32(number)
      members[number].add(place, timeline)
    case .contains:
      guard call.end == .ok else { return true }
      guard let isPresent = call.membership(task.values) else { return false }
      let number = number(call.input)
      element[Int(place)] = Int32(number)
      if isPresent {
        members[number].finds(place, timeline)
      } else {
        members[number].misses(place, timeline)
      }
    default:
      if call.end == .ok { reads.append(place) }
    }
    return true
  }

  /// Decides.
  mutating func answer() -> RungAnswer {
    if let answer = shapes() ?? chain() ?? singles() { return answer }
    return sweep()
  }

  /// What one read or one element says by itself.
  private func shapes() -> RungAnswer? {
    var met = [Int32](repeating: -1, count: members.count)
    var checked = NumberIndex(capacity: reads.count)
    for read in reads {
      let output = task.calls[Int(read)].output
      if checked[output] >= 0 { continue }
      checked[output] = 1
      for value in task.values.parts(of: output) {
        let number = Int(index[value])
        if met[number] == read { return .violation(.duplicated, [read]) }
        met[number] = read
        if members[number].add < 0, !isInitial[number] {
          return .violation(.neverInserted, [read])
        }
      }
    }
    return nil
  }

  /// Gives the reads and elements their levels.
  private mutating func chain() -> RungAnswer? {
    let values = task.values
    let calls = task.calls
    let size = { (read: Int32) in values.parts(of: calls[Int(read)].output).count }
    var sorted = reads.map { (size: size($0), output: task.calls[Int($0)].output, call: $0) }
    sorted.sort {
      $0.size != $1.size
        ? $0.size < $1.size
        : $0.output != $1.output ? $0.output < $1.output : $0.call < $1.call
    }
    reads = sorted.map(\.call)
    level = isInitial.map { $0 ? 0 : Int32.max }
    readLevel = []
    var top: Int32 = 0
    // The read that showed each element last.
    var shown = [Int32](repeating: -1, count: members.count)
    var before: Int32 = -1
    for read in sorted {
      let isFirst = before < 0
      let expected = isFirst ? isInitial.count { $0 } : size(before)
      var known = 0
      for value in values.parts(of: read.output) {
        let number = Int(index[value])
        if isFirst ? isInitial[number] : shown[number] == before { known += 1 }
        shown[number] = read.call
      }
      if known < expected {
        return isFirst
          ? .violation(.elementMissing, [read.call]) : incomparable(before, read.call)
      }
      if isFirst || known < read.size { top += 2 }
      for value in values.parts(of: read.output) where level[Int(index[value])] == Int32.max {
        level[Int(index[value])] = top - 1
      }
      readLevel.append(top)
      before = read.call
    }
    last = top + 1
    for number in level.indices where level[number] == Int32.max { level[number] = last }
    return nil
  }

  /// The level of each read, in their order.
  private var readLevel: [Int32] = []
  /// The level of what no read shows.
  private var last: Int32 = 1

  private func incomparable(_ small: Int32, _ large: Int32) -> RungAnswer {
    let values = task.values
    let first = Set(values.parts(of: task.calls[Int(small)].output))
    let second = Set(values.parts(of: task.calls[Int(large)].output))
    var calls = [small, large]
    for value in [first.subtracting(second).min(), second.subtracting(first).min()] {
      guard let value, index[value] >= 0 else { continue }
      let add = members[Int(index[value])].add
      if add >= 0 { calls.append(add) }
    }
    return .violation(.divergingReads, calls)
  }

  /// What the looks at one element and its additions say.
  private func singles() -> RungAnswer? {
    for (place, call) in task.calls.enumerated()
    where call.function == .contains && element[place] >= 0 {
      // In from the start: a look that missed it is wrong.
      if isInitial[Int(element[place])], call.membership(task.values) == false {
        return .violation(.elementMissing, [Int32(place)])
      }
    }
    for (number, member) in members.enumerated() where !isInitial[number] {
      if member.isNeeded, member.add < 0 {
        return .violation(.neverInserted, [member.untilCall])
      } else if member.until < member.from {
        return .violation(
          member.fromCall == member.add ? .neverInserted : .elementMissing,
          member.lower + member.upper)
      }
    }
    return nil
  }

  /// One virtual operation or read in the order of the levels.
  private struct Entry {
    var level: Int32
    var start: Int32
    /// An element's number, or `-1 - call` of a read.
    var subject: Int32
  }

  private func entries() -> [Entry] {
    var entries: [Entry] = []
    for (place, read) in reads.enumerated() {
      entries.append(
        Entry(
          level: readLevel[place], start: timeline.invoked[Int(read)], subject: -1 - read))
    }
    for (number, member) in members.enumerated() where !isInitial[number] {
      // What nobody saw and nobody knows to be added is left out.
      if member.add < 0 || level[number] == last && !member.isNeeded { continue }
      entries.append(Entry(level: level[number], start: member.from, subject: Int32(number)))
    }
    entries.sort {
      $0.level != $1.level
        ? $0.level < $1.level
        : $0.start != $1.start ? $0.start < $1.start : $0.subject < $1.subject
    }
    return entries
  }

  private func sweep() -> RungAnswer {
    var moment: Int32 = 0
    var cause: Entry?
    var arrival = [Int32](repeating: 0, count: members.count)
    var schedule = Schedule(capacity: task.calls.count)
    for (place, entry) in entries().enumerated() {
      let end =
        entry.subject < 0
        ? timeline.returned[Int(-1 - entry.subject)] : members[Int(entry.subject)].until
      if entry.start + 1 > moment {
        moment = entry.start + 1
        cause = entry
      }
      if end < moment, let cause { return outOfOrder(cause, entry) }
      if entry.subject < 0 {
        schedule.place(-1 - entry.subject, at: moment, phase: 1, place)
      } else {
        let number = Int(entry.subject)
        arrival[number] = moment
        schedule.place(members[number].add, at: moment, phase: 1, place)
      }
    }
    placeOthers(arrival, &schedule)
    return .order(schedule.steps(task))
  }

  /// Further additions and looks. A look that missed its element comes before everything else at
  /// its first moment; the rest after everything.
  private func placeOthers(_ arrival: [Int32], _ schedule: inout Schedule) {
    for (place, call) in task.calls.enumerated() {
      let number = Int(element[place])
      guard number >= 0, call.end == .ok else { continue }
      let start = timeline.invoked[place] + 1
      if call.function == .contains, call.membership(task.values) == false {
        schedule.place(Int32(place), at: start, phase: 0)
      } else if Int32(place) != members[number].add || isInitial[number] {
        schedule.place(Int32(place), at: max(start, arrival[number]), phase: 2)
      }
    }
  }

  /// The certificate that the upper one ended before the lower one began.
  private func outOfOrder(_ lower: Entry, _ upper: Entry) -> RungAnswer {
    var calls: [Int32] = []
    calls += lower.subject < 0 ? [-1 - lower.subject] : members[Int(lower.subject)].lower
    calls += upper.subject < 0 ? [-1 - upper.subject] : members[Int(upper.subject)].upper
    if lower.subject >= 0, upper.subject >= 0,
      let between = readLevel.firstIndex(of: lower.level + 1)
    {
      calls.append(reads[between])
    }
    return .violation(.elementMissing, calls)
  }
}

extension Call {
  /// What a completed look at one element says; nil when its value has the wrong shape.
  func membership(_ values: ValueTable) -> Bool? {
    guard end == .ok, output > ValueTable.null, values.kind(of: output) == .list else { return nil }
    let pair = values.parts(of: output)
    guard pair.count == 2, pair.first == input, let last = pair.last else { return nil }
    return values.bool(last)
  }
}
