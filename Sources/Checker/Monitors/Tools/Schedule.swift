import Histories

/// Operations with the moments at which they take effect; sorted they are an order.
struct Schedule {
  private var entries: [(key: UInt64, call: Int32, result: ValueID)] = []

  init(capacity: Int) {
    entries.reserveCapacity(capacity)
  }

  /// Lets a call take effect: at a moment, there by phase (0 to 3), there by place.
  mutating func place(
    _ call: Int32, at moment: Int32, phase: UInt64 = 0, _ place: Int = 0,
    result: ValueID = ValueTable.none
  ) {
    entries.append((UInt64(moment) << 33 | phase << 31 | UInt64(place), call, result))
  }

  /// The calls in their order, those with equal moment, phase and place as they were placed.
  ///
  /// - Complexity: O(n log n).
  func steps(_ task: KeyTask) -> [KeyAnswer.Step] {
    var order: [(key: UInt64, entry: Int32)] = []
    order.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() { order.append((entry.key, Int32(index))) }
    order.sort { $0.key != $1.key ? $0.key < $1.key : $0.entry < $1.entry }
    return order.map {
      let entry = entries[Int($0.entry)]
      return KeyAnswer.Step(operation: task.operations[Int(entry.call)], result: entry.result)
    }
  }
}

extension RungAnswer {
  /// A violation shown by these calls, given in any order and perhaps twice.
  static func violation(
    _ anomaly: Anomaly, _ calls: [Int32], base: Int32? = nil
  ) -> RungAnswer {
    var sorted: [Int] = []
    for call in calls.sorted() where sorted.last != Int(call) { sorted.append(Int(call)) }
    return .violation(
      Certificate(calls: sorted, anomaly: anomaly, base: base.map { Int($0) }))
  }
}

extension Rung {
  /// A rung that books memory for each call before it looks at one, and passes when there is none.
  init(
    _ name: String, bytesPerCall: Int,
    _ decide: @escaping @Sendable (KeyTask) throws(CheckError) -> RungAnswer
  ) {
    self.name = name
    self.decide = { (task) throws(CheckError) in
      let ledger = Ledger(task.budget)
      guard ledger.reserve(bytes: task.calls.count * bytesPerCall) else { return .pass }
      return try withExtendedLifetime(ledger) { () throws(CheckError) in try decide(task) }
    }
  }
}

extension Settings {
  /// Whether a collection begins without elements, as far as a rung needs to know: one that does
  /// not, or whose initial value is of the wrong shape, is left to the search.
  func beginsEmpty(_ values: ValueTable) -> Bool {
    guard let initial else { return false }
    if initial <= ValueTable.null { return true }
    return [.list, .set].contains(values.kind(of: initial)) && values.parts(of: initial).isEmpty
  }
}
