import Histories

/// The operations from which on a pure one may become possible again, for looks far ahead.
///
/// Whether one of them is invoked between two events is one comparison: the last one that is
/// invoked before the later event is sought once.
struct Restarting {
  /// All that may restart anything, in the order of their numbers.
  private var operations: [Int32] = []
  /// How many of them come before each operation.
  private var before: [Int32] = []
  /// What ``last(before:of:_:_:)`` found for each event; -2 where nobody has asked yet.
  private var found: [Int32] = []

  /// Knows nothing yet.
  init() {}

  /// Whether it knows anything.
  var isMade: Bool { !before.isEmpty }

  init<M: Machine>(_ problem: Problem, _ machine: M) {
    before.reserveCapacity(problem.forms.count + 1)
    for (operation, form) in problem.forms.enumerated() {
      before.append(Int32(operations.count))
      if machine.mayRestart(form) { operations.append(Int32(operation)) }
    }
    before.append(Int32(operations.count))
    found = [Int32](repeating: -2, count: problem.eventCount)
  }

  /// The last operation invoked before an event that restarts the pure one that completes there;
  /// -1 where there is none.
  ///
  /// - Complexity: O(operations that may) the first time, then O(1).
  mutating func last<M: Machine>(
    before event: Int, of pure: Form, _ problem: Problem, _ machine: M
  ) -> Int32 {
    guard found[event] == -2 else { return found[event] }
    var place = Int(before[Int(problem.opened[event])]) - 1
    while place >= 0, !machine.restarts(pure, by: problem.forms[Int(operations[place])]) {
      place -= 1
    }
    found[event] = place < 0 ? -1 : operations[place]
    return found[event]
  }
}

extension Steps {
  /// Whether the next pure operation that must be taken never can be, or the goal never can.
  mutating func isDoomed() -> Bool {
    guard M.horizon > 0, reductions.isSuperset(of: [.lookAhead, .pureAtOnce]) else { return false }
    let state = Int32(truncatingIfNeeded: row[0] & 0x7FFF_FFFF)
    let event = Int(row[0] >> 32)
    let limit = M.horizon == 1 ? min(sight, event + 1) : sight
    var target = event
    while target < limit {
      let operation = problem.completing[target]
      if problem.forms[Int(operation)].isPure, !isTaken(operation, at: event) { break }
      target += 1
    }
    if target < limit, !isAttainable(target, state, at: event) { return true }
    guard goal >= 0, goal != target, problem.forms[Int(problem.completing[goal])].isPure,
      !isTaken(problem.completing[goal], at: event)
    else { return false }
    return !isAttainable(goal, state, at: event)
  }

  /// Whether the pure operation that completes at a target may yet become possible.
  private mutating func isAttainable(_ target: Int, _ state: Int32, at event: Int) -> Bool {
    let pure = problem.forms[Int(problem.completing[target])]
    if machine.isReachable(pure, from: state) { return true }
    for operation in open.list where !isTaken(operation, at: event) {
      if restarts(pure, by: problem.forms[Int(operation)]) { return true }
    }
    if problem.opened[event] < problem.opened[target],
      lastRestarting(before: target, pure) >= problem.opened[event]
    {
      return true
    }
    for group in problem.pending
    where restarts(pure, by: group.form) && isAvailable(group, in: row, at: target) {
      return true
    }
    return false
  }

  private mutating func lastRestarting(before target: Int, _ pure: Form) -> Int32 {
    if !restarting.isMade { restarting = Restarting(problem, machine) }
    return restarting.last(before: target, of: pure, problem, machine)
  }

  private func restarts(_ pure: Form, by form: Form) -> Bool {
    !form.isPure && machine.restarts(pure, by: form)
  }

  /// Whether the current configuration has taken a completed operation.
  private func isTaken(_ operation: Int32, at event: Int) -> Bool {
    operation < problem.opened[event] && isTaken(operation, in: row)
  }
}
