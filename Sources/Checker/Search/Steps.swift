import Base
import Histories

/// The configurations of one key and what follows from each: shared by the depth-first search and
/// the frontier, so that a reduction is written and proven once (``Reductions``).
///
/// The configuration that is being made is ``row``, the one that it is made from ``source``.
struct Steps<M: Machine> {
  let problem: Problem
  var machine: M
  let ledger: Ledger
  let reductions: Reductions
  var usage: UsageTable
  var open: OpenOperations
  var row: [UInt64]
  var source: [UInt64]
  /// The search is for an order that explains the events before this one.
  var eventLimit: Int
  /// Completions before this event may rule out a configuration before they are reached.
  var sight: Int
  /// An event that is looked at from afar, or -1: the one that a window is made for.
  var goal = -1
  /// Whether pending operations are taken only to lead to what the completion at hand sees: finds
  /// fewer orders, sooner.
  var isThrifty = false
  /// How many events a configuration passes at most when nothing keeps it.
  var stride = Int.max
  /// The deepest event reached.
  var deepest = 0
  /// Steps of the model that were tried.
  var steps = 0
  /// Work done so far, in about nanoseconds.
  var work = 0
  /// Whether memory for a vector of usage was refused.
  private(set) var isOutOfMemory = false
  /// Whether the configuration that was made last took a pure operation at its first event.
  private var tookPure = false
  /// Operations in the order in which they take effect, while a path is replayed.
  var recorded: [KeyAnswer.Step] = []
  var isRecording = false
  /// What looking ahead knows of the operations that come later, once it was asked.
  var restarting = Restarting()
  /// The configuration at the end of the path that was replayed last.
  private(set) var replayed: [UInt64] = []

  /// Which candidate of a configuration comes next.
  struct Cursor {
    /// How promising it is (``candidate(_:_:)``).
    var rank: Int32 = 0
    var place: Int32 = 0
    var choice: Int32 = 0
  }

  /// What became of a candidate.
  enum Made {
    /// ``row`` is the configuration.
    case configuration
    /// ``row`` is one that cannot be passed.
    case deadEnd
    /// Every event before the limit is explained.
    case finished
  }

  /// Set in an arrival when an optional operation is left out.
  static var skip: Int32 { 1 << 30 }
  static var mustBit: UInt64 { 1 << 31 }

  init(_ problem: Problem, machine: M, ledger: Ledger, _ reductions: Reductions) {
    self.problem = problem
    self.machine = machine
    self.ledger = ledger
    self.reductions = reductions
    usage = UsageTable(guards: problem.usageGuards, ledger: ledger)
    open = OpenOperations(problem)
    row = [UInt64](repeating: 0, count: problem.layout.rowWords)
    source = row
    eventLimit = problem.eventCount
    sight = problem.eventCount
  }

  /// Makes the configuration at the start; it arrives from `-1 - number`.
  mutating func start(_ state: Int32, number: Int) -> Made {
    for index in row.indices { row[index] = 0 }
    row[0] = UInt64(UInt32(bitPattern: state))
    setWay(parent: -1 - number, arrival: Int32.min)
    return goOn(isAtStart: true)
  }

  /// Makes a configuration that stands before the first event, and has taken what it can since it
  /// came there.
  mutating func resume(_ configuration: [UInt64]) -> Made {
    row = configuration
    row[0] &= 0x7FFF_FFFF
    setWay(parent: -1, arrival: Int32.min)
    return goOn(isAtStart: true)
  }

  /// Makes the next configuration that follows from ``source``; nil when there is none left.
  mutating func next(_ cursor: inout Cursor, parent: Int) -> Made? {
    let event = Int(source[0] >> 32)
    let state = Int32(truncatingIfNeeded: source[0] & 0x7FFF_FFFF)
    open.move(to: event)
    while let arrival = candidate(&cursor, state) {
      steps &+= 1
      work &+= 100 + open.list.count
      let form = form(of: arrival)
      var after = state
      if arrival < Self.skip {
        after = machine.next(state, form, choice: cursor.choice)
        if after == refused || !form.isBranching {
          cursor.place += 1
          cursor.choice = 0
          if after == refused { continue }
        } else {
          cursor.choice += 1
        }
        // A pending operation that changes nothing is as good as none.
        if arrival < 0, after == state, !form.isBranching { continue }
      } else {
        cursor.place += 1
      }
      for index in row.indices { row[index] = source[index] }
      row[0] = UInt64(event) << 32 | UInt64(UInt32(bitPattern: after))
      setWay(parent: parent, arrival: arrival)
      guard take(arrival, at: event) else { return nil }
      let made = goOn(isAtStart: false)
      if arrival < 0, !made.isFinished, mustBeSeen(from: event) { continue }
      return made
    }
    return nil
  }

