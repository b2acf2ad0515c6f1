import Histories

/// `unique-ids-monitor`: no id is given out twice.
///
/// The order does not matter, so the completed operations in the order of their invocations are
/// one. A pending operation may have given out any other id. *given-twice*: the two operations;
/// whatever else happened, both gave out the id.
enum UniqueIDsMonitor {
  static let rung = Rung("unique-ids-monitor", bytesPerCall: 40) { (task) throws(CheckError) in
    guard let initial = task.settings.initial, initial <= ValueTable.null else { return .pass }
    var index = NumberIndex(capacity: task.calls.count)
    var steps: [KeyAnswer.Step] = []
    steps.reserveCapacity(task.calls.count)
    var twice: [Int32] = []
    for (place, call) in task.calls.enumerated() where call.end == .ok {
      guard call.output > ValueTable.null else { return .pass }
      let known = index[call.output]
      if known < 0 {
        index[call.output] = Int32(place)
      } else if twice.isEmpty {
        twice = [known, Int32(place)]
      }
      steps.append(
        KeyAnswer.Step(operation: task.operations[place], result: ValueTable.none))
    }
    return twice.isEmpty ? .order(steps) : .violation(.repeatedID, twice)
  }
}
