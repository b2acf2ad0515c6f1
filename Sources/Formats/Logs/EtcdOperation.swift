import Base
import Histories

/// One operation of etcd's robustness tests, in the words of the model `etcd`.
///
/// Requests and answers as etcd-io/etcd writes them (`tests/robustness/model/types.go`), since
/// 2023.
struct EtcdOperation {
  let client: Int64
  let call: Int64
  let end: Int64
  let line: Int
  /// The type as the log says it: `range`, `txn`, …
  private(set) var type = ""
  private(set) var function = ""
  private(set) var request = JSON.null
  private(set) var answer = JSON.null
  /// Whether it certainly took effect as its answer says.
  private(set) var isKnown = false
  private(set) var error: String?
  /// The member that answered.
  private(set) var server: String?
  /// What the answer says that has no place in the model.
  private(set) var unchecked: [String] = []
  /// The revision that the answer names.
  private(set) var revision: Int64?
  /// Whether the answer, or the request if there is none, makes a revision.
  private(set) var isWrite = false
  /// What the request may put, each key with its value.
  private(set) var puts: [[JSON]] = []
  /// The leases that an answered transaction put something under.
  private(set) var leases: [Int64] = []
  /// What the answer shows: `[key, value, mod, …]`.
  private(set) var shown: [[JSON]] = []

  init(client: Int64, call: Int64, end: Int64, line: Int) {
    self.client = client
    self.call = call
    self.end = end
    self.line = line
  }

  /// Takes request and answer; false when the request is none that the model knows.
  mutating func take(_ type: String, _ input: JSON, _ output: JSON) -> Bool {
    self.type = type
    server = output["member-id"]?.string ?? output["MemberID"]?.string
    error = [output["Error"]?.string, output["ClientError"]?.string]
      .compactMap { $0 }.first { !$0.isEmpty }
    let isPersisted =
      output["Persisted"]?.bool == true || output["PartialResponse"]?.bool == true
    let named = [output["PersistedRevision"]?.integer, output["Revision"]?.integer]
      .compactMap { $0 }.first { $0 != 0 }
    isKnown = error == nil && (!isPersisted || named != nil)
    // It certainly happened, and nobody knows when.
    if isPersisted, named == nil { unchecked.append("persisted") }
    if isPersisted {
      revision = named
    } else if let found = output["Revision"]?.integer, error == nil, found != -1 {
      revision = found
    }
    let own: String
    switch type {
    case "range":
      own = "Range"
      guard isRange(input["Range"] ?? .null, output, isPersisted) else { return false }
    case "txn":
      own = "Txn"
      guard isTransaction(input["Txn"] ?? .null, output, isPersisted) else { return false }
    case "leaseGrant", "leaseRevoke":
      own = type == "leaseGrant" ? "LeaseGrant" : "LeaseRevoke"
      function = type == "leaseGrant" ? "grant" : "revoke"
      guard let lease = input[own]?["LeaseID"]?.integer else { return false }
      request = lease == 0 && function == "grant" ? .null : .integer(lease)
      isWrite = function == "revoke"
      if isKnown { answer = .object(revisionMember) }
      if function == "grant", let given = output[own]?["LeaseID"]?.integer, given != 0, isKnown {
        answer = .object(revisionMember + [.init("lease", .integer(given))])
      }
    case "compact":
      own = "Compact"
      function = "compact"
      guard let wanted = input["Compact"]?["Revision"]?.integer else { return false }
      request = .integer(wanted)
      if let refused { (isKnown, answer) = (true, refused) }
    case "defragment":
      own = "Defragment"
      function = "defragment"
    default: return false
    }
    noteOthers(
      output,
      [
        own, "Revision", "Error", "ClientError", "Persisted", "PersistedRevision",
        "PartialResponse", "member-id", "MemberID",
      ], "answer")
    return true
  }

  private var revisionMember: [JSON.Member] {
    revision.map { [JSON.Member("revision", .integer($0))] } ?? []
  }

  /// An error that is an answer: etcd looked, and the revision was not to be had.
  private var refused: JSON? {
    guard let error else { return nil }
    if error.hasSuffix("required revision has been compacted") { return ["error": "compacted"] }
    let isFuture =
      error.hasSuffix("required revision is a future revision") || error == "future rev"
    return isFuture ? ["error": "future"] : nil
  }

