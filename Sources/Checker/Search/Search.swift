import Base
import Histories

/// The search for an order: Wing and Gong's, with Lowe's memo, in just-in-time form.
///
/// J. Wing, C. Gong, “Testing and verifying concurrent objects”, JPDC 17, 1993; G. Lowe, “Testing
/// for linearizability”, Concurrency and Computation 29(4), 2017, sections 3 to 5. Operations take
/// effect only when the next completion (the *event*) needs it. A configuration is the event, the
/// state, which open operations have taken effect already and how many pending ones of each form;
/// operations that completed earlier need no bits, so the exact key is a few words however long
/// the history is. Depth first; every configuration is expanded once.
///
/// **Complete.** In any linearization postpone each operation to the latest event that needs it:
/// either its own completion or that of an operation that comes after it in the order. The result
/// is a path of this search.
///
/// **Shortcuts**, each compared with the exhaustive referee by the property tests:
/// - *Pure operations are taken at once* (R1). A pure operation that the state allows is taken as
///   soon as both are there. If a continuation takes it later, delete it there: it changed nothing,
///   so every other operation still sees the states that it saw. Hence reads never branch.
/// - *Pending operations are counted* (R2). Two of one form do the same, and neither has a
///   deadline; use them in the order of their invocations.
/// - *Equal operations by deadline* (R4). Of open operations with one form only the one that
///   completes first is tried: if a continuation takes the later one first, exchange the two; both
///   are open at the earlier place, and the later place is before both deadlines.
///
/// - *What must be read next is looked at now* (only for models whose states grow until something
///   restarts them). The first completion of a pure operation that is not taken yet must find a
///   state that allows it. If none follows from this state, and nothing that may be taken before it
///   restarts it, the configuration is in vain.
/// - *What nobody will see is forgotten* (R5, for the same models). States that no completion from
///   the event on can tell apart are one state.
///
/// **The culprit.** The deepest event that any configuration reached is the first completion that
/// cannot be explained: every linearization of a longer prefix would be a path beyond it, and the
/// memo is exhausted. (Operations that are open there count with the results they got later.)
///
/// - Complexity: O(n · 2^c · s) configurations for n completions, c open operations and s states
///   each, times c for the candidates; a row of memo is 16 bytes and one bit an open operation.
struct Search<M: Machine> {
  /// How a search ended.
  enum Ending: Equatable {
    /// An order exists; ``order()`` gives it.
    case found
    /// None exists.
    case exhausted
    case stopped(Budget.Reason)
  }

  let problem: Problem
  var machine: M
  let ledger: Ledger
  var memo: Memo
  var open: OpenOperations
  /// The deepest event reached.
  private(set) var deepest = 0
  /// Steps of the model that were tried.
  private(set) var steps = 0
  /// The search is for an order that explains the events before this one.
  var eventLimit: Int
  /// Completions before this event may rule out a configuration before they are reached.
  var sight: Int
  /// Work since the budget was last asked, in about nanoseconds.
  private var work = 0
  private static var patience: Int { 100_000 }
  /// After this many steps the search stops as if cancelled; deterministic, unlike time.
  var stepLimit = Int.max
  /// The configuration that is being made.
  private var row: [UInt64]
  private var path: [Frame] = []
  /// The states at the start; the parent of a path's first row is `-1 -` the place in here.
  private var initialStates: [Int32] = []
  /// How the last configuration was reached when the search succeeded.
  private var lastArrival: Int32 = 0
  /// Operations in the order in which they take effect, while a path is replayed.
  private var recorded: [KeyAnswer.Step] = []
  private var isRecording = false
  /// The state at the end of the path that was replayed last, nothing forgotten.
  private(set) var replayedState: Int32 = 0

  /// One configuration of the current path and which candidate comes next.
  private struct Frame {
    var row: Int32
    var cursor: Int32
    var choice: Int32
  }

  /// Stands for “no operation led here”.
  private static var atStart: Int32 { Int32.min }

