import Histories

/// A counter; the state is the id of its value in a table of numbers.
///
/// Laws: `read` returns the sum of all additions so far. The numbers of a history have 64 bits,
/// their sums up to 128: a counter may be where no read can find it, and come back.
struct CounterMachine: Machine {
  private enum Code {
    static let add: Int32 = 0
    static let read: Int32 = 1
  }

  private let values: ValueTable
  private var sums: SumTable
  private let initial: Int64

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    sums = SumTable(ledger)
    initial = try settings.initialInteger(values)
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == .add {
      let number = try call.requireInteger(call.input, values)
      try call.requireEcho(values)
      if number == 0, call.end == .pending { return nil }
      return Form(
        code: Code.add, a: Int32(truncatingIfNeeded: number >> 32),
        b: Int32(truncatingIfNeeded: number))
    }
    guard call.end == .ok else { return nil }
    let number = try call.requireInteger(try call.requireOutput("an integer"), values)
    return Form(
      code: Code.read, a: Int32(truncatingIfNeeded: number >> 32),
      b: Int32(truncatingIfNeeded: number), isPure: true)
  }

  mutating func initialStates() -> [Int32] { [sums.id(Int128(initial))] }

  private static func number(_ form: Form) -> Int64 {
    Int64(form.a) << 32 | Int64(UInt32(bitPattern: form.b))
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    let value = sums.number(state)
    let number = Int128(Self.number(form))
    if form.code == Code.read { return value == number ? state : refused }
    return sums.id(value + number)
  }

  func describe(_ state: Int32) -> String { "\(sums.number(state))" }

  func refusal(of form: Form, in state: Int32) -> String {
    "can't read \(Self.number(form)) from a counter that stands at \(describe(state))"
  }
}

/// Numbers of 128 bits with dense ids: an even id is that of a number of 64 bits, an odd one that
/// of two halves.
struct SumTable {
  private var numbers: NumberTable
  private var halves: PairTable

  init(_ ledger: Ledger) {
    numbers = NumberTable(ledger)
    halves = PairTable(ledger)
  }

  /// The id of a number, or ``refused`` when there is no memory.
  mutating func id(_ number: Int128) -> Int32 {
    if let short = Int64(exactly: number) { return SumTable.name(numbers.id(short), 0) }
    let high = numbers.id(Int64(truncatingIfNeeded: number >> 64))
    let low = numbers.id(Int64(truncatingIfNeeded: number))
    guard high != refused, low != refused else { return refused }
    return SumTable.name(halves.id(high, low), 1)
  }

  private static func name(_ id: Int32, _ kind: Int32) -> Int32 {
    id == refused || id > Int32.max / 2 - 1 ? refused : id << 1 | kind
  }

  /// The number of an id.
  func number(_ id: Int32) -> Int128 {
    if id & 1 == 0 { return Int128(numbers.number(id >> 1)) }
    let (high, low) = (halves.left[Int(id >> 1)], halves.right[Int(id >> 1)])
    return Int128(numbers.number(high)) << 64
      | Int128(UInt64(bitPattern: numbers.number(low)))
  }
}

/// 64-bit numbers with dense ids.
struct NumberTable {
  private var pairs: PairTable

  init(_ ledger: Ledger) { pairs = PairTable(ledger) }

  /// The id of a number, or ``refused`` when there is no memory.
  mutating func id(_ number: Int64) -> Int32 {
    pairs.id(Int32(truncatingIfNeeded: number >> 32), Int32(truncatingIfNeeded: number))
  }

  /// The number of an id.
  func number(_ id: Int32) -> Int64 {
    Int64(pairs.left[Int(id)]) << 32 | Int64(UInt32(bitPattern: pairs.right[Int(id)]))
  }
}

extension Model {
  static let counter = Model(
    "counter", "a number that is added to",
    [Function("add", "n → n", namesModel: true), Function("read", "null → n, null when unknown")],
    legal: "0 invoke add 2; 0 ok add 2; 1 invoke add -1; 1 ok add -1; 0 invoke read nil; "
      + "0 ok read 1",
    illegal: "0 invoke add 2; 0 ok add 2; 0 invoke read nil; 0 ok read 0",
    nullRead: .any, machine: CounterMachine.self, sequential: SequentialCounter.self,
    kind: .counter,
    removal: .pureOnly)
}
