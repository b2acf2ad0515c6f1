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
  private var cells: ListTable
  /// For each list one more than the last event that shows it or a longer one.
  private var uses: [Int32] = []
  private var start: Int32 = 0

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    cells = ListTable(ledger)
    if let text = try settings.initialText(values) { start = append(text, to: 0) }
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == .get {
      guard call.end == .ok else { return nil }
      let value = try call.requireOutput("a string")
      guard values.kind(of: value) == .string else { throw call.wrong(value, "a string", values) }
      return Form(code: Code.get, a: append(value, to: 0), b: value, isPure: true)
    }
    guard values.kind(of: call.input) == .string else {
      throw call.wrong(call.input, "a string", values)
    }
    try call.requireEcho(values)
    if call.function == .append { return Form(code: Code.append, a: call.input) }
    return Form(code: Code.put, a: append(call.input, to: 0), b: call.input)
  }

  mutating func initialStates() -> [Int32] { [start] }

  private mutating func append(_ text: ValueID, to state: Int32) -> Int32 {
    var state = state
    for byte in values.utf8(text) {
      state = cells.append(Int32(byte), to: state)
      if state == refused { return refused }
    }
    return state
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    switch form.code {
    case Code.append: state == forgotten ? state : append(form.a, to: state)
    case Code.put: form.a
    default: form.a == state ? state : refused
    }
  }

  static var forgets: Bool { true }

  mutating func prepare(_ problem: Problem) {
    var shown: [(list: Int32, event: Int32)] = []
    for (operation, form) in problem.forms.enumerated() where form.isPure {
      shown.append((form.a, problem.event[operation]))
    }
    uses = cells.lastUses(shown)
  }

  /// A text that no `get` from the event on begins with is seen by nobody: it only grows until a
  /// put hides it.
  func forgetting(_ state: Int32, before event: Int) -> Int32 {
    guard state != forgotten else { return state }
    return Int(state) < uses.count && Int(uses[Int(state)]) > event ? state : forgotten
  }

  static var horizon: Int { Int.max }

  /// Until the next put a text only grows: what is to be got must begin with it.
  func isReachable(_ pure: Form, from state: Int32) -> Bool {
    cells.isPrefix(state, of: pure.a)
  }

  func restarts(_ pure: Form, by form: Form) -> Bool {
    form.code == Code.put && cells.isPrefix(form.a, of: pure.a)
  }

  func mayRestart(_ form: Form) -> Bool { form.code == Code.put }

  func describe(_ state: Int32) -> String {
    if state == forgotten { return "one that nobody gets" }
    let shown = 60
    let bytes = cells.suffix(of: state, at: shown + 1).map { UInt8(truncatingIfNeeded: $0) }
    let text = String(decoding: bytes.suffix(shown), as: UTF8.self)
    return bytes.count > shown ? "“…\(text)”" : "“\(text)”"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    "can't get \(describe(form.a)) from a text that is \(describe(state))"
  }
}

extension Model {
  static let text = Model(
    "text", "a string that is put and appended to",
    [
      Function("put", "s → s", namesModel: true), Function("append", "s → s", namesModel: true),
      Function("get", "null → s, null when unknown", namesModel: true),
    ],
    legal: "0 invoke put a; 0 ok put a; 1 invoke append b; 1 ok append b; 0 invoke get nil; "
      + "0 ok get ab",
    illegal: "0 invoke put a; 0 ok put a; 1 invoke append b; 1 ok append b; 0 invoke get nil; "
      + "0 ok get ba",
    nullRead: .any, machine: TextMachine.self, sequential: SequentialText.self, kind: .text,
    removal: .text)
}