  /// Prepares a search.
  init(_ problem: Problem, machine: M, ledger: Ledger) {
    self.problem = problem
    self.machine = machine
    self.ledger = ledger
    memo = Memo(keyWords: problem.slotWords + problem.usageWords, ledger: ledger)
    open = OpenOperations(problem)
    eventLimit = problem.eventCount
    sight = problem.eventCount
    row = [UInt64](repeating: 0, count: problem.slotWords + problem.usageWords + 2)
  }

  /// Runs to the end.
  mutating func run() -> Ending {
    if eventLimit == 0 { return .found }
    if let reason = ledger.spent { return .stopped(reason) }
    initialStates = machine.initialStates()
    for (number, state) in initialStates.enumerated() where state != refused {
      for index in row.indices { row[index] = 0 }
      set(event: 0, state: state)
      set(parent: -1 - number, arrival: Self.atStart)
      if settle() { return .found }
      if isDoomed() { continue }
      if let reason = push() { return .stopped(reason) }
      if let ending = explore() { return ending }
    }
    // A machine without memory refuses what it would allow.
    if let reason = ledger.isExhausted ? ledger.spent : nil { return .stopped(reason) }
    return .exhausted
  }

  /// Searches from the frames on the path; nil when all of it is in vain.
  private mutating func explore() -> Ending? {
    while let frame = path.last {
      let from = Int(frame.row)
      open.move(to: memo.event(from))
      guard let arrival = nextCandidate(from) else {
        path.removeLast()
        continue
      }
      steps &+= 1
      work &+= 100 + open.list.count
      if work >= Self.patience {
        work = 0
        if let reason = ledger.spent { return .stopped(reason) }
      }
      if steps >= stepLimit { return .stopped(.cancelled) }
      let choice = path[path.count - 1].choice
      let form = form(of: arrival)
      let state = machine.next(memo.state(from), form, choice: choice)
      if state == refused || !form.isBranching {
        path[path.count - 1].cursor += 1
        path[path.count - 1].choice = 0
        if state == refused { continue }
      } else {
        path[path.count - 1].choice += 1
      }
      load(from, arrival: arrival, state: state)
      if settle() {
        if let reason = ledger.isExhausted ? ledger.spent : nil { return .stopped(reason) }
        return .found
      }
      if isDoomed() { continue }
      if let reason = push() { return .stopped(reason) }
    }
    return nil
  }

  /// Puts the current configuration on the path unless it was seen before.
  private mutating func push() -> Budget.Reason? {
    switch memo.insert(row) {
    case .known: return nil
    case .noMemory: return ledger.spent
    case .new(let number):
      if path.count == path.capacity {
        let larger = max(64, path.capacity * 2)
        let size = MemoryLayout<Frame>.stride
        guard ledger.reserve(bytes: larger * size) else { return ledger.spent }
        ledger.release(bytes: path.capacity * size)
        path.reserveCapacity(larger)
      }
      path.append(Frame(row: Int32(number), cursor: 0, choice: 0))
      return nil
    }
  }

  /// The candidate at the frame's cursor or behind: completed operations by deadline, then pending
  /// forms; nil when there is none left.
  private mutating func nextCandidate(_ from: Int) -> Int32? {
    let top = path.count - 1
    let base = from * memo.width + 2
    let openCount = open.list.count
    while true {
      let cursor = Int(path[top].cursor)
      if cursor < openCount {
        let operation = open.list[openCount - 1 - cursor]
        if isCandidate(operation, cursor: cursor, base: base) { return operation }
      } else if cursor - openCount < problem.pending.count {
        let place = cursor - openCount
        let word = memo.words[base + problem.slotWords + problem.pending[place].word]
        let used = Int(word >> problem.pending[place].shift & problem.pending[place].mask)
        if used < problem.pending[place].from.count,
          Int(problem.pending[place].from[used]) <= open.event
        {
          return -1 - Int32(place)
        }
      } else {
        return nil
      }
      path[top].cursor += 1
      path[top].choice = 0
    }
  }

