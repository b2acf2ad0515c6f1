import Histories

/// A priority queue as a plain value.
struct SequentialPriorityQueue: Sequential {
  /// In ascending order.
  private var numbers: [Int64] = []
  var extent: Int { numbers.count }

  init(settings: Settings, values: ValueTable) {
    let initial = values.parts(of: settings.initial ?? ValueTable.none)
    numbers = initial.compactMap { values.integer($0) }.sorted()
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .insert {
      numbers.append(values.integer(call.input) ?? 0)
      numbers.sort()
      return true
    }
    if numbers.isEmpty { return call.end == .pending || call.output == ValueTable.null }
    let least = numbers.removeFirst()
    return call.end == .pending || values.integer(call.output) == least
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {}
}
