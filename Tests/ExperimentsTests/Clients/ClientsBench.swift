import Base
import Formats
import Histories

@testable import Experiments

/// Nodes that do what they are told.
private struct ToldNodes: NodeStates {
  var states: [NodeState]
  func state(_ node: Int) -> NodeState { states[node] }
}

/// Clients without a world: time goes on when it is told, nodes answer when they are told.
final class ClientsBench {
  let plan: Plan
  private(set) var clients: Clients
  private(set) var now: Int64 = 0
  /// The clients in the order they asked in.
  private(set) var asked: [Int] = []
  /// What is asked and neither answered nor given up, by client.
  private var open: [Int: Asked] = [:]
  private var nodes: ToldNodes
  private var history = ByteWriter(capacity: 1 << 16)

  init(_ change: (inout Plan) -> Void) throws {
    var plan = Plan()
    plan.nodeCommand = ["none"]
    plan.nodes = 3
    plan.mix = WorkloadMix(read: 50, write: 50, cas: 0)
    change(&plan)
    self.plan = plan
    nodes = ToldNodes(states: [NodeState](repeating: .up, count: plan.nodes))
    JSONLinesEncoder.write(header: plan.historyHeader, into: &history)
    clients = Clients(plan, random: SplitMix64(seed: plan.seed), keepsDone: true)
    clients.begin(.workload, at: 0)
  }

  private func carryOut(_ effects: [Clients.Effect]) {
    for effect in effects {
      switch effect {
      case .record(let entry): JSONLinesEncoder.write(entry, time: now, into: &history)
      case .ask(let question):
        open[question.slot] = question
        asked.append(question.slot)
      case .abandon(let slot): open[slot] = nil
      }
    }
  }

  /// The clients that wait for an answer, the lowest first.
  var waiting: [Int] { open.keys.sorted() }

  /// Lets clients act at a time.
  func advance(to time: Int64) {
    now = time
    carryOut(clients.advance(at: time, isolated: [], nodes))
  }

  /// Answers clients, as it should be or as told.
  func answer(_ slots: [Int], _ told: ((Request) -> Completion)? = nil) {
    let answers = slots.compactMap { slot -> Answered? in
      guard let asked = open.removeValue(forKey: slot) else { return nil }
      let usual = Completion.ok(asked.request == .read ? .null : asked.request.value, [])
      return Answered(
        slot: slot, node: asked.node, completion: told?(asked.request) ?? usual, evidence: [])
    }
    carryOut(clients.take(answers, at: now, nodes))
  }

  /// Kills a node, or lets it be up again.
  func set(_ node: Int, _ state: NodeState) { nodes.states[node] = state }

  /// Goes on to a time: clients act whenever they want to, and each answer takes so long.
  ///
  /// It fails to end if clients want something at a time at which they then do nothing.
  func run(to end: Int64, answeringAfter latency: Int64) {
    var due = EventQueue<Int>()
    for slot in waiting { due.push(slot, due: now + latency) }
    while true {
      let next = min(clients.nextDue() ?? Int64.max, due.nextDue ?? Int64.max)
      guard max(next, now) < end else { return }
      let time = max(next, now)
      let before = asked.count
      now = time
      while let slot = due.pop(now: time) { answer([slot]) }
      advance(to: time)
      for slot in asked[before...] { due.push(slot, due: time + latency) }
    }
  }

  /// The reasons of what did not happen, so far.
  func refusals() throws -> [String] {
    try history.bytes.split(separator: 0x0A).compactMap {
      let event = try JSONParser.parse($0)
      return event["type"]?.string == "fail" ? event["error"]?.string : nil
    }
  }

  /// The history so far.
  func recorded() throws -> History {
    try HistoryReader.read(history.bytes, file: "told")
  }
}
