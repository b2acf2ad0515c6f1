import Base
import Histories

/// The clients: each has one operation open, is bound to one node, and tells the history first.
final class Clients {
  /// What clients do now.
  enum Phase: Equatable {
    /// The drawn workload.
    case workload
    /// Reads on every node until each has answered one.
    case recovery
    /// One read of each key on each node.
    case finalReads
    /// Nothing new.
    case done
  }

  /// Operations by outcome.
  struct Counts: Equatable {
    var invoked = 0
    var ok = 0
    var fail = 0
    var info = 0
  }

  private struct Open {
    var key: Int
    var request: Request
    var node: Int
    var deadline: Int64
    var isFinal: Bool
  }

  private struct Client {
    var process: Int64
    var node: Int
    var open: Open?
    /// When it may invoke next.
    var ready: Int64 = 0
  }

  private(set) var phase = Phase.workload
  private(set) var counts = Counts()
  /// Nodes that answered a read since recovery began.
  private(set) var recovered: Set<Int> = []
  private var clients: [Client]
  private var workload: Workload
  /// Reads that must succeed before anybody writes again.
  private var readsBeforeWrites = 0
  private var writesAgain: Int64 = 0
  private var finalReads: [(key: Int, node: Int)] = []
  private let plan: Plan
  private let cluster: any Cluster
  private let history: HistoryLog
  private static let pauseWhenDown: Int64 = 20_000_000
  private static let pauseWhenRefused: Int64 = 5_000_000

  init(plan: Plan, cluster: any Cluster, history: HistoryLog, random: SplitMix64) {
    self.plan = plan
    self.cluster = cluster
    self.history = history
    workload = Workload(plan: plan, random: random)
    clients = (0..<plan.clients).map { Client(process: Int64($0), node: $0 % plan.nodes) }
  }

  /// Whether an operation is open.
  var hasOpen: Bool { clients.contains { $0.open != nil } }

  /// Whether all final reads were answered.
  var isFinished: Bool { phase == .finalReads && finalReads.isEmpty && !hasOpen }

  /// Begins a phase.
  func begin(_ phase: Phase, at now: Int64) {
    self.phase = phase
    recovered = []
    for index in clients.indices { clients[index].ready = now }
    guard phase == .finalReads else { return }
    let nodes = plan.keys * plan.nodes <= 1000 ? plan.nodes : 1
    finalReads = (0..<plan.keys).flatMap { key in
      (0..<nodes).map { (key, nodes == 1 ? key % plan.nodes : $0) }
    }
    finalReads.reverse()
  }

  /// Holds writes back until reads have seen what is left.
  func holdWrites(at now: Int64) {
    readsBeforeWrites = plan.keys
    writesAgain = now + 2 * plan.timeoutNanoseconds
  }

  /// When somebody has something to do, or nil.
  func nextDue() -> Int64? {
    var due = Int64.max
    for client in clients {
      due = min(due, client.open?.deadline ?? (phase == .done ? Int64.max : client.ready))
    }
    return due == Int64.max ? nil : due
  }

  /// Takes what nodes answered.
  func take(_ answers: [Answered], at now: Int64) {
    for answered in answers {
      guard let open = clients[answered.slot].open else { continue }
      let node = JSON.Member("node", .string(cluster.name(answered.node)))
      complete(
        answered.slot, open, answered.completion, [node] + answered.evidence, at: now)
    }
  }

  /// Times out, and invokes what is due.
  func advance(at now: Int64, isolated: Set<Int>) {
    for index in clients.indices {
      if let open = clients[index].open {
        let state = cluster.state(open.node)
        if state == .down || state == .starting {
          cluster.abandon(slot: index)
          complete(index, open, .info("the node was killed"), [], at: now)
        } else if open.deadline <= now {
          cluster.abandon(slot: index)
          complete(index, open, .info("timeout"), [], at: now)
        }
      }
      guard clients[index].open == nil, clients[index].ready <= now else { continue }
      invokeNext(index, at: now, isolated: isolated)
    }
  }

  private func invokeNext(_ index: Int, at now: Int64, isolated: Set<Int>) {
    switch phase {
    case .workload:
      let node = clients[index].node
      let isHeld = readsBeforeWrites > 0 && now < writesAgain
      let drawn = workload.draw(onlyReads: isHeld, mostlyReads: isolated.contains(node))
      invoke(index, drawn.key, drawn.request, node, isFinal: false, at: now)
    case .recovery:
      let waiting = (0..<plan.nodes).filter { !recovered.contains($0) }
      guard !waiting.isEmpty else {
        clients[index].ready = now + Clients.pauseWhenRefused
        return
      }
      let node = waiting[index % waiting.count]
      invoke(index, index % plan.keys, .read, node, isFinal: false, at: now)
    case .finalReads:
      guard let next = finalReads.popLast() else {
        clients[index].ready = Int64.max
        return
      }
      invoke(index, next.key, .read, next.node, isFinal: true, at: now)
    case .done: clients[index].ready = Int64.max
    }
  }

  private func invoke(
    _ index: Int, _ key: Int, _ request: Request, _ node: Int, isFinal: Bool, at now: Int64
  ) {
    counts.invoked += 1
    let process = clients[index].process
    let open = Open(
      key: key, request: request, node: node, deadline: now + plan.timeoutNanoseconds,
      isFinal: isFinal)
    history.add(
      .invoke, .client(process), request.function, key: .string("k\(key)"),
      value: request.value, extras: isFinal ? [("final", true)] : [])
    clients[index].open = open
    let pause = plan.rate > 0 ? 1e9 * Double(plan.clients) / plan.rate : 0
    clients[index].ready =
      phase == .workload && pause > 0 ? now + workload.drawPause(meanNanoseconds: pause) : now
    guard cluster.state(node) == .up else {
      // Nothing was sent, so it certainly does not happen.
      complete(index, open, .fail("\(cluster.name(node)) is down"), [], at: now)
      clients[index].ready = max(clients[index].ready, now + Clients.pauseWhenDown)
      return
    }
    cluster.ask(Asked(slot: index, process: process, node: node, key: key, request: request))
  }

  private func complete(
    _ index: Int, _ open: Open, _ completion: Completion, _ evidence: [JSON.Member],
    at now: Int64
  ) {
    var extras = evidence.map { ($0.name, $0.value) }
    let kind: Event.Kind
    var value = open.request.value
    switch completion {
    case .ok(let result, let more):
      kind = .ok
      value = result
      counts.ok += 1
      extras = more.map { ($0.name, $0.value) } + extras
      workload.learn(
        key: open.key, open.request, result,
        isSwapped: more.contains { $0 == JSON.Member("swapped", true) })
      if open.request == .read {
        recovered.insert(open.node)
        readsBeforeWrites = max(0, readsBeforeWrites - 1)
      }
    case .fail(let why):
      kind = .fail
      counts.fail += 1
      extras.insert(("error", .string(why)), at: 0)
    case .info(let why):
      kind = .info
      counts.info += 1
      extras.insert(("error", .string(why)), at: 0)
    }
    history.add(
      kind, .client(clients[index].process), open.request.function, key: .string("k\(open.key)"),
      value: value, extras: extras)
    clients[index].open = nil
    if kind != .ok {
      if open.isFinal { finalReads.append((open.key, open.node)) }
      clients[index].ready = max(clients[index].ready, now + Clients.pauseWhenRefused)
    }
    if kind == .info { clients[index].process += Int64(plan.clients) }
  }
}
