import Base
import Histories

/// The clients: each has one operation open, is bound to one node, and tells the history first.
///
/// A machine: it is told what time it is, what nodes are doing and what they answered, and says
/// what follows. Recorder and simulator are two hosts of it.
package struct Clients {
  /// What clients want done, in this order.
  package enum Effect {
    /// The history has this event next.
    case record(HistoryEntry)
    /// A node is asked.
    case ask(Asked)
    /// Nobody waits for the answer of that client's request any more.
    case abandon(slot: Int)
  }

  /// What clients do now.
  package enum Phase: Equatable {
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
  package struct Counts: Equatable {
    package var invoked = 0
    package var ok = 0
    package var fail = 0
    package var info = 0
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

  package private(set) var phase = Phase.workload
  package private(set) var counts = Counts()
  /// Nodes that answered a read since recovery began.
  package private(set) var recovered: Set<Int> = []
  /// The nodes that are asked in ``Phase/recovery``.
  private var recovering: [Int] = []
  /// How many operations each node was to do, and how many it answered, be it with an error.
  package private(set) var invoked: [Int]
  package private(set) var answered: [Int]
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
  private let kind: WorkloadKind
  private let names: [String]
  private var effects: [Effect] = []
  /// What is left of the plan's script, by client, the next one last; nil where all is drawn.
  private var script: [[ScriptedOperation]]?
  /// The operations of the workload so far, where they are kept: a script that does the same.
  package private(set) var done: [ScriptedOperation] = []
  private let keepsDone: Bool
  /// When the workload began.
  private var began: Int64 = 0
  /// Operations that are due and wait for a client that is free; only in an open loop.
  private var arrivals: Arrivals?
  private static let pauseWhenDown: Int64 = 20_000_000
  private static let pauseWhenRefused: Int64 = 5_000_000
  private static let attempts = 50
  private static let never = Int64.max

  /// Makes the clients of a plan; all they draw comes from that generator. What they have done is
  /// kept where it is asked for: it grows with the run.
  package init(_ plan: Plan, random: SplitMix64, keepsDone: Bool = false) {
    self.plan = plan
    self.keepsDone = keepsDone
    self.random = random
    kind = plan.workloadKind
    names = plan.nodeNames
    workload = kind.make(plan.effectiveMix)
    invoked = [Int](repeating: 0, count: plan.nodes)
    answered = invoked
    keys = plan.keyChooser
    arrivals = plan.loop == .open && plan.script == nil ? Arrivals(perSecond: plan.rate) : nil
    script = plan.script.map { all in
      let last = all.sorted { $0.at > $1.at }
      return (0..<plan.clients).map { client in last.filter { $0.client == client } }
    }
    let nodes = names.count
    clients = (0..<plan.clients).map { Client(process: Int64($0), node: $0 % nodes) }
    deadlines = [Int64](repeating: Clients.never, count: plan.clients)
    ready = [Int64](repeating: 0, count: plan.clients)
  }

  /// Whether an operation is open.
  package var hasOpen: Bool { openCount > 0 }

  /// How many final reads of each node have no answer yet.
  package var finalReadsLeft: [Int] {
    var left = [Int](repeating: 0, count: plan.nodes)
    for read in finalReads { left[read.node] += 1 }
    for case let open? in clients.map(\.open) where open.isFinal { left[open.node] += 1 }
    return left
  }

  /// Whether all final reads were answered.
  package var isFinished: Bool { phase == .finalReads && finalReads.isEmpty && !hasOpen }

  /// Begins a phase; of ``Phase/recovery`` with the nodes that must answer, all where none are
  /// named.
  package mutating func begin(_ phase: Phase, at now: Int64, nodes: [Int]? = nil) {
    self.phase = phase
    recovering = nodes ?? Array(0..<plan.nodes)
    if phase == .workload { began = now }
    recovered = []
    for index in ready.indices { ready[index] = now }
    arrivals?.begin(at: now)
    guard phase == .finalReads else { return }
    guard kind.hasFinalReads else { return }
    let nodes = keys.count * plan.nodes <= 1000 ? plan.nodes : 1
    finalReads = (0..<keys.count).flatMap { key in
      (0..<nodes).map { (key, nodes == 1 ? key % plan.nodes : $0) }
    }
    finalReads.reverse()
  }

  /// Holds writes back until reads have seen what is left.
  package mutating func holdWrites(at now: Int64) {
    readsBeforeWrites = plan.keys
    writesAgain = now + 2 * plan.timeoutNanoseconds
  }

  /// When somebody has something to do, or nil.
  ///
  /// - Complexity: O(clients), a few instructions each.
  package func nextDue() -> Int64? {
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
  package mutating func take(
    _ answers: [Answered], at now: Int64, _ nodes: some NodeStates
  ) -> [Effect] {
    for answered in answers {
      guard let open = clients[answered.slot].open else { continue }
      if open.request == .read, case .ok = answered.completion { sawState(open.node) }
      let node = JSON.Member("node", .string(names[answered.node]))
      let evidence = [node] + answered.evidence
      if answered.isSpoken { self.answered[answered.node] += 1 }
      guard let outcome = step(answered.slot, open, answered.completion, at: now, nodes) else {
        continue
      }
      complete(answered.slot, open, outcome, evidence, at: now)
    }
    return takeEffects()
  }

  private mutating func takeEffects() -> [Effect] {
    defer { effects = [] }
    return effects
  }

  /// A node answered a read.
  private mutating func sawState(_ node: Int) {
    recovered.insert(node)
    readsBeforeWrites = max(0, readsBeforeWrites - 1)
  }

  /// What the answer to one request means for the operation; nil when it goes on.
  private mutating func step(
    _ index: Int, _ open: Open, _ completion: Completion, at now: Int64, _ nodes: some NodeStates
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
    case (.update, .ok): return again(index, open, "another value was there", at: now, nodes)
    case (.update, .fail(let why)): return again(index, open, why, at: now, nodes)
    }
  }

  /// An update's comparison did not hold, so nothing was changed: it is begun again, with a limit.
  private mutating func again(
    _ index: Int, _ open: Open, _ why: String, at now: Int64, _ nodes: some NodeStates
  ) -> Completion? {
    guard open.attempts < Clients.attempts, deadlines[index] > now,
      nodes.state(open.node) == .up
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

  private mutating func ask(_ index: Int, _ node: Int, _ key: Int, _ request: Request) {
    clients[index].open?.request = request
    effects.append(
      .ask(
        Asked(
          slot: index, process: clients[index].process, node: node, key: key, request: request)))
  }

  /// Times out, and invokes what is due.
  ///
  /// - Parameters:
  ///   - now: the time.
  ///   - isolated: the nodes that are cut off from a majority of the others.
  ///   - nodes: what nodes are doing.
  /// - Returns: what clients want done.
  package mutating func advance(
    at now: Int64, isolated: Set<Int>, _ nodes: some NodeStates
  ) -> [Effect] {
    if hasOpen { giveUp(at: now, nodes) }
    if phase == .workload { arrivals?.advance(to: now, &random) }
    // Whose turn it is goes round, so that a rate that few can serve is served by all.
    firstClient = (firstClient + 1) % clients.count
    for offset in clients.indices {
      let place = firstClient + offset
      let index = place < clients.count ? place : place - clients.count
      guard deadlines[index] == Clients.never, ready[index] <= now else { continue }
      if phase == .workload, arrivals != nil {
        guard arrivals?.take() == true else { break }
      }
      invokeNext(index, at: now, isolated: isolated, nodes)
    }
    return takeEffects()
  }

  /// Gives up what waits for a node that is gone, and what has waited too long.
  private mutating func giveUp(at now: Int64, _ nodes: some NodeStates) {
    let isGone = { (node: Int) in
      let state = nodes.state(node)
      return state == .down || state == .starting
    }
    let anyIsGone = names.indices.contains(where: isGone)
    for index in deadlines.indices
    where deadlines[index] <= now || anyIsGone && deadlines[index] != Clients.never {
      guard let open = clients[index].open else { continue }
      if isGone(open.node) {
        give(up: index, open, "the node was killed", at: now)
      } else if deadlines[index] <= now {
        give(up: index, open, "timeout", at: now)
      }
    }
  }

  private mutating func give(up index: Int, _ open: Open, _ why: String, at now: Int64) {
    effects.append(.abandon(slot: index))
    let changedNothing = open.work.recipe == .update && open.request == .read
    complete(
      index, open, changedNothing ? .fail("nothing was changed: \(why)") : .info(why), [], at: now)
  }

  /// What a client does next: what the script says, once it is time for it, or what is drawn.
  private mutating func nextWork(
    _ index: Int, at now: Int64, isolated: Set<Int>
  ) -> (Work, node: Int)? {
    guard script == nil else {
      guard let next = script?[index].last, began + next.at <= now else {
        ready[index] = (script?[index].last).map { began + $0.at } ?? Clients.never
        return nil
      }
      script?[index].removeLast()
      return workload.work(next.function, next.value, key: next.key).map { ($0, next.node) }
    }
    let node = clients[index].node
    let moment = Moment(
      process: clients[index].process, onlyReads: readsBeforeWrites > 0 && now < writesAgain,
      mostlyReads: isolated.contains(node))
    return (workload.draw(key: keys.draw(&random), moment, &random), node)
  }

  private mutating func invokeNext(
    _ index: Int, at now: Int64, isolated: Set<Int>, _ nodes: some NodeStates
  ) {
    switch phase {
    case .workload:
      guard let (work, node) = nextWork(index, at: now, isolated: isolated) else { return }
      if keepsDone {
        done.append(
          ScriptedOperation(
            at: now - began, client: index, node: node, key: work.key, function: work.function,
            value: work.value))
      }
      invoke(index, work, node, isFinal: false, at: now, nodes)
    case .recovery:
      let waiting = recovering.filter { !recovered.contains($0) }
      guard !waiting.isEmpty else {
        ready[index] = now + Clients.pauseWhenRefused
        return
      }
      let key = keys.live[index % plan.keys]
      let moment = Moment(process: clients[index].process, onlyReads: true)
      let work = workload.look(key: key) ?? workload.draw(key: key, moment, &random)
      invoke(index, work, waiting[index % waiting.count], isFinal: false, at: now, nodes)
    case .finalReads:
      guard let next = finalReads.popLast(), let work = workload.look(key: next.key) else {
        ready[index] = Clients.never
        return
      }
      invoke(index, work, next.node, isFinal: true, at: now, nodes)
    case .done: ready[index] = Clients.never
    }
  }

  private mutating func invoke(
    _ index: Int, _ work: Work, _ node: Int, isFinal: Bool, at now: Int64, _ nodes: some NodeStates
  ) {
    counts.invoked += 1
    invoked[node] += 1
    var first = Request.read
    if case .ask(let request) = work.recipe { first = request }
    let open = Open(work: work, request: first, node: node, isFinal: isFinal)
    effects.append(
      .record(
        HistoryEntry(
          .invoke, .client(clients[index].process), work.function,
          key: .string(KeyChooser.name(work.key)), value: work.value,
          extras: isFinal ? [("final", true)] : [])))
    clients[index].open = open
    deadlines[index] = now + plan.timeoutNanoseconds
    openCount += 1
    ready[index] =
      phase == .workload && isPaced ? now + drawPause(meanNanoseconds: meanPause) : now
    guard nodes.state(node) == .up else {
      // Nothing was sent, so it certainly does not happen.
      complete(index, open, .fail("\(names[node]) is down"), [], at: now)
      ready[index] = max(ready[index], now + Clients.pauseWhenDown)
      return
    }
    ask(index, node, work.key, first)
  }

  /// The time from one operation of a client to its next at the plan's rate; 0 for none.
  private var meanPause: Double { plan.rate > 0 ? 1e9 * Double(plan.clients) / plan.rate : 0 }

  /// Whether a client's operations come at a rate of its own.
  private var isPaced: Bool { meanPause > 0 && arrivals == nil && script == nil }

  /// Draws a time around a mean, for the rate of a client.
  private mutating func drawPause(meanNanoseconds: Double) -> Int64 {
    Int64(meanNanoseconds * Double(random.draw(500..<1500)) / 1000)
  }

  private mutating func complete(
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
    effects.append(
      .record(
        HistoryEntry(
          kind, .client(process), open.work.function,
          key: .string(KeyChooser.name(open.work.key)), value: value, extras: extras)))
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
