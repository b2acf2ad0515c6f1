import Histories

/// What the calls of one map asked and were answered, taken apart into flat columns.
///
/// A claim that an answer does not make is ``unsaid``, or nil.
struct EtcdCalls {
  /// Stands for a number that an answer does not name.
  static let unsaid = Int64.min

  /// One call.
  struct Request {
    var kind: FunctionName
    /// A transaction's conditions and both of its branches.
    var conditions = 0..<0
    var then = 0..<0
    var otherwise = 0..<0
    /// What a range asks for.
    var range = Range()
    /// A lease, or the revision of a compaction.
    var number: Int64 = 0
    /// Whether it took effect: else nobody knows.
    var isAnswered = false
    /// The revision that the answer names.
    var revision = EtcdCalls.unsaid
    /// Whether the answer says that the conditions held.
    var succeeded: Bool?
    var error = Refused.no
    /// What the steps of a transaction, or the one range, found.
    var results: Swift.Range<Int>?
  }

  /// Why a request was refused.
  enum Refused: String {
    case no = ""
    case compacted
    case future
    /// It granted another lease than the one that was asked for.
    case mistaken
  }

  /// What a range asks for.
  struct Range {
    var start: ValueID = ValueTable.none
    /// ``ValueTable/none`` for the start alone.
    var end: ValueID = ValueTable.none
    var limit: Int64 = 0
    /// The revision asked for, 0 for the newest.
    var revision: Int64 = 0
    var isKeysOnly = false
    var isSerializable = false
  }

  enum Target { case mod, version, create, lease, value }

  struct Condition {
    var target: Target
    var key: ValueID
    /// `=`, `!`, `<` or `>`.
    var comparison: UInt8
    var number: Int64 = 0
    var value: ValueID = ValueTable.none
  }

  enum Step {
    case put(key: ValueID, value: ValueID, lease: Int64)
    case delete(start: ValueID, end: ValueID)
    case range(Range)
  }

  struct Found {
    var pairs: Swift.Range<Int>?
    var count = EtcdCalls.unsaid
    var deleted: Int64 = 0
  }

  /// A key with what it held.
  struct Pair {
    var key: ValueID
    var value: ValueID
    var mod: Int64
    var version: Int64
    var create: Int64
    var lease: Int64
  }

  private(set) var requests: [Request] = []
  private(set) var conditions: [Condition] = []
  private(set) var steps: [Step] = []
  private(set) var found: [Found] = []
  private(set) var pairs: [Pair] = []
  private let values: ValueTable

  init(_ values: ValueTable) {
    self.values = values
  }

  /// Takes a call apart; its number is that of its request.
  ///
  /// - Throws: ``CheckError`` for a value of the wrong shape.
  mutating func add(_ call: Call) throws(CheckError) {
    var request = Request(kind: call.function)
    switch call.function {
    case .range: request.range = try range(call.input, call)
    case .transact: try transaction(call, &request)
    case .grant:
      if call.input != ValueTable.null { request.number = try integer(call.input, call) }
    case .revoke, .compact: request.number = try integer(call.input, call)
    default: break
    }
    if call.end == .ok {
      request.isAnswered = true
      if call.output > ValueTable.null { try answer(call, &request) }
    }
    requests.append(request)
  }

  // MARK: Requests

  private func range(_ value: ValueID, _ call: Call) throws(CheckError) -> Range {
    let expected = "{\"start\":key} with “end”, “limit”, “revision”, “keys-only”, “serializable”"
    var range = Range()
    for (name, member) in try members(value, call, expected) {
      switch name {
      case "start": range.start = try key(member, call)
      case "end": range.end = try key(member, call)
      case "limit": range.limit = try integer(member, call)
      case "revision": range.revision = try integer(member, call)
      case "keys-only": range.isKeysOnly = member == ValueTable.true
      case "serializable": range.isSerializable = member == ValueTable.true
      default: throw call.wrong(value, expected, values)
      }
    }
    guard range.start >= 0 else { throw call.wrong(value, expected, values) }
    return range
  }

