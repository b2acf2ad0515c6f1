import Base

// What may take effect next, the most promising first.
//
// **Sound and complete in any order.** Every candidate has one rank, which the configuration alone
// decides, and every rank is gone through: so each candidate is tried exactly once, whichever comes
// first. The order changes how soon an order is found, never whether there is one.
//
// **Why it matters.** The completion at hand often needs the state to be a certain one, its *goal*:
// the value that a read saw. Whatever else is taken on the way is gone when a later completion
// needs it, and then a pending operation has to stand in. While operations are taken as they come,
// pending ones are used up as quickly as they are invoked; none is ever in stock, and every second
// mistake is a search through all that may be combined. With the goal in mind (ten clients, five
// values, 5 % pending) about two of a hundred completions need a pending operation while three
// are invoked: the stock grows with the length of the history, and a search that has a write of
// each value in stock hardly ever goes back, because whatever value is needed can be had.
extension Steps {
  /// How promising candidates are, where the completion at hand has a goal; without one all are
  /// ``rest``.
  private enum Rank {
    /// The completion at hand itself.
    static var completing: Int32 { 0 }
    /// Completed, tests the state and leads to the goal: possible now, and not everywhere.
    static var swapToGoal: Int32 { 1 }
    /// Completed, leads to the goal from anywhere.
    static var goal: Int32 { 2 }
    /// Completed, tests the state: it must come at some time, and now it can.
    static var swap: Int32 { 3 }
    /// Pending, as ``swapToGoal``: the one of less use later.
    static var pendingSwapToGoal: Int32 { 4 }
    /// Pending, as ``goal``.
    static var pendingGoal: Int32 { 5 }
    /// All others: completed operations by deadline, then pending ones.
    static var rest: Int32 { 6 }

    /// Whether only pending operations have it.
    static func isPending(_ rank: Int32) -> Bool { pendingSwapToGoal..<rest ~= rank }
  }

  /// The candidate at the cursor or behind: by rank, and in each completed operations by deadline,
  /// then pending forms; last, leaving out the optional operation that completes now. Nil when
  /// there is none left.
  mutating func candidate(_ cursor: inout Cursor, _ state: Int32) -> Int32? {
    let count = open.list.count
    let must = source[0] & Self.mustBit != 0
    let goal = machine.seen(by: problem.forms[Int(problem.completing[open.event])])
    if goal == nil { cursor.rank = Rank.rest }
    while true {
      let place = Int(cursor.place)
      if place < count {
        let operation = open.list[count - 1 - place]
        let form = problem.forms[Int(operation)]
        if goal == nil || cursor.rank == (place == 0 ? Rank.completing : rank(form, state, goal)),
          isCandidate(operation, place: place), !must || machine.tests(state, form)
        {
          return operation
        }
      } else if cursor.rank >= Rank.pendingSwapToGoal, place - count < problem.pending.count {
        if isThrifty, cursor.rank == Rank.rest {
          cursor.place = Int32(truncatingIfNeeded: count + problem.pending.count)
          continue
        }
        let group = problem.pending[place - count]
        if goal == nil || cursor.rank == rank(pending: group.form, state, goal),
          isAvailable(group, in: source, at: open.event),
          !must || machine.tests(state, group.form)
        {
          return -1 - Int32(truncatingIfNeeded: place - count)
        }
      } else if cursor.rank < Rank.rest {
        work &+= place
        cursor.rank += 1
        cursor.place = Rank.isPending(cursor.rank) ? Int32(truncatingIfNeeded: count) : 0
        cursor.choice = 0
        continue
      } else if place == count + problem.pending.count, !must, let operation = open.list.last,
        operation < problem.optionalCount
      {
        return operation | Self.skip
      } else {
        return nil
      }
      cursor.place += 1
      cursor.choice = 0
    }
  }

  /// The rank of a completed operation other than the one at hand.
  private func rank(_ form: Form, _ state: Int32, _ goal: Int32?) -> Int32 {
    let isGoal = machine.left(by: form) == goal
    guard let seen = machine.seen(by: form) else { return isGoal ? Rank.goal : Rank.rest }
    if seen != state { return Rank.rest }
    return isGoal ? Rank.swapToGoal : Rank.swap
  }

  private func rank(pending form: Form, _ state: Int32, _ goal: Int32?) -> Int32 {
    if machine.left(by: form) != goal { return Rank.rest }
    guard let seen = machine.seen(by: form) else { return Rank.pendingGoal }
    return seen == state ? Rank.pendingSwapToGoal : Rank.rest
  }

  private mutating func isCandidate(_ operation: Int32, place: Int) -> Bool {
    let form = problem.forms[Int(operation)]
    if form.isPure, reductions.contains(.pureAtOnce) { return false }
    if isTaken(operation, in: source) { return false }
    guard reductions.contains(.earliestDeadline) else { return true }
    let count = open.list.count
    work &+= place
    for earlier in 0..<place {
      let other = open.list[count - 1 - earlier]
      if problem.forms[Int(other)] == form, !isTaken(other, in: source),
        (other < problem.optionalCount) == (operation < problem.optionalCount)
      {
        return false
      }
    }
    return true
  }
}
