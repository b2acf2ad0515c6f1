import Histories

/// What the lock models share.
///
/// A pending acquire can be left out: its process is never heard of again, so from then on the
/// lock (or the permit) would be held for good, and whatever is possible then is possible without.
private func isRelease(_ call: Call, _ values: ValueTable) throws(CheckError) -> Bool? {
  if call.function == .release {
    try call.requireNoAnswer(values)
    return true
  }
  return call.end == .pending ? nil : false
}

private enum Code {
  static let acquire: Int32 = 0
  static let release: Int32 = 1
}

/// A lock with owners; the state is the owner's number plus one, 0 when free.
///
/// Laws: `acquire` needs a free lock; `release` frees it and is for its owner alone.
struct LockMachine: Machine {
  private let values: ValueTable
  private var processes = Numbering<Int64>()

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    try settings.requireNoInitial(values)
  }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    guard let isRelease = try isRelease(call, values) else { return nil }
    if !isRelease { try call.requireNoAnswer(values) }
    return Form(
      code: isRelease ? Code.release : Code.acquire, a: processes.number(call.process) + 1)
  }

  mutating func initialStates() -> [Int32] { [0] }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    if form.code == Code.acquire { return state == 0 ? form.a : refused }
    return state == form.a ? 0 : refused
  }

  func describe(_ state: Int32) -> String {
    state == 0 ? "free" : "held by process \(processes.names[Int(state) - 1])"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    let process = processes.names[Int(form.a) - 1]
    return form.code == Code.acquire
      ? "process \(process) can't acquire a lock that is \(describe(state))"
      : "process \(process) can't release a lock that is \(describe(state))"
  }
}

/// A lock that its owner may acquire again; the state is owner and depth in a table, 0 when free.
///
/// Laws: `acquire` needs a lock that is free or one's own; it is free again after as many
/// `release`s, which are for its owner alone.
struct ReentrantLockMachine: Machine {
  private let values: ValueTable
  private var processes = Numbering<Int64>()
  private var holds: PairTable

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    holds = PairTable(ledger)
    try settings.requireNoInitial(values)
  }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    guard let isRelease = try isRelease(call, values) else { return nil }
    if !isRelease { try call.requireNoAnswer(values) }
    return Form(code: isRelease ? Code.release : Code.acquire, a: processes.number(call.process))
  }

  mutating func initialStates() -> [Int32] { [0] }

  private mutating func hold(_ process: Int32, _ depth: Int32) -> Int32 {
    let id = holds.id(process, depth)
    return id == refused ? refused : id + 1
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    if state == 0 { return form.code == Code.acquire ? hold(form.a, 1) : refused }
    guard holds.left[Int(state) - 1] == form.a else { return refused }
    let depth = holds.right[Int(state) - 1]
    if form.code == Code.acquire { return hold(form.a, depth + 1) }
    return depth == 1 ? 0 : hold(form.a, depth - 1)
  }

  func describe(_ state: Int32) -> String {
    if state == 0 { return "free" }
    let process = processes.names[Int(holds.left[Int(state) - 1])]
    let depth = holds.right[Int(state) - 1]
    return "held by process \(process)" + (depth == 1 ? "" : " \(depth) times")
  }

  func refusal(of form: Form, in state: Int32) -> String {
    "process \(processes.names[Int(form.a)]) can't "
      + (form.code == Code.acquire ? "acquire" : "release")
      + " a lock that is \(describe(state))"
  }
}

/// A lock whose acquisitions carry fencing tokens; the state is owner and latest token in a table.
///
/// Laws: as a lock's, and each acquisition's token is greater than all before it. A release that
/// names a token names its own.
struct FencedLockMachine: Machine {
  private let values: ValueTable
  private var processes = Numbering<Int64>()
  private var tokens: NumberTable
  /// The owner's number plus one (0 when free) and the latest token's id (-1 before the first).
  private var states: PairTable

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    tokens = NumberTable(ledger)
    states = PairTable(ledger)
    try settings.requireNoInitial(values)
  }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    let process = processes.number(call.process) + 1
    if call.function == .release {
      if call.input == ValueTable.null {
        try call.requireNoAnswer(values)
        return Form(code: Code.release, a: process, b: -1)
      }
      try call.requireEcho(values)
      let token = try call.requireInteger(call.input, values)
      return Form(code: Code.release, a: process, b: tokens.id(token))
    }
    guard call.end == .ok else { return nil }
    let token = try call.requireInteger(try call.requireOutput("the fencing token"), values)
    return Form(code: Code.acquire, a: process, b: tokens.id(token))
  }

  mutating func initialStates() -> [Int32] { [states.id(0, -1)] }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    let owner = states.left[Int(state)]
    let latest = states.right[Int(state)]
    if form.code == Code.acquire {
      guard owner == 0, latest < 0 || tokens.number(form.b) > tokens.number(latest) else {
        return refused
      }
      return states.id(form.a, form.b)
    }
    guard owner == form.a, form.b < 0 || form.b == latest else { return refused }
    return states.id(0, latest)
  }

  func describe(_ state: Int32) -> String {
    let owner = states.left[Int(state)]
    let latest = states.right[Int(state)]
    let who = owner == 0 ? "free" : "held by process \(processes.names[Int(owner) - 1])"
    return latest < 0 ? who : "\(who), latest token \(tokens.number(latest))"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    let verb = form.code == Code.acquire ? "acquire" : "release"
    let token = form.b < 0 ? "" : " with token \(tokens.number(form.b))"
    return "process \(processes.names[Int(form.a) - 1]) can't \(verb)\(token) a lock that is "
      + describe(state)
  }
}

