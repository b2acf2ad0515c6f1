import Base
import Histories

/// A key of any model: the set of configurations that explain what was seen, behind a watermark.
///
/// G. Lowe, “Testing for linearizability”, Concurrency and Computation 29(4), 2017, section 6
/// (doi:10.1002/cpe.3928). The configurations and what follows from each are those of ``Frontier``,
/// whose every step and reduction is ``Steps``; here they are only carried from one stretch of
/// events to the next, on the plain values of the model (``PlainMachine``).
///
/// **The watermark.** A step of the search needs the results of the other open operations, so a
/// completion is processed when everything invoked before it has completed or was declared unknown:
/// the lag is the longest operation.
///
/// **What is known is enough.** Of the reductions those are on that need no look at what is to come
/// (``reductions``). Each says of a configuration's continuations that some are as good as others,
/// whatever they are, so it holds for those that nobody knows yet. A bit of a row belongs to one
/// operation as long as it is open, and the rows' common masks are made anew for each stretch; a
/// count of pending operations keeps its group.
///
/// When no configuration is left, no order explains the history up to there.
struct FrontierKey<M: Machine, Object: Sequential>: KeyStream {
  /// An operation that was invoked and whose completion is not processed yet.
  private struct Entry {
    var call: StreamCall
    /// Nil while it is open.
    var outcome: Outcome?
  }

  private enum Moment {
    case invocation(Int64)
    case completion(Int64)
  }

  /// What may be left out without a look at what is to come.
  private static var reductions: Reductions {
    [.pureAtOnce, .counted, .lazyPending, .earliestDeadline, .pureSuperset]
  }
  /// More operations that are open at once make too many orders.
  private static var mostOpen: Int { 64 }
  private static var patienceForEach: Int { 20 }

  private var entries: [Int64: Entry] = [:]
  private var queue: [Moment] = []
  private var head = 0
  /// The end of those moments whose operations' ends are all known.
  private var known = 0
  private var machine: PlainMachine<M, Object>
  /// The rows of ``Memo``, before the next event.
  private var frontier: [[UInt64]] = [[0, 0]]
  /// How many words of a row are bits.
  private var slotWords = 0
  private var open = OpenSlots()
  private var pending = PendingGroups()
  private var usage = UsageTable(guards: [], ledger: Ledger(Budget()))
  /// Whether every state is known; see ``Sequential/isSettled``.
  private var isSettled: Bool
  private let limit: Int
  /// Configurations that may still be made before the key is too slow to keep pace.
  private var patience = 100_000

  /// What copying states has cost so far beyond ``loadForEach``, in elements.
  private var load = 0
  private let mostLoad: Int
  private static var loadForEach: Int { 500 }

  init(_ object: Object, limit: Int, mostLoad: Int = 20_000_000) {
    machine = PlainMachine(object)
    isSettled = object.isSettled
    self.limit = limit
    self.mostLoad = mostLoad
  }

  mutating func invoke(_ call: StreamCall, _ values: ValueTable) -> KeyStep {
    entries[call.invoked] = Entry(call: call)
    queue.append(.invocation(call.invoked))
    return queue.count - head > limit * 4 ? .gaveUp("too much is open") : .fine
  }

  mutating func complete(
    _ call: StreamCall, _ outcome: Outcome, _ values: ValueTable
  ) -> KeyStep {
    var outcome = call.call.end == .mismatch ? .ok : outcome
    // What says nothing did not happen: that is as good.
    if call.traits.isIdle { outcome = .fail }
    entries[call.invoked] = Entry(call: call, outcome: outcome)
    if outcome == .ok { queue.append(.completion(call.invoked)) }
    return advance(values)
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    for number in entries.keys { entries[number]?.call.rename(name) }
    open.rename(name)
    pending.rename(name)
    machine.rename(name)
    nameForms()
  }

