import Histories

/// Texts that are put and appended to, piece by piece. A piece is a number between `x` and `;`,
/// so that no piece is part of another or of two.
struct SimulatedTexts: SimulatedObject {
  static var functions: [StaticString] { ["put", "append", "get"] }
  static var initial: String? { "\"\"" }

  private enum Code {
    static let put: Int32 = 0
    static let append: Int32 = 1
    static let get: Int32 = 2
  }

  private var pieces: [[Int64]]

  init(_ options: GeneratorOptions) {
    pieces = Array(repeating: [], count: options.keys)
  }

  /// One in eight is a put: a text has eight pieces or so.
  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source
  ) {
    operation.key = source.key()
    switch source.below(8) {
    case 0: operation.code = Code.put
    case 1..<4: operation.code = Code.append
    default: operation.code = Code.get
    }
    if operation.code != Code.get { operation.input = source.value() }
  }

  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect {
    let key = Int(operation.key)
    operation.answer = operation.input
    switch operation.code {
    case Code.put:
      pieces[key].removeAll(keepingCapacity: true)
      pieces[key].append(operation.input)
    case Code.append: pieces[key].append(operation.input)
    default:
      snapshot.removeAll(keepingCapacity: true)
      snapshot.append(contentsOf: pieces[key])
    }
    return .done
  }

  static func writeInput(_ operation: SimulatedOperation, to line: inout LineBuffer) {
    if operation.code == Code.get { return line.write("null") }
    line.write(UInt8(ascii: "\""))
    write(operation.input, to: &line)
    line.write(UInt8(ascii: "\""))
  }

  static func writeOutput(
    _ operation: SimulatedOperation, _ snapshot: [Int64], to line: inout LineBuffer
  ) {
    guard operation.code == Code.get else { return writeInput(operation, to: &line) }
    line.write(UInt8(ascii: "\""))
    for piece in snapshot { write(piece, to: &line) }
    line.write(UInt8(ascii: "\""))
  }

  private static func write(_ piece: Int64, to line: inout LineBuffer) {
    line.write(UInt8(ascii: "x"))
    line.write(piece)
    line.write(UInt8(ascii: ";"))
  }
}

extension InjectedAnomaly {
  /// Nobody but the script ever writes its marks, and each piece but once: from a put of m on, a
  /// text begins with m until another put, and never again after that one.
  static let texts = [
    // `put n` comes after `put m` and before the get, so m is gone.
    InjectedAnomaly(
      .staleRead, "a get returns a text that was replaced",
      [
        Step(0, .mark(0), answered: .acknowledged), Step(0, .mark(1), answered: .acknowledged),
        Step(2, answered: .pieces([0])),
      ]),
    // The text still begins with m, so no put has come since, and n was appended to it.
    InjectedAnomaly(
      .elementMissing, "a get lacks what was appended",
      [
        Step(0, .mark(0), answered: .acknowledged), Step(1, .mark(1), answered: .acknowledged),
        Step(2, answered: .pieces([0])),
      ]),
    // Nobody ever writes m.
    InjectedAnomaly(
      .neverWritten, "a get has a piece that nobody ever wrote",
      [Step(2, answered: .appended([0]))]),
    // The first piece was appended before the second one.
    InjectedAnomaly(
      .outOfOrder, "a get has two pieces in the wrong order",
      [
        Step(0, .mark(0), answered: .acknowledged), Step(1, .mark(1), answered: .acknowledged),
        Step(1, .mark(2), answered: .acknowledged), Step(2, answered: .pieces([0, 2, 1])),
      ]),
    // The only `append m` is invoked after the get has ended.
    InjectedAnomaly(
      .readBeforeWritten, "a get has a piece before it is appended",
      [Step(2, answered: .appended([0])), Step(1, .mark(0), answered: .acknowledged)]),
  ]
}
