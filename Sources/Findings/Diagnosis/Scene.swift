import Base
import Checker
import Histories

/// The operations that prove a violation, the rest of their key, and what is known of them.
public struct Scene {
  let history: History
  let kind: ObjectKind
  let violation: Violation
  /// The initial value that an option named, if one did.
  let initial: CheckOptions.Initial?
  /// The permits that an option or the header named, if one did.
  let permits: Int?
  /// Whether a read of null says nothing.
  let ignoresNullReads: Bool
  /// The operations to explain, ascending; every index is one of the history.
  let shown: [Int]
  /// All operations of the key, ascending.
  let all: [Int]

  /// The value before the first operation: what an option named, or else the header.
  var initialValue: JSON? {
    if case .value(let value) = initial { return value }
    return history.header?["initial"]
  }

  /// A story needs few operations; of a larger proof only those before the culprit are looked at.
  private static let mostShown = 64

  /// Sets the scene.
  ///
  /// - Complexity: O(operations of the history).
  init(_ violation: Violation, in result: CheckResult, of history: History) {
    self.history = history
    kind = ObjectKind(model: result.model)
    initial = result.initial
    permits = result.permits ?? history.header?["permits"]?.integer.flatMap { Int(exactly: $0) }
    ignoresNullReads =
      (result.nullRead?.rawValue ?? history.header?["nullRead"]?.string)
      == CheckOptions.NullRead.any.rawValue
    self.violation = violation
    var known = Set(violation.operations.filter(history.processes.indices.contains))
    if history.processes.indices.contains(violation.culprit) { known.insert(violation.culprit) }
    let sorted = known.sorted()
    let place = sorted.firstIndex(of: violation.culprit) ?? sorted.count
    shown = Array(sorted[max(0, place - Scene.mostShown)..<min(sorted.count, place + 8)])
    all = history.key.indices.filter { history.key[$0] == violation.key }
  }

  /// The first story that fits and is the one that the monitor names, else the first that fits;
  /// those that need fewer operations are to be asked first.
  func first(_ stories: [() -> Finding?]) -> Finding? {
    var best: Finding?
    for story in stories {
      guard let found = story() else { continue }
      let named = violation.anomaly
      let isLost = found.kind == .lostWrite && [.staleRead, .staleSwap].contains(named)
      if named == .other || found.kind == named || isLost { return found }
      best = best ?? found
    }
    return best
  }

  // MARK: - What is known of an operation

  func name(_ operation: Int) -> String { history.functionName(operation) }
  func isOk(_ operation: Int) -> Bool { history.outcome[operation] == .ok }
  func isPending(_ operation: Int) -> Bool { history.outcome[operation] == .indeterminate }
  func isFailed(_ operation: Int) -> Bool { history.outcome[operation] == .fail }
  func begin(_ operation: Int) -> Int32 { history.invoked[operation] }
  /// When it was over; never, when nobody knows that it happened.
  func end(_ operation: Int) -> Int32 { history.returned(operation) }
  /// Whether one was over before another began.
  func precedes(_ one: Int, _ other: Int) -> Bool { end(one) < begin(other) }
  func input(_ operation: Int) -> ValueID { history.input[operation] }
  /// The value of the completion, null when it has none.
  func output(_ operation: Int) -> ValueID { max(history.output[operation], ValueTable.null) }
  func parts(_ value: ValueID) -> ArraySlice<ValueID> { history.values.parts(of: value) }
  func process(_ operation: Int) -> Int64 { history.processes[operation] }

  /// Who answered, when the history says so: the server where it is named, else the node.
  func node(_ operation: Int) -> ValueID? {
    let server = history.evidence("server", of: operation) ?? ValueTable.none
    let node = server > ValueTable.null ? server : history.evidence("node", of: operation)
    return node.flatMap { $0 > ValueTable.null ? $0 : nil }
  }

  /// The list of what was there before the first operation, for collections.
  var initialElements: Set<ValueID> {
    guard let json = initialValue else { return [] }
    var values = history.values
    // Interned first: the table that is asked must be the one that has grown.
    let list = values.intern(json)
    return Set(values.parts(of: list))
  }

  /// What may have done something to each item: those of the key that did not fail.
  var possible: [Int] { all.filter { !isFailed($0) } }
}

extension Sequence where Element: Hashable {
  /// Each element once, where it came first.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

extension History {
  /// The rank of an operation's completion; of its invocation when there is none.
  func lastRank(_ operation: Int) -> Int32 {
    completed[operation] == History.never ? invoked[operation] : completed[operation]
  }
}