  /// Gives the forms of all that is open and pending anew.
  private mutating func nameForms() {
    machine.forgetForms()
    for place in open.operations.indices {
      open.operations[place].form = machine.form(
        of: open.operations[place].call, isSettled: isSettled)
    }
    let forms = pending.groups.map { machine.form(of: $0.call, isSettled: isSettled) }
    pending.name(forms)
  }
}

// MARK: - Events

extension FrontierKey {
  /// Processes the completions before the first invocation whose end is not known.
  private mutating func advance(_ values: ValueTable) -> KeyStep {
    var ready = head
    while known < queue.count {
      switch queue[known] {
      case .invocation(let number):
        if entries[number]?.outcome == nil { return ready > head ? pass(ready, values) : .fine }
        known += 1
      case .completion:
        known += 1
        ready = known
      }
    }
    return ready > head ? pass(ready, values) : .fine
  }

  /// Processes the moments up to a place in the queue.
  private mutating func pass(_ end: Int, _ values: ValueTable) -> KeyStep {
    var mostOpen = 0
    var opened: [Int32] = []
    var completing: [Int64] = []
    pending.begin()
    for moment in queue[head..<end] {
      switch moment {
      case .invocation(let number):
        guard let entry = entries[number], let outcome = entry.outcome else { continue }
        switch outcome {
        case .fail: entries[number] = nil
        case .indeterminate:
          entries[number] = nil
          let form = machine.form(of: entry.call, isSettled: isSettled)
          pending.add(entry.call, form, from: Int32(truncatingIfNeeded: completing.count))
        case .ok:
          open.add(entry.call, machine.form(of: entry.call, isSettled: isSettled))
          mostOpen = max(mostOpen, open.operations.count - completing.count)
        }
      case .completion(let number):
        opened.append(Int32(truncatingIfNeeded: open.operations.count))
        completing.append(number)
        entries[number] = nil
      }
    }
    head = end
    if head > 64, head * 2 > queue.count {
      queue.removeFirst(head)
      known -= head
      head = 0
    }
    if mostOpen > Self.mostOpen {
      return .gaveUp(
        "more than \(Self.mostOpen) operations on one key are open at once")
    }
    return search(completing.count, opened, values)
  }

  private mutating func search(
    _ events: Int, _ opened: [Int32], _ values: ValueTable
  ) -> KeyStep {
    // A state is copied for each step from it, so an object that holds much is too slow to watch.
    let held = frontier.reduce(0) {
      $0 + machine.extent(of: Int32(truncatingIfNeeded: $1[0] & 0x7FFF_FFFF))
    }
    load = max(0, load + events * (held - Self.loadForEach))
    if load > mostLoad { return .gaveUp("the object holds too much to be watched") }
    let problem = problem(opened)
    prepareRows(problem)
    patience = min(patience + Self.patienceForEach * events, 1_000_000)
    let (ending, deepest) = run(problem, events, values)
    switch ending {
    case .found: break
    case .exhausted:
      let event = Int32(truncatingIfNeeded: deepest)
      let calls = problem.forms.indices.filter {
        $0 < problem.opened[Int(event)] && problem.event[$0] >= event
      }
      return .flaw(
        StreamFlaw(
          anomaly: .other,
          operations: calls.map { open.operations[$0].call }.sorted { $0.invoked < $1.invoked }))
    case .paused, .stopped: return .gaveUp("too many orders are possible")
    }
    open.removeAll { problem.event[$0] < events }
    collect()
    return .fine
  }

