import Histories

@testable import Checker

/// A register that only rises: `write` takes effect when it is larger, `read` returns the maximum.
struct MaxRegisterMachine: Machine {
  private static let write: Int32 = 0
  private static let read: Int32 = 1

  private let values: ValueTable
  private var numbers: NumberTable

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    numbers = NumberTable(ledger)
    try settings.requireNoInitial(values)
  }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == .write {
      return Form(code: Self.write, a: numbers.id(try call.requireInteger(call.input, values)))
    }
    // A read that never returned says nothing: leave it out.
    guard call.end == .ok else { return nil }
    let seen = try call.requireInteger(try call.requireOutput("an integer"), values)
    return Form(code: Self.read, a: numbers.id(seen), isPure: true)
  }

  mutating func initialStates() -> [Int32] { [numbers.id(0)] }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    if form.code == Self.read { return form.a == state ? state : refused }
    return numbers.number(form.a) > numbers.number(state) ? form.a : state
  }

  func describe(_ state: Int32) -> String { "\(numbers.number(state))" }

  func refusal(of form: Form, in state: Int32) -> String {
    "can't read \(describe(form.a)) from a register whose maximum is \(describe(state))"
  }
}

/// The same as plainly as possible, for the verifier and the referee.
struct SequentialMaxRegister: Sequential {
  private var maximum: Int64 = 0

  init(settings: Settings, values: ValueTable) {}

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .write {
      maximum = max(maximum, values.integer(call.input) ?? 0)
      return true
    }
    return call.end == .pending || values.integer(call.output) == maximum
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {}
}

extension Model {
  static let maxRegister = Model(
    "max-register", "the largest number that was written",
    [Function("write", "n → n"), Function("read", "null → n")],
    legal: "0 invoke write 2; 0 ok write 2; 1 invoke write 1; 1 ok write 1; 0 invoke read nil; "
      + "0 ok read 2",
    illegal: "0 invoke write 2; 0 ok write 2; 1 invoke read nil; 1 ok read 0",
    machine: MaxRegisterMachine.self, sequential: SequentialMaxRegister.self)
}
