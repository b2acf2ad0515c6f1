import Base

/// Random correct runs of Raft: elections that overlap, leaders that are cut off, logs that are
/// overwritten, restarts, snapshots, reads, leases and joint changes of members.
struct RaftScript {
  struct Members {
    var epoch: String
    var new: [String]
    var old: [String]?

    func isQuorum(_ nodes: [String]) -> Bool {
      [new, old].compactMap { $0 }.allSatisfy { voters in
        voters.filter { nodes.contains($0) }.count * 2 > voters.count
      }
    }
  }

  struct Entry {
    var term: Int
    var hash: Int
    var members: Members?
  }

  struct Node {
    var term = 0
    var vote: String?
    var log: [Entry] = []
    /// The last entry that came with a snapshot.
    var base = 0
    var commit = 0
    var applied = 0
    var snapshot = 0
    var leads = false
    var match: [String: Int] = [:]

    func term(at index: Int) -> Int { index == 0 ? 0 : log[index - 1].term }
    var last: [Int] { [log.count, term(at: log.count)] }
  }

  private(set) var script = Script()
  private let names: [String]
  private let first: Members
  private var random: SplitMix64
  private var nodes: [String: Node] = [:]
  private var epochs = 0
  private var entries = 0
  private var clock = 100

  static func make(seed: UInt64) -> Script {
    var run = RaftScript(seed: seed)
    for _ in 0..<run.random.draw(20..<220) { run.step() }
    return run.script
  }

