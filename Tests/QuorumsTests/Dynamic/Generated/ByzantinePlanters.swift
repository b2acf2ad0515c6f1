import Base

/// One breach of each rule of PBFT.
enum ByzantinePlanters {
  private static func faulty(_ script: Script) -> [String] { script.events[0].names("faulty") }

  private static func correct(_ script: Script, _ kinds: String...) -> [Script.Event] {
    let liars = faulty(script)
    return script.events.filter { kinds.contains($0.kind) && !liars.contains($0.node) }
  }

  private static func quorum(_ script: Script) -> Int {
    (script.events[0].names("voters").count + script.events[0].integer("f") + 2) / 2
  }

  /// A replica that says two things.
  static let B1: Planter = { script, random in
    guard let event = random.pick(correct(script, "preprepare", "prepare", "commit")) else {
      return nil
    }
    var result = script
    let id = result.add(
      event.node, event.kind,
      ["view": event["view"] ?? "", "seq": event["seq"] ?? "", "digest": "\"other\""],
      at: random.draw(script.place(event.id) + 1..<script.events.count + 1))
    return Planted(script: result, events: [event.id, id])
  }

  /// A certificate of too few, or a second one for something else.
  static let B2: Planter = { script, random in certificate("prepared", script, &random) }

  /// The same for what is committed, in whatever view.
  static let B3: Planter = { script, random in certificate("committed", script, &random) }

  private static func certificate(
    _ kind: String, _ script: Script, _ random: inout SplitMix64
  ) -> Planted? {
    guard let event = random.pick(correct(script, kind)) else { return nil }
    var result = script
    if random.chance(0.5) {
      let few = random.some(quorum(script) - 1, of: event.names("cert"))
      result.set(event.id, "cert", Script.list(few))
      return Planted(script: result, events: [script.events[0].id, event.id])
    }
    let first = correct(script, kind).first {
      $0["seq"] == event["seq"] && (kind == "committed" || $0["view"] == event["view"])
    }
    let id = result.add(
      event.node, kind,
      [
        "view": event["view"] ?? "", "seq": event["seq"] ?? "", "digest": "\"other\"",
        "cert": event["cert"] ?? "",
      ], at: script.place(event.id) + 1)
    return first.map { Planted(script: result, events: [$0.id, id]) }
  }

  /// A new view that leaves out, or changes, what was prepared last.
  static let B4: Planter = { script, random in
    var choices: [(view: Script.Event, change: Script.Event, number: String)] = []
    for view in correct(script, "newview") {
      // The first of the signers, in the order of the configuration, that reports the latest.
      let changes = view.names("cert").compactMap { node in
        script.all("viewchange").first { $0.node == node && $0["view"] == view["view"] }
      }
      for entry in entries(view["pre"] ?? "[]") {
        var best: (view: Int, event: Script.Event)?
        for change in changes {
          for prepared in entries(change["prepared"] ?? "[]") where prepared[0] == entry[0] {
            let view = Int(prepared[1]) ?? 0
            if best.map({ $0.view < view }) ?? true { best = (view, change) }
          }
        }
        if let best { choices.append((view, best.event, entry[0])) }
      }
    }
    guard let choice = random.pick(choices) else { return nil }
    let isChanged = random.chance(0.5)
    let pre = entries(choice.view["pre"] ?? "[]").compactMap { entry -> String? in
      guard entry[0] == choice.number else { return "[\(entry[0]),\(entry[1])]" }
      return isChanged ? "[\(entry[0]),\"other\"]" : nil
    }
    var result = script
    result.set(choice.view.id, "pre", "[" + pre.joined(separator: ",") + "]")
    return Planted(script: result, events: [choice.change.id, choice.view.id])
  }

  /// The parts of the lists of a list.
  private static func entries(_ text: String) -> [[String]] {
    text.split(whereSeparator: { "[]".contains($0) }).filter { $0 != "," }.map {
      $0.split(separator: ",").map(String.init)
    }
  }

  /// Requests that are executed twice, or that leave another state.
  static let B5: Planter = { script, random in
    var result = script
    switch random.draw(0..<4) {
    case 0:
      guard let event = random.pick(correct(script, "execute")) else { return nil }
      let id = result.add(
        event.node, "execute",
        [
          "seq": event["seq"] ?? "", "digest": event["digest"] ?? "",
          "stateHash": event["stateHash"] ?? "",
        ], at: script.place(event.id) + 1)
      return Planted(script: result, events: [id])
    case 1:
      return disagree("execute", random.chance(0.5) ? "stateHash" : "digest", script, &random)
    case 2: return disagree("checkpoint", "stateHash", script, &random)
    default:
      guard let event = random.pick(correct(script, "viewchange")) else { return nil }
      result.set(event.id, "ckpt", "1001")
      return Planted(script: result, events: [event.id])
    }
  }

  private static func disagree(
    _ kind: String, _ member: String, _ script: Script, _ random: inout SplitMix64
  ) -> Planted? {
    guard let event = random.pick(correct(script, kind)),
      let first = correct(script, kind).first(where: { $0["seq"] == event["seq"] }),
      first.id != event.id
    else { return nil }
    var result = script
    result.set(event.id, member, "123456")
    return Planted(script: result, events: [first.id, event.id])
  }
}
