import Base

/// The search event by event: every configuration that may stand before one, then every one that
/// may stand before the next.
///
/// G. Lowe, “Testing for linearizability”, Concurrency and Computation 29(4), 2017,
/// doi:10.1002/cpe.3928, section 6 (the breadth-first variant; Knossos's `linear`). The
/// configurations and what follows from each are those of ``DepthFirst``, from the same ``Steps``,
/// so completeness and the reductions are the same. What differs: it remembers one event at a time,
/// and meets all configurations of an event together, so that most are dominated before they are
/// expanded. The depth-first search is quicker when there is an order; the frontier is bounded when
/// there is none.
///
/// **The culprit.** When no configuration passes an event, everything before it was explained by
/// those that stand there, and nothing explains it.
///
/// - Complexity: the sum over the events of the configurations of each, times the open operations;
///   memory for one event, and 12 bytes for each operation of the paths that still lead somewhere.
struct Frontier<M: Machine> {
  var steps: Steps<M>
  /// Configurations before the event at hand; a row's second word is its node in ``paths``.
  var current: Memo
  var following: Memo
  private var paths: PathTree
  private let initialStates: [Int32]
  /// Configurations that were made in all.
  private(set) var configurations = 0
  /// Whether it remembers the ways to the configurations.
  var isTracing = true
  /// After this many the search stops as if cancelled.
  var configurationLimit = Int.max
  var stepLimit = Int.max
  /// No more configurations of one event are expanded; the others are left out.
  var expansionLimit = Int.max
  private var found: (path: [Steps<M>.Arrival], initial: Int32)?
  /// The work at which the budget is asked next.
  private var nextPoll = 0
  private static var patience: Int { 100_000 }

  /// Rows that were compared with others of their chains.
  var comparisons: Int { current.comparisons + following.comparisons }

  /// Prepares a search from the machine's initial states, or others.
  init(
    _ problem: Problem, machine: M, ledger: Ledger, _ reductions: Reductions,
    from states: [Int32]? = nil
  ) {
    var steps = Steps(problem, machine: machine, ledger: ledger, reductions)
    initialStates = states ?? steps.machine.initialStates()
    self.steps = steps
    current = Memo(problem.layout, ledger: ledger)
    following = Memo(problem.layout, ledger: ledger)
    paths = PathTree(ledger)
  }

  /// Runs to the end.
  mutating func run() -> DepthFirst<M>.Ending {
    if steps.eventLimit == 0 { return .found }
    if let reason = begin() { return .stopped(reason) }
    var event = 0
    while true {
      if let ending = process(event) { return ending }
      if following.count == 0 { break }
      advance()
      event += 1
      if let reason = collect() { return .stopped(reason) }
    }
    if let reason = steps.ledger.isExhausted ? steps.ledger.spent : nil { return .stopped(reason) }
    return .exhausted
  }

  /// Makes what stands before the first event.
  mutating func begin() -> Budget.Reason? {
    if let reason = steps.ledger.spent { return reason }
    steps.stride = 0
    for (number, state) in initialStates.enumerated() where state != refused {
      let made = steps.start(state, number: number)
      if let reason = keep(made, at: 0, node: -1 - Int32(truncatingIfNeeded: number)) {
        return reason
      }
    }
    steps.stride = 1
    return nil
  }

  /// Goes on to the next event.
  mutating func advance() {
    swap(&current, &following)
    following.clear()
  }

  /// Makes everything that follows from the configurations of one event.
  mutating func process(_ event: Int) -> DepthFirst<M>.Ending? {
    let completing = steps.problem.completing[event]
    var expanded = 0
    var row = 0
    while row < current.count {
      defer { row += 1 }
      if current.isDominated(row) || current.arrival(row) != 0 { continue }
      for index in steps.source.indices {
        steps.source[index] = current.words[row * current.width + index]
      }
      let node = Int32(truncatingIfNeeded: current.parent(row))
      if steps.isTaken(completing, in: steps.source) {
        steps.work &+= 100
        let made = steps.pass(steps.source)
        if made.isFinished { return succeed(node) }
        if let reason = keep(made, at: event, node: node) { return .stopped(reason) }
        continue
      }
      if expanded >= expansionLimit { continue }
      expanded += 1
      var cursor = Steps<M>.Cursor()
      while let made = steps.next(&cursor, parent: Int(node)) {
        if let reason = spent() { return .stopped(reason) }
        if made.isFinished { return succeed(node, steps.row) }
        if let reason = keep(made, at: event, parent: node) { return .stopped(reason) }
        // What was made dominates it: everything that follows from it follows from that.
        if current.isDominated(row) { break }
      }
      if let reason = spent() { return .stopped(reason) }
    }
    return nil
  }

