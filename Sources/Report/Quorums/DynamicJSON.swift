import Base
import Quorums

/// What a check of recorded quorums found, for programs: stable keys in a stable order.
public enum DynamicJSON {
  /// The object of a history or a trace.
  public static func object(_ report: DynamicReport) -> JSON {
    [
      "holds": report.holds.map { .bool($0) } ?? .null,
      "events": JSON(report.events),
      "applied": .array(
        report.applied.map { ["rule": .string($0.rule.name), "times": JSON($0.times)] }),
      "broken": .array(
        report.broken.map { ["rule": .string($0.rule.name), "times": JSON($0.times)] }),
      "violations": .array(report.violations.map { violation($0, report) }),
      "notApplied": .array(
        report.notApplied.map {
          ["rule": .string($0.rule.name), "reason": .string($0.reason)]
        }),
      "unknownEvents": .array(
        report.unknown.map { ["event": .string($0.kind), "times": JSON($0.times)] }),
      "notes": .array(report.notes.map { .string($0) }),
    ]
  }

  private static func violation(_ violation: DynamicViolation, _ report: DynamicReport) -> JSON {
    [
      "rule": .string(violation.rule.name),
      "claim": .string(violation.rule.summary),
      "source": .string(violation.rule.source),
      "sentence": .string(violation.sentence),
      "events": .array(
        violation.events.map {
          ["file": .string(report.files[Int($0.file)]), "line": .integer(Int64($0.line))]
        }),
    ]
  }
}
