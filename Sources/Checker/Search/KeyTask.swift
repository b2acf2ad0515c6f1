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
}

/// What a search of one key found, and its cost.
struct KeyAnswer: Sendable {
  enum Finding: Sendable {
    case order([Step])
    case impasse(Impasse)
    case stopped(Undecided)
  }

  /// One operation of an order.
  struct Step: Sendable {
    /// The index in the history.
    var operation: Int
    /// The result that a pending operation is claimed to have had, when the model has a choice.
    var result: ValueID
  }

  var finding: Finding
  var statistics: SearchStatistics
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
  var machine = try M(values: task.values, settings: task.settings, ledger: ledger)
  let problem = try Problem(task.operations, calls: task.calls, machine: &machine)
  var search = Search(problem, machine: machine, ledger: ledger)
  search.stepLimit = task.stepLimit
  let ending = search.run()
  let finding: KeyAnswer.Finding
  switch ending {
  case .found: finding = .order(search.order())
  case .exhausted: finding = .impasse(search.impasse(isExplained: task.wantsImpasse))
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
