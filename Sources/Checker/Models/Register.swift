import Histories

/// A register, with or without compare-and-set; the state is the value's own id.
///
/// Laws: a read returns the value of the latest write or successful compare-and-set, else the
/// initial value. `cas [old,new]` that completed takes `old` and leaves `new`; one that completed
/// with `"swapped":false` saw another value than `old`. A read of null saw “absent”.
struct RegisterMachine: Machine {
  private enum Code {
    static let write: Int32 = 0
    static let read: Int32 = 1
    static let cas: Int32 = 2
    static let mismatch: Int32 = 3
    /// A read whose result says nothing.
    static let any: Int32 = 4
  }

  /// The state of a register that holds a value no operation names.
  private static let fresh = Int32.max - 1

  private let values: ValueTable
  private let settings: Settings
  /// The state of a register that holds a value nobody sees or expects, whichever it is.
  private static let unseen = Int32.max - 2

  /// Values that some operation may have seen before anything was certainly installed.
  private var initialCandidates: [Int32] = []
  private var isCandidate = IntegerMap(expecting: 16)
  private var firstInstalled = History.never
  /// Values that somebody observes, with the last rank at which it may be.
  private var observed = IntegerMap(expecting: 16)
  private var hasMismatch = false
  /// Values that a mismatch did not see.
  private var expected = IntegerMap(expecting: 16)
  /// The last event whose operation sees a value; the largest number for a pending one.
  private var lastSeen = IntegerMap(expecting: 16)
  /// The first event before which an operation may have left a value.
  private var firstLeft = IntegerMap(expecting: 16)

  init(values: ValueTable, settings: Settings, ledger: Ledger) {
    self.values = values
    self.settings = settings
  }

  static var hasZones: Bool { true }

