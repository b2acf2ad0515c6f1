import Base

/// etcd's map as a few dictionaries, for the generator alone: neither machine nor referee.
struct SimulatedEtcd: SimulatedObject {
  private struct Entry {
    var value: JSON
    var mod: Int64
    var create: Int64
    var version: Int64
    var lease: Int64
  }

  private var revision: Int64 = 1
  private var compacted: Int64 = -1
  private var held: [String: Entry] = [:]
  private var past: [Int64: [String: Entry]] = [1: [:]]
  private var leases: Set<Int64> = []
  private var nextLease: Int64 = 1
  private var nextValue: Int64 = 1
  /// Whether values are put twice, and what else is rare.
  var isWild = false

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    let rare = isWild ? random.draw(0..<10) : 9
    switch rare {
    case 0:
      nextLease += 1
      return Request(function: "grant", input: .integer(nextLease - 1))
    case 1: return Request(function: "revoke", input: lease(&random))
    case 2: return Request(function: "compact", input: .integer(someRevision(&random)))
    case 3 where random.chance(0.3): return Request(function: "defragment")
    default: break
    }
    switch random.draw(0..<8) {
    case 0, 1: return Request(function: "range", input: range(&random, isPart: false))
    case 2: return transaction([], [["delete", key(&random)]], [])
    case 3:
      let condition: JSON
      switch random.draw(0..<4) {
      case 0: condition = ["version", key(&random), "=", .integer(Int64(random.draw(0..<3)))]
      case 1: condition = ["create", key(&random), "<", .integer(someRevision(&random))]
      case 2: condition = ["value", key(&random), "!=", "v1"]
      default: condition = ["mod", key(&random), "=", .integer(someRevision(&random))]
      }
      return transaction([condition], [put(&random)], [["range", range(&random, isPart: true)]])
    case 4:
      return transaction(
        [["mod", key(&random), "=", 0]],
        [["range", range(&random, isPart: true)], put(&random), ["delete", key(&random)]], [])
    case 5 where isWild: return transaction([], [["delete", "a", "c"]], [])
    default: return transaction([], [put(&random)], [])
    }
  }

  private func key(_ random: inout SplitMix64) -> JSON {
    .string(["a", "b", "c"][random.draw(0..<3)])
  }

  private func lease(_ random: inout SplitMix64) -> JSON {
    .integer(Int64(random.draw(1..<Int(nextLease) + 1)))
  }

  private func someRevision(_ random: inout SplitMix64) -> Int64 {
    max(0, revision + 1 - Int64(random.draw(0..<4)))
  }

  private mutating func put(_ random: inout SplitMix64) -> JSON {
    nextValue += 1
    let number = isWild && random.chance(0.5) ? Int64(random.draw(0..<3)) : nextValue
    let words: [JSON] = ["put", key(&random), .string("v\(number)")]
    return .array(isWild && random.chance(0.2) ? words + [lease(&random)] : words)
  }

  private func range(_ random: inout SplitMix64, isPart: Bool) -> JSON {
    var members = [JSON.Member("start", key(&random))]
    switch random.draw(0..<3) {
    case 0: members = [.init("start", "a"), .init("end", random.chance(0.5) ? "c" : "\0")]
    case 1: members = [.init("start", "a"), .init("end", "d")]
    default: break
    }
    if random.chance(0.2) { members.append(.init("limit", 1)) }
    if random.chance(0.1) { members.append(.init("keys-only", true)) }
    if !isPart, random.chance(0.3) {
      members.append(.init("revision", .integer(someRevision(&random))))
    }
    if !isPart, isWild, random.chance(0.15) { members.append(.init("serializable", true)) }
    return .object(members)
  }

  private func transaction(_ conditions: [JSON], _ then: [JSON], _ other: [JSON]) -> Request {
    var members: [JSON.Member] = []
    if !conditions.isEmpty { members.append(.init("if", .array(conditions))) }
    members.append(.init("then", .array(then)))
    if !other.isEmpty { members.append(.init("else", .array(other))) }
    return Request(function: "transact", input: .object(members))
  }

  // MARK: Answers

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    let input = request.input
    switch request.function {
    case "range":
      let asked = input["revision"]?.integer ?? 0
      if asked > revision { return ["error": "future"] }
      if asked > 0, asked < compacted { return ["error": "compacted"] }
      let content = asked > 0 ? past[asked] ?? [:] : held
      return .object([.init("revision", .integer(revision))] + show(content, input))
    case "transact": return transact(input)
    case "grant":
      leases.insert(input.integer ?? 0)
      return ["revision": .integer(revision)]
    case "revoke":
      let gone = held.filter { $0.value.lease == input.integer }
      for key in gone.keys { held[key] = nil }
      leases.remove(input.integer ?? 0)
      if !gone.isEmpty { countRevision() }
      return ["revision": .integer(revision)]
    case "compact":
      let wanted = input.integer ?? 0
      if wanted <= compacted { return ["error": "compacted"] }
      if wanted > revision { return ["error": "future"] }
      compacted = wanted
      return .null
    default: return .null
    }
  }

  private mutating func countRevision() {
    revision += 1
    past[revision] = held
  }

  private func show(_ content: [String: Entry], _ range: JSON) -> [JSON.Member] {
    let start = range["start"]?.string ?? ""
    let end = range["end"]?.string
    let keys = content.keys.filter { key in
      end.map { key >= start && (key < $0 || $0 == "\0") } ?? (key == start)
    }
    let limit = range["limit"]?.integer.map { Int($0) } ?? keys.count
    let pairs = keys.sorted().prefix(limit).map { key -> JSON in
      guard let entry = content[key] else { return .null }
      return [
        .string(key), range["keys-only"] == true ? .null : entry.value, .integer(entry.mod),
        .integer(entry.version), .integer(entry.create), .integer(entry.lease),
      ]
    }
    return [.init("kvs", .array(pairs)), .init("count", .integer(Int64(keys.count)))]
  }

  private mutating func transact(_ input: JSON) -> JSON {
    let succeeds = (input["if"]?.array ?? []).allSatisfy { holds($0.array ?? []) }
    var results: [JSON] = []
    var isChanged = false
    for step in input[succeeds ? "then" : "else"]?.array ?? [] {
      let words = step.array ?? []
      let key = words[1].string ?? ""
      switch words[0] {
      case "range": results.append(.object(show(held, words[1])))
      case "put":
        results.append(.null)
        let lease = words.count > 3 ? words[3].integer ?? 0 : 0
        guard lease == 0 || leases.contains(lease) else { continue }
        held[key] = Entry(
          value: words[2], mod: revision + 1, create: held[key]?.create ?? revision + 1,
          version: (held[key]?.version ?? 0) + 1, lease: lease)
        isChanged = true
      default:
        let end = words.count > 2 ? words[2].string : nil
        let gone = held.keys.filter { held in
          end.map { held >= key && held < $0 } ?? (held == key)
        }
        for key in gone { held[key] = nil }
        if !gone.isEmpty { isChanged = true }
        results.append(gone.isEmpty ? .null : ["deleted": .integer(Int64(gone.count))])
      }
    }
    if isChanged { countRevision() }
    return [
      "revision": .integer(revision), "succeeded": .bool(succeeds), "results": .array(results),
    ]
  }

  private func holds(_ words: [JSON]) -> Bool {
    let entry = held[words[1].string ?? ""]
    switch words[0] {
    case "value": return entry.map { $0.value != words[3] } ?? false
    case "create": return (entry?.create ?? 0) < words[3].integer ?? 0
    case "version": return (entry?.version ?? 0) == words[3].integer
    default: return (entry?.mod ?? 0) == words[3].integer
    }
  }

  // MARK: Lies

  /// The truth with one thing in it that is another.
  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    var copy = self
    guard let truth = copy.answer(request, process: 0) else { return nil }
    if truth == .null { return request.function == "compact" ? ["error": "compacted"] : .null }
    return SimulatedEtcd.twisted(truth, &random)
  }

  private static func twisted(_ json: JSON, _ random: inout SplitMix64) -> JSON {
    switch json {
    case .integer(let number): return .integer(number + (random.chance(0.5) ? 1 : -1))
    case .bool(let value): return .bool(!value)
    case .string(let text): return .string(text == "compacted" ? "future" : text + "x")
    case .array(var elements):
      if elements.isEmpty || random.chance(0.2) { return .array(Array(elements.dropLast())) }
      let place = random.draw(0..<elements.count)
      elements[place] = twisted(elements[place], &random)
      return .array(elements)
    case .object(var members):
      let place = random.draw(0..<members.count)
      members[place].value = twisted(members[place].value, &random)
      return members.contains { $0.name == "error" && $0.value == "futurex" }
        ? ["error": "compacted"] : .object(members)
    default: return json
    }
  }
}
