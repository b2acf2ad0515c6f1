import Base

/// One breach of each rule of Raft about terms, votes and logs.
enum RaftPlanters {
  /// A node that answers in an earlier term.
  static let E1: Planter = { script, random in
    let view = RaftView(script)
    let choices = script.events.filter { (RaftView.term($0) ?? 0) > 0 }
    guard let event = random.pick(choices), let term = RaftView.term(event) else { return nil }
    var result = script
    let id = result.add(
      event.node, "vote",
      [
        "term": "\(term - 1)", "cand": "\"\(random.pick(view.nodes) ?? "")\"",
        "granted": "false",
      ], at: view.place(event) + 1)
    return Planted(script: result, events: [view.beginning(ofTermAt: event).id, id])
  }

  /// A second vote in a term, or a vote that a restart forgets.
  static let E2: Planter = { script, random in
    let view = RaftView(script)
    let votes = script.all("vote").filter { $0["granted"] == "true" }
    var result = script
    let forgotten = script.all("boot").compactMap { boot in
      votes.first {
        $0.node == boot.node && $0["term"] == boot["term"] && view.place($0) < view.place(boot)
      }.map { ($0, boot) }
    }
    if random.chance(0.3), let (vote, boot) = random.pick(forgotten) {
      // What later restarts say is right again.
      result.set(boot.id, "votedFor", "null")
      return Planted(script: result, events: [vote.id, boot.id])
    }
    guard let vote = random.pick(votes),
      let other = random.pick(view.nodes.filter { "\"\($0)\"" != vote["cand"] })
    else { return nil }
    let id = result.add(
      vote.node, "vote",
      ["term": vote["term"] ?? "", "cand": "\"\(other)\"", "granted": "true"],
      at: view.place(vote) + 1)
    return Planted(script: result, events: [vote.id, id])
  }

  /// A follower that holds all that is committed takes the office too.
  static let E3: Planter = { script, random in
    let view = RaftView(script)
    let choices = script.all("ack").filter { ack in
      let committed = view.commits(before: ack.integer("term")).map { $0.integer("index") }.max()
      return (committed ?? 0) <= ack.integer("match")
    }
    guard let ack = random.pick(choices), let state = ack.raft,
      let leader = script.all("leader").first(where: { $0["term"] == ack["term"] })
    else { return nil }
    var result = script
    let id = result.add(
      ack.node, "leader", ["term": ack["term"] ?? "", "lastIndex": "\(state.log.count)"],
      at: view.place(ack) + 1)
    return Planted(script: result, events: [leader.id, id])
  }

  /// A leader of too few votes, or with a vote that was never given.
  static let E4: Planter = { script, random in
    let view = RaftView(script)
    guard let leader = random.pick(script.all("leader")), let members = view.members(leader),
      let opening = view.opening(leader["ep"])
    else { return nil }
    var result = script
    let votes = leader.names("votes")
    if random.chance(0.5) {
      guard !members.isQuorum([leader.node]) else { return nil }
      result.set(leader.id, "votes", Script.list([leader.node]))
      return Planted(script: result, events: [opening.id, leader.id])
    }
    guard let other = random.pick(view.nodes.filter { !votes.contains($0) }) else { return nil }
    let given = script.all("vote").filter {
      $0.node == other && $0["term"] == leader["term"] && $0["granted"] == "true"
    }
    guard !given.contains(where: { $0["cand"] == "\"\(leader.node)\"" }) else { return nil }
    result.set(leader.id, "votes", Script.list(votes + [other]))
    return Planted(script: result, events: given.prefix(1).map(\.id) + [leader.id])
  }

  /// A vote for a log that is behind.
  static let E5: Planter = { script, random in
    let votes = script.all("vote").filter { $0["granted"] == "true" }
    guard let vote = random.pick(votes) else { return nil }
    let last = vote.integers("candLast")
    var result = script
    let isLonger = random.chance(0.5)
    let own = isLonger ? [last[0] + 1, last[1]] : [0, last[1] + 1]
    result.set(vote.id, "ownLast", "\(own)")
    return Planted(script: result, events: [vote.id])
  }