  private mutating func isCandidate(_ operation: Int32, cursor: Int, base: Int) -> Bool {
    let form = problem.forms[Int(operation)]
    if form.isPure { return false }
    if isTaken(operation, base: base) { return false }
    // R4: an equal operation with an earlier deadline goes first.
    let count = open.list.count
    work &+= cursor
    for earlier in 0..<cursor {
      let other = open.list[count - 1 - earlier]
      if problem.forms[Int(other)] == form, !isTaken(other, base: base) { return false }
    }
    return true
  }

  private func isTaken(_ operation: Int32, base: Int) -> Bool {
    let slot = Int(problem.slot[Int(operation)])
    return memo.words[base + slot >> 6] >> UInt64(slot & 63) & 1 == 1
  }

  private func form(of arrival: Int32) -> Form {
    arrival >= 0 ? problem.forms[Int(arrival)] : problem.pending[Int(-1 - arrival)].form
  }
}

// MARK: - One configuration

extension Search {
  private mutating func set(event: Int, state: Int32) {
    row[0] = UInt64(event) << 32 | UInt64(UInt32(bitPattern: state))
  }

  private mutating func set(parent: Int, arrival: Int32) {
    let parent = UInt32(bitPattern: Int32(truncatingIfNeeded: parent))
    row[1] = UInt64(parent) << 32 | UInt64(UInt32(bitPattern: arrival))
    lastArrival = arrival
  }

  /// Makes the configuration after one more operation the current one.
  private mutating func load(_ from: Int, arrival: Int32, state: Int32) {
    let start = from * memo.width
    for index in 2..<row.count { row[index] = memo.words[start + index] }
    set(event: memo.event(from), state: state)
    set(parent: from, arrival: arrival)
    take(arrival)
  }

  private mutating func take(_ arrival: Int32) {
    if arrival >= 0 {
      let slot = Int(problem.slot[Int(arrival)])
      row[2 + slot >> 6] |= 1 << UInt64(slot & 63)
    } else {
      let place = Int(-1 - arrival)
      row[2 + problem.slotWords + problem.pending[place].word] +=
        1 << problem.pending[place].shift
    }
  }

  /// Takes pure operations and passes events that need nothing more; true when all are passed.
  private mutating func settle() -> Bool {
    var state = Int32(truncatingIfNeeded: row[0])
    var event = Int(row[0] >> 32)
    if M.forgets { state = machine.forgetting(state, before: event) }
    open.move(to: event)
    for operation in open.list { takeIfPure(operation, state) }
    while true {
      let operation = problem.completing[event]
      let slot = Int(problem.slot[Int(operation)])
      let bit: UInt64 = 1 << UInt64(slot & 63)
      if row[2 + slot >> 6] & bit == 0 { break }
      row[2 + slot >> 6] &= ~bit
      event += 1
      if event == eventLimit {
        deepest = event
        return true
      }
      open.advance()
      if M.forgets { state = machine.forgetting(state, before: event) }
      for operation in problem.opened[event - 1]..<problem.opened[event] {
        takeIfPure(operation, state)
      }
    }
    set(event: event, state: state)
    deepest = max(deepest, event)
    return false
  }

  private mutating func takeIfPure(_ operation: Int32, _ state: Int32) {
    let form = problem.forms[Int(operation)]
    guard form.isPure else { return }
    let slot = Int(problem.slot[Int(operation)])
    let bit: UInt64 = 1 << UInt64(slot & 63)
    guard row[2 + slot >> 6] & bit == 0 else { return }
    steps &+= 1
    if machine.next(state, form, choice: 0) == refused { return }
    row[2 + slot >> 6] |= bit
    if isRecording {
      recorded.append(
        KeyAnswer.Step(operation: problem.operations[Int(operation)], result: ValueTable.none))
    }
  }
}

// MARK: - Looking ahead

