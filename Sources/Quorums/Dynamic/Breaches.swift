/// A line of a file: evidence for a violation.
public struct EventPlace: Sendable, Equatable, Hashable {
  /// The index in ``DynamicReport/files``.
  public var file: Int32
  /// The line, from 1.
  public var line: Int32

  /// Names a line.
  public init(file: Int32, line: Int32) {
    self.file = file
    self.line = line
  }
}

/// A rule that was broken, by whom and where.
public struct DynamicViolation: Sendable, Equatable {
  /// The rule.
  public var rule: DynamicRule
  /// What happened, without a full stop.
  public var sentence: String
  /// The two or three events, one at least.
  public var events: [EventPlace]
}

/// What a check of quorums found.
public struct DynamicReport: Sendable {
  /// How often each rule was applied, in the order of ``DynamicRule/all``; rules never applied are
  /// left out.
  public var applied: [(rule: DynamicRule, times: Int)] = []
  /// The rules that could not be applied, and why.
  public var notApplied: [(rule: DynamicRule, reason: String)] = []
  /// The first violations of each rule, in the order of events.
  public var violations: [DynamicViolation] = []
  /// How often each broken rule was broken.
  public var broken: [(rule: DynamicRule, times: Int)] = []
  /// The files that places name.
  public var files: [String] = []
  /// How many events or operations were read.
  public var events = 0
  /// Kinds of events that no rule knows, by name, with their number.
  public var unknown: [(kind: String, times: Int)] = []
  /// What a reader should know: where the system is from, lines that were torn.
  public var notes: [String] = []

  /// Reports that no rule was applied, so that ``holds`` is nil; what was found is filled in.
  public init() {}

  /// Whether every rule that was applied holds; nil when none was.
  public var holds: Bool? { applied.isEmpty ? nil : broken.isEmpty }

  /// `file:line` of a place; `line 12` where the file is the one that is spoken of.
  public func text(_ place: EventPlace) -> String {
    let file = files[Int(place.file)]
    return file.isEmpty ? "line \(place.line)" : "\(file):\(place.line)"
  }
}

/// What rules say while events stream by: O(1) memory a rule.
///
/// A reference, so that a sentence may be made of what stands beside it.
final class Breaches {
  /// Violations kept in full for each rule.
  static let mostKept = 5

  /// By the rules' numbers.
  private var counts = [(applied: Int, broken: Int)](
    repeating: (0, 0), count: DynamicRule.all.count)
  private var violations: [DynamicViolation] = []

  /// Notes that a rule was applied once.
  func apply(_ rule: DynamicRule) {
    makeRoom(for: rule)
    counts[rule.number].applied += 1
  }

  private func makeRoom(for rule: DynamicRule) {
    while counts.count <= rule.number { counts.append((0, 0)) }
  }

  /// Notes a violation; the sentence is made only if it is kept.
  func violate(
    _ rule: DynamicRule, _ events: [EventPlace], _ sentence: @autoclosure () -> String
  ) {
    makeRoom(for: rule)
    counts[rule.number].broken += 1
    guard counts[rule.number].broken <= Breaches.mostKept else { return }
    var unique: [EventPlace] = []
    for event in events where !unique.contains(event) { unique.append(event) }
    violations.append(DynamicViolation(rule: rule, sentence: sentence(), events: unique))
  }

  /// Applies a rule to one fact: notes a violation unless it holds.
  func check(
    _ rule: DynamicRule, _ holds: Bool, _ events: @autoclosure () -> [EventPlace],
    _ sentence: @autoclosure () -> String
  ) {
    apply(rule)
    if !holds { violate(rule, events(), sentence()) }
  }

  /// Fills a report, rule by rule in the order given.
  func fill(_ report: inout DynamicReport, _ rules: [DynamicRule]) {
    for rule in rules where rule.number < counts.count {
      let (applied, broken) = counts[rule.number]
      if applied > 0 { report.applied.append((rule, applied)) }
      if broken > 0 { report.broken.append((rule, broken)) }
    }
    report.violations = violations
  }
}
