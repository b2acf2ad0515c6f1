import Histories

/// A set with whole reads; the state is a hash-consed trie of the elements that are in.
///
/// Laws: an element is in from an `add` until a `remove`; adding twice or removing what is not in
/// changes nothing. `read` returns exactly the elements that are in, in any order; one that lists
/// an element twice is impossible.
struct SetMachine: Machine {
  private enum Code {
    static let add: Int32 = 0
    static let remove: Int32 = 1
    static let present: Int32 = 2
    static let absent: Int32 = 3
    static let read: Int32 = 4
  }

  private let values: ValueTable
  private let ledger: Ledger
  private var tries: TrieTable
  private var elements = Numbering<ValueID>()
  private let initial: [ValueID]
  /// Elements that somebody saw.
  private var seen: Set<Int32> = []
  /// The elements of each different read, sorted, and its trie once all elements are known.
  private var reads = Numbering<[Int32]>()
  private var readTries: [Int32] = []

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    self.ledger = ledger
    tries = TrieTable(ledger)
    initial = try settings.initialElements(values)
    for value in initial { _ = elements.number(value) }
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    switch call.function {
    case .add:
      try call.requireEcho(values)
      return Form(code: Code.add, a: elements.number(call.input))
    case .remove:
      try call.requireEcho(values)
      return Form(code: Code.remove, a: elements.number(call.input))
    case .contains: return try contains(call)
    default: return try read(call)
    }
  }

  private mutating func contains(_ call: Call) throws(CheckError) -> Form? {
    guard call.end == .ok else { return nil }
    let pair = Array(values.parts(of: try call.requireOutput("[value,true] or [value,false]")))
    guard values.kind(of: call.output) == .list, pair.count == 2, pair[0] == call.input,
      let isPresent = values.bool(pair[1])
    else {
      throw call.wrong(
        call.output,
        "[\(values.describe(call.input)),true] or [\(values.describe(call.input)),false]", values)
    }
    let element = elements.number(call.input)
    if isPresent { seen.insert(element) }
    return Form(code: isPresent ? Code.present : Code.absent, a: element, isPure: true)
  }

  private mutating func read(_ call: Call) throws(CheckError) -> Form? {
    guard call.end == .ok else { return nil }
    let value = try call.requireOutput("a list of all elements")
    guard [.list, .set].contains(values.kind(of: value)) else {
      throw call.wrong(value, "a list of all elements", values)
    }
    // Without memory the search ends before it looks at this form.
    guard ledger.reserve(bytes: values.parts(of: value).count * 8) else { return nil }
    var list: [Int32] = []
    for part in values.parts(of: value) { list.append(elements.number(part)) }
    seen.formUnion(list)
    list.sort()
    return Form(code: Code.read, a: reads.number(list), isPure: true)
  }

  mutating func initialStates() -> [Int32] {
    tries.widen(to: elements.names.count)
    readTries = []
    for list in reads.names { readTries.append(trie(of: list)) }
    return [trie(of: initial.map { elements.number($0) })]
  }

  /// The trie of a list, or ``refused`` when an element is there twice.
  private mutating func trie(of list: [Int32]) -> Int32 {
    var trie: Int32 = 0
    for element in list {
      if tries.element(trie, Int(element)) != 0 { return refused }
      trie = tries.setting(trie, Int(element), to: 1)
      if trie == refused { return refused }
    }
    return trie
  }

  /// A pending addition of an element that nobody sees can be deleted from any order.
  func isIdle(pending form: Form) -> Bool {
    form.code == Code.add && !seen.contains(form.a)
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    switch form.code {
    case Code.add: tries.setting(state, Int(form.a), to: 1)
    case Code.remove: tries.setting(state, Int(form.a), to: 0)
    case Code.present: tries.element(state, Int(form.a)) == 1 ? state : refused
    case Code.absent: tries.element(state, Int(form.a)) == 0 ? state : refused
    default: readTries[Int(form.a)] == state ? state : refused
    }
  }

  func describe(_ state: Int32) -> String {
    let names = tries.nonZeros(state).map { values.describe(elements.names[$0.index]) }
    return "{\(names.joined(separator: ", "))}"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    switch form.code {
    case Code.present:
      return "can't find \(values.describe(elements.names[Int(form.a)])) in a set without it"
    case Code.absent:
      return "can't miss \(values.describe(elements.names[Int(form.a)])) in a set that has it"
    default:
      let list = reads.names[Int(form.a)]
      if readTries[Int(form.a)] == refused { return "can't read an element twice from a set" }
      let name = { (element: Int32) in values.describe(elements.names[Int(element)]) }
      if let extra = list.first(where: { tries.element(state, Int($0)) == 0 }) {
        return "can't read \(name(extra)) from a set without it"
      }
      let missing = tries.nonZeros(state).first { !list.contains(Int32($0.index)) }
      return "can't miss \(missing.map { name(Int32($0.index)) } ?? "it") in a read of a set that "
        + "has it"
    }
  }
}

extension Model {
  static let set = Model(
    "set", "elements that are in or not, with whole reads",
    [
      Function("add", "v → v", namesModel: true), Function("remove", "v → v", namesModel: true),
      Function("contains", "v → [v,true] or [v,false]", namesModel: true),
      Function("read", "null → [all], null when unknown"),
    ],
    legal: "0 invoke add 1; 0 ok add 1; 1 invoke read nil; 1 ok read [1]",
    illegal: "0 invoke add 1; 0 ok add 1; 1 invoke read nil; 1 ok read []",
    nullRead: .any, machine: SetMachine.self, sequential: SequentialSet.self, kind: .set,
    removal: .member)
}
