import Base

/// What a trace of Paxos says about its slots, found without the rules.
private struct PaxosView {
  struct Choice {
    var slot: Int
    var ballot: [Int]
    var value: String
    var acceptors: [String]
    var event: Int
  }

  let script: Script
  let nodes: [String]
  let read: Int
  let write: Int
  private(set) var choices: [Choice] = []

  init(_ script: Script) {
    self.script = script
    let config = script.events[0]
    nodes = config.names("voters")
    let most = nodes.count / 2 + 1
    (read, write) = (
      config["read"] == nil ? most : config.integer("read"),
      config["write"] == nil ? most : config.integer("write")
    )
    var votes: [String: [String]] = [:]
    for event in script.all("accepted") {
      let id = (event["slot"] ?? "") + (event["ballot"] ?? "")
      guard !(votes[id] ?? []).contains(event.node) else { continue }
      votes[id, default: []].append(event.node)
      guard let acceptors = votes[id], acceptors.count == write else { continue }
      choices.append(
        Choice(
          slot: event.integer("slot"), ballot: event.integers("ballot"),
          value: event["value"] ?? "", acceptors: acceptors, event: event.id))
    }
  }

  /// The slots in which exactly one ballot was chosen.
  var chosenOnce: [Choice] {
    choices.filter { choice in choices.count { $0.slot == choice.slot } == 1 }
  }

  var slots: [Int] { Array(Set(script.all("promise").map { $0.integer("slot") })).sorted() }

  func events(_ slot: Int, _ kinds: String...) -> [Script.Event] {
    script.events.filter { kinds.contains($0.kind) && $0.integer("slot") == slot }
  }

  /// What an acceptor has accepted last at the end of the trace.
  func accepted(_ node: String, _ slot: Int) -> (ballot: [Int], value: String)? {
    events(slot, "accepted").last { $0.node == node }.map {
      ($0.integers("ballot"), $0["value"] ?? "")
    }
  }

  /// A random place behind everything that acceptors did in a slot.
  func placeBehind(_ slot: Int, _ random: inout SplitMix64) -> Int {
    let last = events(slot, "promise", "accepted").last.map { script.place($0.id) + 1 } ?? 1
    return random.draw(last..<script.events.count + 1)
  }
}

/// One breach of each rule of Paxos.
enum PaxosPlanters {
  private static let high = "[900,0]"

  /// An acceptor that goes back behind its promise.
  static let P1: Planter = { script, random in
    let view = PaxosView(script)
    guard let seen = random.pick(script.all("promise", "accepted")) else { return nil }
    let slot = seen.integer("slot")
    var best = seen
    for event in view.events(slot, "promise", "accepted")
    where event.node == seen.node && script.place(event.id) <= script.place(seen.id) {
      if best.integers("ballot").lexicographicallyPrecedes(event.integers("ballot")) {
        best = event
      }
    }
    for event in view.events(slot, "promise", "accepted")
    where event.node == seen.node && event["ballot"] == best["ballot"] {
      best = event
      break
    }
    var result = script
    let isPromise = view.write == 1 || random.chance(0.5)
    let place = script.place(seen.id) + 1
    let id =
      isPromise
      ? result.add(
        seen.node, "promise", ["ballot": "[0,0]", "slot": "\(slot)", "acc": "null"], at: place)
      : result.add(
        seen.node, "accepted", ["ballot": "[0,0]", "slot": "\(slot)", "value": "\"old\""],
        at: place)
    return Planted(script: result, events: [best.id, id])
  }

  /// A ballot with a second value.
  static let P2: Planter = { script, random in
    let view = PaxosView(script)
    guard let event = random.pick(script.all("accepted")),
      let first = view.events(event.integer("slot"), "accept", "accepted").first(where: {
        $0["ballot"] == event["ballot"]
      })
    else { return nil }
    var result = script
    let id = result.add(
      event.node, "accepted",
      [
        "ballot": event["ballot"] ?? "", "slot": event["slot"] ?? "", "value": "\"other\"",
      ], at: script.place(event.id) + 1)
    return Planted(script: result, events: [first.id, id])
  }

  /// A proposal on too few promises, or with another value than they report.
  static let P3: Planter = { script, random in
    random.chance(0.5) ? fewPromises(script, &random) : anotherValue(script, &random)
  }

