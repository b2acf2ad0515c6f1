import Base
import Checker
import Histories

/// Where a counter may have stood at first: what a read saw without what had been added by then.
///
/// Not below zero: a count that is too low has lost something.
struct CounterStarts {
  private let recording: SuspectRecording
  /// So many reads are looked at.
  private static let mostReads = 3

  init(_ recording: SuspectRecording) { self.recording = recording }

  /// The states to try, each with the line that shows it.
  ///
  /// - Complexity: O(operations).
  var states: [(state: JSON, line: Int)] {
    let history = recording.history
    let reads = recording.operations.filter {
      history.functionName($0) == "read" && history.outcome[$0] == .ok
    }.sorted { history.completed[$0] < history.completed[$1] }
    var states: [(state: JSON, line: Int)] = []
    for read in reads.prefix(Self.mostReads) {
      guard let seen = history.values.integer(history.output[read]) else { continue }
      for sum in [acknowledged(before: read), begun(by: read)] {
        let (start, isOver) = seen.subtractingReportingOverflow(sum)
        guard !isOver, start > 0, !states.contains(where: { $0.state == .integer(start) }) else {
          continue
        }
        states.append((.integer(start), Int(history.completedLine[read])))
      }
    }
    return states
  }

  private func acknowledged(before read: Int) -> Int64 {
    let history = recording.history
    return sum(read) {
      history.outcome[$0] == .ok && history.completed[$0] < history.invoked[read]
    }
  }

  private func begun(by read: Int) -> Int64 {
    let history = recording.history
    return sum(read) {
      history.outcome[$0] != .fail && history.invoked[$0] < history.completed[read]
    }
  }

  private func sum(_ read: Int, where counts: (Int) -> Bool) -> Int64 {
    let history = recording.history
    return recording.operations.reduce(0) { sum, operation in
      guard history.key[operation] == history.key[read],
        history.functionName(operation) == "add", counts(operation)
      else { return sum }
      return sum &+ (history.values.integer(history.input[operation]) ?? 0)
    }
  }
}
