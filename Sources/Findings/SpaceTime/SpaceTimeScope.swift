import Checker
import Histories

/// Which part of a run has to do with a counterexample: its operations, and the time from the
/// faults before them to the last answer.
public struct SpaceTimeScope: Sendable, Equatable {
  /// The operations that are shown, ascending.
  var operations: [Int]
  /// Operations of the counterexample that are not: too many, or of too many clients.
  var omitted: Int
  /// When the first of those that are shown began.
  var begin: Int64
  /// When the last of them ended.
  public private(set) var end: Int64
  /// When the faults began before them.
  public private(set) var start: Int64

  private static let mostOperations = 8
  private static let mostClients = 4
  /// Messages matter for so long before the first operation.
  private static let lead: Int64 = 500_000_000
  /// So much more is kept than is shown.
  private static let margin: Int64 = 20_000_000

  /// The part that a violation is about; nil where its operations have no times.
  init?(_ violation: Violation, _ words: Explanation, _ history: History) {
    let known = { (operation: Int) in
      history.processes.indices.contains(operation)
        && history.invokedTime[operation] != Event.noTime
        && history.invokedTime[operation] >= 0
    }
    let centre = words.culprit
    guard known(centre) else { return nil }
    let proof = violation.operations.sorted { abs($0 - centre) < abs($1 - centre) }
    var chosen: [Int] = []
    var clients: Set<Int64> = []
    var seen: Set<Int> = []
    for operation in [centre] + words.operations.reversed() + proof
    where known(operation) && seen.insert(operation).inserted {
      let process = history.processes[operation]
      guard chosen.count < Self.mostOperations,
        clients.count < Self.mostClients || clients.contains(process)
      else { continue }
      clients.insert(process)
      chosen.append(operation)
    }
    operations = chosen.sorted()
    omitted = seen.count - chosen.count
    begin = chosen.map { history.invokedTime[$0] }.min() ?? 0
    end = chosen.map { history.lastTime($0) }.max() ?? begin
    start = begin
    let first = chosen.map { history.invoked[$0] }.min() ?? 0
    let last = chosen.map { max(history.invoked[$0], history.finished($0)) }.max() ?? 0
    let spans = history.faultSpans().filter { $0.beginTime != Event.noTime && $0.beginTime >= 0 }
    let active = spans.filter { $0.meets(first, last) }
    let before = spans.last { $0.end < first }
    for span in active.isEmpty ? before.map({ [$0] }) ?? [] : active {
      start = min(start, span.beginTime)
    }
  }

  /// From when on messages are worth keeping.
  public var recordedFrom: Int64 { max(0, max(start, begin - Self.lead) - Self.margin) }

  /// Until when.
  public var recordedUntil: Int64 { end &+ Self.margin < end ? end : end + Self.margin }

  /// How far a time is from the nearest beginning or end of an operation.
  func distance(_ time: Int64, _ history: History) -> Int64 {
    operations.map { operation in
      min(
        (time - history.invokedTime[operation]).magnitude,
        (time - history.lastTime(operation)).magnitude)
    }.min().map { Int64(clamping: $0) } ?? 0
  }
}

extension History {
  /// When an operation was answered; when it began, where nobody knows its outcome.
  func lastTime(_ operation: Int) -> Int64 {
    let time = completedTime[operation]
    guard outcome[operation] != .indeterminate, time != Event.noTime else {
      return invokedTime[operation]
    }
    return max(time, invokedTime[operation])
  }

  /// The rank of an operation's completion; of its invocation when there is none.
  fileprivate func finished(_ operation: Int) -> Int32 {
    completed[operation] == History.never ? invoked[operation] : completed[operation]
  }
}
