import Histories

/// What the monitors of containers say of the elements that are put in once, where others are put
/// in more often: violations alone.
///
/// All that is about one element can be left out of an order (``Removal/element``), so an order of
/// the whole is one of these elements, of the takes that found nothing and of the pending takes. A
/// certificate of theirs proves the whole, therefore, and says more than a search that found no
/// order; it is also found at once, however many orders the others have.
enum SingleElements {
  static let queue = rung(QueueMonitor.rung, puts: .enqueue)
  static let bag = rung(BagMonitor.rung, puts: .enqueue)
  static let stack = rung(StackMonitor.rung, puts: .push)
  static let priorityQueue = rung(PriorityQueueMonitor.rung, puts: .insert)

  /// The rung of a model, by that of its monitor.
  private static func rung(_ monitor: Rung, puts: FunctionName) -> Rung {
    Rung("single-elements", bytesPerCall: 32) { (task) throws(CheckError) in
      guard let (part, kept) = part(task, puts: puts),
        case .violation(var certificate) = try monitor.decide(part)
      else { return .pass }
      certificate.calls = certificate.calls.map { Int(kept[$0]) }
      return .violation(certificate)
    }
  }

  /// The calls that are about elements which are put in at most once, and where they stand in the
  /// whole; nil when that is all of them or none.
  private static func part(
    _ task: KeyTask, puts: FunctionName
  ) -> (part: KeyTask, kept: [Int32])? {
    guard task.settings.beginsEmpty(task.values) else { return nil }
    var counts = NumberIndex(capacity: task.calls.count)
    for call in task.calls where call.function == puts && call.input >= 0 {
      counts[call.input] = max(0, counts[call.input]) + 1
    }
    var kept: [Int32] = []
    var elements = 0
    for (place, call) in task.calls.enumerated() {
      if call.isOptional { return nil }
      let isPut = call.function == puts
      if !isPut, call.end != .ok || call.output == ValueTable.null {
        kept.append(Int32(place))
        continue
      }
      let value = isPut ? call.input : call.output
      if value < 0 { return nil }
      if counts[value] > 1 { continue }
      kept.append(Int32(place))
      elements += 1
    }
    if elements == 0 || kept.count == task.calls.count { return nil }
    var part = task
    part.calls = kept.map { task.calls[Int($0)] }
    part.operations = kept.map { task.operations[Int($0)] }
    part.revisions = []
    return (part, kept)
  }
}
