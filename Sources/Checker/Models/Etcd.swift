import Histories

/// etcd: one map whose every change makes the next revision, with transactions and leases.
///
/// Laws: those of etcd's own test model (etcd-io/etcd, `tests/robustness/model`). The map begins
/// empty at revision 1. A transaction evaluates its conditions and carries one of its branches out,
/// all at once; if that changes anything the revision goes up by one, and every key that it put has
/// that revision. A range shows the map at one revision, keys in the order of their bytes. A put
/// with a lease that does not exist does nothing; a lease that is revoked takes its keys with it.
///
/// States are maps, hash-consed, each with the state in which its last change was made, so that
/// earlier revisions can be read.
struct EtcdMachine: Machine {
  /// A map and the state that held the content of the revision before.
  private struct State: Hashable {
    var map: EtcdMap
    var before: Int32
  }

  private let values: ValueTable
  private let ledger: Ledger
  private var calls: EtcdCalls
  private var keys: EtcdKeys
  private var numbers: [Shape: Int32] = [:]
  private var states: [State] = []
  private var ids: [State: Int32] = [:]
  /// The revisions that some answered transaction certainly made.
  private var made: Set<Int64> = []

  /// What tells forms apart.
  private struct Shape: Hashable {
    var function: FunctionName
    var input: ValueID
    var output: ValueID
    var isAnswered: Bool
  }

  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {
    try settings.requireNoInitial(values)
    self.values = values
    self.ledger = ledger
    calls = EtcdCalls(values)
    keys = EtcdKeys(calls, values)
  }

  mutating func form(of call: Call) throws(CheckError) -> Form? {
    let isAnswered = call.end == .ok
    let shape = Shape(
      function: call.function, input: call.input,
      output: isAnswered ? call.output : ValueTable.none, isAnswered: isAnswered)
    let number: Int32
    if let known = numbers[shape] {
      number = known
    } else {
      try calls.add(call)
      number = Int32(truncatingIfNeeded: calls.requests.count - 1)
      numbers[shape] = number
    }
    let request = calls.requests[Int(number)]
    let isPure = calls.isPure(request)
    if isPure, !isAnswered { return nil }
    // One that may be left out made nothing for certain.
    if isAnswered, !call.isOptional, calls.isCertainlyWrite(request) {
      made.insert(request.revision)
    }
    return Form(code: number, isPure: isPure)
  }

  mutating func initialStates() -> [Int32] {
    keys = EtcdKeys(calls, values)
    return [id(State(map: EtcdMap(keys: keys.names.count), before: refused))]
  }

  static var horizon: Int { Int.max }

  /// The revision never goes back.
  func isReachable(_ pure: Form, from state: Int32) -> Bool {
    let request = calls.requests[Int(pure.code)]
    guard request.revision != EtcdCalls.unsaid, !request.range.isSerializable else { return true }
    return states[Int(state)].map.revision <= request.revision
  }

  func restarts(_ pure: Form, by form: Form) -> Bool { false }

  func mayRestart(_ form: Form) -> Bool { false }

  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 {
    let request = calls.requests[Int(form.code)]
    var map = states[Int(state)].map
    let revision = map.revision
    if request.kind == .range, let past = pastRange(request, from: state) {
      return past == nil ? state : refused
    }
    var journal: EtcdMap.Journal = []
    if map.perform(request, calls, keys, values, &journal) != nil { return refused }
    // Somebody else made that revision, and says so.
    if !request.isAnswered, map.revision > revision, made.contains(map.revision) { return refused }
    if form.isPure { return state }
    let before = map.revision > revision ? state : states[Int(state)].before
    return id(State(map: map, before: before))
  }

