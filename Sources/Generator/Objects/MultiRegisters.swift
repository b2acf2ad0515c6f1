import Histories

/// Several registers of one object (three where one key is asked for), read and written by
/// transactions over one or two of them.
struct SimulatedMultiRegisters: SimulatedObject {
  static var functions: [StaticString] { ["txn"] }
  static var hasKeys: Bool { false }

  private var values: [Int64]

  init(_ options: GeneratorOptions) {
    values = Array(repeating: SimulatedOperation.null, count: options.keys > 1 ? options.keys : 3)
  }

  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source
  ) {
    let count = Int32(values.count)
    operation.key = source.below(count)
    if source.below(2) == 0 { operation.input = source.value() }
    guard source.below(2) == 0 else { return }
    // Another one, drawn evenly from the rest.
    operation.other = (operation.key + 1 + source.below(count - 1)) % count
    if source.below(2) == 0 { operation.second = source.value() }
  }

  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect {
    operation.answer = access(operation.key, operation.input)
    if operation.other >= 0 {
      operation.secondAnswer = access(operation.other, operation.second)
    }
    return .done
  }

  /// Writes a value, or reads for null.
  private mutating func access(_ key: Int32, _ input: Int64) -> Int64 {
    if input != SimulatedOperation.null { values[Int(key)] = input }
    return values[Int(key)]
  }

  func neighbour(of key: Int32) -> Int32 { (key + 1) % Int32(values.count) }

  static func puts(_ value: Int64, _ operation: SimulatedOperation) -> Bool {
    operation.input == value || operation.second == value
  }

  static func writeInput(_ operation: SimulatedOperation, to line: inout LineBuffer) {
    write(operation, operation.input, operation.second, to: &line)
  }

  static func writeOutput(
    _ operation: SimulatedOperation, _ snapshot: [Int64], to line: inout LineBuffer
  ) {
    write(operation, operation.answer, operation.secondAnswer, to: &line)
  }

  private static func write(
    _ operation: SimulatedOperation, _ first: Int64, _ second: Int64, to line: inout LineBuffer
  ) {
    line.write(operation.input == SimulatedOperation.null ? "[[\"read\"," : "[[\"write\",")
    line.write(Int64(operation.key))
    line.write(UInt8(ascii: ","))
    line.write(value: first)
    if operation.other >= 0 {
      line.write(operation.second == SimulatedOperation.null ? "],[\"read\"," : "],[\"write\",")
      line.write(Int64(operation.other))
      line.write(UInt8(ascii: ","))
      line.write(value: second)
    }
    line.write("]]")
  }
}

extension InjectedAnomaly {
  /// As ``registers``: a transaction over one register is an operation on it, and one over two
  /// is at one moment on both.
  static let multiRegisters = [
    // See ``registers``.
    InjectedAnomaly(
      .staleRead, "a read returns a value that was overwritten long ago",
      needs: .markIsOrdinary,
      [
        Step(0, .mark(0)), Step(0, .ordinary, by: 1), Step(0, answered: .answer(.mark(0))),
      ]),
    // Nobody ever writes the second mark, and the initial value is null.
    InjectedAnomaly(
      .neverWritten, "a read returns a value that nobody ever wrote",
      [Step(0, answered: .answer(.mark(1)))]),
    // See ``registers``.
    InjectedAnomaly(
      .readBeforeWritten, "a read returns a value before its write is invoked",
      needs: .markIsOrdinary,
      [Step(0, .ordinary), Step(0, answered: .answer(.mark(0))), Step(0, .mark(0), by: 1)]),
    // The values are the script's own, written once each. Both registers are overwritten by the
    // second transaction before the read is invoked, which finds what the first one had written
    // to one of them.
    InjectedAnomaly(
      .fracturedRead, "a transaction sees one half of another and not the other half",
      [
        Step(0, .mark(1), .mark(2), isPair: true), Step(0, .mark(3), .mark(4), isPair: true),
        Step(0, isPair: true, answered: .pair(3, 2)),
      ]),
  ]
}
