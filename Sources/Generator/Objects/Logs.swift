import Histories

/// Logs with whole reads, which get rare as the log grows: the history's length stays in
/// proportion to its operations. The log itself is kept.
struct SimulatedLogs: SimulatedObject {
  static var functions: [StaticString] { ["append", "read"] }
  static var initial: String? { "[]" }

  private var elements: [[Int64]]

  init(_ options: GeneratorOptions) {
    elements = Array(repeating: [], count: options.keys)
  }

  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source
  ) {
    operation.key = source.key()
    let length = Int32(clamping: elements[Int(operation.key)].count)
    if source.below(16 + length) < 8 {
      operation.code = 1
    } else {
      operation.input = source.value()
    }
  }

  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect {
    let key = Int(operation.key)
    if operation.code == 0 {
      elements[key].append(operation.input)
      operation.answer = operation.input
    } else {
      snapshot.removeAll(keepingCapacity: true)
      snapshot.append(contentsOf: elements[key])
    }
    return .done
  }

  static func writeOutput(
    _ operation: SimulatedOperation, _ snapshot: [Int64], to line: inout LineBuffer
  ) {
    if operation.code == 1 { line.write(list: snapshot) } else { line.write(operation.answer) }
  }
}

extension InjectedAnomaly {
  /// Nobody but the script ever appends its marks, each once, and all its operations complete.
  static let logs = [
    // m is in the log from before the read is invoked: a log only grows.
    InjectedAnomaly(
      .elementMissing, "a read lacks an element that was appended",
      [Step(0, .mark(0), answered: .acknowledged), Step(1, answered: .honest)]),
    // Nobody ever appends m.
    InjectedAnomaly(
      .neverInserted, "a read has an element that nobody ever appended",
      [Step(1, answered: .appended([0]))]),
    // m is appended once.
    InjectedAnomaly(
      .duplicated, "a read has an element twice that was appended once",
      [
        Step(0, .mark(0), answered: .acknowledged), Step(1, answered: .appended([0, 0])),
      ]),
    // m is in before n is, so it stands before n.
    InjectedAnomaly(
      .outOfOrder, "a read has two elements in the wrong order",
      [
        Step(0, .mark(0), answered: .acknowledged), Step(0, .mark(1), answered: .acknowledged),
        Step(1, answered: .appended([1, 0])),
      ]),
    // The only `append m` is invoked after the read has ended.
    InjectedAnomaly(
      .takenBeforeInserted, "a read has an element before it is appended",
      [Step(1, answered: .appended([0])), Step(0, .mark(0), answered: .acknowledged)]),
  ]
}