  /// What is wrong with a range that asks for another revision than the newest one, nil in it for
  /// nothing; nil for one that does not ask.
  private func pastRange(_ request: EtcdCalls.Request, from state: Int32) -> EtcdMap.Flaw?? {
    let map = states[Int(state)].map
    var asked = request.range.revision
    if request.range.isSerializable {
      if request.error != .no { return .some(nil) }
      let named = request.revision == EtcdCalls.unsaid ? map.revision : request.revision
      // No member is before the first revision.
      if named < 1 || named > map.revision || asked > named {
        return .some(.revision(map.revision))
      }
      if asked <= 0 {
        if request.revision == EtcdCalls.unsaid { return .some(nil) }
        asked = named
      }
    } else {
      let error: EtcdCalls.Refused =
        asked > map.revision
        ? .future : asked > 0 && asked < map.compacted ? .compacted : .no
      if error != request.error { return .some(.error(error)) }
      if error != .no { return .some(nil) }
      if asked <= 0 { return nil }
      if request.revision != EtcdCalls.unsaid, request.revision != map.revision {
        return .some(.revision(map.revision))
      }
    }
    guard let found = calls.result(0, of: request) else { return .some(nil) }
    guard let past = content(at: asked, from: state) else { return .some(.found(step: 0)) }
    return .some(past.finds(found, request.range, calls, keys) ? nil : .found(step: 0))
  }

  /// The map as it was at a revision; before the first one it was empty, as at it.
  private func content(at revision: Int64, from state: Int32) -> EtcdMap? {
    var place = Int(state)
    while states[place].map.revision > revision {
      if states[place].before == refused { break }
      place = Int(states[place].before)
    }
    return states[place].map
  }

  private mutating func id(_ state: State) -> Int32 {
    if let known = ids[state] { return known }
    let bytes = 2 * MemoryLayout<State>.stride + 48 * keys.names.count + keys.names.count / 8
    guard ledger.reserve(bytes: bytes + 64) else { return refused }
    let id = Int32(truncatingIfNeeded: states.count)
    states.append(state)
    ids[state] = id
    return id
  }

  func describe(_ state: Int32) -> String {
    EtcdWords(calls, keys, values).map(states[Int(state)].map)
  }

  func refusal(of form: Form, in state: Int32) -> String {
    let request = calls.requests[Int(form.code)]
    var map = states[Int(state)].map
    let words = EtcdWords(calls, keys, values)
    if request.kind == .range, let past = pastRange(request, from: state) {
      guard let flaw = past else { return "it is possible" }
      let asked = request.range.revision > 0 ? request.range.revision : request.revision
      return words.refusal(of: request, flaw, content(at: asked, from: state) ?? map, now: map)
    }
    let now = map
    var journal: EtcdMap.Journal = []
    guard let flaw = map.perform(request, calls, keys, values, &journal) else {
      return "revision \(map.revision) was made by another operation"
    }
    return words.refusal(of: request, flaw, now, now: now)
  }
}

extension Model {
  static let etcd = Model(
    "etcd", "etcd's map: every change makes the next revision, with transactions and leases",
    [
      Function(
        "range",
        "{\"start\":k,\"end\":k,\"limit\":n,\"revision\":r} → "
          + "{\"revision\":r,\"kvs\":[[k,v,mod,version,create,lease],…],\"count\":n}",
        namesModel: true),
      Function(
        "transact",
        "{\"if\":[[\"mod\",k,\"=\",r],…],\"then\":[[\"put\",k,v],[\"delete\",k],"
          + "[\"range\",{…}],…],\"else\":[…]} → "
          + "{\"revision\":r,\"succeeded\":true,\"results\":[null,{\"deleted\":1},{\"kvs\":…},…]}",
        namesModel: true),
      Function("grant", "lease → {\"revision\":r}", namesModel: true),
      Function("revoke", "lease → {\"revision\":r}", namesModel: true),
      Function(
        "compact", "r → null; {\"error\":\"compacted\"} or {\"error\":\"future\"}", namesModel: true
      ),
      Function("defragment", "null → null", namesModel: true),
    ],
    legal: #"0 invoke transact {"then":[["put","a","1"]]}; 0 ok transact {"revision":2}; "#
      + #"1 invoke range {"start":"a"}; 1 ok range {"revision":2,"kvs":[["a","1",2]],"count":1}"#,
    illegal: #"0 invoke transact {"then":[["put","a","1"]]}; 0 ok transact {"revision":2}; "#
      + #"1 invoke range {"start":"a"}; 1 ok range {"revision":2,"kvs":[],"count":0}"#,
    machine: EtcdMachine.self, sequential: SequentialEtcd.self)
}
