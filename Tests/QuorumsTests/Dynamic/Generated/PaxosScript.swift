import Base

/// Random correct runs of Paxos: competing proposers, lost and late messages, acceptors that stop,
/// majorities or flexible quorums.
struct PaxosScript {
  typealias Ballot = [Int]

  private enum Message {
    case prepare(Ballot, Int, String)
    case promise(Ballot, Int, String, accepted: (Ballot, String)?)
    case accept(Ballot, Int, String)
    case accepted(Ballot, Int, String, String)
  }

  private struct Acceptor {
    var promised: Ballot = [-1, -1]
    var accepted: (ballot: Ballot, value: String)?
  }

  private struct Round {
    var promises: [(node: String, accepted: (Ballot, String)?)] = []
    var isProposed = false
  }

  private(set) var script = Script()
  private let nodes: [String]
  private let read: Int
  private let write: Int
  private var random: SplitMix64
  private var messages: [Message] = []
  private var acceptors: [String: Acceptor] = [:]
  private var rounds: [String: Round] = [:]
  private var votes: [String: Set<String>] = [:]
  private var learned: Set<String> = []

  static func make(seed: UInt64) -> Script {
    var run = PaxosScript(seed: seed)
    run.run()
    return run.script
  }

  private init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    nodes = ["a", "b", "c", "d", "e", "f", "g"].prefix(random.draw(2..<8)).map { $0 }
    if random.chance(0.5) {
      write = random.draw(1..<nodes.count + 1)
      read = random.draw(nodes.count - write + 1..<nodes.count + 1)
      script.add(
        nodes[0], "config",
        [
          "ep": "0", "voters": Script.list(nodes), "read": "\(read)", "write": "\(write)",
        ])
    } else {
      (read, write) = (nodes.count / 2 + 1, nodes.count / 2 + 1)
      script.add(nodes[0], "config", ["ep": "0", "voters": Script.list(nodes)])
    }
  }

  private mutating func run() {
    var round = 1
    for _ in 0..<random.draw(20..<160) {
      if messages.isEmpty || random.chance(0.06) {
        let proposer = random.draw(0..<nodes.count)
        let slot = random.draw(1..<4)
        if random.chance(0.8) { round += 1 }
        let ballot = [round, proposer]
        guard rounds["\(ballot) \(slot)"] == nil else { continue }
        rounds["\(ballot) \(slot)"] = Round()
        script.add(nodes[proposer], "prepare", ["ballot": Self.text(ballot)])
        messages += nodes.map { .prepare(ballot, slot, $0) }
      } else if random.chance(0.02), let node = random.pick(nodes) {
        script.add(node, "crash", [:])
      } else {
        let message = messages.remove(at: random.draw(0..<messages.count))
        if !random.chance(0.15) { deliver(message) }
        if random.chance(0.05) { messages.append(message) }
      }
    }
  }

  private mutating func deliver(_ message: Message) {
    switch message {
    case .prepare(let ballot, let slot, let node):
      var own = acceptors["\(node) \(slot)"] ?? Acceptor()
      guard own.promised.lexicographicallyPrecedes(ballot) else { return }
      own.promised = ballot
      acceptors["\(node) \(slot)"] = own
      let accepted = own.accepted.map { "[\(Self.text($0.ballot)),\"\($0.value)\"]" } ?? "null"
      script.add(
        node, "promise", ["ballot": Self.text(ballot), "slot": "\(slot)", "acc": accepted])
      messages.append(
        .promise(ballot, slot, node, accepted: own.accepted.map { ($0.ballot, $0.value) }))
    case .promise(let ballot, let slot, let node, let accepted):
      promised(ballot, slot, node, accepted)
    case .accept(let ballot, let slot, let value):
      let parts = value.split(separator: "@")
      accept(ballot, slot, String(parts[0]), by: String(parts[1]))
    case .accepted(let ballot, let slot, let value, let node):
      let id = "\(ballot) \(slot)"
      votes[id, default: []].insert(node)
      guard (votes[id]?.count ?? 0) >= write, learned.insert(id).inserted else { return }
      script.add(
        random.pick(nodes) ?? "a", "learn", ["slot": "\(slot)", "value": "\"\(value)\""])
    }
  }

  private mutating func accept(_ ballot: Ballot, _ slot: Int, _ value: String, by node: String) {
    var own = acceptors["\(node) \(slot)"] ?? Acceptor()
    guard !ballot.lexicographicallyPrecedes(own.promised) else { return }
    own.promised = ballot
    own.accepted = (ballot, value)
    acceptors["\(node) \(slot)"] = own
    script.add(
      node, "accepted",
      ["ballot": Self.text(ballot), "slot": "\(slot)", "value": "\"\(value)\""])
    messages.append(.accepted(ballot, slot, value, node))
  }

  private mutating func promised(
    _ ballot: Ballot, _ slot: Int, _ node: String, _ accepted: (Ballot, String)?
  ) {
    guard var round = rounds["\(ballot) \(slot)"], !round.isProposed,
      !round.promises.contains(where: { $0.node == node })
    else { return }
    round.promises.append((node, accepted))
    if round.promises.count >= read, random.chance(0.8) {
      round.isProposed = true
      let best = round.promises.compactMap { $0.accepted }.max {
        $0.0.lexicographicallyPrecedes($1.0)
      }
      let value = best?.1 ?? "v\(ballot[0]).\(ballot[1]).\(slot)"
      let promises = nodes.filter { node in round.promises.contains { $0.node == node } }
      script.add(
        nodes[ballot[1]], "accept",
        [
          "ballot": Self.text(ballot), "slot": "\(slot)", "value": "\"\(value)\"",
          "promises": Script.list(promises), "ep": "0",
        ])
      messages += nodes.map { .accept(ballot, slot, "\(value)@\($0)") }
    }
    rounds["\(ballot) \(slot)"] = round
  }

  static func text(_ ballot: Ballot) -> String { "[\(ballot[0]),\(ballot[1])]" }
}
