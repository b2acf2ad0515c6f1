import Base
import Histories

/// A depth-first search for an order of operations on elements that come back, one attempt of
/// several that take turns (``Turn``). What its configurations are and what may come next is the
/// conformer's; the walk is one.
protocol TurnSearch {
  associatedtype Configuration
  associatedtype Choice
  var walk: TurnWalk<Configuration, Choice> { get set }

  /// The configuration before everything, after what takes effect by itself; nil without one.
  mutating func begin() -> Configuration?
  func isFinished(_ now: Configuration) -> Bool
  /// How many completions are explained.
  func explained(_ now: Configuration) -> Int
  /// Writes what tells a configuration from others into the memo's row.
  mutating func describe(_ now: Configuration)
  /// Adds what may come next to the walk's choices, the most promising first.
  mutating func list(_ now: Configuration)
  /// Lets a choice take effect; false when it cannot, or when there was no memory.
  mutating func take(_ choice: Choice, _ now: inout Configuration) -> Bool
  /// The order that was found; nil when there was no memory to go along it once more.
  mutating func steps() -> [KeyAnswer.Step]?
  /// Whether no order is a proof that there is none.
  var isExact: Bool { get }
  /// Each kind of operations with the completion before which a configuration stands.
  func sides(_ now: Configuration) -> [(PairSide, Int)]
}

/// How an attempt of a ``TurnSearch`` ended.
enum TurnEnding {
  case found, exhausted, paused
  case stopped(Budget.Reason)
}

/// The path of a ``TurnSearch``, what may follow each step of it, and what is known.
struct TurnWalk<Configuration, Choice> {
  struct Frame {
    var configuration: Configuration
    /// What may follow: from here to the next frame's.
    var first: Int
    /// The next of them to be tried.
    var next: Int
  }

  let turn: Turn
  let ledger: Ledger
  /// Counts of pending operations that are used, by kind.
  let groups: [Problem.PendingGroup]
  let hasUsage: Bool
  var memo: Memo
  var usage: UsageTable
  var row: [UInt64]
  var path: [Frame] = []
  var choices: [Choice] = []
  var tried = 0
  /// The configuration that explains most.
  var deepest: Configuration

  /// Makes room for rows of some words, beside the event; `pending` has how many pending operations
  /// there are of each kind.
  init(_ task: KeyTask, _ turn: Turn, pending: [Int], words: Int, start: Configuration) {
    self.turn = turn
    deepest = start
    ledger = Ledger(task.budget)
    var packed = Problem()
    for count in pending {
      packed.pending.append(
        Problem.PendingGroup(form: Form(code: 0), first: packed.pending.count, count: count))
    }
    hasUsage = packed.pending.contains { $0.count > 0 }
    if hasUsage { packed.packUsage(.all) }
    groups = packed.pending
    var layout = Problem.Layout()
    layout.slotWords = words
    layout.exact = [UInt64](repeating: UInt64.max, count: words)
    layout.pure = [UInt64](repeating: 0, count: words)
    layout.optional = layout.pure
    layout.hasUsage = hasUsage
    usage = UsageTable(guards: packed.usageGuards, ledger: ledger)
    memo = Memo(layout, ledger: ledger)
    row = [UInt64](repeating: 0, count: layout.rowWords)
  }

  /// How many pending operations of a kind were used.
  func used(_ group: Int, _ used: Int32) -> Int {
    hasUsage ? usage.used(used, groups[group]) : 0
  }

  /// Uses one pending operation of a kind more; false without memory.
  mutating func use(_ group: Int, _ used: inout Int32) -> Bool {
    used = usage.setting(used, groups[group], to: self.used(group, used) + 1)
    return used != refused
  }

  /// Writes the usage where the words of a row end.
  mutating func describe(usage used: Int32, after words: Int) {
    if hasUsage { row[2 + words] = UInt64(UInt32(bitPattern: used)) }
  }
}

extension TurnSearch {
  var isExact: Bool { true }

  /// Attempts one after the other, until one answers.
  static func decide(
    _ task: KeyTask, _ name: String, _ attempt: (Turn) -> Self
  ) -> RungAnswer {
    var turn = Turn(task.calls.count)
    while true {
      var search = attempt(turn)
      switch search.run() {
      case .found: return search.steps().map { .order($0) } ?? .pass
      case .exhausted: return search.isExact ? task.impasse : .pass
      case .stopped(let reason):
        let deepest = search.walk.deepest
        return task.stopped(
          reason, name, explained: search.explained(deepest), search.sides(deepest))
      case .paused: turn.pass()
      }
    }
  }

  /// Runs to the end, or for as long as its turn is.
  private mutating func run() -> TurnEnding {
    guard let start = begin() else { return .exhausted }
    if isFinished(start) {
      walk.path.append(.init(configuration: start, first: 0, next: 0))
      return .found
    }
    if !push(start) { return .stopped(walk.ledger.spent ?? .cancelled) }
    while let frame = walk.path.last {
      guard frame.next < walk.choices.count else {
        walk.choices.removeLast(walk.choices.count - frame.first)
        walk.path.removeLast()
        continue
      }
      walk.path[walk.path.count - 1].next += 1
      walk.tried &+= 1
      if walk.memo.count >= walk.turn.limit { return .paused }
      if walk.tried & 0xFFF == 0, let reason = walk.ledger.spent { return .stopped(reason) }
      var next = frame.configuration
      guard take(walk.choices[frame.next], &next) else {
        if walk.ledger.isExhausted { return .stopped(walk.ledger.spent ?? .cancelled) }
        continue
      }
      if isFinished(next) {
        let end = walk.choices.count
        walk.path.append(.init(configuration: next, first: end, next: end))
        return .found
      }
      if !push(next) { return .stopped(walk.ledger.spent ?? .cancelled) }
    }
    return .exhausted
  }

  /// Puts a configuration on the path unless one that is known dominates it; false without memory.
  private mutating func push(_ now: Configuration) -> Bool {
    describe(now)
    switch walk.memo.insert(walk.row, walk.usage) {
    case .known: return true
    case .noMemory: return false
    case .new: break
    }
    if explained(now) > explained(walk.deepest) { walk.deepest = now }
    if walk.path.count == walk.path.capacity {
      let larger = max(64, walk.path.capacity * 2)
      let bytes =
        MemoryLayout<TurnWalk<Configuration, Choice>.Frame>.stride
        + 10 * MemoryLayout<Choice>.stride
      guard walk.ledger.reserve(bytes: (larger - walk.path.capacity) * bytes) else { return false }
      walk.path.reserveCapacity(larger)
    }
    let first = walk.choices.count
    list(now)
    walk.path.append(.init(configuration: now, first: first, next: first))
    return true
  }
}