/// Permits that processes hold; the state is how many are out and a trie of who holds how many.
///
/// Laws: `acquire` needs a permit that is not out; `release` gives back one that the same process
/// holds.
struct SemaphoreMachine: Machine {
  private let values: ValueTable
  private let permits: Int32
  private var processes = Numbering<Int64>()
  private var holders: TrieTable
  private var states: PairTable

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    self.values = values
    permits = Int32(clamping: settings.permits)
    holders = TrieTable(ledger)
    states = PairTable(ledger)
    try settings.requireNoInitial(values)
  }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    guard let isRelease = try isRelease(call, values) else { return nil }
    if !isRelease { try call.requireNoAnswer(values) }
    return Form(code: isRelease ? Code.release : Code.acquire, a: processes.number(call.process))
  }

  mutating func initialStates() -> [Int32] {
    holders.widen(to: processes.names.count)
    return [states.id(0, 0)]
  }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    let out = states.left[Int(state)]
    let trie = states.right[Int(state)]
    let held = holders.element(trie, Int(form.a))
    let change: Int32 = form.code == Code.acquire ? 1 : -1
    guard change > 0 ? out < permits : held > 0 else { return refused }
    let next = holders.setting(trie, Int(form.a), to: held + change)
    return next == refused ? refused : states.id(out + change, next)
  }

  func describe(_ state: Int32) -> String {
    "\(states.left[Int(state)]) of \(permits) permits out"
  }

  func refusal(of form: Form, in state: Int32) -> String {
    let process = processes.names[Int(form.a)]
    return form.code == Code.acquire
      ? "process \(process) can't acquire a permit with \(describe(state))"
      : "process \(process) can't release a permit that it does not hold"
  }
}

extension Model {
  private static let functions = [
    Function("acquire", "null → null"), Function("release", "null → null"),
  ]
  private static let handOver =
    "0 invoke acquire nil; 0 ok acquire nil; 1 invoke acquire nil; 0 invoke release nil; "
    + "1 ok acquire nil; 0 ok release nil"
  private static let twoOwners =
    "0 invoke acquire nil; 0 ok acquire nil; 1 invoke acquire nil; 1 ok acquire nil"

  static let lock = Model(
    "lock", "one owner at a time",
    functions.map { Function($0.name, $0.values, namesModel: true) }, legal: handOver,
    illegal: twoOwners,
    machine: LockMachine.self, sequential: SequentialLock.self, kind: .lock(.exclusive),
    removal: .section)

  static let reentrantLock = Model(
    "reentrant-lock", "one owner at a time, who may acquire again", functions,
    legal: "0 invoke acquire nil; 0 ok acquire nil; 0 invoke acquire nil; 0 ok acquire nil; "
      + "0 invoke release nil; 0 ok release nil",
    illegal: twoOwners,
    machine: ReentrantLockMachine.self, sequential: SequentialReentrantLock.self,
    kind: .lock(.nested),
    removal: .section)

  static let semaphore = Model(
    "semaphore", "a number of permits (--permits, 1 by default)", functions, legal: handOver,
    illegal: twoOwners,
    machine: SemaphoreMachine.self, sequential: SequentialSemaphore.self, kind: .lock(.permits),
    removal: .section)

  static let fencedLock = Model(
    "fenced-lock", "one owner at a time, with tokens that only grow",
    [Function("acquire", "null → token"), Function("release", "null or token → null")],
    legal: "0 invoke acquire nil; 0 ok acquire 5; 0 invoke release nil; 0 ok release nil; "
      + "1 invoke acquire nil; 1 ok acquire 7",
    illegal: "0 invoke acquire nil; 0 ok acquire 5; 0 invoke release nil; 0 ok release nil; "
      + "1 invoke acquire nil; 1 ok acquire 4",
    machine: FencedLockMachine.self, sequential: SequentialFencedLock.self, kind: .lock(.tokens),
    removal: .section)
}