  /// Counts members that nobody looks at, unless they say nothing.
  private mutating func noteOthers(_ json: JSON, _ known: [String], _ what: String) {
    for member in json.members ?? [] where !known.contains(member.name) {
      if EtcdOperation.saysNothing(member.value) { continue }
      unchecked.append("\(what).\(member.name)")
    }
  }

  private static func saysNothing(_ value: JSON) -> Bool {
    switch value {
    case .null, .bool(false), .integer(0), .string(""): true
    case .array(let elements): elements.isEmpty
    case .object(let members): members.allSatisfy { saysNothing($0.value) }
    default: false
    }
  }

  private static func hasOnly(_ known: [String], _ json: JSON) -> Bool {
    (json.members ?? []).allSatisfy { known.contains($0.name) || saysNothing($0.value) }
  }

  // MARK: Ranges

  private mutating func isRange(_ range: JSON, _ output: JSON, _ isPersisted: Bool) -> Bool {
    function = "range"
    guard let request = EtcdOperation.range(range) else { return false }
    self.request = request
    let asked = range["Revision"]?.integer ?? 0
    if asked > 0, let refused {
      (isKnown, answer) = (true, refused)
    } else if isKnown {
      let found = output["Range"] ?? .null
      if found == .null, !isPersisted { unchecked.append("unanswered-range") }
      answer = .object(revisionMember + self.found(found, range, isAlone: true))
    }
    return true
  }

  private static func range(_ json: JSON) -> JSON? {
    guard let start = json["Start"]?.string,
      hasOnly(
        ["Start", "End", "Limit", "Revision", "KeysOnly", "CountOnly", "Serializable"], json)
    else { return nil }
    var members = [JSON.Member("start", .string(start))]
    if let end = json["End"]?.string, end != "" { members.append(.init("end", .string(end))) }
    for (name, member) in [("limit", "Limit"), ("revision", "Revision")] {
      if let number = json[member]?.integer, number != 0 {
        members.append(.init(name, .integer(number)))
      }
    }
    if json["KeysOnly"]?.bool == true { members.append(.init("keys-only", true)) }
    if json["Serializable"]?.bool == true { members.append(.init("serializable", true)) }
    return .object(members)
  }

  /// What a range found; as a transaction's result it is left out where it says nothing.
  private mutating func found(
    _ json: JSON, _ range: JSON, isAlone: Bool
  ) -> [JSON.Member] {
    guard json != .null else { return [] }
    noteOthers(json, ["KVs", "Count", "Deleted"], "range")
    let isKeysOnly = range["KeysOnly"]?.bool == true
    var pairs: [JSON] = []
    for pair in json["KVs"]?.array ?? [] {
      noteOthers(
        pair, ["Key", "Value", "ModRevision", "Version", "CreateRevision", "Lease"], "pair")
      let value = EtcdOperation.value(pair["Value"])
      var words = [
        JSON.string(pair["Key"]?.string ?? ""), isKeysOnly && value == "" ? .null : value,
      ]
      for name in ["ModRevision", "Version", "CreateRevision", "Lease"] {
        words.append(pair[name] ?? .null)
      }
      while words.last == .null, words.count > 2 { words.removeLast() }
      shown.append(words)
      pairs.append(.array(words))
    }
    let isCountOnly = range["CountOnly"]?.bool == true && pairs.isEmpty
    // It says that these are all, and counts others.
    if json["More"]?.bool == false, !isCountOnly, json["Count"]?.integer ?? 0 > pairs.count {
      unchecked.append("range.More")
    }
    var members: [JSON.Member] = []
    if !isCountOnly { members.append(.init("kvs", .array(pairs))) }
    if let count = json["Count"] { members.append(.init("count", count)) }
    return members
  }

  // MARK: Transactions