extension Search {
  /// Whether the next pure operation that must be taken never can be.
  private func isDoomed() -> Bool {
    guard M.looksAhead else { return false }
    let state = Int32(truncatingIfNeeded: row[0])
    let event = Int(row[0] >> 32)
    var target = event
    while target < sight {
      let operation = problem.completing[target]
      if problem.forms[Int(operation)].isPure, !isTaken(operation, at: event) { break }
      target += 1
    }
    guard target < sight else { return false }
    let pure = problem.forms[Int(problem.completing[target])]
    if machine.isReachable(pure, from: state) { return false }
    for operation in open.list where !isTaken(operation, at: event) {
      if restarts(pure, by: problem.forms[Int(operation)]) { return false }
    }
    for operation in problem.opened[event]..<problem.opened[target]
    where restarts(pure, by: problem.forms[Int(operation)]) {
      return false
    }
    for place in problem.pending.indices {
      let word = row[2 + problem.slotWords + problem.pending[place].word]
      let used = Int(word >> problem.pending[place].shift & problem.pending[place].mask)
      if used < problem.pending[place].from.count,
        Int(problem.pending[place].from[used]) <= target,
        restarts(pure, by: problem.pending[place].form)
      {
        return false
      }
    }
    return true
  }

  private func restarts(_ pure: Form, by form: Form) -> Bool {
    !form.isPure && machine.restarts(pure, by: form)
  }

  /// Whether the current configuration has taken a completed operation.
  private func isTaken(_ operation: Int32, at event: Int) -> Bool {
    guard operation < problem.opened[event] else { return false }
    let slot = Int(problem.slot[Int(operation)])
    return row[2 + slot >> 6] >> UInt64(slot & 63) & 1 == 1
  }
}

// MARK: - Replaying a path

extension Search {
  /// The order that was found.
  mutating func order() -> [KeyAnswer.Step] {
    if eventLimit == 0 { return [] }
    let parent = Int(Int32(truncatingIfNeeded: row[1] >> 32))
    return replay(to: parent, then: lastArrival, state: Int32(truncatingIfNeeded: row[0]))
  }

  /// The operations that took effect on the way to a row of the memo, in order.
  mutating func order(to number: Int) -> [KeyAnswer.Step] {
    replay(
      to: memo.parent(number), then: memo.arrival(number), state: memo.state(number))
  }

  private mutating func replay(
    to parent: Int, then arrival: Int32, state: Int32
  ) -> [KeyAnswer.Step] {
    var arrivals = [(arrival, state)]
    var number = parent
    while number >= 0 {
      arrivals.append((memo.arrival(number), memo.state(number)))
      number = memo.parent(number)
    }
    recorded = []
    isRecording = true
    defer { isRecording = false }
    let saved = row
    for index in row.indices { row[index] = 0 }
    var before = initialStates[-1 - number]
    set(event: 0, state: before)
    _ = settle()
    for (arrival, kept) in arrivals.reversed().dropFirst() {
      let state = M.forgets ? machine.next(before, form(of: arrival), choice: 0) : kept
      if state == refused { break }  // no memory, as the ledger knows
      record(arrival, from: before, to: state)
      take(arrival)
      set(event: Int(row[0] >> 32), state: state)
      _ = settle()
      before = state
    }
    replayedState = before
    row = saved
    lastArrival = Int32(truncatingIfNeeded: saved[1])
    return recorded
  }

  private mutating func record(_ arrival: Int32, from before: Int32, to after: Int32) {
    if arrival >= 0 {
      recorded.append(
        KeyAnswer.Step(operation: problem.operations[Int(arrival)], result: ValueTable.none))
      return
    }
    let group = problem.pending[Int(-1 - arrival)]
    let word = row[2 + problem.slotWords + group.word]
    let used = Int(word >> group.shift & group.mask)
    let result =
      group.form.isBranching
      ? machine.result(of: group.form, from: before, to: after) : ValueTable.none
    recorded.append(KeyAnswer.Step(operation: group.operations[used], result: result))
  }
}