  private static func fewPromises(_ script: Script, _ random: inout SplitMix64) -> Planted? {
    let view = PaxosView(script)
    guard view.read > 1, let event = random.pick(script.all("accept")) else { return nil }
    let few = random.some(view.read - 1, of: event.names("promises"))
    // The value stays right for them, and they still meet what was chosen before.
    let reports = few.compactMap { node in
      view.events(event.integer("slot"), "promise").first {
        $0.node == node && $0["ballot"] == event["ballot"] && $0["acc"] != "null"
      }?["acc"]
    }
    let choices = view.choices.filter {
      $0.slot == event.integer("slot")
        && $0.ballot.lexicographicallyPrecedes(event.integers("ballot"))
    }
    guard reports.allSatisfy({ $0.contains(event["value"] ?? "") }),
      choices.allSatisfy({ choice in few.contains { choice.acceptors.contains($0) } })
    else { return nil }
    var result = script
    result.set(event.id, "promises", Script.list(few))
    return Planted(script: result, events: [script.events[0].id, event.id])
  }

  private static func anotherValue(_ script: Script, _ random: inout SplitMix64) -> Planted? {
    let view = PaxosView(script)
    let open = view.slots.filter { slot in !view.choices.contains { $0.slot == slot } }
    guard let slot = random.pick(open) else { return nil }
    let asked = random.some(view.read, of: view.nodes)
    guard asked.contains(where: { view.accepted($0, slot) != nil }) else { return nil }
    var result = script
    var best: (ballot: [Int], event: Int)?
    for node in asked {
      let accepted = view.accepted(node, slot)
      let text = accepted.map { "[\(PaxosScript.text($0.ballot)),\($0.value)]" } ?? "null"
      let id = result.add(
        node, "promise", ["ballot": high, "slot": "\(slot)", "acc": text])
      if let accepted, best.map({ $0.ballot.lexicographicallyPrecedes(accepted.ballot) }) ?? true {
        best = (accepted.ballot, id)
      }
    }
    let id = result.add(
      view.nodes[0], "accept",
      [
        "ballot": high, "slot": "\(slot)", "value": "\"other\"", "promises": Script.list(asked),
        "ep": "0",
      ])
    return best.map { Planted(script: result, events: [$0.event, id]) }
  }

  /// A second value that a quorum accepts; its proposer left no trace.
  static let P4: Planter = { script, random in
    let view = PaxosView(script)
    guard let choice = random.pick(view.chosenOnce) else { return nil }
    var result = script
    var place = view.placeBehind(choice.slot, &random)
    var last = 0
    for node in random.some(view.write, of: view.nodes) {
      last = result.add(
        node, "accepted",
        ["ballot": high, "slot": "\(choice.slot)", "value": "\"other\""], at: place)
      place += random.draw(1..<result.events.count - place + 1)
    }
    return Planted(script: result, events: [choice.event, last])
  }

  /// A proposal of something else after a choice; what it was promised is not traced.
  static let P5: Planter = { script, random in
    let view = PaxosView(script)
    guard let choice = random.pick(view.chosenOnce) else { return nil }
    var result = script
    let id = result.add(
      random.pick(view.nodes) ?? "", "accept",
      ["ballot": high, "slot": "\(choice.slot)", "value": "\"other\"", "ep": "0"],
      at: random.draw(1..<script.events.count + 1))
    return Planted(script: result, events: [choice.event, id])
  }

  /// Phase one of a later configuration that does not meet what was chosen.
  static let P6: Planter = { script, random in
    let view = PaxosView(script)
    guard let choice = random.pick(view.chosenOnce) else { return nil }
    let others = view.nodes.filter { node in
      !choice.acceptors.contains(node)
        && (view.accepted(node, choice.slot).map { $0.value == choice.value } ?? true)
    }
    guard !others.isEmpty else { return nil }
    var result = script
    result.add(others[0], "config", ["ep": "1", "voters": Script.list(others)])
    for node in others {
      let text =
        view.accepted(node, choice.slot).map { "[\(PaxosScript.text($0.ballot)),\($0.value)]" }
        ?? "null"
      result.add(node, "promise", ["ballot": high, "slot": "\(choice.slot)", "acc": text])
    }
    let id = result.add(
      others[0], "accept",
      [
        "ballot": high, "slot": "\(choice.slot)", "value": choice.value,
        "promises": Script.list(others), "ep": "1",
      ])
    return Planted(script: result, events: [choice.event, id])
  }

  /// A learner of what nobody proposed, or of what no quorum accepted.
  static let P7: Planter = { script, random in
    let view = PaxosView(script)
    var result = script
    let place = random.draw(1..<script.events.count + 1)
    let node = random.pick(view.nodes) ?? ""
    if random.chance(0.5), let choice = random.pick(view.chosenOnce) {
      let id = result.add(
        node, "learn", ["slot": "\(choice.slot)", "value": "\"never\""], at: place)
      return Planted(script: result, events: [choice.event, id])
    }
    let open = script.all("accepted").filter { event in
      !view.choices.contains { $0.slot == event.integer("slot") }
    }
    guard let event = random.pick(open) else { return nil }
    let id = result.add(
      node, "learn", ["slot": event["slot"] ?? "", "value": event["value"] ?? ""], at: place)
    return Planted(script: result, events: [id])
  }
}
