import Histories

enum Plain {
  /// What stands for the values while nothing is searched.
  static let noValues = ValueTable()
}

/// A machine over the plain values of a model, for the search of a history that is not over.
///
/// A model's own machine numbers its states and operations for good and wants to know all of them
/// beforehand; a stream has no end and must forget. So a state here is the number of a plain value
/// that some configuration has, and what may be exploited of an operation is what the model's
/// machine said of it when it was read (``FormTraits``). With that ``Steps`` does here what it does
/// there, every reduction included that needs no look at what is to come.
struct PlainMachine<M: Machine, Object: Sequential>: Machine {
  /// What two operations have in common that do the same in every state.
  private struct Name: Hashable {
    var function: FunctionName
    var input: ValueID
    var output: ValueID
    var end: Call.End
    /// Nil where the model does not look at it.
    var process: Int64?
  }

  /// The values that operations name; an empty table while nothing is searched, so that the
  /// stream's own is never copied.
  var values: ValueTable
  private(set) var objects: [Object]
  private var numbers: [Object: Int32]
  private var names: [Name: Int32] = [:]
  private var calls: [Call] = []
  private var blind: [Bool] = []

  /// None at all.
  init() {
    values = Plain.noValues
    objects = []
    numbers = [:]
  }

  /// One object that nobody has touched; its number is 0.
  init(_ object: Object) {
    values = Plain.noValues
    objects = [object]
    numbers = [object: 0]
  }

  init(values: ValueTable, settings: Settings, ledger: Ledger) {
    self.init(Object(settings: settings, values: values))
  }

  static var isLazy: Bool { M.isLazy }

  /// Whether every state is known, so that what is pure by the model changes nothing indeed.
  var isSettled: Bool { objects.allSatisfy(\.isSettled) }

  /// How much an object holds.
  func extent(of state: Int32) -> Int { objects[Int(state)].extent }

  /// How many different operations are remembered.
  var formCount: Int { calls.count }

  /// The form of an operation that was read.
  mutating func form(of call: StreamCall, isSettled: Bool) -> Form {
    let plain = call.call
    let name = Name(
      function: plain.function, input: plain.input, output: plain.output, end: plain.end,
      process: M.ignoresProcesses ? nil : plain.process)
    let number = names[name] ?? Int32(truncatingIfNeeded: calls.count)
    if Int(number) == calls.count {
      names[name] = number
      calls.append(plain)
      blind.append(call.traits.isBlind)
    }
    return Form(
      code: number, isPure: call.traits.isPure && isSettled, isBranching: call.traits.isBranching)
  }

  mutating func form(of call: Call) -> Form? { nil }

  /// Forgets every operation.
  mutating func forgetForms() {
    names = [:]
    calls = []
    blind = []
  }

  /// Forgets the objects that no configuration has; their new numbers.
  mutating func keep(_ states: [Int32]) -> [Int32] {
    let old = objects
    objects = []
    numbers = [:]
    return states.map { number(of: old[Int($0)]) }
  }

  /// Gives every value the id of another table; no form may be remembered.
  mutating func rename(_ name: (ValueID) -> ValueID) {
    numbers = [:]
    for index in objects.indices {
      objects[index].rename(name)
      numbers[objects[index]] = Int32(truncatingIfNeeded: index)
    }
  }

  private mutating func number(of object: Object) -> Int32 {
    if let known = numbers[object] { return known }
    let number = Int32(truncatingIfNeeded: objects.count)
    objects.append(object)
    numbers[object] = number
    return number
  }

  mutating func initialStates() -> [Int32] { [0] }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    let call = calls[Int(form.code)]
    guard !form.isBranching else {
      let outcomes = objects[Int(state)].outcomes(of: call, values)
      return Int(choice) < outcomes.count ? number(of: outcomes[Int(choice)]) : refused
    }
    var copy = objects[Int(state)]
    guard copy.apply(call, result: ValueTable.none, values) else { return refused }
    return form.isPure ? state : number(of: copy)
  }

  func isBlind(_ form: Form) -> Bool { blind[Int(form.code)] }

  /// What is neither pure nor blind and possible now may test the state: it need not, for
  /// ``Reductions/lazyPending`` drops nothing that might be next.
  func tests(_ state: Int32, _ form: Form) -> Bool {
    if form.isPure || blind[Int(form.code)] { return false }
    var copy = objects[Int(state)]
    return copy.apply(calls[Int(form.code)], result: ValueTable.none, values)
  }

  func describe(_ state: Int32) -> String { "\(objects[Int(state)])" }

  func refusal(of form: Form, in state: Int32) -> String {
    "can't \(calls[Int(form.code)].function.rawValue) in \(describe(state))"
  }
}