  /// Whether a pending operation that was just taken is seen by nobody; when an operation may yet
  /// test what it left, ``row`` is marked.
  private mutating func mustBeSeen(from event: Int) -> Bool {
    guard M.isLazy, reductions.isSuperset(of: [.lazyPending, .pureAtOnce]), !tookPure else {
      return false
    }
    guard isTested(at: event) else { return true }
    row[0] |= Self.mustBit
    return false
  }

  private func isTested(at event: Int) -> Bool {
    let state = Int32(truncatingIfNeeded: row[0] & 0x7FFF_FFFF)
    for operation in open.list
    where !isTaken(operation, in: row) && machine.tests(state, problem.forms[Int(operation)]) {
      return true
    }
    for group in problem.pending
    where machine.tests(state, group.form) && isAvailable(group, in: row, at: event) {
      return true
    }
    return false
  }

  @inline(__always)
  func isTaken(_ operation: Int32, in row: [UInt64]) -> Bool {
    let slot = Int(problem.slot[Int(operation)])
    return row[2 + slot >> 6] >> UInt64(slot & 63) & 1 == 1
  }

  /// Whether a pending operation of a group is left at an event.
  func isAvailable(_ group: Problem.PendingGroup, in row: [UInt64], at event: Int) -> Bool {
    let used = used(group, in: row)
    guard used < group.count else { return false }
    return used < group.early
      || Int(problem.pendingFrom[group.first + used - group.early]) <= event
  }

  func used(_ group: Problem.PendingGroup, in row: [UInt64]) -> Int {
    guard problem.layout.hasUsage else { return 0 }
    return usage.used(Int32(truncatingIfNeeded: row[row.count - 1]), group)
  }

  func form(of arrival: Int32) -> Form {
    arrival >= 0
      ? problem.forms[Int(arrival & ~Self.skip)] : problem.pending[Int(-1 - arrival)].form
  }

  private mutating func setWay(parent: Int, arrival: Int32) {
    let parent = UInt32(bitPattern: Int32(truncatingIfNeeded: parent))
    row[1] = UInt64(parent) << 32 | UInt64(UInt32(bitPattern: arrival))
  }
}

extension Steps.Made {
  var isFinished: Bool {
    if case .finished = self { true } else { false }
  }
}

// MARK: - Taking operations

extension Steps {
  /// Marks an operation as taken; false without memory.
  mutating func take(_ arrival: Int32, at event: Int) -> Bool {
    if arrival >= 0 {
      let operation = arrival & ~Self.skip
      if arrival < Self.skip, reductions.contains(.forgetting),
        machine.isBlind(problem.forms[Int(operation)])
      {
        hideBefore(operation, at: event)
      }
      let slot = Int(problem.slot[Int(operation)])
      row[2 + slot >> 6] |= 1 << UInt64(slot & 63)
      return true
    }
    let group = problem.pending[Int(-1 - arrival)]
    return !problem.layout.hasUsage || setUsed(group, to: used(group, in: row) + 1)
  }

  private mutating func setUsed(_ group: Problem.PendingGroup, to used: Int) -> Bool {
    let id = Int32(truncatingIfNeeded: row[row.count - 1])
    let next = usage.setting(id, group, to: used)
    if next == refused {
      isOutOfMemory = true
      return false
    }
    row[row.count - 1] = UInt64(next)
    return true
  }

  /// R5: takes every open blind operation whose state nobody will see just before another one.
  private mutating func hideBefore(_ operation: Int32, at event: Int) {
    for other in open.list where other != operation && !isTaken(other, in: row) {
      let form = problem.forms[Int(other)]
      guard machine.isBlind(form) else { continue }
      if machine.forgetting(machine.next(forgotten, form, choice: 0), before: event) == forgotten {
        let slot = Int(problem.slot[Int(other)])
        row[2 + slot >> 6] |= 1 << UInt64(slot & 63)
        if isRecording { record(other) }
      }
    }
  }

