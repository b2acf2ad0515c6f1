import Base
import Histories

/// The search for an order: Wing and Gong's, with Lowe's memo, in just-in-time form.
///
/// J. Wing, C. Gong, “Testing and verifying concurrent objects”, JPDC 17, 1993,
/// doi:10.1006/jpdc.1993.1015; G. Lowe, “Testing for linearizability”, Concurrency and Computation
/// 29(4), 2017, doi:10.1002/cpe.3928, sections 3 to 5. Operations take effect only when the next
/// completion (the *event*) needs it. A configuration is the event, the state, which open
/// operations have taken effect already and how many pending ones of each form; operations that
/// completed earlier need no bits, so the exact key is a few words however long the history is.
/// Depth first; every configuration is expanded once, and one that another dominates is not
/// expanded at all (``Reductions``).
///
/// **Complete.** In any linearization postpone each operation to the latest event that needs it:
/// either its own completion or that of an operation that comes after it in the order. The result
/// is a path of this search.
///
/// **The culprit.** The deepest event that any configuration reached is the first completion that
/// cannot be explained: every linearization of a longer prefix would be a path beyond it, and the
/// memo is exhausted. (Operations that are open there count with the results they got later.)
///
/// - Complexity: O(n · 2^c · s) configurations for n completions, c open operations and s states
///   each, times c for the candidates; a row of memo is 20 bytes and one bit an open operation.
struct DepthFirst<M: Machine> {
  /// How a search ended.
  enum Ending: Equatable {
    /// An order exists; ``order()`` gives it.
    case found
    /// None exists.
    case exhausted
    /// The configurations that it was given are used up; it may be run again.
    case paused
    case stopped(Budget.Reason)
  }

  var steps: Steps<M>
  var memo: Memo
  /// How many configurations are made before the search pauses.
  var configurationLimit = Int.max
  /// How many configurations are made before the search pauses without having come any further.
  var stuckLimit = Int.max
  /// After this many steps the search stops as if cancelled; deterministic, unlike time.
  var stepLimit = Int.max
  /// The configurations there were when the deepest event was reached.
  private var progressCount = 0
  private var progressDepth = -1
  private var path: [Frame] = []
  /// The states at the start; the parent of a path's first row is `-1 -` the place in here.
  var initialStates: [Int32]?
  private var nextInitial = 0
  /// The work at which the budget is asked next.
  private var nextPoll = 0
  private static var patience: Int { 100_000 }

  /// One configuration of the current path and which candidate comes next.
  private struct Frame {
    var row: Int32
    var cursor: Steps<M>.Cursor
  }

  /// Prepares a search.
  init(_ problem: Problem, machine: M, ledger: Ledger, _ reductions: Reductions) {
    steps = Steps(problem, machine: machine, ledger: ledger, reductions)
    memo = Memo(problem.layout, ledger: ledger)
  }

  /// Runs to the end, or until it pauses.
  mutating func run() -> Ending {
    if steps.eventLimit == 0 { return .found }
    if let reason = steps.ledger.spent { return .stopped(reason) }
    let initial = initialStates ?? steps.machine.initialStates()
    initialStates = initial
    while true {
      if let ending = explore() { return ending }
      guard nextInitial < initial.count else { break }
      let number = nextInitial
      nextInitial += 1
      if initial[number] == refused { continue }
      let made = steps.start(initial[number], number: number)
      if made.isFinished { return .found }
      if let reason = push(made) { return .stopped(reason) }
    }
    // A machine without memory refuses what it would allow.
    if let reason = steps.ledger.isExhausted ? steps.ledger.spent : nil { return .stopped(reason) }
    return .exhausted
  }

