import Histories

/// A counter; the state is the id of its value in a table of 64-bit numbers.
///
/// Laws: `read` returns the sum of all additions so far. Sums beyond 64 bits are refused before
/// the search begins.
struct CounterMachine: Machine {
  private enum Code {
    static let add: Int32 = 0
    static let read: Int32 = 1
  }

  private let values: ValueTable
  private var numbers: NumberTable
  private let initial: Int64
  /// The largest magnitude that any order can reach.
  private var reach: UInt64

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    numbers = NumberTable(ledger)
    initial = try settings.initialInteger(values)
    reach = initial.magnitude
  }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == .add {
      let number = try call.requireInteger(call.input, values)
      try call.requireEcho(values)
      let (sum, overflow) = reach.addingReportingOverflow(number.magnitude)
      guard !overflow, sum <= UInt64(Int64.max) else {
        throw CheckError(line: call.line, "the counter may leave the range of 64-bit integers")
      }
      reach = sum
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

  mutating func initialStates() -> [Int32] { [numbers.id(initial)] }

  private static func number(_ form: Form) -> Int64 {
    Int64(form.a) << 32 | Int64(UInt32(bitPattern: form.b))
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    let value = numbers.number(state)
    if form.code == Code.read { return value == Self.number(form) ? state : refused }
    return numbers.id(value + Self.number(form))
  }

  func describe(_ state: Int32) -> String { "\(numbers.number(state))" }

  func refusal(of form: Form, in state: Int32) -> String {
    "can't read \(Self.number(form)) from a counter that stands at \(describe(state))"
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
    [Function("add", "n → n"), Function("read", "null → n")],
    legal: "0 invoke add 2; 0 ok add 2; 1 invoke add -1; 1 ok add -1; 0 invoke read nil; "
      + "0 ok read 1",
    illegal: "0 invoke add 2; 0 ok add 2; 0 invoke read nil; 0 ok read 0",
    machine: CounterMachine.self, sequential: SequentialCounter.self, removal: .pureOnly,
    rungs: [CounterSlots.rung, CounterBounds.rung])
}
