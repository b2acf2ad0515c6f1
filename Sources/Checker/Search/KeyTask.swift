import Base
import Histories

/// One key, ready to be searched.
struct KeyTask: Sendable {
  /// The indices in the history of what may have happened, in the order of the invocations.
  var operations: [Int]
  /// The same operations as the model sees them.
  var calls: [Call]
  var values: ValueTable
  var settings: Settings
  var budget: Budget
  /// A deterministic limit for the attempts of a reduction.
  var stepLimit = Int.max
  /// Whether a violation is to be explained.
  var wantsImpasse = true
  /// The revision that each call's completion names, -1 where it names none; empty when none does.
  var revisions: [Int64] = []
}

/// What a search of one key found, and its cost.
struct KeyAnswer: Sendable {
  enum Finding: Sendable {
    case order([Step])
    /// An order of positions in the task's calls.
    case positions([Int32])
    /// A rung's proof of a violation.
    case certificate(Certificate)
    /// The search's.
    case impasse(Impasse)
    case stopped(Undecided)
  }

  /// One operation of an order.
  struct Step: Sendable {
    /// The index in the history (not the place among the task's calls).
    var operation: Int
    /// The result that a pending operation is claimed to have had, when the model has a choice.
    var result: ValueID
  }

  var finding: Finding
  /// What answered.
  var algorithm = "wing-gong-lowe"
  var statistics = SearchStatistics()
}

/// Where a search was stuck for good.
struct Impasse: Sendable {
  /// The index in the history of the first completion that cannot be explained.
  var culprit: Int
  var dilemmas: [Dilemma]
  var omittedDilemmas: Int
  /// Operations that were open just before the culprit's completion, the culprit included.
  var open: [Int]
}

/// Searches one key with one model's machine.
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
  let problem = try Problem(task.operations, calls: task.calls, machine: &machine)
  if M.forgets { machine.prepare(problem) }
  var search = Search(problem, machine: machine, ledger: ledger)
  search.stepLimit = task.stepLimit
  var ending = search.run()
  let order = ending == .found ? search.order() : []
  if ending == .found, ledger.isExhausted { ending = .stopped(task.budget.memoryReason) }
  let finding: KeyAnswer.Finding
  switch ending {
  case .found: finding = .order(order)
  case .exhausted:
    if M.looksAhead, task.wantsImpasse { search = trueImpasse(search, task, ledger) }
    finding = .impasse(search.impasse(isExplained: task.wantsImpasse))
  case .stopped(let reason):
    finding = .stopped(
      Undecided(
        key: ValueTable.none, reason: reason,
        deepest: search.deepest == 0
          ? nil : problem.operations[Int(problem.completing[search.deepest - 1])],
        explained: search.deepest, completions: problem.eventCount, mostOpen: problem.mostOpen))
  }
  return KeyAnswer(
    finding: finding,
    statistics: SearchStatistics(
      steps: search.steps, configurations: search.memo.count, peakBytes: ledger.peak))
}

/// The exhausted search whose deepest event is the first that cannot be explained.
///
/// A search that looks ahead gives up before it gets there, but it does decide any prefix: so the
/// shortest prefix in vain is found by galloping, and searched again without looking at its last
/// event, for a bounded number of steps: what it has met by then are the states that are shown.
/// Falls back to the search at hand when a budget runs out.
private func trueImpasse<M: Machine>(
  _ failed: Search<M>, _ task: KeyTask, _ ledger: Ledger
) -> Search<M> {
  func search(
    _ limit: Int, sight: Int, steps: Int = Int.max
  ) -> (Search<M>, Search<M>.Ending) {
    var search = Search(failed.problem, machine: failed.machine, ledger: ledger)
    search.eventLimit = limit
    search.sight = sight
    search.stepLimit = steps
    let ending = search.run()
    return (search, ending)
  }
  var explained = failed.deepest
  var inVain = failed.problem.eventCount
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
    case .stopped: return failed
    }
  }
  let (last, _) = search(inVain, sight: inVain - 1, steps: 20_000)
  return last.deepest == inVain - 1 ? last : failed
}