  private mutating func transaction(
    _ call: Call, _ request: inout Request
  ) throws(CheckError) {
    let expected = "{\"if\":[…],\"then\":[…],\"else\":[…]}"
    for (name, member) in try members(call.input, call, expected) {
      guard values.kind(of: member) == .list else {
        throw call.wrong(call.input, expected, values)
      }
      switch name {
      case "if":
        let first = conditions.count
        for part in values.parts(of: member) { conditions.append(try condition(part, call)) }
        request.conditions = first..<conditions.count
      case "then", "else":
        let first = steps.count
        for part in values.parts(of: member) { steps.append(try step(part, call)) }
        if name == "then" {
          request.then = first..<steps.count
        } else {
          request.otherwise = first..<steps.count
        }
      default: throw call.wrong(call.input, expected, values)
      }
    }
  }

  private func condition(_ value: ValueID, _ call: Call) throws(CheckError) -> Condition {
    let expected = "a condition [\"mod\",key,\"=\",number], “version”, “create”, “lease” or “value”"
    let words = values.parts(of: value)
    guard words.count == 4, let name = words.first, let operand = words.last,
      let comparison = values.utf8(words[words.startIndex + 2]).first,
      ["=", "!=", "<", ">"].contains(values.string(words[words.startIndex + 2]) ?? "")
    else { throw call.wrong(value, expected, values) }
    let target: Target
    switch values.string(name) {
    case "mod": target = .mod
    case "version": target = .version
    case "create": target = .create
    case "lease": target = .lease
    case "value": target = .value
    default: throw call.wrong(value, expected, values)
    }
    var condition = Condition(
      target: target, key: try key(words[words.startIndex + 1], call), comparison: comparison)
    if target == .value {
      condition.value = operand
    } else {
      condition.number = try integer(operand, call)
    }
    return condition
  }

  private func step(_ value: ValueID, _ call: Call) throws(CheckError) -> Step {
    let expected =
      "a step [\"put\",key,value], [\"put\",key,value,lease], [\"delete\",key], "
      + "[\"delete\",start,end] or [\"range\",{\"start\":key,…}]"
    let words = Array(values.parts(of: value))
    guard values.kind(of: value) == .list, words.count >= 2 else {
      throw call.wrong(value, expected, values)
    }
    switch (values.string(words[0]), words.count) {
    case ("put", 3): return .put(key: try key(words[1], call), value: words[2], lease: 0)
    case ("put", 4):
      return .put(
        key: try key(words[1], call), value: words[2], lease: try integer(words[3], call))
    case ("delete", 2): return .delete(start: try key(words[1], call), end: ValueTable.none)
    case ("delete", 3):
      return .delete(start: try key(words[1], call), end: try key(words[2], call))
    case ("range", 2):
      let range = try range(words[1], call)
      guard range.revision == 0, !range.isSerializable else {
        throw call.wrong(value, "a range of the newest revision within a transaction", values)
      }
      return .range(range)
    default: throw call.wrong(value, expected, values)
    }
  }

  // MARK: Answers

  private mutating func answer(_ call: Call, _ request: inout Request) throws(CheckError) {
    let expected =
      "an answer: “revision”, “error”, “kvs” and “count” of a range, “succeeded” and “results” of "
      + "a transaction"
    var only = Found()
    for (name, member) in try members(call.output, call, expected) {
      switch (name, call.function) {
      case ("revision", _): request.revision = try integer(member, call)
      case ("error", .range), ("error", .compact):
        guard let error = values.string(member).flatMap({ Refused(rawValue: $0) }),
          error != .mistaken
        else {
          throw call.wrong(call.output, "the error “compacted” or “future”", values)
        }
        request.error = error
      case ("lease", .grant):
        if call.input == ValueTable.null {
          request.number = try integer(member, call)
        } else if member != call.input {
          request.error = .mistaken
        }
      case ("kvs", .range): only.pairs = try pairs(member, call)
      case ("count", .range): only.count = try integer(member, call)
      case ("succeeded", .transact): request.succeeded = values.bool(member)
      case ("results", .transact):
        guard values.kind(of: member) == .list else {
          throw call.wrong(call.output, expected, values)
        }
        let first = found.count
        for part in values.parts(of: member) { try result(part, call) }
        request.results = first..<found.count
      default: throw call.wrong(call.output, expected, values)
      }
    }
    if call.function == .range {
      found.append(only)
      request.results = found.count - 1..<found.count
    }
  }

  private mutating func result(_ value: ValueID, _ call: Call) throws(CheckError) {
    let expected = "a result: null or a map with “kvs”, “count” and “deleted”"
    var result = Found(pairs: pairs.count..<pairs.count, count: 0)
    if value != ValueTable.null {
      result.pairs = nil
      result.count = Self.unsaid
      for (name, member) in try members(value, call, expected) {
        switch name {
        case "kvs": result.pairs = try pairs(member, call)
        case "count": result.count = try integer(member, call)
        case "deleted": result.deleted = try integer(member, call)
        default: throw call.wrong(value, expected, values)
        }
      }
    }
    found.append(result)
  }

