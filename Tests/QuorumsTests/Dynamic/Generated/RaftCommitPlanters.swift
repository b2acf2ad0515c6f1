import Base

/// One breach of each rule of Raft about what is committed, applied and read.
enum RaftCommitPlanters {
  /// A commit on the word of too few, or of an entry of an earlier term (figure 8).
  static let C1: Planter = { script, random in
    random.chance(0.5) ? few(script, &random) : earlierTerm(script, &random)
  }

  private static func few(_ script: Script, _ random: inout SplitMix64) -> Planted? {
    let view = RaftView(script)
    let commits = script.all("commit").filter { commit in
      commit["by"] != nil && !(view.members(commit)?.isQuorum([commit.node]) ?? true)
    }
    guard let commit = random.pick(commits),
      let office = view.office(commit.node, commit["leaderTerm"])
    else { return nil }
    var result = script
    result.set(commit.id, "by", Script.list([commit.node]))
    return Planted(script: result, events: [office.id, commit.id])
  }

  private static func earlierTerm(_ script: Script, _ random: inout SplitMix64) -> Planted? {
    let view = RaftView(script)
    var choices: [(leader: Script.Event, index: Int)] = []
    for leader in script.all("leader") {
      guard let state = leader.raft else { continue }
      for (index, first) in view.firstCommit
      where index > state.commit && script.place(first) < view.place(leader) {
        choices.append((leader, index))
      }
    }
    choices.sort { ($0.leader.id, $0.index) < ($1.leader.id, $1.index) }
    guard let choice = random.pick(choices), let state = choice.leader.raft else { return nil }
    var result = script
    let id = result.add(
      choice.leader.node, "commit",
      [
        "index": "\(choice.index)", "term": "\(state.term(at: choice.index))",
        "by": choice.leader["votes"] ?? "", "ep": choice.leader["ep"] ?? "",
        "leaderTerm": choice.leader["term"] ?? "", "leader": "true",
      ], at: view.place(choice.leader) + 1)
    return Planted(script: result, events: [choice.leader.id, id])
  }

  /// A follower that takes another entry for committed.
  static let C2: Planter = { script, random in
    let view = RaftView(script)
    let commits = script.all("commit").filter {
      $0["by"] == nil && view.firstCommit[$0.integer("index")] != $0.id
    }
    guard let commit = random.pick(commits),
      let first = view.firstCommit[commit.integer("index")]
    else { return nil }
    var result = script
    result.set(commit.id, "term", "\(commit.integer("term") + 1)")
    return Planted(script: result, events: [first, commit.id])
  }

  /// A leader without the last entry that was committed before it.
  static let C3: Planter = { script, random in
    let view = RaftView(script)
    var choices: [(leader: Script.Event, commit: Script.Event)] = []
    for leader in script.all("leader") {
      let commits = view.commits(before: leader.integer("term"))
      let earlier = commits.filter { view.place($0) < view.place(leader) }
      guard let last = earlier.max(by: { $0.integer("index") < $1.integer("index") }),
        !commits.contains(where: {
          view.place($0) > view.place(leader) && $0.integer("index") >= last.integer("index")
        })
      else { continue }
      choices.append((leader, last))
    }
    guard let choice = random.pick(choices) else { return nil }
    var result = script
    result.set(choice.leader.id, "lastIndex", "\(choice.commit.integer("index") - 1)")
    return Planted(script: result, events: [choice.commit.id, choice.leader.id])
  }

  /// An entry that is applied twice, or another than elsewhere.
  static let A1: Planter = { script, random in
    guard let event = random.pick(script.all("apply")) else { return nil }
    var result = script
    if random.chance(0.5) {
      let id = result.add(
        event.node, "apply",
        [
          "index": event["index"] ?? "", "term": event["term"] ?? "",
          "hash": event["hash"] ?? "",
        ], at: script.place(event.id) + 1)
      return Planted(script: result, events: [id])
    }
    guard let first = script.all("apply").first(where: { $0["index"] == event["index"] }),
      first.id != event.id
    else { return nil }
    result.set(event.id, "hash", "99999")
    return Planted(script: result, events: [first.id, event.id])
  }

  /// A snapshot that ends with another entry, or holds another state.
  static let S1: Planter = { script, random in
    let view = RaftView(script)
    guard let event = random.pick(script.all("snapshot")) else { return nil }
    var result = script
    if random.chance(0.5) {
      guard event["dir"] == "\"take\"", let first = view.firstCommit[event.integer("index")] else {
        return nil
      }
      result.set(event.id, "term", "\(event.integer("term") + 1)")
      return Planted(script: result, events: [first, event.id])
    }
    guard
      let first = script.all("apply", "snapshot").first(where: { $0["index"] == event["index"] }),
      first.id != event.id
    else { return nil }
    result.set(event.id, "stateHash", "123456")
    return Planted(script: result, events: [first.id, event.id])
  }

  /// A read on the word of too few, from an old index, or under a lease that overlaps another.
  static let R1: Planter = { script, random in
    let view = RaftView(script)
    var result = script
    if random.chance(0.3) {
      guard let lease = random.pick(script.all("lease")),
        let other = random.pick(view.nodes.filter { $0 != lease.node })
      else { return nil }
      let id = result.add(
        other, "lease",
        [
          "term": "\(lease.integer("term") + 1)", "from": lease["from"] ?? "",
          "to": lease["to"] ?? "",
        ], at: view.place(lease) + 1)
      return Planted(script: result, events: [lease.id, id])
    }
    guard let read = random.pick(script.all("readindex")) else { return nil }
    if random.chance(0.5) {
      guard let members = view.members(read), !members.isQuorum([read.node]),
        let opening = view.opening(read["ep"])
      else { return nil }
      result.set(read.id, "acks", Script.list([read.node]))
      return Planted(script: result, events: [opening.id, read.id])
    }
    var highest: Script.Event?
    for commit in script.all("commit")
    where view.place(commit) + 1 < read.integer("since")
      && commit.integer("index") > highest?.integer("index") ?? 0
    { highest = commit }
    guard let highest else { return nil }
    result.set(read.id, "index", "\(highest.integer("index") - 1)")
    return Planted(script: result, events: [highest.id, read.id])
  }

  /// A second change of members before the first is committed.
  static let M1: Planter = { script, random in
    let changes = script.all("conf").filter { change in
      !script.all("conf").contains { $0.node == change.node && $0.id > change.id }
    }
    guard let change = random.pick(changes) else { return nil }
    var result = script
    let id = result.add(
      change.node, "conf",
      [
        "index": "\(change.integer("index") + 1)", "ep": "900", "kind": "\"final\"",
        "new": change["new"] ?? "",
      ], at: script.place(change.id) + 2)
    return Planted(script: result, events: [change.id, id])
  }
}
