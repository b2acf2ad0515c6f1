import Histories

/// Registers, with compare-and-set or without.
struct SimulatedRegisters<Kind: RegisterKind>: SimulatedObject {
  static var functions: [StaticString] { Kind.functions }
  static var initial: String? { "null" }

  private enum Code {
    static var write: Int32 { 0 }
    static var read: Int32 { 1 }
    static var cas: Int32 { 2 }
  }

  private var values: [Int64]

  init(_ options: GeneratorOptions) {
    values = Array(repeating: SimulatedOperation.null, count: options.keys)
  }

  /// Reads, writes and compare-and-sets in equal parts. What is compared with is the value of the
  /// moment where values are unique, else nothing would ever be swapped.
  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source
  ) {
    operation.key = source.key()
    operation.code = source.below(Kind.hasCas ? 3 : 2)
    switch operation.code {
    case Code.write: operation.input = source.value()
    case Code.read: break
    default:
      operation.input = source.domain > 0 ? source.value() : values[Int(operation.key)]
      operation.second = source.value()
    }
  }

  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect {
    let key = Int(operation.key)
    switch operation.code {
    case Code.write:
      values[key] = operation.input
      operation.answer = operation.input
    case Code.read: operation.answer = values[key]
    default:
      if values[key] == operation.input {
        values[key] = operation.second
      } else {
        operation.remark = .mismatch
      }
    }
    return .done
  }

  static func puts(_ value: Int64, _ operation: SimulatedOperation) -> Bool {
    switch operation.code {
    case Code.write: operation.input == value
    case Code.read: false
    default: operation.second == value
    }
  }

  static func writeInput(_ operation: SimulatedOperation, to line: inout LineBuffer) {
    guard operation.code == Code.cas else { return line.write(value: operation.input) }
    line.write(UInt8(ascii: "["))
    line.write(value: operation.input)
    line.write(UInt8(ascii: ","))
    line.write(value: operation.second)
    line.write(UInt8(ascii: "]"))
  }

  static func writeOutput(
    _ operation: SimulatedOperation, _ snapshot: [Int64], to line: inout LineBuffer
  ) {
    if operation.code == Code.cas {
      writeInput(operation, to: &line)
    } else {
      line.write(value: operation.answer)
    }
  }
}

/// What distinguishes the two register models.
protocol RegisterKind: SendableMetatype {
  static var functions: [StaticString] { get }
  static var hasCas: Bool { get }
}

enum PlainRegister: RegisterKind {
  static var functions: [StaticString] { ["write", "read"] }
  static var hasCas: Bool { false }
}

enum CasRegister: RegisterKind {
  static var functions: [StaticString] { ["write", "read", "cas"] }
  static var hasCas: Bool { true }
}

extension InjectedAnomaly {
  /// In all of them m is the first mark and v any other value. All that put m in completed before
  /// the script's first step, or are steps themselves; nobody else puts m in before the script
  /// has ended (``Needs/markIsOrdinary``), and unique values are put in but once.
  static let registers = [
    // Every operation that puts m in ends before `write v` is invoked, which ends before the read
    // is: so after the last m, v was written, and only later m could bring it back. There is none
    // before the read completes.
    InjectedAnomaly(
      .staleRead, "a read returns a value that was overwritten long ago",
      needs: .markIsOrdinary,
      [
        Step(0, .mark(0)), Step(0, .ordinary, by: 1), Step(0, .ordinary, by: 1),
        Step(1, answered: .answer(.mark(0))),
      ]),
    // As above: m, then the write that is acknowledged and lost, then a read of m.
    InjectedAnomaly(
      .lostWrite, "a write is acknowledged and has no effect", needs: .markIsOrdinary,
      [
        Step(0, .mark(0)), Step(0, .ordinary, answered: .acknowledged),
        Step(1, answered: .answer(.mark(0))),
      ]),
    // Nobody ever puts the second mark in, and the initial value is null.
    InjectedAnomaly(
      .neverWritten, "a read returns a value that nobody ever wrote",
      [Step(1, answered: .answer(.mark(1)))]),
    // As for stale-read: every m before the read is before `write v`, or invoked after the read.
    InjectedAnomaly(
      .readBeforeWritten, "a read returns a value before its write is invoked",
      needs: .markIsOrdinary,
      [Step(0, .ordinary), Step(1, answered: .answer(.mark(0))), Step(0, .mark(0), by: 1)]),
    // The second client's read ends before the first client's next one is invoked. The one sees v,
    // written after m was complete, and the later one m.
    InjectedAnomaly(
      .readsGoBack, "two reads, one after the other, see a new value and then an old one",
      needs: .markIsOrdinary,
      [
        Step(0, .mark(0)), Step(0, .mark(2)), Step(1, by: 1, answered: .answer(.mark(2))),
        Step(1, answered: .answer(.mark(0))),
      ]),
  ]

  /// All that put m in are complete before the first cas is invoked. It takes m away and nobody
  /// brings it back before the second one, which finds it again.
  static let registersWithCas =
    registers + [
      InjectedAnomaly(
        .consumedTwice, "two compare-and-sets both replace the same value", needs: .markIsOrdinary,
        [
          Step(0, .mark(0)), Step(2, .mark(0), .mark(2), answered: .acknowledged),
          Step(2, .mark(0), .mark(3), answered: .acknowledged),
        ])
    ]
}
