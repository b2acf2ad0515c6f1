import Base

/// Random correct runs of a quorum register: operations of several clients side by side, each
/// message on its own, clients that stop in the middle, votes and quorums of many shapes.
struct RegisterScript {
  private struct Operation {
    var name: String
    var node: String
    var client: Int
    var key: String
    var isRead: Bool
    var phase = "query"
    var acks: [String] = []
    var version = [0, 0]
    var value = 0
    /// Whether every answer of the query had the version.
    var isSettled = true
    var hasStopped = false
  }

  private struct Replica: Hashable {
    var node: String
    var key: String
  }

  private(set) var script = Script()
  private let nodes: [String]
  private let votes: [Int]
  private let read: Int
  private let write: Int
  private var random: SplitMix64
  private var stored: [Replica: (version: [Int], value: Int)] = [:]
  private var running: [Operation] = []
  private var begun = 0

  static func make(seed: UInt64) -> Script {
    var run = RegisterScript(seed: seed)
    for _ in 0..<run.random.draw(30..<250) { run.step() }
    return run.script
  }

  private init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    nodes = Array(["a", "b", "c", "d", "e", "f"].prefix(random.draw(2..<7)))
    var votes = nodes.map { _ in 1 }
    if random.chance(0.4) { for index in votes.indices { votes[index] = random.draw(1..<4) } }
    self.votes = votes
    let total = votes.reduce(0, +)
    write = random.draw(1..<total + 1)
    read = random.draw(total - write + 1..<total + 1)
    script.add(
      nodes[0], "config",
      [
        "ep": "0", "voters": Script.list(nodes),
        "votes": "[" + votes.map { "\($0)" }.joined(separator: ",") + "]", "read": "\(read)",
        "write": "\(write)",
      ])
  }

  private mutating func step() {
    let open = running.indices.filter { !running[$0].hasStopped }
    if open.count < 5, random.chance(0.15) { return begin() }
    guard let place = random.pick(open) else { return }
    if random.chance(0.03) {
      running[place].hasStopped = true
      return
    }
    ask(place)
    let operation = running[place]
    let weight = zip(nodes, votes).filter { operation.acks.contains($0.0) }.map(\.1).reduce(0, +)
    guard weight >= (operation.phase == "query" ? read : write), random.chance(0.7) else { return }
    endPhase(place)
  }

  private mutating func begin() {
    begun += 1
    let operation = Operation(
      name: "o\(begun)", node: random.pick(nodes) ?? "a", client: begun,
      key: random.chance(0.7) ? "x" : "y", isRead: random.chance(0.6), value: 0)
    running.append(operation)
    if !operation.isRead { running[running.count - 1].value = begun }
    script.add(
      operation.node, "op_begin",
      [
        "op": "\"\(operation.name)\"", "key": "\"\(operation.key)\"",
        "kind": operation.isRead ? "\"read\"" : "\"write\"", "client": "\"\(operation.client)\"",
      ])
  }

  /// One message to one node, and its answer.
  private mutating func ask(_ place: Int) {
    let operation = running[place]
    guard let node = random.pick(nodes.filter { !operation.acks.contains($0) }) else { return }
    let replica = Replica(node: node, key: operation.key)
    let known = stored[replica] ?? ([0, 0], 0)
    let isHeard = random.chance(0.9)
    if !isHeard, operation.phase == "query" { return }
    if operation.phase == "query" {
      if !operation.acks.isEmpty, known.version != operation.version {
        running[place].isSettled = false
      }
      if operation.version.lexicographicallyPrecedes(known.version) {
        running[place].version = known.version
        if operation.isRead { running[place].value = known.value }
      }
    } else if known.version.lexicographicallyPrecedes(operation.version) {
      stored[replica] = (operation.version, operation.value)
      script.add(
        node, "replica",
        [
          "key": "\"\(operation.key)\"", "version": Self.text(operation.version),
          "valueHash": "\(operation.value)", "durable": "true",
        ])
    }
    if isHeard { running[place].acks.append(node) }
  }

  private mutating func endPhase(_ place: Int) {
    let operation = running[place]
    let acks = nodes.filter { operation.acks.contains($0) }
    script.add(
      operation.node, "phase_end",
      [
        "op": "\"\(operation.name)\"", "phase": "\"\(operation.phase)\"", "ep": "0",
        "acks": Script.list(acks), "version": Self.text(operation.version),
      ])
    if operation.phase == "query" {
      let weight = zip(nodes, votes).filter { acks.contains($0.0) }.map(\.1).reduce(0, +)
      let isDone = operation.isRead && operation.isSettled && weight >= write
      if !isDone || random.chance(0.3) {
        running[place].phase = "store"
        running[place].acks = []
        if !operation.isRead {
          running[place].version = [operation.version[0] + 1, operation.client]
        }
        return
      }
    }
    script.add(
      operation.node, "op_end",
      [
        "op": "\"\(operation.name)\"", "result": "\"ok\"",
        "version": Self.text(operation.version), "valueHash": "\(operation.value)",
      ])
    running.remove(at: place)
  }

  static func text(_ version: [Int]) -> String { "[\(version[0]),\(version[1])]" }
}