  static var ignoresProcesses: Bool { true }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    switch call.function {
    case .write:
      try call.requireEcho(values)
      if call.end == .ok { firstInstalled = min(firstInstalled, call.returned) }
      return Form(code: Code.write, a: call.input)
    case .read:
      guard call.end == .ok else { return nil }
      let value = try call.requireOutput("the value that was read (null when absent)")
      if value == ValueTable.null, settings.ignoresNullReads {
        return Form(code: Code.any, isPure: true)
      }
      observe(value, call)
      return Form(code: Code.read, a: value, isPure: true)
    default: return try cas(call)
    }
  }

  private mutating func cas(_ call: Call) throws(CheckError) -> Form? {
    let pair = values.parts(of: call.input)
    guard values.kind(of: call.input) == .list, pair.count == 2 else {
      throw call.wrong(call.input, "a list of two, [old,new]", values)
    }
    try call.requireEcho(values)
    let old = pair[pair.startIndex]
    let new = pair[pair.startIndex + 1]
    switch call.end {
    case .mismatch:
      hasMismatch = true
      expected[old] = 1
      return Form(code: Code.mismatch, a: old, isPure: true)
    case .ok:
      observe(old, call)
      if old == new { return Form(code: Code.read, a: old, isPure: true) }
      firstInstalled = min(firstInstalled, call.returned)
    case .pending:
      if old == new { return nil }
      observe(old, call)
    }
    return Form(code: Code.cas, a: old, b: new)
  }

  private mutating func observe(_ value: ValueID, _ call: Call) {
    observed[value] = max(observed[value] ?? -1, call.returned)
    if call.invoked < firstInstalled, isCandidate[value] == nil {
      isCandidate[value] = 1
      initialCandidates.append(value)
    }
  }

  /// With an unknown initial value: every value that an operation may have seen before any
  /// installer had certainly finished, and one that nobody names. Any other initial value is seen
  /// by nobody, just as the last.
  mutating func initialStates() -> [Int32] {
    settings.initial == nil ? initialCandidates + [Self.fresh] : [start]
  }

  /// A pending write or compare-and-set whose value nobody observes can be deleted from any order:
  /// what follows it is a blind write or the end. Not so when a mismatch may need it.
  func isIdle(pending form: Form) -> Bool {
    guard !hasMismatch else { return false }
    return observed[form.code == Code.write ? form.a : form.b] == nil
  }

  /// What a pending installer leaves is one state where nobody sees it and no mismatch expects it:
  /// another than every value that some operation names.
  func merged(pending form: Form) -> Form {
    guard let left = left(by: form), observed[left] == nil, expected[left] == nil else {
      return form
    }
    return form.code == Code.write
      ? Form(code: Code.write, a: Self.unseen) : Form(code: Code.cas, a: form.a, b: Self.unseen)
  }

  static var isLazy: Bool { true }

  func tests(_ state: Int32, _ form: Form) -> Bool { form.code == Code.cas && form.a == state }

  func isBlind(_ form: Form) -> Bool { form.code == Code.write }

  static var horizon: Int { 1 }

  func isReachable(_ pure: Form, from state: Int32) -> Bool {
    pure.code != Code.read || pure.a == state
  }

  func restarts(_ pure: Form, by form: Form) -> Bool { left(by: form) == pure.a }

  /// Not while a mismatch may need a value to be another.
  var hasDemand: Bool { !hasMismatch }

  func seen(by form: Form) -> Int32? {
    form.code == Code.read || form.code == Code.cas ? form.a : nil
  }

  func left(by form: Form) -> Int32? {
    switch form.code {
    case Code.write: form.a
    case Code.cas: form.b
    default: nil
    }
  }

  static var forgets: Bool { true }

  mutating func prepare(_ problem: Problem) {
    lastSeen = IntegerMap(expecting: 16)
    firstLeft = IntegerMap(expecting: 16)
    var before: Int32 = 0
    for (operation, form) in problem.forms.enumerated() {
      guard let value = left(by: form) else { continue }
      while problem.opened[Int(before)] <= operation { before += 1 }
      if firstLeft[value] == nil { firstLeft[value] = before }
    }
    for group in problem.pending {
      guard let value = left(by: group.form) else { continue }
      let from = problem.pendingFrom[group.first]
      firstLeft[value] = min(firstLeft[value] ?? from, from)
    }
    for (operation, form) in problem.forms.enumerated() {
      guard let value = seen(by: form) else { continue }
      lastSeen[value] = max(lastSeen[value] ?? -1, problem.event[operation])
    }
    for group in problem.pending {
      if let value = seen(by: group.form) { lastSeen[value] = Int32.max }
    }
  }

  /// A value that nobody sees from the event on is as good as any other such value.
  func forgetting(_ state: Int32, before event: Int) -> Int32 {
    if hasMismatch || state == forgotten { return state }
    return Int(lastSeen[state] ?? -1) < event ? forgotten : state
  }

  /// Every value that somebody sees and that was there at the start or may have been installed by
  /// then, and one that nobody sees.
  func statesAnywhere(_ window: Problem, since event: Int) -> [Int32]? {
    var states: [Int32] = []
    var known = IntegerMap(expecting: 16)
    for form in window.forms + window.pending.map(\.form) {
      guard let value = seen(by: form), known[value] == nil else { continue }
      known[value] = 1
      let isInitial = settings.initial == nil || value == start
      if isInitial || Int(firstLeft[value] ?? Int32.max) <= event { states.append(value) }
    }
    return states + [Self.fresh]
  }

  private var start: Int32 { max(ValueTable.null, settings.initial ?? ValueTable.null) }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    switch form.code {
    case Code.write: form.a
    case Code.read: state == form.a ? state : refused
    case Code.cas: state == form.a ? form.b : refused
    case Code.mismatch: state != form.a ? state : refused
    default: state
    }
  }

  func describe(_ state: Int32) -> String {
    switch state {
    case Self.fresh: "a value that nobody names"
    case forgotten, Self.unseen: "a value that nobody sees"
    default: values.describe(state)
    }
  }

  func refusal(of form: Form, in state: Int32) -> String {
    let held = "a register that holds \(describe(state))"
    let value = values.describe(form.a)
    switch form.code {
    case Code.read: return "can't read \(value) from \(held)"
    case Code.cas: return "can't swap \(value) for \(describe(form.b)) in \(held)"
    default: return "can't find another value than \(value) in \(held)"
    }
  }
}

extension Model {
  private static let read = Function("read", "null → v, null when absent")

  static let register = Model(
    "register", "a single value: a read returns what was written last",
    [read, Function("write", "v → v", namesModel: true)],
    legal: "0 invoke write 1; 1 invoke read nil; 1 ok read 1; 0 ok write 1",
    illegal: "0 invoke write 1; 0 ok write 1; 1 invoke read nil; 1 ok read nil",
    machine: RegisterMachine.self, sequential: SequentialRegister.self, kind: .register,
    removal: .register)

  static let casRegister = Model(
    "cas-register", "a register with compare-and-set",
    [
      read, Function("write", "v → v"),
      Function(
        "cas", "[old,new] → [old,new]; “swapped”:false when it saw another", namesModel: true),
    ],
    legal: "0 invoke cas [nil,1]; 0 ok cas [nil,1]; 1 invoke read nil; 1 ok read 1",
    illegal: "0 invoke cas [1,2]; 0 ok cas [1,2]",
    machine: RegisterMachine.self, sequential: SequentialRegister.self, kind: .register,
    removal: .register)
}
