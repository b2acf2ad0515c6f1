import Histories

/// A generator of ids; the state is a hash-consed trie of those that were given out.
///
/// Laws: no id is given out twice. A pending `generate` may have given out any id that nobody
/// else got, so it can be left out.
struct UniqueIDsMachine: Machine {
  private let values: ValueTable
  private var tries: TrieTable
  private var ids = Numbering<ValueID>()

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    tries = TrieTable(ledger)
    try settings.requireNoInitial(values)
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    guard call.end == .ok else { return nil }
    let id = try call.requireOutput("the id")
    guard id != ValueTable.null else { throw call.wrong(id, "the id", values) }
    return Form(code: 0, a: ids.number(id))
  }

  mutating func initialStates() -> [Int32] {
    tries.widen(to: ids.names.count)
    return [0]
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    tries.element(state, Int(form.a)) == 0 ? tries.setting(state, Int(form.a), to: 1) : refused
  }

  func describe(_ state: Int32) -> String {
    let given = tries.nonZeros(state)
    if given.count > 8 { return "\(given.count) ids given out" }
    return "{\(given.map { values.describe(ids.names[$0.index]) }.joined(separator: ", "))}"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    "can't generate \(values.describe(ids.names[Int(form.a)])), which was given out before"
  }
}

extension Model {
  static let uniqueIDs = Model(
    "unique-ids", "no id is given out twice",
    [Function("generate", "null → id", namesModel: true)],
    legal: "0 invoke generate nil; 1 invoke generate nil; 0 ok generate 1; 1 ok generate 2",
    illegal: "0 invoke generate nil; 1 invoke generate nil; 0 ok generate 1; 1 ok generate 1",
    machine: UniqueIDsMachine.self, sequential: SequentialUniqueIDs.self, kind: .identifiers,
    removal: .each)
}
