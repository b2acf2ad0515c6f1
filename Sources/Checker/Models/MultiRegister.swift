import Histories

/// Several registers that transactions read and write atomically; the state is a hash-consed trie
/// of the keys' values, so that equal contents are one state.
///
/// Laws: the parts of a `txn` take effect in their order and all at once. A read returns what was
/// written to its key last, earlier in the same transaction or before it; null is “absent”. The
/// whole is one object: a transaction over two keys ties them together, so it is not split by key.
///
/// **Unknown initial values**, one a key: a key is “not known yet” until something is written to it
/// or the first read in the order tells what it holds. An order is explained so exactly when some
/// initial values explain it, namely those that were told. A read may then leave another state than
/// it found, so it is not pure, and nothing that holds of pure operations is used for it.
struct MultiRegisterMachine: Machine {
  private let values: ValueTable
  private let settings: Settings
  private var tries: TrieTable
  private var keys = Numbering<ValueID>()
  /// Nil when nobody knows what the keys hold at first.
  private let initial: [ValueID: ValueID]?
  /// Each different transaction: kind, key and value of its parts in turn.
  private var transactions = Numbering<[Int32]>()

  private static let read: Int32 = 0
  private static let write: Int32 = 1

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    self.settings = settings
    tries = TrieTable(ledger)
    initial = try settings.initialRegisters(values)
    for key in (initial ?? [:]).keys.sorted() { _ = keys.number(key) }
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    let invoked = try MicroOperation.all(of: call, call.input, values)
    var parts: [Int32] = []
    var isPure = true
    var isReadOnly = true
    let completed =
      call.end == .ok && call.output != ValueTable.none
      ? try MicroOperation.all(of: call, call.output, values) : invoked
    guard completed.count == invoked.count,
      zip(invoked, completed).allSatisfy({ $0.isAnswered(by: $1) })
    else {
      throw call.wrong(call.output, "the parts that were invoked, with what was read", values)
    }
    if call.end == .ok, call.output == ValueTable.none, invoked.contains(where: { !$0.isWrite }) {
      _ = try call.requireOutput("the parts that were invoked, with what was read")
    }
    for part in completed {
      // Nobody knows what a pending transaction read.
      if !part.isWrite, call.end == .pending { continue }
      if !part.isWrite, part.value == ValueTable.null, settings.ignoresNullReads { continue }
      if part.isWrite { isReadOnly = false }
      if part.isWrite || initial == nil { isPure = false }
      parts += [part.isWrite ? Self.write : Self.read, keys.number(part.key), part.value]
    }
    if isReadOnly, call.end == .pending { return nil }
    return Form(code: transactions.number(parts), isPure: isPure)
  }

  mutating func initialStates() -> [Int32] {
    tries.widen(to: keys.names.count)
    var state: Int32 = 0
    for (key, value) in (initial ?? [:]).sorted(by: { $0.key < $1.key }) where state != refused {
      state = tries.setting(state, Int(keys.number(key)), to: value)
    }
    return [state]
  }

  /// What a key holds; nil while nobody knows.
  private func held(_ state: Int32, _ key: Int) -> ValueID? {
    let element = tries.element(state, key)
    if initial != nil { return element }
    return element == 0 ? nil : element - 1
  }

  private mutating func setting(_ state: Int32, _ key: Int, to value: ValueID) -> Int32 {
    // Zero, which is null's id, is the key that nobody knows.
    tries.setting(state, key, to: initial == nil ? value + 1 : value)
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    let parts = transactions.names[Int(form.code)]
    var state = state
    for start in stride(from: 0, to: parts.count, by: 3) {
      let key = Int(parts[start + 1])
      let value = parts[start + 2]
      if parts[start] != Self.write, let held = held(state, key) {
        if held != value { return refused }
      } else {
        state = setting(state, key, to: value)
        if state == refused { return refused }
      }
    }
    return state
  }

  func describe(_ state: Int32) -> String {
    let shown = tries.nonZeros(state).map {
      "\(values.describe(keys.names[$0.index])): "
        + "\(values.describe(initial == nil ? $0.element - 1 : $0.element))"
    }
    return "{\(shown.joined(separator: ", "))}"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    let parts = transactions.names[Int(form.code)]
    var known: [Int32: Int32] = [:]
    for start in stride(from: 0, to: parts.count, by: 3) {
      let (key, value) = (parts[start + 1], parts[start + 2])
      if parts[start] != Self.write, let held = known[key] ?? held(state, Int(key)), held != value {
        return "can't read \(values.describe(value)) from key "
          + "\(values.describe(keys.names[Int(key)])), which holds \(values.describe(held))"
      }
      known[key] = value
    }
    return "it is possible"
  }
}

extension Model {
  static let multiRegister = Model(
    "multi-register", "several registers that transactions read and write atomically",
    [
      Function(
        "txn", "[[\"read\",k,null],[\"write\",k,v],…] → the same, with what was read",
        namesModel: true)
    ],
    legal: "0 invoke txn [[write,x,1],[write,y,1]]; 0 ok txn [[write,x,1],[write,y,1]]; "
      + "1 invoke txn [[read,x,nil],[read,y,nil]]; 1 ok txn [[read,x,1],[read,y,1]]",
    illegal: "0 invoke txn [[write,x,1],[write,y,1]]; 0 ok txn [[write,x,1],[write,y,1]]; "
      + "1 invoke txn [[read,x,nil],[read,y,nil]]; 1 ok txn [[read,x,1],[read,y,nil]]",
    machine: MultiRegisterMachine.self, sequential: SequentialMultiRegister.self, kind: .registers,
    removal: .transaction)
}
