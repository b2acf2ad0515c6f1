import Base
import Checker
import Findings
import Histories

/// Violations for programs: operations, what they rest on, violations and accounts of searches.
public enum ViolationJSON {
  /// The most characters of a state or a reason: values of thousands of elements are cut.
  private static let longest = 2000

  /// An operation as evidence: what the history says of it, and no more of its result than an
  /// extract does.
  ///
  /// A compare-and-set that counts as one that saw another value has `"swapped":false`.
  public static func operation(
    _ index: Int, of history: History, _ assumptions: Assumptions = Assumptions(),
    _ extract: Violation.Extract? = nil
  ) -> JSON {
    guard history.processes.indices.contains(index) else { return .null }
    let type =
      switch history.outcome[index] {
      case .ok: "ok"
      case .fail: "fail"
      case .indeterminate: "info"
      }
    let result = history.outcome[index] == .ok ? history.values.json(history.output[index]) : nil
    var members = [
      JSON.Member("line", .integer(Int64(history.line[index]))),
      JSON.Member("process", .integer(history.processes[index])),
      JSON.Member("f", .string(history.functionName(index))),
      JSON.Member("key", history.values.json(history.key[index])),
      JSON.Member("value", history.values.json(history.input[index])),
      JSON.Member("result", extract?.shown ?? result),
    ]
    if let extract { members.append(JSON.Member("elided", JSON(extract.elided))) }
    members.append(JSON.Member("type", .string(type)))
    if history.functionName(index) == "cas" {
      let said = history.evidence("swapped", of: index)
      if history.outcome[index] == .fail, assumptions.failedCas == .observes {
        members.append(JSON.Member("swapped", false))
      } else if history.outcome[index] == .ok, let said, said > ValueTable.null {
        members.append(JSON.Member("swapped", history.values.json(said)))
      }
    }
    members += [
      JSON.Member("time", time(history.invokedTime[index])),
      JSON.Member(
        "completedLine",
        history.completedLine[index] == 0 ? nil : .integer(Int64(history.completedLine[index]))),
      JSON.Member("completedTime", time(history.completedTime[index])),
    ]
    return .object(members)
  }

  /// What evidence and witnesses rest on besides their operations, so that they can be judged by
  /// themselves.
  public static func assumptions(_ result: CheckResult) -> [JSON.Member] {
    let assumptions = result.assumptions
    var members = [
      JSON.Member("model", .string(result.model)), JSON.Member("initial", assumptions.initial),
    ]
    if assumptions.isInitialUnknown { members.append(JSON.Member("initialUnknown", true)) }
    return members + [
      JSON.Member("failedCas", .string(assumptions.failedCas.rawValue)),
      JSON.Member("nullRead", .string(assumptions.nullRead.rawValue)),
      JSON.Member("permits", JSON(assumptions.permits)),
    ]
  }

  private static func time(_ nanoseconds: Int64) -> JSON {
    nanoseconds == Event.noTime ? .null : .integer(nanoseconds)
  }

  /// A violation with everything that is needed to check it again.
  static func violation(
    _ violation: Violation, _ words: Explanation, _ result: CheckResult, of history: History
  ) -> JSON {
    let culprit =
      history.line.indices.contains(violation.culprit)
      ? JSON.integer(Int64(history.line[violation.culprit])) : .null
    let operations = violation.operations.map { index in
      operation(
        index, of: history, result.assumptions,
        violation.extracts.first { $0.operation == index })
    }
    var members = [JSON.Member("key", history.values.json(violation.key))]
    members += assumptions(result)
    members += [
      JSON.Member("operations", .array(operations)),
      JSON.Member("kind", .string(words.kind.name)),
      JSON.Member("explanation", .string(words.story)),
      JSON.Member("proof", .bool(violation.isProof)),
      JSON.Member("minimal", .bool(violation.isMinimal)),
    ]
    if !violation.balanced.isEmpty {
      let pairs = violation.balanced.map { pair -> JSON in
        [
          .integer(Int64(history.line[pair.acquired])),
          .integer(Int64(history.line[pair.released])),
        ]
      }
      members.append(JSON.Member("balancedPairs", .array(pairs)))
    }
    members += [
      JSON.Member("culpritLine", culprit),
      JSON.Member("states", .array(violation.dilemmas.map { state($0, of: history) })),
      JSON.Member("omittedStates", JSON(violation.omittedDilemmas)),
    ]
    return .object(members)
  }

  private static func state(_ dilemma: Dilemma, of history: History) -> JSON {
    let line = { (index: Int) -> JSON in
      history.line.indices.contains(index) ? .integer(Int64(history.line[index])) : .null
    }
    return [
      "state": .string(Legible.text(dilemma.state, limit: longest)),
      "pathLines": .array(dilemma.path.map(line)),
      "refusals": .array(
        dilemma.refusals.map {
          [
            "line": line($0.operation),
            "reason": .string(Legible.text($0.reason, limit: longest)),
          ]
        }),
    ]
  }

  /// How far a search got that was given up.
  static func undecided(_ undecided: Undecided, _ history: History) -> JSON {
    var members = [
      JSON.Member("key", history.values.json(undecided.key)),
      JSON.Member("reason", .string(undecided.reason.description)),
      JSON.Member("deepest", undecided.deepest.map { operation($0, of: history) } ?? .null),
      JSON.Member("explained", JSON(undecided.explained)),
      JSON.Member("completions", JSON(undecided.completions)),
      JSON.Member("mostOpen", JSON(undecided.mostOpen)),
      JSON.Member(
        "reached",
        .object(undecided.reached.map { JSON.Member($0.algorithm, JSON($0.explained)) })),
    ]
    if let knot = undecided.knot, let lines = knot.lines(of: history) {
      members.append(
        JSON.Member(
          "knot",
          [
            "firstLine": JSON(lines.lowerBound), "lastLine": JSON(lines.upperBound),
            "openLines": .array(knot.open.map { JSON(Int(history.line[$0])) }),
          ]))
    }
    return .object(members)
  }
}
