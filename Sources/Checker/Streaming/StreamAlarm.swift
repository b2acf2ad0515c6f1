import Histories

/// What was seen so far is impossible, whatever comes.
public struct StreamAlarm: Sendable {
  /// The line of the event after which it is certain; 0 when only the end of the stream made it so.
  public var line: Int
  /// What is wrong.
  public var anomaly: Anomaly
  /// The operations that are remembered of the contradiction, by invocation.
  var operations: [StreamCall]
  /// The values that the operations name.
  var values: ValueTable

  /// The operations that are remembered, as a history with the lines of the whole one.
  ///
  /// - Throws: ``HistoryError`` never, unless this is a defect.
  public func history() throws(HistoryError) -> History {
    var events: [(moment: Int64, call: StreamCall, isEnd: Bool)] = []
    for call in operations {
      events.append((call.invoked, call, false))
      if call.returned < StreamCall.never { events.append((call.returned, call, true)) }
    }
    events.sort { $0.moment < $1.moment }
    var builder = HistoryBuilder()
    for (_, call, isEnd) in events {
      let plain = call.call
      if isEnd, plain.end == .mismatch { builder.keep("swapped", ValueTable.false) }
      let value = isEnd ? plain.output : plain.input
      try builder.add(
        Event(
          isEnd ? .ok : .invoke, process: .client(plain.process),
          function: builder.function(plain.function.rawValue),
          key: builder.values.intern(call.key, of: values),
          value: builder.values.intern(value, of: values),
          time: isEnd ? call.completedTime : call.invokedTime,
          line: isEnd ? plain.completedLine : plain.line))
    }
    return builder.build()
  }

  /// The violation in the history of ``history()``, as far as it is remembered.
  public func violation(in history: History) -> Violation {
    let culprit =
      history.completedLine.indices.max { history.completedLine[$0] < history.completedLine[$1] }
      ?? 0
    var violation = Violation(
      key: history.key.first ?? ValueTable.none, operations: Array(0..<history.count),
      isMinimal: false, culprit: culprit, dilemmas: [], omittedDilemmas: 0,
      explanation: "\(reason), certain since line \(line). What is shown is what is remembered of "
        + "the history; a check of the recorded file tells more.")
    violation.isOfPart = true
    return violation
  }

  private var reason: String {
    switch anomaly {
    case .forgottenValue:
      "A value was seen that nobody had written, or that had been overwritten long before"
    case .staleRead: "A value was seen that had certainly been overwritten before"
    case .staleSwap:
      "A compare-and-set took effect that expected a value which was certainly gone before"
    case .consumedTwice: "Two compare-and-sets took effect on one and the same value"
    case .cyclicSwaps: "Compare-and-sets took effect that each need another's value first"
    case .readBeforeWritten: "An operation completed before what it depends on was invoked"
    case .failedWriteRead: "The value of a write that certainly did not happen was seen"
    case .contradictoryOrder: "Two values must each have been overwritten before the other"
    default: "No order of the operations explains what was seen"
    }
  }
}
