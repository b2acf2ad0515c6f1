import Histories

/// An unordered queue; the state is a hash-consed trie of how often each element is in.
///
/// Laws: `dequeue` returns any element that is in, and removes it once; null when there is none. A
/// pending dequeue may have removed any element: it is the one form that branches.
struct BagMachine: Machine {
  private enum Code {
    static let enqueue: Int32 = 0
    static let dequeue: Int32 = 1
    static let empty: Int32 = 2
    static let any: Int32 = 3
  }

  private let values: ValueTable
  private var tries: TrieTable
  private var elements = Numbering<ValueID>()
  private let initial: [ValueID]
  private var seen: Set<Int32> = []

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    tries = TrieTable(ledger)
    initial = try settings.initialElements(values)
    for value in initial { _ = elements.number(value) }
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == .enqueue {
      return Form(code: Code.enqueue, a: elements.number(try call.requireElement(values)))
    }
    guard call.end == .ok else { return Form(code: Code.any, isBranching: true) }
    let value = try call.requireOutput("an element (null when empty)")
    if value == ValueTable.null { return Form(code: Code.empty, isPure: true) }
    let element = elements.number(value)
    seen.insert(element)
    return Form(code: Code.dequeue, a: element)
  }

  mutating func initialStates() -> [Int32] {
    tries.widen(to: elements.names.count)
    var state: Int32 = 0
    for value in initial where state != refused {
      state = add(1, of: elements.number(value), to: state)
    }
    return [state]
  }

  /// As in a queue: nobody got it, so it can be deleted with whatever pending dequeue removed it.
  func isIdle(pending form: Form) -> Bool {
    form.code == Code.enqueue && !seen.contains(form.a)
  }

  private mutating func add(_ count: Int32, of element: Int32, to state: Int32) -> Int32 {
    tries.setting(state, Int(element), to: tries.element(state, Int(element)) + count)
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    switch form.code {
    case Code.enqueue: return add(1, of: form.a, to: state)
    case Code.dequeue:
      return tries.element(state, Int(form.a)) > 0 ? add(-1, of: form.a, to: state) : refused
    case Code.empty: return state == 0 ? state : refused
    default:
      var place = tries.firstNonZero(state, from: 0)
      for _ in 0..<choice { place = place.flatMap { tries.firstNonZero(state, from: $0 + 1) } }
      return place.map { add(-1, of: Int32($0), to: state) } ?? refused
    }
  }

  func result(of form: Form, from state: Int32, to next: Int32) -> ValueID {
    let place = tries.nonZeros(state).first { tries.element(next, $0.index) != $0.element }
    return place.map { elements.names[$0.index] } ?? ValueTable.none
  }

  func describe(_ state: Int32) -> String {
    let names = tries.nonZeros(state).flatMap { entry in
      [String](
        repeating: values.describe(elements.names[entry.index]), count: Int(entry.element))
    }
    return "{\(names.joined(separator: ", "))}"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    if form.code == Code.empty { return "can't find the bag \(describe(state)) empty" }
    let bag = state == 0 ? "an empty bag" : "a bag without it"
    if form.code == Code.any { return "can't dequeue from \(bag)" }
    return "can't dequeue \(values.describe(elements.names[Int(form.a)])) from \(bag)"
  }
}

extension Model {
  static let bag = Model(
    "bag", "a queue without an order",
    [Function("enqueue", "v → v"), Function("dequeue", "null → v, null when empty")],
    legal: "0 invoke enqueue 1; 0 ok enqueue 1; 0 invoke enqueue 2; 0 ok enqueue 2; "
      + "1 invoke dequeue nil; 1 ok dequeue 2",
    illegal: "0 invoke enqueue 1; 0 ok enqueue 1; 1 invoke dequeue nil; 1 ok dequeue 2",
    machine: BagMachine.self, sequential: SequentialBag.self, kind: .collection(.any),
    removal: .element)
}
