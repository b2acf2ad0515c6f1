import Base
import Formats
import Foundation
import Histories

@testable import Recorder

/// A cluster that answers when it is told to, in a time that is told as well.
private final class ToldCluster: Cluster {
  var states: [NodeState]
  var leader: Int?
  var problems: [String] = []
  var nextDue: Int64?
  /// What is asked and neither answered nor given up, by client.
  var open: [Int: Asked] = [:]
  /// The clients in the order they asked in.
  var asked: [Int] = []
  private var answers: [Answered] = []

  init(nodes: Int) { states = [NodeState](repeating: .up, count: nodes) }

  var count: Int { states.count }
  var isUp: Bool { true }
  func name(_ index: Int) -> String { "n\(index + 1)" }
  func state(_ index: Int) -> NodeState { states[index] }

  func ask(_ asked: Asked) {
    open[asked.slot] = asked
    self.asked.append(asked.slot)
  }

  func abandon(slot: Int) { open[slot] = nil }

  /// Answers what a client asked, as it should be or as told.
  func answer(_ slot: Int, _ told: ((Request) -> Completion)? = nil) {
    guard let asked = open.removeValue(forKey: slot) else { return }
    let usual = Completion.ok(asked.request == .read ? .null : asked.request.value, [])
    answers.append(
      Answered(
        slot: slot, node: asked.node, completion: told?(asked.request) ?? usual, evidence: []))
  }

  func takeAnswers() -> [Answered] {
    defer { answers = [] }
    return answers
  }

  func start(_ index: Int) {}
  func end(_ index: Int, by signal: Int32) {}
  func pause(_ index: Int) {}
  func resume(_ index: Int) {}
  func isStopped(_ index: Int) -> Bool { false }
  func deliver(at time: Int64) {}
  func flush() {}
  func handle(_ token: UInt64) {}
  func advance(at time: Int64) {}
  func end() {}
}

/// Clients without a world: time goes on when it is told, nodes answer when they are told.
final class ClientsBench {
  let plan: Plan
  let clients: Clients
  private(set) var now: Int64 = 0
  private let cluster: ToldCluster
  private let history: HistoryLog
  private let folder: RunFolder
  private let clock: Time

  /// What the history's clock reads.
  private final class Time { var now: Int64 = 0 }

  init(_ change: (inout Plan) -> Void) throws {
    var plan = Plan()
    plan.nodeCommand = ["none"]
    plan.nodes = 3
    plan.mix = WorkloadMix(read: 50, write: 50, cas: 0)
    change(&plan)
    self.plan = plan
    folder = RunFolder(path: FileManager.default.temporaryDirectory.path + "/clients-\(UUID())")
    try File.makeFolder(folder.path)
    let clock = Time()
    self.clock = clock
    cluster = ToldCluster(nodes: plan.nodes)
    history = try HistoryLog(folder, plan: plan, now: { clock.now })
    clients = Clients(
      plan: plan, cluster: cluster, history: history, random: SplitMix64(seed: plan.seed))
    clients.begin(.workload, at: 0)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.path) }

  /// The clients that wait for an answer, the lowest first.
  var waiting: [Int] { cluster.open.keys.sorted() }
  /// The clients in the order they asked in.
  var asked: [Int] { cluster.asked }

  /// Lets clients act at a time.
  func advance(to time: Int64) {
    now = time
    clock.now = time
    clients.advance(at: time, isolated: [])
  }

  /// Answers clients, as it should be or as told.
  func answer(_ slots: [Int], _ told: ((Request) -> Completion)? = nil) {
    for slot in slots { cluster.answer(slot, told) }
    clients.take(cluster.takeAnswers(), at: now)
  }

  /// Kills a node, or lets it be up again.
  func set(_ node: Int, _ state: NodeState) { cluster.states[node] = state }

  /// Goes on to a time: clients act whenever they want to, and each answer takes so long.
  ///
  /// It fails to end if clients want something at a time at which they then do nothing.
  func run(to end: Int64, answeringAfter latency: Int64) {
    var due = MinHeap<Int>()
    for slot in waiting { due.push(slot, due: now + latency) }
    while true {
      let next = min(clients.nextDue() ?? Int64.max, due.nextDue ?? Int64.max)
      guard max(next, now) < end else { return }
      let time = max(next, now)
      let before = asked.count
      now = time
      clock.now = time
      while let slot = due.pop(now: time) { answer([slot]) }
      advance(to: time)
      for slot in asked[before...] { due.push(slot, due: time + latency) }
    }
  }

  /// The reasons of what did not happen, so far.
  func refusals() throws -> [String] {
    try history.flush()
    return try File.read(folder.history).split(separator: 0x0A).compactMap {
      let event = try JSONParser.parse($0)
      return event["type"]?.string == "fail" ? event["error"]?.string : nil
    }
  }

  /// The history so far.
  func recorded() throws -> History {
    try history.flush()
    return try HistoryReader.read(path: folder.history)
  }
}