  private mutating func pairs(
    _ value: ValueID, _ call: Call
  ) throws(CheckError) -> Swift.Range<Int> {
    let expected = "a pair [key,value,mod,version,create,lease], from the third on null or absent"
    guard values.kind(of: value) == .list else {
      throw call.wrong(value, "a list of pairs", values)
    }
    let first = pairs.count
    for part in values.parts(of: value) {
      let words = values.parts(of: part)
      guard values.kind(of: part) == .list, (2...6).contains(words.count), let key = words.first
      else { throw call.wrong(part, expected, values) }
      var pair = Pair(
        key: key, value: words[words.startIndex + 1], mod: Self.unsaid, version: Self.unsaid,
        create: Self.unsaid, lease: Self.unsaid)
      for (place, word) in words.dropFirst(2).enumerated() where word != ValueTable.null {
        let number = try integer(word, call)
        switch place {
        case 0: pair.mod = number
        case 1: pair.version = number
        case 2: pair.create = number
        default: pair.lease = number
        }
      }
      pairs.append(pair)
    }
    return first..<pairs.count
  }

  // MARK: Values

  private func members(
    _ value: ValueID, _ call: Call, _ expected: String
  ) throws(CheckError) -> [(name: String, value: ValueID)] {
    guard value >= 0, values.kind(of: value) == .map else {
      throw call.wrong(value, expected, values)
    }
    let parts = values.parts(of: value)
    var members: [(name: String, value: ValueID)] = []
    members.reserveCapacity(parts.count / 2)
    for place in stride(from: parts.startIndex, to: parts.endIndex, by: 2) {
      guard let name = values.string(parts[place]) else {
        throw call.wrong(value, expected, values)
      }
      members.append((name, parts[place + 1]))
    }
    return members
  }

  private func key(_ value: ValueID, _ call: Call) throws(CheckError) -> ValueID {
    guard value >= 0, values.kind(of: value) == .string else {
      throw call.wrong(value, "a string as a key", values)
    }
    return value
  }

  private func integer(_ value: ValueID, _ call: Call) throws(CheckError) -> Int64 {
    guard let number = values.integer(value) else {
      throw call.wrong(value, "an integer of 64 bits", values)
    }
    return number
  }
}

extension EtcdCalls {
  /// The branch of a transaction.
  func branch(_ request: Request, succeeds: Bool) -> ArraySlice<Step> {
    steps[succeeds ? request.then : request.otherwise]
  }

  /// The result of a transaction's step, or nil where nothing is said of it.
  func result(_ place: Int, of request: Request) -> Found? {
    request.results.flatMap { place < $0.count ? found[$0.lowerBound + place] : nil }
  }

  /// Whether a request can never change the map where its answer is right.
  func isPure(_ request: Request) -> Bool {
    func isPure(_ succeeds: Bool) -> Bool {
      branch(request, succeeds: succeeds).enumerated().allSatisfy { place, step in
        switch step {
        case .range: true
        case .put: false
        case .delete:
          request.succeeded == succeeds
            && result(place, of: request).map { $0.deleted == 0 } ?? false
        }
      }
    }
    switch request.kind {
    case .range, .defragment: return true
    case .transact:
      if let succeeded = request.succeeded { return isPure(succeeded) }
      return isPure(true) && (request.conditions.isEmpty || isPure(false))
    case .grant: return request.number == 0
    case .compact: return request.error != .no
    default: return false
    }
  }

  /// Whether an answered transaction certainly made a revision: its branch puts a key without a
  /// lease, or its answer says that it deleted one.
  func isCertainlyWrite(_ request: Request) -> Bool {
    guard request.kind == .transact else { return false }
    let succeeds: Bool
    if let succeeded = request.succeeded {
      succeeds = succeeded
    } else if request.conditions.isEmpty {
      succeeds = true
    } else {
      return false
    }
    return branch(request, succeeds: succeeds).enumerated().contains { place, step in
      switch step {
      case .put(_, _, let lease): lease == 0
      case .delete: (result(place, of: request)?.deleted ?? 0) > 0
      case .range: false
      }
    }
  }
}
