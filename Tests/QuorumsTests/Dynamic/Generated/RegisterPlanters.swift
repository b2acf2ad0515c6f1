import Base

/// What a trace of a register says about its operations, found without the rules.
private struct RegisterView {
  struct Operation {
    var key: String
    var isRead: Bool
    var begin: Script.Event
    var phases: [Script.Event] = []
    var end: Script.Event?

    var version: [Int] { end?.integers("version") ?? [] }
    var stored: [String]? {
      phases.last { $0["phase"] == "\"store\"" }?.names("acks")
    }
  }

  let script: Script
  private(set) var operations: [Operation] = []

  init(_ script: Script) {
    self.script = script
    var places: [String: Int] = [:]
    for event in script.events {
      let name = event["op"] ?? ""
      switch event.kind {
      case "op_begin":
        places[name] = operations.count
        operations.append(
          Operation(
            key: event["key"] ?? "", isRead: event["kind"] == "\"read\"", begin: event))
      case "phase_end": if let place = places[name] { operations[place].phases.append(event) }
      case "op_end": if let place = places[name] { operations[place].end = event }
      default: break
      }
    }
  }

  /// Operations of the key that had ended before one began, in the order of their ends.
  func ended(before operation: Operation, reads: Bool) -> [Operation] {
    let begin = script.place(operation.begin.id)
    return operations.filter { other in
      guard let end = other.end else { return false }
      return other.key == operation.key && other.isRead == reads && script.place(end.id) < begin
    }.sorted { script.place($0.end?.id ?? 0) < script.place($1.end?.id ?? 0) }
  }

  /// The first of them that has the highest version.
  func latest(before operation: Operation, reads: Bool) -> Operation? {
    var latest: Operation?
    for other in ended(before: operation, reads: reads)
    where latest.map({ $0.version.lexicographicallyPrecedes(other.version) }) ?? true {
      latest = other
    }
    return latest
  }

  /// The value that belongs to a version of a key.
  func value(_ version: [Int], _ key: String) -> String? {
    script.events.first {
      ($0.kind == "replica" && $0["key"] == key && $0.integers("version") == version)
    }?["valueHash"]
  }
}

/// One breach of each rule of a quorum register.
enum RegisterPlanters {
  /// A store that ends with too few.
  static let Q1: Planter = { script, random in
    let view = RegisterView(script)
    let config = script.events[0]
    let votes = Dictionary(
      uniqueKeysWithValues: zip(config.names("voters"), config.integers("votes")))
    let reads = view.operations.filter(\.isRead).flatMap(\.phases)
    let stores = reads.filter { $0["phase"] == "\"store\"" }
    guard let event = random.pick(stores) else { return nil }
    var few = event.names("acks")
    while few.compactMap({ votes[$0] }).reduce(0, +) >= config.integer("write") {
      few.remove(at: random.draw(0..<few.count))
    }
    var result = script
    result.set(event.id, "acks", Script.list(few))
    return Planted(script: result, events: [config.id, event.id])
  }

  /// A query in a later configuration whose quorums do not meet a write that had ended.
  static let Q2: Planter = { script, random in
    let view = RegisterView(script)
    let nodes = script.events[0].names("voters")
    var choices: [(operation: RegisterView.Operation, write: Script.Event, others: [String])] = []
    for operation in view.operations where operation.phases.first?["phase"] == "\"query\"" {
      let writes = view.ended(before: operation, reads: false)
      for write in writes {
        let quorum = Set(write.stored ?? [])
        let others = nodes.filter { !quorum.contains($0) }
        let first = writes.first { Set($0.stored ?? []) == quorum }
        let meetsOthers = writes.allSatisfy { other in
          Set(other.stored ?? []) == quorum || !Set(other.stored ?? []).isDisjoint(with: others)
        }
        if !others.isEmpty, meetsOthers, let end = first?.end {
          choices.append((operation, end, others))
        }
      }
    }
    guard let choice = random.pick(choices), let query = choice.operation.phases.first else {
      return nil
    }
    var result = script
    result.set(query.id, "acks", Script.list(choice.others))
    result.set(query.id, "ep", "1")
    result.add(
      choice.others[0], "config", ["ep": "1", "voters": Script.list(choice.others)], at: 1)
    return Planted(
      script: result, events: [choice.write.id, choice.operation.begin.id, query.id])
  }

