import Base
import Histories

/// The names of the engines, as the verdict's `algorithm` says them.
enum Engine {
  /// ``DepthFirst``, and the windows that prove its dead ends.
  static let depthFirst = "just-in-time"
  /// ``Frontier``.
  static let frontier = "frontier"
  /// ``Beam``.
  static let beam = "beam"
}

/// Searches one key with one model's machine: the last rungs of the ladder.
///
/// First depth first, for at most `20 · n + 10,000` configurations. Whenever it makes a few
/// thousand without coming deeper, windows before the deepest event are tried, each at about the
/// price of the configurations that were in vain. Then, or when it has no more memory, what it
/// remembers is forgotten and the frontier is asked, until a budget runs out: it remembers one
/// event at a time, and may fit where the other did not.
func solveKey<M: Machine>(_: M.Type, _ task: KeyTask) throws(CheckError) -> KeyAnswer {
  let ledger = Ledger(task.budget)
  // Columns, and what sorting them takes for a moment.
  guard ledger.reserve(bytes: task.calls.count * 96) else {
    return KeyAnswer(
      finding: .stopped(
        Undecided(
          key: ValueTable.none, reason: task.budget.memoryReason, deepest: nil, explained: 0,
          completions: task.calls.count { $0.end != .pending }, mostOpen: 0)))
  }
  var machine = try M(values: task.values, settings: task.settings, ledger: ledger)
  var problem = try Problem(
    task.operations, calls: task.calls, machine: &machine, task.reductions)
  machine.prepare(problem)
  problem.findClamps(machine)
  var search = KeySearch(task, problem, machine, ledger)
  return search.decide()
}

/// One key on its way through the engines.
private struct KeySearch<M: Machine> {
  let task: KeyTask
  let problem: Problem
  let machine: M
  let ledger: Ledger
  var statistics = SearchStatistics()
  /// The beam is not asked about fewer events.
  static var fewEvents: Int { 500 }

  /// Whether the beam was asked, and found an order.
  var hasBeam = false
  var beamOrder = false
  /// How many events each engine explained.
  var reached: [Undecided.Reach] = []

  init(_ task: KeyTask, _ problem: Problem, _ machine: M, _ ledger: Ledger) {
    self.task = task
    self.problem = problem
    self.machine = machine
    self.ledger = ledger
  }

  mutating func decide() -> KeyAnswer {
    if task.engine == Engine.beam, let order = beam() {
      return answer(.order(order), Engine.beam)
    }
    if task.engine != Engine.frontier, task.engine != Engine.beam {
      let mark = ledger.mark
      if let finding = depthFirst() {
        return answer(finding, beamOrder ? Engine.beam : Engine.depthFirst)
      }
      ledger.giveBack(to: mark)
    }
    let finding = frontier()
    return answer(finding, Engine.frontier)
  }

  private func answer(_ finding: KeyAnswer.Finding, _ algorithm: String) -> KeyAnswer {
    var statistics = statistics
    statistics.peakBytes = ledger.peak
    return KeyAnswer(finding: finding, algorithm: algorithm, statistics: statistics)
  }

  /// The depth-first engine; nil when its configurations are used up, or its memory.
  private mutating func depthFirst() -> KeyAnswer.Finding? {
    var search = DepthFirst(problem, machine: machine, ledger: ledger, task.reductions)
    let isAlone = task.engine == Engine.depthFirst
    search.configurationLimit = isAlone ? Int.max : 20 * problem.eventCount + 10_000
    search.stepLimit = task.stepLimit
    search.stuckLimit = task.reductions.contains(.windows) ? task.stuckLimit : Int.max
    var length = 1
    while true {
      let ending = search.run()
      if ending != .paused { count(search) }
      switch ending {
      case .found:
        let order = search.order()
        if !ledger.isExhausted { return .order(order) }
        note(search)
        return isAlone ? stopped(task.budget.memoryReason, search.steps.deepest) : nil
      case .exhausted:
        if M.horizon > 1, task.wantsImpasse { search = trueImpasse(search) }
        return .impasse(search.impasse(isExplained: task.wantsImpasse))
      case .stopped(let reason):
        note(search)
        if case .memory = reason, !isAlone { return nil }
        return stopped(reason, search.steps.deepest)
      case .paused:
        if isInVain(&search, &length, max(1_000, search.stuckLimit)) {
          count(search)
          return .impasse(search.impasse(isExplained: task.wantsImpasse))
        }
        if task.stepLimit < statistics.steps {
          count(search)
          return stopped(.cancelled, search.steps.deepest)
        }
        if !isAlone, let order = beam() {
          count(search)
          return .order(order)
        }
        if search.memo.count >= search.configurationLimit {
          count(search)
          if task.reductions.contains(.windows), isInVain(&search, &length, 1_000_000) {
            return .impasse(search.impasse(isExplained: task.wantsImpasse))
          }
          note(search)
          return nil
        }
      }
    }
  }

  /// The order that a beam finds, where there are so many pending operations that it is worth a
  /// try; asked once.
  private mutating func beam() -> [KeyAnswer.Step]? {
    guard !hasBeam, M.horizon == 1, M.isLazy, !problem.pending.isEmpty else { return nil }
    if problem.eventCount < Self.fewEvents, task.engine != Engine.beam { return nil }
    hasBeam = true
    let mark = ledger.mark
    defer { ledger.giveBack(to: mark) }
    var search = Beam(problem, machine: machine, ledger: ledger, task.reductions)
    search.limit = 60 * problem.eventCount
    let isFound = search.finds()
    statistics.steps += search.frontier.steps.steps
    statistics.configurations += search.frontier.configurations
    guard isFound else { return nil }
    let order = search.order()
    beamOrder = !ledger.isExhausted
    return beamOrder ? order : nil
  }

