import Histories

/// A text that is put or appended to; the state is its last byte's cell among hash-consed cells,
/// so that equal texts are one state however they came to be.
///
/// Laws: `get` returns the text: what was put last and all that was appended since. It is "" at
/// first.
struct TextMachine: Machine {
  private enum Code {
    static let append: Int32 = 0
    static let put: Int32 = 1
    static let get: Int32 = 2
  }

  private let values: ValueTable
  /// The text before and its last byte; the state is a cell's id plus one, 0 when empty.
  private var cells: PairTable
  private var start: Int32 = 0

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    cells = PairTable(ledger)
    if let text = try settings.initialText(values) { start = append(text, to: 0) }
  }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == "get" {
      guard call.end == .ok else { return nil }
      let value = try call.requireOutput("a string")
      guard values.kind(of: value) == .string else { throw call.wrong(value, "a string", values) }
      return Form(code: Code.get, a: append(value, to: 0), b: value, isPure: true)
    }
    guard values.kind(of: call.input) == .string else {
      throw call.wrong(call.input, "a string", values)
    }
    try call.requireEcho(values)
    if call.function == "append" { return Form(code: Code.append, a: call.input) }
    return Form(code: Code.put, a: append(call.input, to: 0), b: call.input)
  }

  mutating func initialStates() -> [Int32] { [start] }

  private mutating func append(_ text: ValueID, to state: Int32) -> Int32 {
    var state = state
    for byte in values.utf8(text) {
      let id = cells.id(state, Int32(byte))
      if id == refused { return refused }
      state = id + 1
    }
    return state
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    switch form.code {
    case Code.append: append(form.a, to: state)
    case Code.put: form.a
    default: form.a == state ? state : refused
    }
  }

  func describe(_ state: Int32) -> String {
    let shown = 60
    var bytes: [UInt8] = []
    var cell = state
    while cell != 0, bytes.count <= shown {
      bytes.append(UInt8(truncatingIfNeeded: cells.right[Int(cell) - 1]))
      cell = cells.left[Int(cell) - 1]
    }
    let isCut = bytes.count > shown
    let text = String(decoding: bytes.prefix(shown).reversed(), as: UTF8.self)
    return isCut ? "“…\(text)”" : "“\(text)”"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    "can't get \(describe(form.a)) from a text that is \(describe(state))"
  }
}

extension Model {
  static let text = Model(
    "text", "a string that is put and appended to",
    [Function("put", "s → s"), Function("append", "s → s"), Function("get", "null → s")],
    legal: "0 invoke put a; 0 ok put a; 1 invoke append b; 1 ok append b; 0 invoke get nil; "
      + "0 ok get ab",
    illegal: "0 invoke put a; 0 ok put a; 1 invoke append b; 1 ok append b; 0 invoke get nil; "
      + "0 ok get ba",
    machine: TextMachine.self, sequential: SequentialText.self, removal: .pureOnly)
}
