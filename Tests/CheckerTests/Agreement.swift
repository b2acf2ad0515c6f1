import Base
import Histories
import Testing

@testable import Checker

/// Checks one history with everything there is and reports any disagreement.
///
/// Returns whether it is linearizable.
@discardableResult
func agree(_ history: History, _ model: Model, _ options: CheckOptions) throws -> Bool {
  var options = options
  options.model = model.name
  options.wantsWitness = true
  let result = try Checker.check(history, options)
  var values = history.values
  let settings = try Settings(options, header: history.header, values: &values)
  var expected = true
  let tasks = Checker.partition(history, values: values, settings, options)
  for (_, task) in tasks {
    expected = expected && model.referee(task.calls, settings, values)
  }
  let found = result.verdict == .holds
  #expect(found == expected, "\(model.name) says \(result.verdict):\n\(describe(history))")
  #expect(result.verdict != .undecided)
  for violation in result.violations {
    try standsAlone(violation, model, settings, values, history, tasks)
    #expect(!violation.dilemmas.isEmpty)
    #expect(!violation.explanation.isEmpty)
    let task = try #require(tasks.first { $0.key == violation.key }).task
    let end = history.completed[violation.culprit]
    // A rung that is not exact may pass on the prefix that would tell.
    #expect(
      !exactRungs.contains(result.algorithm) || settings.initial == nil
        || task.calls.contains { $0.end == .mismatch }
        || model.referee(prefix(of: task.calls, through: end - 1), settings, values),
      "\(result.algorithm): \(violation.culprit) is not the first:\n\(describe(history))"
    )
  }
  return found
}

/// What is shown has no order, whichever one of the others, or all, happened besides; and what is
/// said to be minimal has one without any one operation, if copies of it may help.
private func standsAlone(
  _ violation: Violation, _ model: Model, _ settings: Settings, _ values: ValueTable,
  _ history: History, _ tasks: KeyPartition
) throws {
  let task = try #require(tasks.first { $0.key == violation.key }).task
  let shown = task.calls.indices.filter { violation.operations.contains(task.operations[$0]) }
  let words = "\(model.name) shows \(violation.operations) of:\n\(describe(history))"
  #expect(violation.isProof, "\(words)")
  let others = task.calls.indices.filter { !shown.contains($0) }
  for more in [[], others] + others.map({ [$0] }) {
    let calls = (shown + more).sorted().map { task.calls[$0] }
    #expect(!model.referee(calls, settings, values), "with \(more) \(words)")
  }
  guard violation.isMinimal, !violation.isAbridged else { return }
  for one in shown {
    let rest = shown.filter { $0 != one }.map { task.calls[$0] }
    #expect(
      model.refereeBesides(rest, [task.calls[one].cut], settings, values) == true,
      "without \(one) \(words)")
  }
}

private let exactRungs = [
  "register-zones", "queue-monitor", "bag-monitor", "grow-only-set", "counter-slots",
  "lock-sections", "semaphore-sweep", "fenced-lock-tokens",
]

/// What was known of some calls just after the event of that rank.
private func prefix(of calls: [Call], through rank: Int32) -> [Call] {
  calls.compactMap { call in
    guard call.invoked <= rank, call.end != .mismatch || call.returned <= rank else { return nil }
    var known = call
    if call.returned > rank {
      known.end = .pending
      known.returned = History.never
    }
    return known
  }
}

/// A history as lines that `History.text` reads.
func describe(_ history: History) -> String {
  var lines: [String] = []
  for step in history.steps() {
    switch step {
    case .invocation(let index):
      lines.append(
        "\(history.processes[index]) invoke \(history.functionName(index)) "
          + history.values.describe(history.input[index]))
    case .completion(let index):
      let swapped = history.evidence("swapped", of: index) == nil ? "" : " not-swapped"
      lines.append(
        "\(history.processes[index]) \(history.outcome[index]) \(history.functionName(index)) "
          + history.values.describe(history.output[index]) + swapped)
    case .nemesis: break
    }
  }
  return lines.joined(separator: "\n")
}