  /// A read that is older than a write before it, and not than a read.
  static let Q3: Planter = { script, random in old(script, &random, than: false) }

  /// A read that is older than a read before it, and not than a write.
  static let Q4: Planter = { script, random in old(script, &random, than: true) }

  private static func old(
    _ script: Script, _ random: inout SplitMix64, than reads: Bool
  ) -> Planted? {
    let view = RegisterView(script)
    var choices: [(operation: RegisterView.Operation, earlier: Script.Event, version: [Int])] = []
    for operation in view.operations where operation.isRead && operation.end != nil {
      let least = view.latest(before: operation, reads: !reads)?.version ?? [0, 0]
      guard let broken = view.latest(before: operation, reads: reads), let earlier = broken.end,
        least.lexicographicallyPrecedes(broken.version)
      else { continue }
      choices.append((operation, earlier, least))
    }
    guard let choice = random.pick(choices), let end = choice.operation.end else { return nil }
    let value =
      choice.version == [0, 0] ? "0" : view.value(choice.version, choice.operation.key)
    var result = script
    result.set(end.id, "version", RegisterScript.text(choice.version))
    result.set(end.id, "valueHash", value)
    return Planted(script: result, events: [choice.earlier.id, choice.operation.begin.id, end.id])
  }

  /// A write with a version of its own that is not later than one operation before it.
  static let Q5: Planter = { script, random in
    let view = RegisterView(script)
    var choices: [(operation: RegisterView.Operation, earlier: Script.Event, version: [Int])] = []
    for operation in view.operations where !operation.isRead && operation.end != nil {
      let write = view.latest(before: operation, reads: false)
      let read = view.latest(before: operation, reads: true)
      for (one, other) in [(write, read), (read, write)] {
        guard let one, let earlier = one.end else { continue }
        let version = [one.version[0], -1]
        guard (other?.version ?? [-1, 0]).lexicographicallyPrecedes(version) else { continue }
        choices.append((operation, earlier, version))
      }
    }
    guard let choice = random.pick(choices), let end = choice.operation.end else { return nil }
    var result = script
    result.set(end.id, "version", RegisterScript.text(choice.version))
    return Planted(script: result, events: [choice.earlier.id, choice.operation.begin.id, end.id])
  }

  /// A version with a second value.
  static let Q6: Planter = { script, random in
    let view = RegisterView(script)
    var first: [String: Script.Event] = [:]
    var choices: [(first: Script.Event, event: Script.Event)] = []
    let keys = Dictionary(
      uniqueKeysWithValues: view.operations.map { ($0.begin["op"] ?? "", $0.key) })
    for event in script.all("op_end", "replica") {
      let key = event["key"] ?? keys[event["op"] ?? ""] ?? ""
      let id = "\(key) \(event["version"] ?? "")"
      if let known = first[id] { choices.append((known, event)) } else { first[id] = event }
    }
    guard let choice = random.pick(choices) else { return nil }
    var result = script
    result.set(choice.event.id, "valueHash", "987654")
    return Planted(script: result, events: [choice.first.id, choice.event.id])
  }

  /// A replica that goes back, say over a restart.
  static let Q7: Planter = { script, random in
    guard let event = random.pick(script.all("replica")) else { return nil }
    var result = script
    let place = script.place(event.id) + 1
    result.add(event.node, "crash", [:], at: place)
    let id = result.add(
      event.node, "replica",
      ["key": event["key"] ?? "", "version": "[0,0]", "durable": "true"], at: place + 1)
    return Planted(script: result, events: [event.id, id])
  }
}
