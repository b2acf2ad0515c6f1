import Base
import Checker
import Consistency
import Findings
import Histories
import Quorums

/// An explanation for programs: one JSON object a history, with the verdict's keys first.
public enum ExplainJSON {
  /// The object of a history; `key` picks one of several keys, nil the first that is not
  /// linearizable.
  ///
  /// - Complexity: O(n log n) in the operations of the history.
  public static func object(_ investigated: Investigated, key: ValueID? = nil) -> JSON {
    guard let findings = investigated.findings, let result = findings.result else {
      return VerdictJSON.object(investigated)
    }
    let history = findings.history
    var members = [
      JSON.Member("file", .string(investigated.file)),
      JSON.Member("verdict", .string(findings.word)),
      JSON.Member("claim", VerdictSection.claim(result.claim)),
      JSON.Member("model", .string(result.model)),
      JSON.Member("operations", JSON(result.operations)),
      JSON.Member("keys", JSON(result.keys)),
    ]
    members += LacksSection().json(findings)
    if let told = findings.told(key: key) {
      members += violation(told.violation, told.words, findings, result)
      members += RepairsSection().json(findings)
    } else if let undecided = result.undecided.first(where: { key == nil || $0.key == key }) {
      let words = UndecidedWords(undecided, of: history)
      members += [
        JSON.Member("key", history.values.json(undecided.key)),
        JSON.Member("story", .string(words.story)),
        JSON.Member("advice", .array(words.advice.map { .string($0) })),
        JSON.Member("mostOpen", JSON(words.mostOpen)),
        JSON.Member("mostOpenUnknown", JSON(words.mostOpenUnknown)),
        JSON.Member("mostOpenLine", JSON(words.worstLine)),
      ]
    }
    return .object(members)
  }

  private static func violation(
    _ violation: Violation, _ words: Explanation, _ findings: HistoryFindings,
    _ result: CheckResult
  ) -> [JSON.Member] {
    let history = findings.history
    let extent = findings.extent
    let line = { (operation: Int) -> JSON in
      history.line.indices.contains(operation) ? .integer(Int64(history.line[operation])) : .null
    }
    var members = [
      JSON.Member("key", history.values.json(violation.key)),
      JSON.Member("kind", .string(words.kind.name)),
      JSON.Member("story", .string(words.story)),
      JSON.Member("rule", .string(words.rule)),
      JSON.Member("faults", .string(words.faults)),
      JSON.Member("culpritLine", line(words.culprit)),
      JSON.Member(
        "told",
        .array(
          words.operations.map { ViolationJSON.operation($0, of: history, result.assumptions) })),
      JSON.Member("proofLines", .array(violation.operations.map(line))),
      JSON.Member("proof", .bool(violation.isProof)),
      JSON.Member("minimal", .bool(violation.isMinimal)),
      JSON.Member("furtherLines", extent?.further.map { .array($0.map(line)) } ?? .null),
    ]
    if let cause = findings.cause(of: violation, words) {
      members.append(JSON.Member("quorums", .string(cause)))
    }
    if let register = extent?.register {
      members.append(JSON.Member("staleness", staleness(register, words.culprit)))
    }
    members += SpaceTimeSection().json(findings, violation, words)
    let keys = result.violations.filter { $0.key != violation.key }
    members.append(
      JSON.Member("furtherKeys", .array(keys.map { history.values.json($0.key) })))
    return members
  }

  private static func staleness(_ register: RegisterConsistency, _ culprit: Int) -> JSON {
    let own = register.stale.first { $0.operation == culprit }
    return [
      "reads": JSON(register.reads),
      "staleReads": JSON(register.stale.count),
      "versions": own.map { JSON($0.versions) } ?? .null,
      "nanoseconds": own?.nanoseconds.map { .integer($0) } ?? .null,
      "mostVersions": JSON(register.stale.map(\.versions).max() ?? 0),
      "mostNanoseconds": register.stale.compactMap(\.nanoseconds).max().map { .integer($0) }
        ?? .null,
      "k": register.k.map { .array([JSON($0.lowerBound), JSON($0.upperBound)]) } ?? .null,
      "deltaNanoseconds": register.deltaNanoseconds.map { .integer($0) } ?? .null,
      "regular": .bool(register.isRegular),
    ]
  }
}