  /// Takes pure operations and passes events that need nothing more.
  private mutating func goOn(isAtStart: Bool) -> Made {
    var state = Int32(truncatingIfNeeded: row[0] & 0x7FFF_FFFF)
    var event = Int(row[0] >> 32)
    if event >= eventLimit { return .finished }
    if isAtStart { open.move(to: event) }
    if isAtStart, !clamp(at: event) { return .deadEnd }
    state = canonical(state, at: event)
    tookPure = false
    for operation in open.list { takeIfPure(operation, state) }
    let tookPureAtOnce = tookPure
    var passed = 0
    while passed < stride {
      let slot = Int(problem.slot[Int(problem.completing[event])])
      let bit: UInt64 = 1 << UInt64(slot & 63)
      if row[2 + slot >> 6] & bit == 0 { break }
      row[2 + slot >> 6] &= ~bit
      event += 1
      passed += 1
      if event == eventLimit {
        deepest = event
        return .finished
      }
      open.advance()
      if !clamp(at: event) { return .deadEnd }
      state = canonical(state, at: event)
      for operation in problem.opened[event - 1]..<problem.opened[event] {
        takeIfPure(operation, state)
      }
    }
    row[0] = UInt64(event) << 32 | UInt64(UInt32(bitPattern: state))
    deepest = max(deepest, event)
    tookPure = tookPureAtOnce
    return isDoomed() ? .deadEnd : .configuration
  }

  /// Passes the event of a configuration that has taken what completes there, for the frontier.
  mutating func pass(_ configuration: [UInt64]) -> Made {
    row = configuration
    open.move(to: Int(row[0] >> 32))
    return goOn(isAtStart: false)
  }

  private func canonical(_ state: Int32, at event: Int) -> Int32 {
    M.forgets && reductions.contains(.forgetting)
      ? machine.forgetting(state, before: event) : state
  }

  /// R6.
  private mutating func clamp(at event: Int) -> Bool {
    guard reductions.isSuperset(of: [.demandClamp, .lazyPending, .pureAtOnce, .counted]) else {
      return true
    }
    for clamp in problem.clamps {
      if Int(clamp.events[0]) > event { break }
      var low = 1
      var high = clamp.events.count
      while low < high {
        let middle = (low + high) / 2
        if Int(clamp.events[middle]) <= event { low = middle + 1 } else { high = middle }
      }
      let group = problem.pending[clamp.group]
      if used(group, in: row) < low, !setUsed(group, to: low) { return false }
    }
    return true
  }

  private mutating func takeIfPure(_ operation: Int32, _ state: Int32) {
    let form = problem.forms[Int(operation)]
    guard form.isPure, reductions.contains(.pureAtOnce) else { return }
    let slot = Int(problem.slot[Int(operation)])
    let bit: UInt64 = 1 << UInt64(slot & 63)
    guard row[2 + slot >> 6] & bit == 0 else { return }
    steps &+= 1
    if machine.next(state, form, choice: 0) == refused { return }
    row[2 + slot >> 6] |= bit
    tookPure = true
    if isRecording { record(operation) }
  }

  private mutating func record(_ operation: Int32) {
    recorded.append(
      KeyAnswer.Step(operation: problem.operations[Int(operation)], result: ValueTable.none))
  }
}

// MARK: - Replaying a path

extension Steps {
  /// One step of a path: what was taken, and the state after it as the search kept it.
  struct Arrival {
    var operation: Int32
    var state: Int32
  }

  /// The operations that take effect on a path, in order, and the state at its end with nothing
  /// forgotten.
  mutating func replay(
    _ path: [Arrival], from initial: Int32
  ) -> (order: [KeyAnswer.Step], state: Int32) {
    recorded = []
    isRecording = true
    let saved = (row, stride, deepest)
    stride = Int.max
    defer {
      isRecording = false
      (row, stride, deepest) = saved
    }
    var before = initial
    _ = start(before, number: 0)
    for step in path {
      let form = form(of: step.operation)
      let isLeftOut = step.operation >= Self.skip
      let after =
        isLeftOut ? before : M.forgets ? machine.next(before, form, choice: 0) : step.state
      if after == refused { break }  // no memory, as the ledger knows
      let event = Int(row[0] >> 32)
      open.move(to: event)
      if step.operation < 0 { recordPending(step.operation, from: before, to: after) }
      guard take(step.operation, at: event) else { break }
      if step.operation >= 0, !isLeftOut { record(step.operation) }
      row[0] = UInt64(event) << 32 | UInt64(UInt32(bitPattern: after))
      _ = goOn(isAtStart: false)
      before = after
    }
    replayed = row
    return (recorded, before)
  }

  private mutating func recordPending(_ arrival: Int32, from before: Int32, to after: Int32) {
    let group = problem.pending[Int(-1 - arrival)]
    let result =
      group.form.isBranching
      ? machine.result(of: group.form, from: before, to: after) : ValueTable.none
    recorded.append(
      KeyAnswer.Step(
        operation: problem.pendingOperations[group.first + used(group, in: row)],
        result: result))
  }
}
