import Base
import Histories

/// A priority queue; the state is a hash-consed trie of how often each number is in.
///
/// Laws: elements are integers of 64 bits, ordered as numbers; any other value is refused with a
/// message. `delete-min` returns the least element that is in and removes it once; null when there
/// is none. A pending `delete-min` may have removed whatever was the least.
struct PriorityQueueMachine: Machine {
  private enum Code {
    static let insert: Int32 = 0
    static let delete: Int32 = 1
    static let empty: Int32 = 2
    static let any: Int32 = 3
  }

  private let values: ValueTable
  private var tries: TrieTable
  private var elements = Numbering<ValueID>()
  /// The place of each element in the trie, by its size; known when all elements are.
  private var rank: [Int32] = []
  /// The element of each place.
  private var sorted: [ValueID] = []
  private let initial: [ValueID]
  private var seen: Set<Int32> = []

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    tries = TrieTable(ledger)
    initial = try settings.initialIntegers(values)
    for value in initial { _ = elements.number(value) }
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == .insert {
      let value = try call.requireElement(values)
      _ = try call.requireInteger(value, values)
      return Form(code: Code.insert, a: elements.number(value))
    }
    guard call.end == .ok else { return Form(code: Code.any) }
    let value = try call.requireOutput("the least element (null when empty)")
    if value == ValueTable.null { return Form(code: Code.empty, isPure: true) }
    _ = try call.requireInteger(value, values)
    let element = elements.number(value)
    seen.insert(element)
    return Form(code: Code.delete, a: element)
  }

  mutating func initialStates() -> [Int32] {
    let numbers = elements.names.map { values.integer($0) ?? 0 }
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    sorted = order.map { elements.names[$0] }
    rank = [Int32](repeating: 0, count: numbers.count)
    for (place, element) in order.enumerated() { rank[element] = Int32(place) }
    tries.widen(to: numbers.count)
    var state: Int32 = 0
    for value in initial where state != refused {
      state = add(1, at: rank[Int(elements.number(value))], to: state)
    }
    return [state]
  }

  /// A pending insertion of an element that nobody got can be deleted from any order: what was the
  /// least without it is so still, and a pending `delete-min` that removed it goes with it.
  func isIdle(pending form: Form) -> Bool {
    form.code == Code.insert && !seen.contains(form.a)
  }

  private mutating func add(_ count: Int32, at place: Int32, to state: Int32) -> Int32 {
    tries.setting(state, Int(place), to: tries.element(state, Int(place)) + count)
  }

  private func least(_ state: Int32) -> Int32? {
    tries.firstNonZero(state, from: 0).map { Int32($0) }
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    switch form.code {
    case Code.insert: return add(1, at: rank[Int(form.a)], to: state)
    case Code.empty: return state == 0 ? state : refused
    default:
      guard let least = least(state) else { return refused }
      if form.code == Code.delete, least != rank[Int(form.a)] { return refused }
      return add(-1, at: least, to: state)
    }
  }

  func describe(_ state: Int32) -> String {
    let names = tries.nonZeros(state).flatMap { entry in
      [String](repeating: values.describe(sorted[entry.index]), count: Int(entry.element))
    }
    return "[\(names.joined(separator: ", "))]"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    guard let least = least(state) else {
      let what =
        form.code == Code.delete ? values.describe(elements.names[Int(form.a)]) : "anything"
      return "can't delete \(what) from an empty priority queue"
    }
    let queue = "a priority queue whose least element is \(values.describe(sorted[Int(least)]))"
    return form.code == Code.empty
      ? "can't find \(queue) empty"
      : "can't delete \(values.describe(elements.names[Int(form.a)])) from \(queue)"
  }
}

extension Settings {
  /// The initial elements of a priority queue.
  fileprivate func initialIntegers(_ values: ValueTable) throws(CheckError) -> [ValueID] {
    let elements = try initialElements(values)
    for element in elements where values.integer(element) == nil {
      throw CheckError(
        line: isInitialOfHeader ? 1 : nil,
        "the initial value has the element \(values.describe(element)); expected integers of "
          + "64 bits", code: isInitialOfHeader ? .badInput : .usage)
    }
    return elements
  }
}

extension Model {
  static let priorityQueue = Model(
    "priority-queue", "the least integer first",
    [
      Function("insert", "v → v", namesModel: true),
      Function("delete-min", "null → v, null when empty", namesModel: true),
    ],
    legal: "0 invoke insert 7; 0 ok insert 7; 1 invoke insert 3; 1 ok insert 3; "
      + "0 invoke delete-min nil; 0 ok delete-min 3",
    illegal: "0 invoke insert 7; 0 ok insert 7; 1 invoke insert 3; 1 ok insert 3; "
      + "0 invoke delete-min nil; 0 ok delete-min 7",
    machine: PriorityQueueMachine.self, sequential: SequentialPriorityQueue.self,
    kind: .collection(.least),
    removal: .element)
}
