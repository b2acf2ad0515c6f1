import Base

/// Random correct runs of PBFT: lost messages, slow replicas, views that change, checkpoints, and
/// up to f replicas that equivocate.
struct ByzantineScript {
  private struct Replica {
    var view = 0
    /// Asked for a later view and does nothing in the old one.
    var isLeaving = false
    var accepted: [Slot: String] = [:]
    var prepared: [Int: (view: Int, digest: String)] = [:]
    var committed: [Int: String] = [:]
    var executed = 0
    var state = 0
    var stable = 0
  }

  private struct Slot: Hashable {
    var view: Int
    var number: Int
  }

  private struct Ballot: Hashable {
    var slot: Slot
    var digest: String
  }

  private(set) var script = Script()
  private let nodes: [String]
  private let quorum: Int
  private let faulty: Set<String>
  private var random: SplitMix64
  private var replicas: [String: Replica] = [:]
  private var view = 0
  private var proposals: [Slot: [String]] = [:]
  private var highest = 0
  private var prepares: [Ballot: Set<String>] = [:]
  private var commits: [Ballot: Set<String>] = [:]
  private var checkpoints: [Int: Set<String>] = [:]
  private var states: [Int: Int] = [:]
  private var changes: [String: (stable: Int, prepared: [Int: (view: Int, digest: String)])] = [:]
  private var requests = 0

  static func make(seed: UInt64) -> Script {
    var run = ByzantineScript(seed: seed)
    for _ in 0..<run.random.draw(60..<500) { run.step() }
    return run.script
  }

