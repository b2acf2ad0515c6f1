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
    var work: Work
    /// The request that is open now.
    var request: Request
    /// How often an update was begun.
    var attempts = 1
    /// The value of the operation if the open compare-and-set takes effect.
    var answer = JSON.null
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
  private var workload: any Workload
  private var keys: KeyChooser
  private var random: SplitMix64
  /// Reads that must succeed before anybody writes again.
  private var readsBeforeWrites = 0
  private var writesAgain: Int64 = 0
  private var finalReads: [(key: Int, node: Int)] = []
  private var firstClient = 0
  private let plan: Plan
  private let cluster: any Cluster
  private let history: HistoryLog
  /// Operations that are due and wait for a client that is free; only in an open loop.
  private var arrivals: Arrivals?
  private static let pauseWhenDown: Int64 = 20_000_000
  private static let pauseWhenRefused: Int64 = 5_000_000
  private static let attempts = 50

  init(plan: Plan, cluster: any Cluster, history: HistoryLog, random: SplitMix64) {
    self.plan = plan
    self.cluster = cluster
    self.history = history
    self.random = random
    workload = plan.workloadKind.make(plan)
    keys = KeyChooser(plan)
    arrivals = plan.loop == .open ? Arrivals(perSecond: plan.rate) : nil
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
    arrivals?.begin(at: now)
    guard phase == .finalReads else { return }
    guard plan.workloadKind.hasFinalReads else { return }
    let nodes = keys.count * plan.nodes <= 1000 ? plan.nodes : 1
    finalReads = (0..<keys.count).flatMap { key in
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
    // In an open loop a free client waits for an arrival, not for its own time.
    let waits = phase == .workload ? arrivals : nil
    for client in clients {
      let next = phase == .done ? Int64.max : max(client.ready, waits?.nextDue ?? 0)
      due = min(due, client.open?.deadline ?? next)
    }
    return due == Int64.max ? nil : due
  }

  /// Takes what nodes answered.
  func take(_ answers: [Answered], at now: Int64) {
    for answered in answers {
      guard let open = clients[answered.slot].open else { continue }
      if open.request == .read, case .ok = answered.completion { sawState(open.node) }
      let node = JSON.Member("node", .string(cluster.name(answered.node)))
      let evidence = [node] + answered.evidence
      guard let outcome = step(answered.slot, open, answered.completion, at: now) else { continue }
      complete(answered.slot, open, outcome, evidence, at: now)
    }
  }

  /// A node answered a read.
  private func sawState(_ node: Int) {
    recovered.insert(node)
    readsBeforeWrites = max(0, readsBeforeWrites - 1)
  }

  /// What the answer to one request means for the operation; nil when it goes on.
  private func step(
    _ index: Int, _ open: Open, _ completion: Completion, at now: Int64
  ) -> Completion? {
    switch (open.work.recipe, completion) {
    case (.ask, _): return completion
    case (.observe, .ok(let state, let more)): return .ok(workload.observe(state), more)
    case (.observe, _): return completion
    case (.update, .ok(let state, _)) where open.request == .read:
      switch workload.change(open.work, process: clients[index].process, of: state) {
      case .nothing(let answer): return .ok(answer, [])
      case .refused(let why): return .fail(why)
      case .to(let next, let answer):
        clients[index].open?.answer = answer
        ask(index, open.node, open.work.key, .cas(from: state, to: next))
        return nil
      }
    case (.update, .fail(let why)) where open.request == .read,
      (.update, .info(let why)) where open.request == .read:
      return .fail("nothing was changed: \(why)")
    case (.update, .ok(_, let more)) where more.contains(JSON.Member("swapped", true)):
      return .ok(open.answer, [])
    case (.update, .info): return completion
    case (.update, .ok), (.update, .fail):
      // The comparison failed, so nothing was changed: somebody was faster.
      guard open.attempts < Clients.attempts, open.deadline > now,
        cluster.state(open.node) == .up
      else { return .fail("others were faster \(open.attempts) times") }
      clients[index].open?.attempts += 1
      ask(index, open.node, open.work.key, .read)
      return nil
    }
  }

  private func ask(_ index: Int, _ node: Int, _ key: Int, _ request: Request) {
    clients[index].open?.request = request
    cluster.ask(
      Asked(
        slot: index, process: clients[index].process, node: node, key: key, request: request))
  }

  /// Times out, and invokes what is due.
  func advance(at now: Int64, isolated: Set<Int>) {
    for index in clients.indices {
      if let open = clients[index].open {
        let state = cluster.state(open.node)
        if state == .down || state == .starting {
          give(up: index, open, "the node was killed", at: now)
        } else if open.deadline <= now {
          give(up: index, open, "timeout", at: now)
        }
      }
    }
    if phase == .workload { arrivals?.advance(to: now, &random) }
    // Whose turn it is goes round, so that a rate that few can serve is served by all.
    firstClient = (firstClient + 1) % clients.count
    for offset in clients.indices {
      let index = (firstClient + offset) % clients.count
      guard clients[index].open == nil, clients[index].ready <= now else { continue }
      if phase == .workload, arrivals != nil {
        guard arrivals?.take() == true else { return }
      }
      invokeNext(index, at: now, isolated: isolated)
    }
  }

  private func give(up index: Int, _ open: Open, _ why: String, at now: Int64) {
    cluster.abandon(slot: index)
    let changedNothing = open.work.recipe == .update && open.request == .read
    complete(
      index, open, changedNothing ? .fail("nothing was changed: \(why)") : .info(why), [], at: now)
  }

  private func invokeNext(_ index: Int, at now: Int64, isolated: Set<Int>) {
    switch phase {
    case .workload:
      let node = clients[index].node
      let moment = Moment(
        process: clients[index].process, onlyReads: readsBeforeWrites > 0 && now < writesAgain,
        mostlyReads: isolated.contains(node))
      let work = workload.draw(key: keys.draw(&random), moment, &random)
      invoke(index, work, node, isFinal: false, at: now)
    case .recovery:
      let waiting = (0..<plan.nodes).filter { !recovered.contains($0) }
      guard !waiting.isEmpty else {
        clients[index].ready = now + Clients.pauseWhenRefused
        return
      }
      let key = keys.live[index % plan.keys]
      let moment = Moment(process: clients[index].process, onlyReads: true)
      let work = workload.look(key: key) ?? workload.draw(key: key, moment, &random)
      invoke(index, work, waiting[index % waiting.count], isFinal: false, at: now)
    case .finalReads:
      guard let next = finalReads.popLast(), let work = workload.look(key: next.key) else {
        clients[index].ready = Int64.max
        return
      }
      invoke(index, work, next.node, isFinal: true, at: now)
    case .done: clients[index].ready = Int64.max
    }
  }

  private func invoke(_ index: Int, _ work: Work, _ node: Int, isFinal: Bool, at now: Int64) {
    counts.invoked += 1
    var first = Request.read
    if case .ask(let request) = work.recipe { first = request }
    let open = Open(
      work: work, request: first, node: node, deadline: now + plan.timeoutNanoseconds,
      isFinal: isFinal)
    history.add(
      .invoke, .client(clients[index].process), work.function, key: .string("k\(work.key)"),
      value: work.value, extras: isFinal ? [("final", true)] : [])
    clients[index].open = open
    let pause = plan.rate > 0 ? 1e9 * Double(plan.clients) / plan.rate : 0
    clients[index].ready =
      phase == .workload && pause > 0 && arrivals == nil
      ? now + drawPause(meanNanoseconds: pause) : now
    guard cluster.state(node) == .up else {
      // Nothing was sent, so it certainly does not happen.
      complete(index, open, .fail("\(cluster.name(node)) is down"), [], at: now)
      clients[index].ready = max(clients[index].ready, now + Clients.pauseWhenDown)
      return
    }
    ask(index, node, work.key, first)
  }

  /// Draws a time around a mean, for the rate of a client.
  private func drawPause(meanNanoseconds: Double) -> Int64 {
    Int64(meanNanoseconds * Double(random.draw(500..<1500)) / 1000)
  }

  private func complete(
    _ index: Int, _ open: Open, _ completion: Completion, _ evidence: [JSON.Member],
    at now: Int64
  ) {
    var extras = evidence.map { ($0.name, $0.value) }
    let process = clients[index].process
    let kind: Event.Kind
    var value = open.work.value
    var isAnotherLook = false
    switch completion {
    case .ok(let result, let more):
      kind = .ok
      value = result
      counts.ok += 1
      extras = more.map { ($0.name, $0.value) } + extras
      workload.learn(
        open.work, process: process, value: result,
        isSwapped: more.contains(JSON.Member("swapped", true)))
      isAnotherLook = open.isFinal && !workload.isLast(look: result)
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
      kind, .client(process), open.work.function, key: .string("k\(open.work.key)"),
      value: value, extras: extras)
    clients[index].open = nil
    if open.isFinal, kind != .ok || isAnotherLook {
      finalReads.append((open.work.key, open.node))
    }
    if kind != .ok {
      clients[index].ready = max(clients[index].ready, now + Clients.pauseWhenRefused)
    }
    if kind == .info {
      workload.depart(process: process)
      clients[index].process += Int64(plan.clients)
    }
  }
}