  /// Lends the search what it works on, and takes it back; the search is gone afterwards, so
  /// nothing is ever copied.
  private mutating func run(
    _ problem: Problem, _ events: Int, _ values: ValueTable
  ) -> (ending: DepthFirst<PlainMachine<M, Object>>.Ending, deepest: Int) {
    var lent = PlainMachine<M, Object>()
    swap(&lent, &machine)
    lent.values = values
    var search = Frontier(
      problem, machine: lent, ledger: Ledger(Budget()), Self.reductions, from: [])
    lent = PlainMachine()
    search.steps.usage = usage
    search.configurationLimit = frontier.count + min(limit * events, patience)
    let ending = search.pass(events, from: frontier)
    patience -= search.configurations - frontier.count
    if ending == .found { frontier = search.standing }
    usage = search.steps.usage
    machine = search.steps.machine
    machine.values = Plain.noValues
    return (ending, search.steps.deepest)
  }

  /// The open operations as the search takes them: completions that are not processed now are
  /// events as well, so that it knows which comes first.
  private mutating func problem(_ opened: [Int32]) -> Problem {
    var problem = Problem()
    let count = open.operations.count
    let all = Int32(truncatingIfNeeded: count)
    problem.forms = open.operations.map(\.form)
    problem.slot = open.operations.map(\.slot)
    problem.completing = (0..<all).sorted {
      open.operations[Int($0)].call.returned < open.operations[Int($1)].call.returned
    }
    problem.event = [Int32](repeating: 0, count: count)
    for (event, operation) in problem.completing.enumerated() {
      problem.event[Int(operation)] = Int32(truncatingIfNeeded: event)
    }
    // One more than there are events: a configuration that passed all of them stands there.
    problem.opened = opened
    while problem.opened.count <= count { problem.opened.append(all) }
    problem.layout.slotWords = (open.slotCount + 63) / 64
    problem.layout.pure = [UInt64](repeating: 0, count: problem.layout.slotWords)
    problem.layout.optional = problem.layout.pure
    for operation in open.operations where operation.form.isPure {
      problem.layout.pure[Int(operation.slot) >> 6] |= 1 << UInt64(operation.slot & 63)
    }
    problem.layout.exact = problem.layout.pure.map { ~$0 }
    pending.fill(&problem)
    problem.packUsage(Self.reductions)
    return problem
  }

  /// Lays the rows out as a problem has them, with the counts of pending operations in a table of
  /// its groups.
  private mutating func prepareRows(_ problem: Problem) {
    let layout = problem.layout
    let isGrown = layout.slotWords > slotWords
    guard isGrown || pending.isChanged || usage.count > 4 * frontier.count + 1024 else { return }
    let old = usage
    usage = UsageTable(guards: problem.usageGuards, ledger: Ledger(Budget()))
    for place in frontier.indices {
      let row = frontier[place]
      var counts: [Int] = []
      if let id = pending.hadUsage ? row.last : nil {
        counts = pending.previous.map { old.used(Int32(truncatingIfNeeded: id), $0) }
      }
      var new = Array(row[..<(2 + slotWords)])
      new += [UInt64](repeating: 0, count: layout.slotWords - slotWords)
      if layout.hasUsage {
        var id: Int32 = 0
        for (group, used) in counts.enumerated() where used > 0 {
          id = usage.setting(id, problem.pending[group], to: used)
        }
        new.append(UInt64(id))
      }
      frontier[place] = new
    }
    slotWords = layout.slotWords
    pending.notePacking(problem.pending, hasUsage: layout.hasUsage)
  }

  /// Forgets what no configuration and no open operation needs.
  private mutating func collect() {
    if machine.objects.count > 2 * frontier.count + 16 || !isSettled {
      let states = machine.keep(frontier.map { Int32(truncatingIfNeeded: $0[0] & 0x7FFF_FFFF) })
      for (place, state) in states.enumerated() {
        frontier[place][0] = UInt64(UInt32(bitPattern: state))
      }
    } else {
      for place in frontier.indices { frontier[place][0] &= 0x7FFF_FFFF }
    }
    let isSettledNow = isSettled || machine.isSettled
    let needed = open.operations.count + pending.groups.count
    if isSettledNow != isSettled || machine.formCount > 4 * needed + 256 {
      isSettled = isSettledNow
      nameForms()
    }
  }
}
