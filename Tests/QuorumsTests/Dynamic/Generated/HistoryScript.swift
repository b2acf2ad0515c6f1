import Base

/// Random correct histories whose completions say who served them: clients side by side, leaders
/// that change, answers that never come.
///
/// Where the quorums of the header need not meet, the sets that were used share the first node.
struct HistoryScript {
  private struct Operation {
    var process: Int
    var key: String
    var isRead: Bool
    var service: [(name: String, value: String)]?
  }

  private(set) var script: Script
  private let nodes: [String]
  private let read: Int
  private let write: Int
  private var random: SplitMix64
  private var running: [Operation] = []
  private var revisions: [String: Int] = [:]
  private var term = 1
  private var leader: String
  private var processes = 0

  static func make(seed: UInt64) -> Script {
    var run = HistoryScript(seed: seed)
    for _ in 0..<run.random.draw(20..<150) { run.step() }
    return run.script
  }

  private init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    nodes = Array(["a", "b", "c", "d", "e", "f"].prefix(random.draw(3..<7)))
    write = random.draw(2..<nodes.count + 1)
    read = random.draw(1..<nodes.count + 1)
    leader = nodes[0]
    script = Script(
      header: "{\"plumbline\":1,\"model\":\"register\",\"initial\":0,\"nodes\":"
        + "\(Script.list(nodes)),\"quorums\":{\"read\":\(read),\"write\":\(write)}}")
  }

  private mutating func step() {
    if random.chance(0.05), let next = random.pick(nodes.filter { $0 != leader }) {
      (term, leader) = (term + 1, next)
    }
    if running.count < 4, random.chance(0.3) {
      processes += 1
      let operation = Operation(
        process: processes, key: random.chance(0.7) ? "\"x\"" : "\"y\"",
        isRead: random.chance(0.6))
      running.append(operation)
      add("invoke", operation, [])
      return
    }
    guard !running.isEmpty else { return }
    let place = random.draw(0..<running.count)
    guard let service = running[place].service else {
      serve(place)
      return
    }
    let operation = running.remove(at: place)
    if random.chance(0.1) { add("info", operation, []) } else { add("ok", operation, service) }
  }

  private mutating func serve(_ place: Int) {
    let operation = running[place]
    if !operation.isRead { revisions[operation.key, default: 0] += 1 }
    let needed = operation.isRead ? read : write
    let shared = read + write > nodes.count ? [] : [nodes[0]]
    let others = nodes.filter { !shared.contains($0) }
    let least = max(0, needed - shared.count)
    let acks = shared + random.some(random.draw(least..<others.count + 1), of: others)
    running[place].service = [
      ("acks", Script.list(acks)), ("term", "\(term)"), ("leader", "\"\(leader)\""),
      ("revision", "\(revisions[operation.key] ?? 0)"),
    ]
  }

  private mutating func add(
    _ type: String, _ operation: Operation, _ more: [(name: String, value: String)]
  ) {
    let id = script.add(
      "", type,
      [
        "process": "\(operation.process)", "f": operation.isRead ? "\"read\"" : "\"write\"",
        "key": operation.key,
        "value": operation.isRead && type != "ok" ? "null" : "\(operation.process)",
      ])
    for member in more { script.set(id, member.name, member.value) }
  }
}

/// One breach of each rule about the evidence of a history.
enum HistoryPlanters {
  private struct Operation {
    var invocation: Int
    var event: Script.Event
    var place: Int

    var isRead: Bool { event["f"] == "\"read\"" }
    var key: String { event["key"] ?? "" }
    var acks: [String] { event.names("acks") }
  }

  /// The operations that completed, in the order of their invocations.
  private static func operations(_ script: Script) -> [Operation] {
    var invocations: [String: Int] = [:]
    var found: [Operation] = []
    for (place, event) in script.events.enumerated() {
      let process = event["process"] ?? ""
      if event.kind == "invoke" { invocations[process] = place }
      if event.kind == "ok" {
        found.append(
          Operation(invocation: invocations[process] ?? 0, event: event, place: place))
      }
    }
    return found.sorted { $0.invocation < $1.invocation }
  }

