import Base
import Checker
import Consistency
import Histories

/// How far off a key is: staleness of the read at hand and of the worst, and how many further
/// violations of the same kind there are.
public struct Extent: Sendable {
  /// Sentences on how stale the reads are; one that says why nobody can tell.
  public private(set) var staleness: [String] = []
  /// Sentences on further violations.
  public private(set) var others: [String] = []
  /// What was measured, for programs.
  public private(set) var register: RegisterConsistency?
  /// Further violations of the same kind, where they can be counted.
  public private(set) var further: [Int]?

  private let explanation: Explanation
  private let history: History

  /// Measures the key of a violation.
  ///
  /// - Complexity: O(n log n) in the operations of the history.
  public init(
    _ explanation: Explanation, key: ValueID, model: String, of history: History,
    rules: RegisterRules
  ) {
    self.explanation = explanation
    self.history = history
    let kind = ObjectKind(model: model)
    guard kind == .register else {
      // Permits and nested holders are no second holders.
      let counts =
        explanation.kind != .twoHolders || [.lock(.exclusive), .lock(.tokens)].contains(kind)
      if counts { count(Census(of: history, key: key).operations(explanation.kind.name)) }
      return
    }
    do throws(Untellable) {
      let register = try RegisterConsistency(of: history, key: key, rules: rules)
      self.register = register
      measure(register)
      countReads(register)
    } catch {
      staleness = ["How stale the reads were cannot be told: \(error.description)."]
    }
  }

  private mutating func measure(_ register: RegisterConsistency) {
    if let own = register.stale.first(where: { $0.operation == explanation.culprit }) {
      staleness.append("This read was \(behind(own)) behind.")
    }
    if let worst = register.stale.max(by: { $0.versions < $1.versions }) {
      let times = register.stale.compactMap(\.nanoseconds).max()
      let most =
        "\(Legible.count(worst.versions, "version"))"
        + (times.map { " and \(Units.describe(nanoseconds: $0))" } ?? "")
      let share =
        "\(Legible.grouped(register.stale.count)) of \(Legible.grouped(register.reads)) reads"
      staleness.append(
        register.isRegular
          ? "On this key \(share) missed what had been seen before, by up to \(most)."
          : "On this key \(share) \(register.stale.count == 1 ? "was" : "were") stale, by up to "
            + "\(most).")
    }
    if let k = register.k, k.lowerBound > 1 {
      let values =
        k.count == 1
        ? "the last \(k.lowerBound) values"
        : k.count == 2
          ? "the last k values, where k is \(k.lowerBound) or \(k.upperBound)"
          : "the last k values, where k is between \(k.lowerBound) and \(k.upperBound)"
      staleness.append("In the best order each read returned one of \(values).")
    }
    if let delta = register.deltaNanoseconds, delta > 0 {
      staleness.append(
        "Had every read begun \(Units.describe(nanoseconds: delta)) earlier, all would be right.")
    }
    if register.isRegular, !register.isAtomic {
      staleness.append(
        "Each read by itself returned what was current at some time while it was open (the "
          + "register "
          + "is regular), but one after the other they went back in time.")
    }
  }

  /// `1 version and 12 ms`.
  private func behind(_ stale: StaleRead) -> String {
    Legible.count(stale.versions, "version")
      + (stale.nanoseconds.map { " and \(Units.describe(nanoseconds: $0))" } ?? "")
  }

  private mutating func countReads(_ register: RegisterConsistency) {
    switch explanation.kind {
    case .staleRead, .lostWrite: count(register.stale.map(\.operation))
    case .readsGoBack: count(register.inversions.map(\.older))
    case .neverWritten, .failedWriteRead: count(register.unwritten)
    case .readBeforeWritten: count(register.early)
    case .consumedTwice:
      count(register.rivals.filter { !$0.contains(explanation.culprit) }.map { $0[1] })
    default: break
    }
    let stale = register.stale.map(\.operation)
    if further == nil || explanation.kind == .consumedTwice, !stale.isEmpty {
      others.append("Stale reads of the key: \(Legible.grouped(stale.count)).")
    }
  }

  /// Says how many of these there are besides the one that is explained.
  private mutating func count(_ operations: [Int]?) {
    guard let operations else { return }
    let rest = operations.filter { $0 != explanation.culprit }
    further = rest
    let plural = explanation.kind.plural
    guard !rest.isEmpty else {
      others.append("There are no further \(plural).")
      return
    }
    let lines = rest.prefix(6).map { Scene.span($0, of: history) }
    let more = rest.count - lines.count
    let list =
      more > 0
      ? lines.joined(separator: ", ") + " and \(Legible.grouped(more)) more"
      : Scene.list(lines)
    others.append(
      "Further \(plural): \(Legible.grouped(rest.count)) ("
        + "\(lines == ["\(history.line[rest[0]])"] ? "line" : "lines") \(list))."
    )
  }
}