  /// Notes how far the depth-first engine got.
  private mutating func note(_ search: DepthFirst<M>) {
    reached.append(
      Undecided.Reach(algorithm: Engine.depthFirst, explained: search.steps.deepest))
  }

  private mutating func count(_ search: DepthFirst<M>) {
    statistics.steps += search.steps.steps + search.memo.comparisons / 8
    statistics.configurations += search.memo.count
  }

  /// Whether a window proves that the deepest event of a search cannot be passed.
  private mutating func isInVain(
    _ search: inout DepthFirst<M>, _ length: inout Int, _ configurations: Int
  ) -> Bool {
    var limit = configurations
    let deepest = search.steps.deepest
    search.stuckLimit *= 4
    // The window begins before the culprit's invocation, or it would be free to leave it out.
    let culprit = problem.completing[deepest]
    var first = deepest
    while first > 0, problem.opened[first - 1] > culprit { first -= 1 }
    length = max(deepest + 1 - first, length / 4)
    while limit > 0, ledger.spent == nil {
      let mark = ledger.mark
      // A window without memory proves nothing; the search may still have enough.
      defer { ledger.giveBack(to: mark) }
      let start = max(0, deepest + 1 - length)
      var open = OpenOperations(problem)
      open.move(to: start)
      let part = problem.window(start..<deepest + 1, open: open.list, task.reductions)
      var copy = machine
      guard let states = copy.statesAnywhere(part, since: start) else { return false }
      copy.prepare(part)
      var window = Frontier(
        part, machine: copy, ledger: ledger, task.reductions, from: states)
      window.steps.eventLimit = part.eventLimit
      window.steps.goal = part.eventLimit - 1
      window.configurationLimit = limit
      let ending = window.run()
      statistics.steps += window.steps.steps + window.comparisons / 8
      limit -= window.configurations + 1
      if ending == .exhausted { return true }
      if ending != .found || start == 0 { return false }
      length *= 2
    }
    return false
  }

  /// The frontier engine.
  private mutating func frontier() -> KeyAnswer.Finding {
    var search = Frontier(problem, machine: machine, ledger: ledger, task.reductions)
    search.stepLimit = max(0, task.stepLimit - statistics.steps)
    let ending = search.run()
    statistics.steps += search.steps.steps + search.comparisons / 8
    statistics.configurations += search.configurations
    switch ending {
    case .found:
      let order = search.order()
      if ledger.isExhausted { return stopped(task.budget.memoryReason, search.steps.deepest) }
      return .order(order)
    case .exhausted, .paused:
      return .impasse(search.impasse(isExplained: task.wantsImpasse))
    case .stopped(let reason):
      reached.append(
        Undecided.Reach(algorithm: Engine.frontier, explained: search.steps.deepest))
      return stopped(reason, search.steps.deepest)
    }
  }

  private func stopped(_ reason: Budget.Reason, _ deepest: Int) -> KeyAnswer.Finding {
    let best = max(deepest, reached.map(\.explained).max() ?? 0)
    var account = Undecided(
      key: ValueTable.none, reason: reason,
      deepest: best == 0 ? nil : problem.operations[Int(problem.completing[best - 1])],
      explained: best, completions: problem.eventCount, mostOpen: problem.mostOpen)
    account.reached = reached
    if best < problem.eventCount {
      var open = OpenOperations(problem)
      open.move(to: best)
      account.knot = Undecided.Knot(
        culprit: problem.operations[Int(problem.completing[best])],
        open: open.list.sorted().map { problem.operations[Int($0)] })
    }
    return .stopped(account)
  }

  /// The exhausted search whose deepest event is the first that cannot be explained.
  ///
  /// A search that looks ahead gives up before it gets there, but it does decide any prefix: so the
  /// shortest prefix in vain is found by galloping, and searched again without looking at its last
  /// event, for a bounded number of steps: what it has met by then are the states that are shown.
  /// Falls back to the search at hand when a budget runs out.
  private func trueImpasse(_ failed: DepthFirst<M>) -> DepthFirst<M> {
    let mark = ledger.mark
    func search(
      _ limit: Int, sight: Int, steps: Int = Int.max
    ) -> (DepthFirst<M>, DepthFirst<M>.Ending) {
      // The one before is gone.
      ledger.giveBack(to: mark)
      var search = DepthFirst(
        failed.steps.problem, machine: failed.steps.machine, ledger: ledger, task.reductions)
      search.steps.eventLimit = limit
      search.steps.sight = sight
      search.stepLimit = steps
      let ending = search.run()
      return (search, ending)
    }
    var explained = failed.steps.deepest
    var inVain = failed.steps.problem.eventCount
    var reach = 1
    while explained + 1 < inVain {
      let middle = min(explained + reach, (explained + inVain + 1) / 2)
      switch search(middle, sight: middle).1 {
      case .found:
        explained = middle
        reach *= 2
      case .exhausted:
        inVain = middle
        reach = 1
      case .stopped, .paused: return failed
      }
    }
    let (last, _) = search(inVain, sight: inVain - 1, steps: 20_000)
    return last.steps.deepest == inVain - 1 ? last : failed
  }
}