  /// Searches from the frames on the path; nil when all of it is in vain.
  private mutating func explore() -> Ending? {
    while let frame = path.last {
      let from = Int(frame.row)
      for index in steps.source.indices {
        steps.source[index] = memo.words[from * memo.width + index]
      }
      var cursor = frame.cursor
      let made = steps.next(&cursor, parent: from)
      path[path.count - 1].cursor = cursor
      if steps.work + memo.comparisons * 16 >= nextPoll {
        nextPoll = steps.work + memo.comparisons * 16 + Self.patience
        if let reason = steps.ledger.spent { return .stopped(reason) }
      }
      if steps.steps + memo.comparisons / 8 >= stepLimit { return .stopped(.cancelled) }
      guard let made else {
        if steps.isOutOfMemory, let reason = steps.ledger.spent { return .stopped(reason) }
        path.removeLast()
        continue
      }
      if made.isFinished {
        if let reason = steps.ledger.isExhausted ? steps.ledger.spent : nil {
          return .stopped(reason)
        }
        return .found
      }
      if let reason = push(made) { return .stopped(reason) }
      if isPausing() { return .paused }
    }
    return nil
  }

  private mutating func isPausing() -> Bool {
    if steps.deepest > progressDepth {
      progressDepth = steps.deepest
      progressCount = memo.count
    }
    if memo.count >= configurationLimit { return true }
    return memo.count - progressCount >= stuckLimit
  }

  /// Puts the current configuration on the path unless it was seen before.
  private mutating func push(_ made: Steps<M>.Made) -> Budget.Reason? {
    if case .deadEnd = made, M.horizon > 1 { return nil }
    switch memo.insert(steps.row, steps.usage) {
    case .known: return nil
    case .noMemory: return steps.ledger.spent
    case .new(let number):
      // A dead end is only kept to be shown.
      if case .deadEnd = made { return nil }
      if path.count == path.capacity {
        let larger = max(64, path.capacity * 2)
        let size = MemoryLayout<Frame>.stride
        guard steps.ledger.reserve(bytes: larger * size) else { return steps.ledger.spent }
        steps.ledger.release(bytes: path.capacity * size)
        path.reserveCapacity(larger)
      }
      path.append(Frame(row: Int32(number), cursor: Steps<M>.Cursor()))
      return nil
    }
  }
}

// MARK: - Paths

extension DepthFirst {
  /// The order that was found.
  mutating func order() -> [KeyAnswer.Step] {
    if steps.eventLimit == 0 { return [] }
    let last = Steps<M>.Arrival(
      operation: Int32(truncatingIfNeeded: steps.row[1]),
      state: Int32(truncatingIfNeeded: steps.row[0] & 0x7FFF_FFFF))
    let (path, initial) = way(to: Int(Int32(truncatingIfNeeded: steps.row[1] >> 32)), then: last)
    return steps.replay(path, from: initial).order
  }

  /// The path to a row of the memo.
  func way(to row: Int) -> (path: [Steps<M>.Arrival], initial: Int32) {
    way(
      to: memo.parent(row),
      then: Steps<M>.Arrival(operation: memo.arrival(row), state: memo.state(row)))
  }

  private func way(
    to parent: Int, then last: Steps<M>.Arrival
  ) -> (path: [Steps<M>.Arrival], initial: Int32) {
    var path = [last]
    var number = parent
    while number >= 0 {
      path.append(
        Steps<M>.Arrival(operation: memo.arrival(number), state: memo.state(number)))
      number = memo.parent(number)
    }
    path.reverse()
    path.removeFirst()  // nothing was taken at the start
    return (path, initialStates?[-1 - number] ?? 0)
  }

  /// The states that were possible just before the deepest event, and why each refuses.
  mutating func impasse(isExplained: Bool) -> Impasse {
    let deepest = steps.deepest
    var rows: [Int] = []
    if isExplained {
      var states: Set<Int32> = []
      for row in 0..<memo.count where memo.event(row) == deepest {
        if states.insert(memo.state(row)).inserted { rows.append(row) }
      }
    }
    let ways = rows.prefix(Steps<M>.shownStates).map { way(to: $0) }
    return steps.impasse(
      at: deepest, ways, omitted: max(0, rows.count - Steps<M>.shownStates))
  }
}