  private mutating func isTransaction(
    _ json: JSON, _ output: JSON, _ isPersisted: Bool
  ) -> Bool {
    function = "transact"
    guard json != .null,
      EtcdOperation.hasOnly(["Conditions", "OperationsOnSuccess", "OperationsOnFailure"], json)
    else { return false }
    var members: [JSON.Member] = []
    var branches: [[JSON]] = []
    let conditions = (json["Conditions"]?.array ?? []).map { EtcdOperation.condition($0) }
    guard conditions.allSatisfy({ $0 != nil }) else { return false }
    if !conditions.isEmpty { members.append(.init("if", .array(conditions.compactMap { $0 }))) }
    for (name, member) in [("then", "OperationsOnSuccess"), ("else", "OperationsOnFailure")] {
      let operations = json[member]?.array ?? []
      let steps = operations.map { step($0) }
      guard steps.allSatisfy({ $0 != nil }) else { return false }
      branches.append(operations)
      if !steps.isEmpty { members.append(.init(name, .array(steps.compactMap { $0 }))) }
    }
    request = .object(members)
    isWrite =
      !puts.isEmpty || branches.joined().contains { $0["Delete"]?["Key"]?.string ?? "" != "" }
    guard isKnown else { return true }
    guard let answered = output["Txn"], answered != .null else {
      if !isPersisted { unchecked.append("unanswered-txn") }
      answer = .object(revisionMember)
      return true
    }
    noteOthers(answered, ["Failure", "Results"], "txn")
    let failed = answered["Failure"]?.bool ?? false
    let branch = branches[failed ? 1 : 0]
    let results = answered["Results"]?.array ?? []
    isWrite = branch.contains { $0["Type"]?.string == "put-operation" }
    leases = branch.compactMap { $0["Put"]?["LeaseID"]?.integer }.filter { $0 != 0 }
    var words: [JSON] = []
    for (place, result) in results.enumerated() {
      let range = place < branch.count ? branch[place]["Range"] ?? .null : .null
      words.append(self.result(result, range))
      if result["Deleted"]?.integer ?? 0 > 0 { isWrite = true }
    }
    answer = .object(
      revisionMember + [.init("succeeded", .bool(!failed)), .init("results", .array(words))])
    return true
  }

  /// The result of one step; null for one that found and deleted nothing.
  private mutating func result(_ json: JSON, _ range: JSON) -> JSON {
    if EtcdOperation.saysNothing(json) { return .null }
    var members = found(json, range, isAlone: false)
    if let deleted = json["Deleted"], deleted != 0 { members.append(.init("deleted", deleted)) }
    return .object(members)
  }

  private static func condition(_ json: JSON) -> JSON? {
    guard let key = json["Key"]?.string,
      hasOnly(["Key", "ExpectedRevision", "ExpectedVersion"], json)
    else { return nil }
    // As etcd's test has it: a version counts where there is one.
    if let version = json["ExpectedVersion"]?.integer, version > 0 {
      return ["version", .string(key), "=", .integer(version)]
    }
    return ["mod", .string(key), "=", .integer(json["ExpectedRevision"]?.integer ?? 0)]
  }

  private mutating func step(_ json: JSON) -> JSON? {
    switch json["Type"]?.string {
    case "put-operation":
      guard let put = json["Put"], let key = put["Key"]?.string,
        EtcdOperation.hasOnly(["Key", "Value", "LeaseID"], put)
      else { return nil }
      let value = EtcdOperation.value(put["Value"])
      puts.append([.string(key), value])
      let lease = put["LeaseID"]?.integer ?? 0
      let words: [JSON] = ["put", .string(key), value]
      return .array(lease == 0 ? words : words + [.integer(lease)])
    case "delete-operation":
      guard let delete = json["Delete"], let key = delete["Key"]?.string,
        EtcdOperation.hasOnly(["Key", "End"], delete)
      else { return nil }
      if let end = delete["End"]?.string, end != "" {
        return ["delete", .string(key), .string(end)]
      }
      return ["delete", .string(key)]
    case "range-operation":
      guard let range = json["Range"],
        EtcdOperation.hasOnly(
          ["Start", "End", "Limit", "KeysOnly", "CountOnly"], range),
        let request = EtcdOperation.range(range)
      else { return nil }
      return ["range", request]
    default: return nil
    }
  }

  /// A value: its text, or the hash that stands for a long one, also where the log has the text.
  static func value(_ json: JSON?) -> JSON {
    if let hash = json?["Hash"]?.integer, hash != 0 { return .integer(hash) }
    let text = json?["Value"]?.string ?? json?.string ?? ""
    guard text.utf8.count >= 20 else { return .string(text) }
    // FNV-1a of 32 bits, as `ToValueOrHash` has it.
    var hash: UInt32 = 0x811C_9DC5
    for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return .integer(Int64(hash))
  }
}
