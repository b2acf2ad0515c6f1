import Histories

/// Counters to which positive numbers are added: from 1 to 9, or as many as there are values.
struct SimulatedCounters: SimulatedObject {
  static var functions: [StaticString] { ["add", "read"] }
  static var initial: String? { "0" }

  private struct Counter {
    var sum: Int64 = 0
    /// What was added and is known to be.
    var completed: Int64 = 0
    /// What was added, or may be.
    var invoked: Int64 = 0
  }

  private var counters: [Counter]
  private let largest: Int32

  init(_ options: GeneratorOptions) {
    counters = Array(repeating: Counter(), count: options.keys)
    largest = options.values > 0 ? Int32(clamping: options.values) : 9
  }

  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source
  ) {
    operation.key = source.key()
    operation.code = source.below(2)
    if operation.code == 0 { operation.input = 1 + Int64(source.below(largest)) }
  }

  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect {
    if operation.code == 0 {
      counters[Int(operation.key)].sum += operation.input
      operation.answer = operation.input
    } else {
      operation.answer = counters[Int(operation.key)].sum
    }
    return .done
  }

  mutating func invoked(_ operation: SimulatedOperation) {
    if operation.code == 0 { counters[Int(operation.key)].invoked += operation.input }
  }

  mutating func completed(_ operation: SimulatedOperation, _ client: inout Holding) {
    if operation.code == 0 { counters[Int(operation.key)].completed += operation.input }
  }

  func miscount(_ forgery: Forgery, _ operation: SimulatedOperation) -> Int64 {
    if case .tooLow = forgery { return counters[Int(operation.key)].completed - 1 }
    return counters[Int(operation.key)].invoked + 1
  }
}

extension InjectedAnomaly {
  /// Only positive numbers are ever added.
  static let counters = [
    // All that had completed when the read was invoked counts, and what else counts is positive.
    InjectedAnomaly(
      .countTooLow, "a read is less than what was added for certain before it",
      [Step(1, answered: .tooLow)]),
    // Nothing counts but what was invoked before the read completed.
    InjectedAnomaly(
      .countTooHigh, "a read is more than all that was ever added",
      [Step(1, answered: .tooHigh)]),
    // The sum never falls.
    InjectedAnomaly(
      .readsGoBack, "two reads, one after the other, see a sum and then a smaller one",
      [Step(1), Step(1, answered: .previous(-1))]),
  ]
}

/// Generators of ids, all of them different.
struct SimulatedIDs: SimulatedObject {
  static var functions: [StaticString] { ["generate"] }

  init(_ options: GeneratorOptions) {}

  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source
  ) {
    operation.key = source.key()
  }

  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect {
    operation.answer = source.fresh()
    return .done
  }
}

extension InjectedAnomaly {
  static let uniqueIDs = [
    // Two completed operations on one object have the same id.
    InjectedAnomaly(
      .repeatedID, "an id is given out twice",
      [Step(0), Step(0, answered: .previous(0))])
  ]
}
