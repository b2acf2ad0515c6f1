import Base
import Checker
import Histories
import Quorums

/// The contract's verdict: one JSON object a history, with stable keys in a stable order.
public enum VerdictJSON {
  /// The verdict of a file.
  ///
  /// - Complexity: O(size of the evidence); values are whole, whatever their size.
  public static func object(_ checked: CheckedFile) -> JSON {
    switch checked.finding {
    case .checked(let result, let history):
      object(file: checked.file, result: result, history: history)
    case .error(let message): error(file: checked.file, message: message)
    }
  }

  /// The object for a file that could not be read.
  public static func error(file: String, message: String) -> JSON {
    ["file": .string(file), "verdict": "error", "error": .string(message)]
  }

  /// The object for a history that was checked.
  public static func object(file: String, result: CheckResult, history: History) -> JSON {
    var members = [
      JSON.Member("file", .string(file)),
      JSON.Member("verdict", .string(result.verdict.rawValue)),
      JSON.Member("model", .string(result.model)),
      JSON.Member("operations", JSON(result.operations)),
      JSON.Member("indeterminate", JSON(result.indeterminate)),
      JSON.Member("keys", JSON(result.keys)),
      JSON.Member("algorithm", .string(result.algorithm)),
      JSON.Member("seconds", JSON(result.seconds)),
    ]
    if let first = result.violations.first {
      members.append(JSON.Member("violation", violation(first, result, of: history)))
      members.append(JSON.Member("violations", JSON(result.violations.count)))
      if result.violations.count > 1 {
        let others = result.violations.dropFirst().map { history.values.json($0.key) }
        members.append(JSON.Member("furtherKeys", .array(others)))
      }
    }
    if !result.undecided.isEmpty {
      let worst = result.undecided[0]
      members.append(JSON.Member("reason", .string(worst.reason.description)))
      let keys = result.undecided.map { history.values.json($0.key) }
      members.append(JSON.Member("keysUndecided", .array(keys)))
      members.append(
        JSON.Member("undecided", .array(result.undecided.map { undecided($0, history) })))
    }
    if HistoryCheck.hasEvidence(history) {
      let quorums = HistoryCheck.run(history, file: file)
      if quorums.holds != nil {
        members.append(JSON.Member("quorums", DynamicJSON.object(quorums)))
      }
    }
    members.append(
      JSON.Member(
        "statistics",
        [
          "steps": JSON(result.statistics.steps),
          "configurations": JSON(result.statistics.configurations),
          "peakBytes": .integer(result.statistics.peakBytes),
        ]))
    if !history.warnings.isEmpty {
      members.append(JSON.Member("warnings", .array(history.warnings.map { .string($0) })))
    }
    return .object(members)
  }

  /// An operation as evidence.
  public static func operation(_ index: Int, of history: History) -> JSON {
    guard history.processes.indices.contains(index) else { return .null }
    let type =
      switch history.outcome[index] {
      case .ok: "ok"
      case .fail: "fail"
      case .indeterminate: "info"
      }
    return [
      "line": .integer(Int64(history.line[index])),
      "process": .integer(history.processes[index]),
      "f": .string(history.functionName(index)),
      "key": history.values.json(history.key[index]),
      "value": history.values.json(history.input[index]),
      "result": history.outcome[index] == .ok ? history.values.json(history.output[index]) : nil,
      "type": .string(type),
      "time": time(history.invokedTime[index]),
      "completedLine": history.completedLine[index] == 0
        ? nil : .integer(Int64(history.completedLine[index])),
      "completedTime": time(history.completedTime[index]),
    ]
  }

  private static func time(_ nanoseconds: Int64) -> JSON {
    nanoseconds == Event.noTime ? .null : .integer(nanoseconds)
  }

  private static func violation(
    _ violation: Violation, _ result: CheckResult, of history: History
  ) -> JSON {
    let words = Explanation(violation, in: result, of: history)
    let culprit =
      history.line.indices.contains(violation.culprit)
      ? JSON.integer(Int64(history.line[violation.culprit])) : .null
    return [
      "key": history.values.json(violation.key),
      "operations": .array(violation.operations.map { operation($0, of: history) }),
      "kind": .string(words.kind.rawValue),
      "explanation": .string(words.story),
      "minimal": .bool(violation.isMinimal),
      "culpritLine": culprit,
      "states": .array(violation.dilemmas.map { state($0, of: history) }),
      "omittedStates": JSON(violation.omittedDilemmas),
    ]
  }

  private static func state(_ dilemma: Dilemma, of history: History) -> JSON {
    let line = { (index: Int) -> JSON in
      history.line.indices.contains(index) ? .integer(Int64(history.line[index])) : .null
    }
    return [
      "state": .string(dilemma.state),
      "pathLines": .array(dilemma.path.map(line)),
      "refusals": .array(
        dilemma.refusals.map { ["line": line($0.operation), "reason": .string($0.reason)] }),
    ]
  }

  private static func undecided(_ undecided: Undecided, _ history: History) -> JSON {
    [
      "key": history.values.json(undecided.key),
      "reason": .string(undecided.reason.description),
      "deepest": undecided.deepest.map { operation($0, of: history) } ?? .null,
      "explained": JSON(undecided.explained),
      "completions": JSON(undecided.completions),
      "mostOpen": JSON(undecided.mostOpen),
      "reached": .object(
        undecided.reached.map { JSON.Member($0.algorithm, JSON($0.explained)) }),
    ]
  }
}