  private init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    names = Array(["a", "b", "c", "d", "e"].prefix(random.draw(2..<6)))
    first = Members(epoch: "0", new: random.some(random.draw(2..<names.count + 1), of: names))
    script.add(names[0], "config", ["ep": "0", "voters": Script.list(first.new)])
    for name in names {
      nodes[name] = Node()
      boot(name)
    }
  }

  // MARK: - Steps

  private mutating func step() {
    guard let name = random.pick(names), let node = nodes[name] else { return }
    let other = random.pick(names.filter { $0 != name }) ?? name
    switch random.draw(0..<100) {
    case 0..<3: campaign(name)
    case 3..<5:
      emit(name, "crash", [:])
      boot(name)
    case 5..<8: if node.applied > node.snapshot { take(name) }
    case 8..<20: apply(name)
    default:
      guard node.leads else {
        if !nodes.values.contains(where: \.leads) { campaign(name) }
        return
      }
      lead(name, other)
    }
  }

  private mutating func lead(_ name: String, _ other: String) {
    switch random.draw(0..<12) {
    case 0..<2: propose(name, nil)
    case 2: install(name, other)
    case 3: read(name)
    case 4: change(name)
    case 5..<7: commit(name)
    case 7: follow(name, other)
    default: replicate(name, other)
    }
  }

  private mutating func emit(
    _ name: String, _ kind: String, _ members: KeyValuePairs<String, String>
  ) {
    script.add(name, kind, members)
    if let node = nodes[name] { script.leave(node) }
  }

  private func members(_ node: Node) -> Members {
    node.log.last { $0.members != nil }?.members ?? first
  }

  private mutating func boot(_ name: String) {
    guard var node = nodes[name] else { return }
    node.leads = false
    node.commit = node.snapshot
    node.applied = node.snapshot
    nodes[name] = node
    emit(
      name, "boot",
      [
        "term": "\(node.term)", "votedFor": node.vote.map { "\"\($0)\"" } ?? "null",
        "lastIndex": "\(node.last[0])", "lastTerm": "\(node.last[1])",
        "commit": "\(node.commit)", "snapIndex": "\(node.snapshot)",
        "snapTerm": "\(node.term(at: node.snapshot))",
      ])
  }

  /// A higher term, if it is one.
  private mutating func raise(_ name: String, _ term: Int) {
    guard let node = nodes[name], node.term < term else { return }
    nodes[name]?.term = term
    nodes[name]?.vote = nil
    nodes[name]?.leads = false
  }

  // MARK: - Elections

  private mutating func campaign(_ name: String) {
    raise(name, (nodes[name]?.term ?? 0) + 1)
    guard let own = nodes[name] else { return }
    var votes: [String] = []
    for voter in [name] + names.filter({ $0 != name }) where voter == name || random.chance(0.8) {
      raise(voter, own.term)
      guard let node = nodes[voter] else { continue }
      let isBehind = [own.last[1], own.last[0]].lexicographicallyPrecedes(
        [node.last[1], node.last[0]])
      let granted =
        node.term == own.term && (node.vote == nil || node.vote == name) && !isBehind
      if granted {
        nodes[voter]?.vote = name
        votes.append(voter)
      }
      emit(
        voter, "vote",
        [
          "term": "\(node.term)", "cand": "\"\(name)\"", "granted": "\(granted)",
          "candLast": "\(own.last)", "ownLast": "\(node.last)",
        ])
      if members(own).isQuorum(votes), random.chance(0.5) { break }
    }
    guard members(own).isQuorum(votes) else { return }
    nodes[name]?.leads = true
    nodes[name]?.match = [:]
    emit(
      name, "leader",
      [
        "term": "\(own.term)", "votes": Script.list(votes), "ep": members(own).epoch,
        "lastIndex": "\(own.last[0])",
      ])
    if random.chance(0.9) { propose(name, nil) }
  }

  // MARK: - Logs

  private mutating func propose(_ name: String, _ members: Members?) {
    guard let node = nodes[name] else { return }
    entries += 1
    let entry = Entry(term: node.term, hash: entries, members: members)
    nodes[name]?.log.append(entry)
    emit(
      name, "append",
      [
        "term": "\(node.term)", "leader": "\"\(name)\"", "prev": "\(node.last)",
        "entries": "[[\(node.log.count + 1),\(node.term),\(entries)]]", "ok": "true",
      ])
  }

  private mutating func replicate(_ leader: String, _ name: String) {
    guard let from = nodes[leader], let before = nodes[name], name != leader else { return }
    if before.term > from.term {
      emit(
        name, "append",
        [
          "term": "\(before.term)", "leader": "\"\(leader)\"", "prev": "\(from.last)",
          "entries": "[]", "ok": "false",
        ])
      return raise(leader, before.term)
    }
    raise(name, from.term)
    let common = zip(before.log, from.log).prefix { $0.term == $1.term }.count
    let previous = random.draw(min(before.base, common)..<common + 1)
    let last = random.draw(max(previous, min(common + 1, from.log.count))..<from.log.count + 1)
    let sent = Array(from.log[previous..<last])
    let conflict = last > common && before.log.count > common
    if last > common {
      nodes[name]?.log = Array(from.log.prefix(last))
    }
    let list = sent.enumerated().map { "[\(previous + $0 + 1),\($1.term),\($1.hash)]" }
    emit(
      name, "append",
      [
        "term": "\(from.term)", "leader": "\"\(leader)\"",
        "prev": "\([previous, from.term(at: previous)])",
        "entries": "[" + list.joined(separator: ",") + "]", "ok": "true",
      ])
    if conflict { emit(name, "truncate", ["from": "\(common + 1)"]) }
    guard random.chance(0.9) else { return }
    nodes[leader]?.match[name] = max(from.match[name] ?? 0, last)
    emit(
      name, "ack",
      ["leader": "\"\(leader)\"", "term": "\(from.term)", "match": "\(last)"])
  }

  private mutating func install(_ leader: String, _ name: String) {
    guard let from = nodes[leader], var node = nodes[name], node.term <= from.term,
      from.snapshot > node.commit
    else { return }
    raise(name, from.term)
    node = nodes[name] ?? node
    let index = from.snapshot
    if node.log.count < index || node.term(at: index) != from.term(at: index) {
      node.log = Array(from.log.prefix(index))
      node.base = index
    }
    (node.commit, node.applied, node.snapshot) = (index, index, index)
    nodes[name] = node
    snapshot(name, "install")
  }

  private mutating func take(_ name: String) {
    let applied = nodes[name]?.applied ?? 0
    nodes[name]?.snapshot = applied
    snapshot(name, "take")
  }

  private mutating func snapshot(_ name: String, _ what: String) {
    guard let node = nodes[name] else { return }
    emit(
      name, "snapshot",
      [
        "index": "\(node.snapshot)", "term": "\(node.term(at: node.snapshot))",
        "stateHash": "\(Self.state(node, node.snapshot))", "dir": "\"\(what)\"",
      ])
  }

  private static func state(_ node: Node, _ index: Int) -> Int {
    node.log.prefix(index).reduce(1) { ($0 * 31 + $1.hash) % 99_991 }
  }

  // MARK: - What is committed

  private mutating func commit(_ name: String) {
    guard let node = nodes[name] else { return }
    func by(_ index: Int) -> [String] {
      names.filter { $0 == name || (node.match[$0] ?? 0) >= index }
    }
    let open = (node.commit..<node.log.count).map { $0 + 1 }.filter {
      node.term(at: $0) == node.term && members(node).isQuorum(by($0))
    }
    guard let index = random.pick(open) else { return }
    nodes[name]?.commit = index
    emit(
      name, "commit",
      [
        "index": "\(index)", "term": "\(node.term)", "by": Script.list(by(index)),
        "ep": members(node).epoch, "leaderTerm": "\(node.term)", "leader": "true",
      ])
  }

  /// A follower hears how far the leader's log is committed.
  private mutating func follow(_ leader: String, _ name: String) {
    guard let from = nodes[leader], let node = nodes[name], node.term == from.term else { return }
    let index = min(from.commit, from.match[name] ?? 0)
    guard index > node.commit else { return }
    nodes[name]?.commit = index
    emit(
      name, "commit",
      ["index": "\(index)", "term": "\(node.term(at: index))", "leader": "false"])
  }

  private mutating func apply(_ name: String) {
    guard let node = nodes[name], node.applied < node.commit else { return }
    let index = node.applied + 1
    nodes[name]?.applied = index
    emit(
      name, "apply",
      [
        "index": "\(index)", "term": "\(node.term(at: index))",
        "hash": "\(node.log[index - 1].hash)", "stateHash": "\(Self.state(node, index))",
      ])
  }

  private mutating func read(_ name: String) {
    guard let node = nodes[name], node.commit > 0, node.term(at: node.commit) == node.term else {
      return
    }
    let acks = names.filter { other in
      other == name || ((nodes[other]?.term ?? 0) <= node.term && random.chance(0.9))
    }
    for other in acks { raise(other, node.term) }
    guard members(node).isQuorum(acks) else { return }
    emit(
      name, "readindex",
      [
        "term": "\(node.term)", "index": "\(node.commit)", "acks": Script.list(acks),
        "ep": members(node).epoch,
        "since": "\(max(1, script.events.count + 1 - random.draw(0..<4)))",
      ])
    guard random.chance(0.5) else { return }
    emit(
      name, "lease",
      ["term": "\(node.term)", "from": "\(clock)", "to": "\(clock + 10)"])
    clock += 10 + random.draw(0..<5)
  }

  private mutating func change(_ name: String) {
    guard let node = nodes[name], node.commit > 0, node.term(at: node.commit) == node.term,
      (node.log.lastIndex { $0.members != nil } ?? -1) < node.commit
    else { return }
    let now = members(node)
    epochs += 1
    var next = Members(epoch: "\(epochs)", new: now.new)
    if now.old == nil {
      next.old = now.new
      next.new = random.some(random.draw(1..<names.count + 1), of: names)
    }
    script.add(
      name, "conf",
      [
        "index": "\(node.log.count + 1)", "ep": next.epoch,
        "kind": next.old == nil ? "\"final\"" : "\"joint\"", "new": Script.list(next.new),
      ])
    if let old = next.old, let id = script.events.last?.id {
      script.set(id, "old", Script.list(old))
    }
    script.leave(node)
    propose(name, next)
  }
}
