import Base

/// A frontier that keeps a few configurations an event, for keys with many pending operations: it
/// finds orders, and never shows that there is none.
///
/// A depth-first search that used a pending operation which is missed much later has all that was
/// in between to go through again. A few configurations side by side that used different ones
/// seldom miss the same. So of those that stand before an event the ones that used the fewest are
/// kept, and pending operations are taken only to lead to what the completion at hand sees. Where
/// the beam ends in vain it goes back, farther each time, and comes again with a wider one, and at
/// last with every pending operation (R. Zhou and E. Hansen, “Beam-stack search”, ICAPS 2005, go
/// back likewise).
struct Beam<M: Machine> {
  private(set) var frontier: Frontier<M>
  /// Configurations that it makes at most.
  var limit = Int.max
  private var width = Beam.narrowest
  private var marks: [(event: Int, memo: Memo)] = []

  private static var narrowest: Int { 4 }
  private static var widest: Int { 1 << 12 }
  /// Events between two marks.
  private static var stride: Int { 32 }

  init(_ problem: Problem, machine: M, ledger: Ledger, _ reductions: Reductions) {
    frontier = Frontier(problem, machine: machine, ledger: ledger, reductions)
    frontier.steps.isThrifty = true
  }

  /// Whether there is an order; false when it gave up.
  ///
  /// - Complexity: O(events · width · open operations), where no event is hard to pass.
  mutating func finds() -> Bool {
    guard frontier.begin() == nil else { return false }
    var event = 0
    // Where it ended in vain, and how often thereabouts.
    var vain = -1
    var times = 0
    while frontier.configurations < limit {
      if event % Self.stride == 0 {
        guard mark(event) else { return false }
      }
      frontier.expansionLimit = 8 * width
      if let ending = frontier.process(event) { return ending == .found }
      if frontier.following.count > 0 {
        frontier.advance()
        narrow()
        event += 1
        if event > vain + Self.stride {
          width = Self.narrowest
          frontier.steps.isThrifty = true
        }
        continue
      }
      times = event > vain + 2 * Self.stride ? 1 : times + 1
      vain = max(vain, event)
      width *= 4
      if width > Self.widest { return false }
      frontier.steps.isThrifty = times < 3
      event = goBack(to: event - Self.stride << times)
    }
    return false
  }

  /// The order that was found.
  mutating func order() -> [KeyAnswer.Step] { frontier.order() }

  private func bytes(_ memo: Memo) -> Int { memo.count * (memo.width * 8 + 16) }

  /// Remembers what stands before an event; false without memory.
  private mutating func mark(_ event: Int) -> Bool {
    guard frontier.steps.ledger.reserve(bytes: bytes(frontier.current)) else { return false }
    marks.append((event, frontier.current))
    return true
  }

  /// Goes back to the last mark before an event, or the first.
  private mutating func goBack(to event: Int) -> Int {
    while let last = marks.popLast() {
      frontier.steps.ledger.release(bytes: bytes(last.memo))
      if last.event > event, !marks.isEmpty { continue }
      frontier.current = last.memo
      frontier.following.clear()
      return last.event
    }
    return 0
  }

  /// Leaves out all but the configurations that used the fewest pending operations.
  private mutating func narrow() {
    let problem = frontier.steps.problem
    let memo = frontier.current
    guard memo.count > width else { return }
    var rows: [(used: Int, row: Int)] = []
    for row in 0..<memo.count where !memo.isDominated(row) && memo.arrival(row) == 0 {
      let usage = Int32(truncatingIfNeeded: memo.words[(row + 1) * memo.width - 1])
      var used = 0
      for group in problem.pending { used += frontier.steps.usage.used(usage, group) }
      rows.append((used, row))
    }
    guard rows.count > width else { return }
    rows.sort { $0.used != $1.used ? $0.used < $1.used : $0.row < $1.row }
    for one in rows.dropFirst(width) { frontier.current.leaveOut(one.row) }
  }
}
