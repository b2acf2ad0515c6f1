import Histories

/// A first-in first-out queue; the state is where it begins and ends in a hash-consed trie.
///
/// Laws: `dequeue` returns the element that was enqueued first of those still in, or null when
/// there is none. A pending dequeue may have removed whatever was first.
struct QueueMachine: Machine {
  private enum Code {
    static let enqueue: Int32 = 0
    static let dequeue: Int32 = 1
    static let empty: Int32 = 2
    static let any: Int32 = 3
  }

  private let values: ValueTable
  /// Elements by their place among all that were enqueued; what was dequeued is zero again.
  private var tries: TrieTable
  /// First place in use and first place free.
  private var bounds: PairTable
  /// Bounds and trie: the states.
  private var states: PairTable
  private let initial: [ValueID]
  private var enqueued: Int
  private var seen: Set<Int32> = []

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    tries = TrieTable(ledger)
    bounds = PairTable(ledger)
    states = PairTable(ledger)
    initial = try settings.initialElements(values)
    enqueued = initial.count
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == .enqueue {
      enqueued += 1
      return Form(code: Code.enqueue, a: try call.requireElement(values))
    }
    guard call.end == .ok else { return Form(code: Code.any) }
    let value = try call.requireOutput("the element (null when empty)")
    if value == ValueTable.null { return Form(code: Code.empty, isPure: true) }
    seen.insert(value)
    return Form(code: Code.dequeue, a: value)
  }

  mutating func initialStates() -> [Int32] {
    tries.widen(to: enqueued)
    var state = self.state(0, 0, 0)
    for value in initial where state != refused { state = enqueue(value, to: state) }
    return [state]
  }

  /// A pending enqueue of an element that nobody got can be deleted from any order, together with
  /// the pending dequeue that may have removed it.
  func isIdle(pending form: Form) -> Bool {
    form.code == Code.enqueue && !seen.contains(form.a)
  }

  private mutating func state(_ head: Int32, _ tail: Int32, _ trie: Int32) -> Int32 {
    if trie == refused { return refused }
    let bound = bounds.id(head, tail)
    return bound == refused ? refused : states.id(bound, trie)
  }

  private func head(_ state: Int32) -> Int32 { bounds.left[Int(states.left[Int(state)])] }
  private func tail(_ state: Int32) -> Int32 { bounds.right[Int(states.left[Int(state)])] }
  private func first(_ state: Int32) -> Int32 {
    tries.element(states.right[Int(state)], Int(head(state)))
  }

  private mutating func enqueue(_ value: Int32, to state: Int32) -> Int32 {
    let tail = tail(state)
    let trie = tries.setting(states.right[Int(state)], Int(tail), to: value)
    return self.state(head(state), tail + 1, trie)
  }

  private mutating func dequeue(from state: Int32) -> Int32 {
    let head = head(state)
    let trie = tries.setting(states.right[Int(state)], Int(head), to: 0)
    return self.state(head + 1, tail(state), trie)
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    let isEmpty = head(state) == tail(state)
    switch form.code {
    case Code.enqueue: return enqueue(form.a, to: state)
    case Code.dequeue:
      return !isEmpty && first(state) == form.a ? dequeue(from: state) : refused
    case Code.empty: return isEmpty ? state : refused
    default: return isEmpty ? refused : dequeue(from: state)
    }
  }

  func describe(_ state: Int32) -> String {
    let elements = tries.nonZeros(states.right[Int(state)]).map { values.describe($0.element) }
    return "[\(elements.joined(separator: ", "))]"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    if head(state) == tail(state) {
      return "can't dequeue \(values.describe(form.a)) from an empty queue"
    }
    let front = "a queue that has \(values.describe(first(state))) at its front"
    return form.code == Code.empty
      ? "can't find \(front) empty" : "can't dequeue \(values.describe(form.a)) from \(front)"
  }
}

extension Model {
  static let queue = Model(
    "queue", "first in, first out",
    [
      Function("enqueue", "v → v", namesModel: true),
      Function("dequeue", "null → v, null when empty", namesModel: true),
    ],
    legal: "0 invoke enqueue 1; 0 ok enqueue 1; 1 invoke dequeue nil; 1 ok dequeue 1",
    illegal: "0 invoke enqueue 1; 0 ok enqueue 1; 1 invoke dequeue nil; 1 ok dequeue nil",
    machine: QueueMachine.self, sequential: SequentialQueue.self, kind: .collection(.oldest),
    removal: .element)
}