  /// An entry that is another than where it came up first.
  static let L1: Planter = { script, random in
    var first: [[Int]: Script.Event] = [:]
    var choices: [(first: Script.Event, event: Script.Event, entry: [Int])] = []
    for event in script.all("append") where event["ok"] == "true" {
      for entry in RaftView.entries(event) {
        let position = Array(entry.prefix(2))
        if let known = first[position] { choices.append((known, event, entry)) }
        if first[position] == nil { first[position] = event }
      }
    }
    guard let choice = random.pick(choices) else { return nil }
    let entries = RaftView.entries(choice.event).map {
      $0 == choice.entry ? [$0[0], $0[1], 99_999] : $0
    }
    var result = script
    result.set(choice.event.id, "entries", RaftView.text(entries))
    return Planted(script: result, events: [choice.first.id, choice.event.id])
  }

  /// A follower that accepts what does not fit its log.
  static let L2: Planter = { script, random in
    let acks = script.all("ack").filter { ($0.raft?.log.count ?? 0) > 0 }
    guard let ack = random.pick(acks), let state = ack.raft else { return nil }
    var result = script
    let id = result.add(
      ack.node, "append",
      [
        "term": ack["term"] ?? "", "leader": ack["leader"] ?? "",
        "prev": "\([state.last[0], state.last[1] + 1])", "entries": "[]", "ok": "true",
      ], at: script.place(ack.id) + 1)
    return Planted(script: result, events: [id])
  }

  /// A leader that drops or overwrites its last entry.
  static let L3: Planter = { script, random in
    let view = RaftView(script)
    let own = script.all("append").filter { $0["leader"] == "\"\($0.node)\"" }
    guard let event = random.pick(own), let office = view.office(event.node, event["term"]) else {
      return nil
    }
    var result = script
    var place = view.place(event) + 1
    var planted: Int?
    if random.chance(0.5) {
      planted = result.add(
        event.node, "truncate", ["from": "\(event.raft?.log.count ?? 0)"], at: place)
      place += 1
    }
    let again = result.add(
      event.node, "append",
      [
        "term": event["term"] ?? "", "leader": event["leader"] ?? "",
        "prev": event["prev"] ?? "", "entries": event["entries"] ?? "", "ok": "true",
      ], at: place)
    return Planted(script: result, events: [office.id, planted ?? again])
  }

  /// A follower that drops the last entry that it knows to be committed, and is sent it again.
  static let L4: Planter = { script, random in
    let view = RaftView(script)
    let acks = script.all("ack").filter { ack in ack.raft.map { $0.commit > $0.base } ?? false }
    guard let ack = random.pick(acks), let state = ack.raft else { return nil }
    let place = view.place(ack)
    // The first event since the last start that says so.
    let own = script.events.prefix(place).filter { $0.node == ack.node }
    let started = own.lastIndex { $0.kind == "boot" } ?? 0
    let said = own[started...].first { event in
      switch event.kind {
      case "commit": event.integer("index") == state.commit
      case "snapshot":
        event["dir"] == "\"install\"" && event.integer("index") == state.commit
      case "boot": event.integer("commit") == state.commit
      default: false
      }
    }
    guard let said else { return nil }
    let from = state.commit
    var result = script
    let id = result.add(ack.node, "truncate", ["from": "\(from)"], at: place + 1)
    let entries = (from...state.log.count).map {
      [$0, state.term(at: $0), state.log[$0 - 1].hash]
    }
    result.add(
      ack.node, "append",
      [
        "term": ack["term"] ?? "", "leader": ack["leader"] ?? "",
        "prev": "\([from - 1, state.term(at: from - 1)])", "entries": RaftView.text(entries),
        "ok": "true",
      ], at: place + 2)
    return Planted(script: result, events: [said.id, id])
  }
}
