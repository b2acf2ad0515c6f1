import Histories

/// A stack; the state is its top cell in a table of hash-consed cells.
///
/// Laws: `pop` returns the element that was pushed last of those still in, or null when there is
/// none. A pending pop may have removed whatever was on top.
struct StackMachine: Machine {
  private enum Code {
    static let push: Int32 = 0
    static let pop: Int32 = 1
    static let empty: Int32 = 2
    static let any: Int32 = 3
  }

  private let values: ValueTable
  private var cells: ListTable
  private let initial: [ValueID]
  private var seen: Set<Int32> = []

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    cells = ListTable(ledger)
    initial = try settings.initialElements(values)
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == .push {
      return Form(code: Code.push, a: try call.requireElement(values))
    }
    guard call.end == .ok else { return Form(code: Code.any) }
    let value = try call.requireOutput("the element (null when empty)")
    if value == ValueTable.null { return Form(code: Code.empty, isPure: true) }
    seen.insert(value)
    return Form(code: Code.pop, a: value)
  }

  /// The first element of the list is at the bottom.
  mutating func initialStates() -> [Int32] {
    var state: Int32 = 0
    for value in initial where state != refused { state = cells.append(value, to: state) }
    return [state]
  }

  /// A pending push of an element that nobody got can be deleted from any order: nothing below it
  /// was taken while it was in, or a pending pop removed it and can be deleted with it.
  func isIdle(pending form: Form) -> Bool {
    form.code == Code.push && !seen.contains(form.a)
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    switch form.code {
    case Code.push: return cells.append(form.a, to: state)
    case Code.pop:
      return state != 0 && cells.last(of: state) == form.a ? cells.rest(of: state) : refused
    case Code.empty: return state == 0 ? state : refused
    default: return state == 0 ? refused : cells.rest(of: state)
    }
  }

  func describe(_ state: Int32) -> String {
    let elements = cells.suffix(of: state, at: Int.max).map { values.describe($0) }
    return "[\(elements.joined(separator: ", "))]"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    if state == 0 { return "can't pop \(values.describe(form.a)) from an empty stack" }
    let top = "a stack that has \(values.describe(cells.last(of: state))) on top"
    return form.code == Code.empty
      ? "can't find \(top) empty" : "can't pop \(values.describe(form.a)) from \(top)"
  }
}

extension Model {
  static let stack = Model(
    "stack", "last in, first out",
    [
      Function("push", "v → v", namesModel: true),
      Function("pop", "null → v, null when empty", namesModel: true),
    ],
    legal: "0 invoke push 1; 0 ok push 1; 0 invoke push 2; 0 ok push 2; 1 invoke pop nil; "
      + "1 ok pop 2",
    illegal: "0 invoke push 1; 0 ok push 1; 0 invoke push 2; 0 ok push 2; 1 invoke pop nil; "
      + "1 ok pop 1",
    machine: StackMachine.self, sequential: SequentialStack.self, kind: .collection(.newest),
    removal: .element)
}
