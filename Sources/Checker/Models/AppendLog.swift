import Histories

/// A log that is only appended to; the state is its last cell in a table of hash-consed cells.
///
/// Laws: `read` returns everything that was appended, in order.
struct AppendLogMachine: Machine {
  private enum Code {
    static let append: Int32 = 0
    static let read: Int32 = 1
  }

  private let values: ValueTable
  private var cells: ListTable
  /// For each list one more than the last event that shows it or a longer one.
  private var uses: [Int32] = []
  private var start: Int32 = 0
  private var seen: Set<Int32> = []

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    cells = ListTable(ledger)
    for value in try settings.initialElements(values) where start != refused {
      start = cells.append(value, to: start)
    }
  }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    if call.function == .append {
      try call.requireEcho(values)
      return Form(code: Code.append, a: call.input)
    }
    guard call.end == .ok else { return nil }
    let value = try call.requireOutput("a list of all that was appended")
    guard values.kind(of: value) == .list else {
      throw call.wrong(value, "a list of all that was appended", values)
    }
    var state: Int32 = 0
    for element in values.parts(of: value) where state != refused {
      seen.insert(element)
      state = cells.append(element, to: state)
    }
    // Without memory no state is this one, and the ledger knows that it means nothing.
    return Form(code: Code.read, a: state, b: value, isPure: true)
  }

  mutating func initialStates() -> [Int32] { [start] }

  static var forgets: Bool { true }

  mutating func prepare(_ problem: Problem) {
    var shown: [(list: Int32, event: Int32)] = []
    for (operation, form) in problem.forms.enumerated() where form.isPure {
      shown.append((form.a, problem.event[operation]))
    }
    uses = cells.lastUses(shown)
  }

  /// A log that no read from the event on begins with is seen by nobody.
  func forgetting(_ state: Int32, before event: Int) -> Int32 {
    guard state != forgotten else { return state }
    return Int(state) < uses.count && Int(uses[Int(state)]) > event ? state : forgotten
  }

  static var horizon: Int { Int.max }

  /// A log only grows: what is to be read must begin with it.
  func isReachable(_ pure: Form, from state: Int32) -> Bool {
    cells.isPrefix(state, of: pure.a)
  }

  func restarts(_ pure: Form, by form: Form) -> Bool { false }

  func mayRestart(_ form: Form) -> Bool { false }

  /// A pending append of an element that no read shows took effect after all reads, if at all.
  func isIdle(pending form: Form) -> Bool { !seen.contains(form.a) }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    if form.code == Code.append {
      return state == forgotten ? state : cells.append(form.a, to: state)
    }
    return form.a == state ? state : refused
  }

  func describe(_ state: Int32) -> String {
    if state == forgotten { return "one that nobody reads" }
    let elements = cells.suffix(of: state, at: Int.max).map { values.describe($0) }
    return "[\(elements.joined(separator: ", "))]"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    "can't read \(values.describe(form.b)) from a log that is \(describe(state))"
  }
}

extension Model {
  static let appendLog = Model(
    "append-log", "a list that only grows, with whole reads",
    [
      Function("append", "v → v", namesModel: true),
      Function("read", "null → [all], null when unknown"),
    ],
    legal: "0 invoke append 1; 1 invoke append 2; 1 ok append 2; 0 ok append 1; "
      + "0 invoke read nil; 0 ok read [1,2]",
    illegal: "0 invoke append 1; 0 ok append 1; 1 invoke append 2; 1 ok append 2; "
      + "0 invoke read nil; 0 ok read [2,1]",
    nullRead: .any, machine: AppendLogMachine.self, sequential: SequentialAppendLog.self,
    kind: .log,
    removal: .unread)
}