  private static func ended(_ all: [Operation], before operation: Operation) -> [Operation] {
    all.filter { $0.place < operation.invocation }.sorted { $0.place < $1.place }
  }

  private static func numbers(_ script: Script) -> (nodes: [String], read: Int, write: Int) {
    let header = script.header ?? ""
    let lists = header.split(whereSeparator: { "[]".contains($0) })
    let nodes = lists.count > 1 ? lists[1].split(separator: ",") : []
    let digits = (lists.last ?? "").split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    return (nodes.map { String($0.dropFirst().dropLast()) }, digits[0], digits[1])
  }

  /// An operation that too few served.
  static let quorum: Planter = { script, random in
    let (nodes, read, write) = numbers(script)
    let all = operations(script).filter { ($0.isRead ? read : write) > 1 }
    guard read + write <= nodes.count, let operation = random.pick(all) else { return nil }
    let few = (operation.isRead ? read : write) - 1
    let others = random.some(few - 1, of: operation.acks.filter { $0 != nodes[0] })
    var result = script
    result.set(operation.event.id, "acks", Script.list([nodes[0]] + others))
    return Planted(script: result, events: [operation.event.id])
  }

  /// A read at nodes that have not seen a write before it.
  static let overlap: Planter = { script, random in
    let (nodes, read, _) = numbers(script)
    let all = operations(script)
    var choices: [(read: Operation, write: Operation, others: [String])] = []
    for operation in all where operation.isRead {
      let writes = ended(all, before: operation).filter {
        !$0.isRead && $0.key == operation.key
      }
      for write in writes {
        let others = nodes.filter { !write.acks.contains($0) }
        let first = writes.first { $0.acks == write.acks } ?? write
        guard others.count >= read, !others.isEmpty,
          writes.allSatisfy({ other in
            other.acks == write.acks || !Set(other.acks).isDisjoint(with: others)
          })
        else { continue }
        choices.append((operation, first, others))
      }
    }
    guard let choice = random.pick(choices) else { return nil }
    var result = script
    result.set(choice.read.event.id, "acks", Script.list(choice.others))
    return Planted(script: result, events: [choice.write.event.id, choice.read.event.id])
  }

  /// An answer from before what had been answered.
  static let revision: Planter = { script, random in
    let all = operations(script)
    var choices: [(operation: Operation, latest: Operation)] = []
    for operation in all {
      var latest: Operation?
      for other in ended(all, before: operation)
      where other.key == operation.key
        && other.event.integer("revision") > latest?.event.integer("revision") ?? -1
      { latest = other }
      if let latest { choices.append((operation, latest)) }
    }
    guard let choice = random.pick(choices) else { return nil }
    var result = script
    result.set(
      choice.operation.event.id, "revision", "\(choice.latest.event.integer("revision") - 1)")
    return Planted(
      script: result, events: [choice.latest.event.id, choice.operation.event.id])
  }

  /// A second leader of a term.
  static let leader: Planter = { script, random in
    let (nodes, _, _) = numbers(script)
    let all = operations(script)
    guard let operation = random.pick(all),
      let first = all.first(where: { $0.event["term"] == operation.event["term"] }),
      first.event.id != operation.event.id,
      let other = random.pick(nodes.filter { "\"\($0)\"" != operation.event["leader"] })
    else { return nil }
    var result = script
    result.set(operation.event.id, "leader", "\"\(other)\"")
    return Planted(script: result, events: [first.event.id, operation.event.id])
  }

  /// A leader that goes on after the next has begun.
  static let splitBrain: Planter = { script, random in
    let all = operations(script)
    guard let operation = random.pick(all) else { return nil }
    var later: Operation?
    for other in ended(all, before: operation)
    where other.event.integer("term") > later?.event.integer("term") ?? 0 { later = other }
    guard let later else { return nil }
    let old = all.filter {
      $0.event.integer("term") < later.event.integer("term")
        && $0.event["leader"] != later.event["leader"]
    }
    guard let old = random.pick(old) else { return nil }
    var result = script
    result.set(operation.event.id, "term", old.event["term"])
    result.set(operation.event.id, "leader", old.event["leader"])
    return Planted(script: result, events: [later.event.id, operation.event.id])
  }
}