  private mutating func spent() -> Budget.Reason? {
    if steps.steps + comparisons / 8 >= stepLimit { return .cancelled }
    if configurations >= configurationLimit { return .cancelled }
    if steps.isOutOfMemory { return steps.ledger.spent }
    guard steps.work + comparisons * 16 >= nextPoll else { return nil }
    nextPoll = steps.work + comparisons * 16 + Self.patience
    return steps.ledger.spent
  }

  /// Keeps the row that was just made; with a parent a node for it is added.
  mutating func keep(
    _ made: Steps<M>.Made, at event: Int, node: Int32 = 0, parent: Int32? = nil
  ) -> Budget.Reason? {
    var isDeadEnd: UInt64 = 0
    if case .deadEnd = made {
      if M.horizon > 1 { return nil }
      isDeadEnd = 1
    }
    let operation = Int32(truncatingIfNeeded: steps.row[1])
    let isFollowing = Int(steps.row[0] >> 32) > event
    let insertion =
      isFollowing
      ? following.insert(steps.row, steps.usage) : current.insert(steps.row, steps.usage)
    guard case .new(let row) = insertion else {
      return insertion == .noMemory ? steps.ledger.spent : nil
    }
    configurations += 1
    var node = node
    if isTracing, let parent {
      let state = Int32(truncatingIfNeeded: steps.row[0] & 0x7FFF_FFFF)
      guard let new = paths.add(operation, state, under: parent) else { return steps.ledger.spent }
      node = new
    }
    let way = UInt64(UInt32(bitPattern: node)) << 32 | isDeadEnd
    if isFollowing { following.set(row, way: way) } else { current.set(row, way: way) }
    return nil
  }

  /// Drops paths that lead nowhere once they are half of the tree.
  private mutating func collect() -> Budget.Reason? {
    guard paths.count > paths.threshold else { return nil }
    var nodes: [Int32] = []
    for row in 0..<current.count { nodes.append(Int32(truncatingIfNeeded: current.parent(row))) }
    guard let numbers = paths.keep(nodes) else { return steps.ledger.spent }
    for row in 0..<current.count where nodes[row] >= 0 {
      let node = UInt64(UInt32(bitPattern: numbers[Int(nodes[row])]))
      current.set(row, way: node << 32 | UInt64(UInt32(bitPattern: current.arrival(row))))
    }
    return nil
  }
}

// MARK: - Paths

extension Frontier {
  private mutating func succeed(_ node: Int32, _ last: [UInt64]? = nil) -> DepthFirst<M>.Ending {
    if let reason = steps.ledger.isExhausted ? steps.ledger.spent : nil { return .stopped(reason) }
    found = way(to: node)
    if let last {
      found?.path.append(
        Steps<M>.Arrival(
          operation: Int32(truncatingIfNeeded: last[1]),
          state: Int32(truncatingIfNeeded: last[0] & 0x7FFF_FFFF)))
    }
    return .found
  }

  private func way(to node: Int32) -> (path: [Steps<M>.Arrival], initial: Int32) {
    var path: [Steps<M>.Arrival] = []
    var node = node
    while node >= 0 {
      path.append(Steps<M>.Arrival(operation: paths.operation(node), state: paths.state(node)))
      node = paths.parent(node)
    }
    path.reverse()
    return (path, initialStates[Int(-1 - node)])
  }

  /// The order that was found.
  mutating func order() -> [KeyAnswer.Step] {
    guard let found else { return [] }
    return steps.replay(found.path, from: found.initial).order
  }

  /// The states that were possible just before the event that none passed, and why each refuses.
  mutating func impasse(isExplained: Bool) -> Impasse {
    var rows: [Int] = []
    if isExplained {
      var states: Set<Int32> = []
      for row in 0..<current.count where !current.isDominated(row) {
        if states.insert(current.state(row)).inserted { rows.append(row) }
      }
    }
    let shown = Steps<M>.shownStates
    let ways = rows.prefix(shown).map {
      way(to: Int32(truncatingIfNeeded: current.parent($0)))
    }
    return steps.impasse(at: steps.deepest, ways, omitted: max(0, rows.count - shown))
  }
}
