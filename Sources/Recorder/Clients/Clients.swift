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
    var isFinal: Bool
  }

  private struct Client {
    var process: Int64
    var node: Int
    var open: Open?
  }

  private(set) var phase = Phase.workload
  private(set) var counts = Counts()
  /// Nodes that answered a read since recovery began.
  private(set) var recovered: Set<Int> = []
  /// How many operations each node was to do, and how many it answered, be it with an error.
  private(set) var invoked: [Int]
  private(set) var answered: [Int]
  private var clients: [Client]
  /// When the open operation of each client times out, ``never`` where none is open. Why columns:
  /// every turn looks at every client, and there may be many.
  private var deadlines: [Int64]
  /// When each client may invoke next.
  private var ready: [Int64]
  private var openCount = 0
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
  private static let never = Int64.max

  init(plan: Plan, cluster: any Cluster, history: HistoryLog, random: SplitMix64) {
    self.plan = plan
    self.cluster = cluster
    self.history = history
    self.random = random
    workload = plan.workloadKind.make(plan)
    invoked = [Int](repeating: 0, count: plan.nodes)
    answered = invoked
    keys = KeyChooser(plan)
    arrivals = plan.loop == .open ? Arrivals(perSecond: plan.rate) : nil
    clients = (0..<plan.clients).map { Client(process: Int64($0), node: $0 % plan.nodes) }
    deadlines = [Int64](repeating: Clients.never, count: plan.clients)
    ready = [Int64](repeating: 0, count: plan.clients)
  }

  /// Whether an operation is open.
  var hasOpen: Bool { openCount > 0 }

  /// How many final reads of each node have no answer yet.
  var finalReadsLeft: [Int] {
    var left = [Int](repeating: 0, count: plan.nodes)
    for read in finalReads { left[read.node] += 1 }
    for case let open? in clients.map(\.open) where open.isFinal { left[open.node] += 1 }
    return left
  }

  /// Whether all final reads were answered.
  var isFinished: Bool { phase == .finalReads && finalReads.isEmpty && !hasOpen }

  /// Begins a phase.
  func begin(_ phase: Phase, at now: Int64) {
    self.phase = phase
    recovered = []
    for index in ready.indices { ready[index] = now }
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
  ///
  /// - Complexity: O(clients), a few instructions each.
  func nextDue() -> Int64? {
    // In an open loop a free client waits for an arrival, not for its own time.
    let arrival = phase == .workload ? arrivals?.nextDue ?? 0 : 0
    let earliest = phase == .done ? Clients.never : arrival
    var due = Clients.never
    for index in deadlines.indices {
      let deadline = deadlines[index]
      let next = deadline == Clients.never ? max(ready[index], earliest) : deadline
      due = min(due, next)
    }
    return due == Clients.never ? nil : due
  }

  /// Takes what nodes answered.
  func take(_ answers: [Answered], at now: Int64) {
    for answered in answers {
      guard let open = clients[answered.slot].open else { continue }
      if open.request == .read, case .ok = answered.completion { sawState(open.node) }
      let node = JSON.Member("node", .string(cluster.name(answered.node)))
      let evidence = [node] + answered.evidence
      if answered.isSpoken { self.answered[answered.node] += 1 }
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
    case (.update, .ok): return again(index, open, "another value was there", at: now)
    case (.update, .fail(let why)): return again(index, open, why, at: now)
    }
  }

  /// An update's comparison did not hold, so nothing was changed: it is begun again, with a limit.
  private func again(_ index: Int, _ open: Open, _ why: String, at now: Int64) -> Completion? {
    guard open.attempts < Clients.attempts, deadlines[index] > now,
      cluster.state(open.node) == .up
    else {
      let times = open.attempts == 1 ? "once" : "\(open.attempts) times"
      var what = "compare-and-set"
      if case .cas(from: .null, to: _) = open.request { what += " with an absent key" }
      return .fail("nothing was changed: its \(what) was refused, \(times), last: \(why)")
    }
    clients[index].open?.attempts += 1
    ask(index, open.node, open.work.key, .read)
    return nil
  }

  private func ask(_ index: Int, _ node: Int, _ key: Int, _ request: Request) {
    clients[index].open?.request = request
    cluster.ask(
      Asked(
        slot: index, process: clients[index].process, node: node, key: key, request: request))
  }

  /// Times out, and invokes what is due.
  func advance(at now: Int64, isolated: Set<Int>) {
    if hasOpen { giveUp(at: now) }
    if phase == .workload { arrivals?.advance(to: now, &random) }
    // Whose turn it is goes round, so that a rate that few can serve is served by all.
    firstClient = (firstClient + 1) % clients.count
    for offset in clients.indices {
      let place = firstClient + offset
      let index = place < clients.count ? place : place - clients.count
      guard deadlines[index] == Clients.never, ready[index] <= now else { continue }
      if phase == .workload, arrivals != nil {
        guard arrivals?.take() == true else { return }
      }
      invokeNext(index, at: now, isolated: isolated)
    }
  }

  /// Gives up what waits for a node that is gone, and what has waited too long.
  private func giveUp(at now: Int64) {
    let gone = (0..<cluster.count).map {
      let state = cluster.state($0)
      return state == .down || state == .starting
    }
    let anyIsGone = gone.contains(true)
    for index in deadlines.indices
    where deadlines[index] <= now || anyIsGone && deadlines[index] != Clients.never {
      guard let open = clients[index].open else { continue }
      if gone[open.node] {
        give(up: index, open, "the node was killed", at: now)
      } else if deadlines[index] <= now {
        give(up: index, open, "timeout", at: now)
      }
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
        ready[index] = now + Clients.pauseWhenRefused
        return
      }
      let key = keys.live[index % plan.keys]
      let moment = Moment(process: clients[index].process, onlyReads: true)
      let work = workload.look(key: key) ?? workload.draw(key: key, moment, &random)
      invoke(index, work, waiting[index % waiting.count], isFinal: false, at: now)
    case .finalReads:
      guard let next = finalReads.popLast(), let work = workload.look(key: next.key) else {
        ready[index] = Clients.never
        return
      }
      invoke(index, work, next.node, isFinal: true, at: now)
    case .done: ready[index] = Clients.never
    }
  }

  private func invoke(_ index: Int, _ work: Work, _ node: Int, isFinal: Bool, at now: Int64) {
    counts.invoked += 1
    invoked[node] += 1
    var first = Request.read
    if case .ask(let request) = work.recipe { first = request }
    let open = Open(work: work, request: first, node: node, isFinal: isFinal)
    history.add(
      .invoke, .client(clients[index].process), work.function,
      key: .string(KeyChooser.name(work.key)), value: work.value,
      extras: isFinal ? [("final", true)] : [])
    clients[index].open = open
    deadlines[index] = now + plan.timeoutNanoseconds
    openCount += 1
    let pause = plan.rate > 0 ? 1e9 * Double(plan.clients) / plan.rate : 0
    ready[index] =
      phase == .workload && pause > 0 && arrivals == nil
      ? now + drawPause(meanNanoseconds: pause) : now
    guard cluster.state(node) == .up else {
      // Nothing was sent, so it certainly does not happen.
      complete(index, open, .fail("\(cluster.name(node)) is down"), [], at: now)
      ready[index] = max(ready[index], now + Clients.pauseWhenDown)
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
    var extras: [(String, JSON)] = []
    let process = clients[index].process
    let kind: Event.Kind
    var value = open.work.value
    var isAnotherLook = false
    switch completion {
    case .ok(let result, let more):
      kind = .ok
      value = result
      counts.ok += 1
      for member in more { extras.append((member.name, member.value)) }
      workload.learn(
        open.work, process: process, value: result,
        isSwapped: more.contains(JSON.Member("swapped", true)))
      isAnotherLook = open.isFinal && !workload.isLast(look: result)
    case .fail(let why):
      kind = .fail
      counts.fail += 1
      extras.append(("error", .string(why)))
    case .info(let why):
      kind = .info
      counts.info += 1
      extras.append(("error", .string(why)))
    }
    for member in evidence { extras.append((member.name, member.value)) }
    history.add(
      kind, .client(process), open.work.function, key: .string(KeyChooser.name(open.work.key)),
      value: value, extras: extras)
    clients[index].open = nil
    deadlines[index] = Clients.never
    openCount -= 1
    // Only now may nobody learn about that key any more.
    if !keys.isLive(open.work.key) { workload.forget(key: open.work.key) }
    if open.isFinal, kind != .ok || isAnotherLook {
      finalReads.append((open.work.key, open.node))
    }
    if kind != .ok {
      ready[index] = max(ready[index], now + Clients.pauseWhenRefused)
    }
    if kind == .info {
      workload.depart(process: process)
      clients[index].process += Int64(plan.clients)
    }
  }
}