  private init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    let faults = random.draw(1..<3)
    let count = 3 * faults + 1 + random.draw(0..<2)
    let all = ["a", "b", "c", "d", "e", "f", "g", "h"]
    nodes = Array(all.prefix(count))
    quorum = (count + faults + 2) / 2
    faulty = random.chance(0.5) ? [] : Set(random.some(random.draw(1..<faults + 1), of: nodes))
    script.add(
      nodes[0], "config",
      ["ep": "0", "voters": Script.list(nodes), "f": "\(faults)"])
    if !faulty.isEmpty { script.set(0, "faulty", Script.list(faulty.sorted())) }
    for node in nodes { replicas[node] = Replica() }
  }

  private func primary(_ view: Int) -> String { nodes[view % nodes.count] }

  private mutating func step() {
    guard let node = random.pick(nodes), let replica = replicas[node] else { return }
    if random.chance(0.03) { return leave(node) }
    if replica.isLeaving || replica.view < view {
      if replica.view < view, random.chance(0.5) {
        replicas[node]?.view = view
        replicas[node]?.isLeaving = false
      } else if replica.isLeaving, node == primary(view + 1) {
        renew(node)
      }
      return
    }
    if node == primary(view), random.chance(0.3), highest < replica.stable + 8 {
      return propose(node)
    }
    let slots = proposals.keys.filter { $0.view == view }.sorted { $0.number < $1.number }
    if let slot = random.pick(slots) {
      if replica.accepted[slot] == nil || faulty.contains(node) { return accept(slot, node) }
      certify(slot, node)
    }
    execute(node)
  }

  private mutating func propose(_ node: String) {
    highest += 1
    requests += 1
    let slot = Slot(view: view, number: highest)
    var digests = ["r\(requests)"]
    if faulty.contains(node), random.chance(0.7) { digests.append("x\(requests)") }
    proposals[slot] = digests
    for digest in digests { send("preprepare", slot, digest, node) }
    replicas[node]?.accepted[slot] = digests[0]
  }

  private mutating func send(_ kind: String, _ slot: Slot, _ digest: String, _ node: String) {
    script.add(
      node, kind,
      ["view": "\(slot.view)", "seq": "\(slot.number)", "digest": "\"\(digest)\""])
    let ballot = Ballot(slot: slot, digest: digest)
    if kind == "commit" {
      commits[ballot, default: []].insert(node)
    } else {
      prepares[ballot, default: []].insert(node)
    }
  }

  private mutating func accept(_ slot: Slot, _ node: String) {
    guard let digest = random.pick(proposals[slot] ?? []) else { return }
    replicas[node]?.accepted[slot] = digest
    if node != primary(slot.view) { send("prepare", slot, digest, node) }
    if faulty.contains(node), random.chance(0.5) { send("commit", slot, digest, node) }
  }

  private mutating func certify(_ slot: Slot, _ node: String) {
    guard let replica = replicas[node], let digest = replica.accepted[slot] else { return }
    let ballot = Ballot(slot: slot, digest: digest)
    let isPrepared = replica.prepared[slot.number].map { $0 == (slot.view, digest) } ?? false
    let voters = nodes.filter {
      (isPrepared ? commits : prepares)[ballot]?.contains($0) ?? false
    }
    guard voters.count >= quorum else { return }
    guard !isPrepared || replica.committed[slot.number] == nil else { return }
    let cert = random.some(random.draw(quorum..<voters.count + 1), of: voters)
    script.add(
      node, isPrepared ? "committed" : "prepared",
      [
        "view": "\(slot.view)", "seq": "\(slot.number)", "digest": "\"\(digest)\"",
        "cert": Script.list(cert),
      ])
    if isPrepared {
      replicas[node]?.committed[slot.number] = digest
    } else {
      replicas[node]?.prepared[slot.number] = (slot.view, digest)
      send("commit", slot, digest, node)
    }
  }

  private mutating func execute(_ node: String) {
    guard var replica = replicas[node] else { return }
    if let digest = replica.committed[replica.executed + 1] {
      replica.executed += 1
      replica.state = (replica.state * 31 + digest.utf8.reduce(7) { $0 * 3 + Int($1) }) % 99_991
      script.add(
        node, "execute",
        [
          "seq": "\(replica.executed)", "digest": "\"\(digest)\"",
          "stateHash": "\(replica.state)",
        ])
      if replica.executed % 2 == 0 { checkpoint(node, replica) }
    } else if let ahead = checkpoints.filter({ $0.value.count >= quorum }).keys.max(),
      ahead > replica.executed, random.chance(0.3)
    {
      // A state is fetched.
      replica.executed = ahead
      replica.state = states[ahead] ?? 0
      checkpoint(node, replica)
    }
    for (number, nodes) in checkpoints
    where nodes.count >= quorum && number <= replica.executed && number > replica.stable {
      replica.stable = number
    }
    replicas[node] = replica
  }

  private mutating func checkpoint(_ node: String, _ replica: Replica) {
    script.add(
      node, "checkpoint", ["seq": "\(replica.executed)", "stateHash": "\(replica.state)"])
    states[replica.executed] = replica.state
    checkpoints[replica.executed, default: []].insert(node)
  }

  private mutating func leave(_ node: String) {
    guard var replica = replicas[node], !replica.isLeaving, replica.view == view else { return }
    replica.isLeaving = true
    replicas[node] = replica
    var prepared = replica.prepared.filter { $0.key > replica.stable }
    if faulty.contains(node) { prepared = prepared.filter { _ in random.chance(0.5) } }
    changes[node] = (replica.stable, prepared)
    let list = prepared.sorted { $0.key < $1.key }.map {
      "[\($0.key),\($0.value.view),\"\($0.value.digest)\"]"
    }
    script.add(
      node, "viewchange",
      [
        "view": "\(view + 1)", "ckpt": "\(replica.stable)",
        "prepared": "[" + list.joined(separator: ",") + "]",
      ])
  }

  private mutating func renew(_ node: String) {
    let voters = nodes.filter { changes[$0] != nil }
    guard voters.count >= quorum else { return }
    let cert = random.some(quorum, of: voters)
    let low = cert.compactMap { changes[$0]?.stable }.max() ?? 0
    var latest: [Int: (view: Int, digest: String)] = [:]
    for signer in cert {
      for (number, entry) in changes[signer]?.prepared ?? [:]
      where number > low && (latest[number].map { $0.view < entry.view } ?? true) {
        latest[number] = entry
      }
    }
    view += 1
    changes = [:]
    highest = max(low, latest.keys.max() ?? 0)
    var pre: [String] = []
    for number in low..<highest {
      let digest = latest[number + 1]?.digest ?? "null\(view).\(number + 1)"
      pre.append("[\(number + 1),\"\(digest)\"]")
      let slot = Slot(view: view, number: number + 1)
      proposals[slot] = [digest]
      prepares[Ballot(slot: slot, digest: digest), default: []].insert(node)
      replicas[node]?.accepted[slot] = digest
    }
    script.add(
      node, "newview",
      [
        "view": "\(view)", "cert": Script.list(cert),
        "pre": "[" + pre.joined(separator: ",") + "]",
      ])
    replicas[node]?.view = view
    replicas[node]?.isLeaving = false
  }
}
