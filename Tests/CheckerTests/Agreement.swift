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
  for (_, task) in Checker.partition(history, values: values, settings, options) {
    expected = expected && model.referee(task.calls, settings, values)
  }
  let found = result.verdict == .linearizable
  #expect(found == expected, "\(model.name) says \(result.verdict):\n\(describe(history))")
  #expect(result.verdict != .undecided)
  for violation in result.violations {
    var calls: [Call] = []
    for operation in violation.operations {
      if let call = Call(
        operation, of: history, as: Call.functions(of: history), settings)
      {
        calls.append(call)
      }
    }
    if violation.isMinimal {
      #expect(
        !model.referee(calls, settings, values),
        "the certificate \(violation.operations) is linearizable:\n\(describe(history))")
    }
    #expect(!violation.dilemmas.isEmpty)
    #expect(!violation.explanation.isEmpty)
  }
  return found
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
