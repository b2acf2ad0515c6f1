import Base
import Drivers
import Experiments
import Formats
import Glibc
import Sandbox

/// The one loop of a recording. It owns the clock, and calls everybody in turn; nobody else waits.
final class Run {
  private(set) var clients: Clients
  let nemesis: Nemesis
  let log: RunLog
  private let plan: Plan
  private let clock: MonotonicClock
  private let poller: Poller
  private let network: Network
  private let cluster: any Cluster
  private let history: HistoryLog
  /// Whether the clients were stopped because the history is wrong already.
  private(set) var isStoppedOnViolation = false
  private var recoveryProblems: [String] = []
  /// What the end of the run lacks, a sentence each.
  private var missing: [String] = []
  private var rate = RateMeter()
  private var phase = "starting"
  private var began: Int64 = 0
  private var nextProgress: Int64 = 0
  private static let turn: Int64 = 50_000_000
  /// How long the last reads may take where the history is wrong already.
  private static let briefly: Int64 = 5_000_000_000

  init(
    _ plan: Plan, executable: String, folder: RunFolder, clock: MonotonicClock
  ) throws(Failure) {
    // A node that goes away must be an error of write(2), not the end of the recorder.
    _ = Glibc.signal(SIGPIPE, SIG_IGN)
    // Whoever started us may have ignored it, and then the kernel tells nobody how a child ended.
    _ = Glibc.signal(SIGCHLD, SIG_DFL)
    self.plan = plan
    self.clock = clock
    var random = SplitMix64(seed: plan.seed)
    let now = { clock.now }
    log = try RunLog(folder, now: now)
    poller = try Poller()
    network = Network(
      nodes: plan.nodes, latency: plan.effectiveLatency,
      keepsOrder: plan.mayBeIsolated && plan.isolation.hasNamespaces
        || plan.snapshotsNanoseconds > 0,
      random: random.split())
    cluster = try Run.makeCluster(
      plan, executable: executable, folder: folder, network: network, poller: poller, log: log,
      now: now)
    history = try HistoryLog(folder, plan: plan, now: now)
    clients = Clients(plan, random: random.split())
    nemesis = Nemesis(
      plan,
      host: try ClusterHost(plan, cluster: cluster, network: network, now: now),
      chronicle: try RunChronicle(folder, history: history, log: log))
  }

  /// The cluster of a plan; nothing is started yet.
  static func makeCluster(
    _ plan: Plan, executable: String, folder: RunFolder, network: Network, poller: Poller,
    log: RunLog, now: @escaping () -> Int64
  ) throws(Failure) -> any Cluster {
    func servers(
      _ driver: any Driver, _ site: Site,
      _ way: (ServerSetup, Talks) throws(Failure) -> any ServerWay
    ) throws(Failure) -> ServerCluster {
      try ServerCluster(
        driver, site: site, plan: plan, folder: folder, poller: poller, log: log, now: now,
        way: way)
    }
    switch plan.target {
    case .embedded(let nodes):
      return try PipeCluster(
        nodes, plan: plan, executable: executable, folder: folder, network: network,
        poller: poller, log: log, now: now)
    case .program(let program):
      return try PipeCluster(
        program, plan: plan, folder: folder, network: network, poller: poller, log: log, now: now)
    case .started(let target):
      let wires = try Run.wires(target, nodes: plan.nodes, network, poller, folder, log)
      let machines = try NodeMachines(plan, folder, executable: executable)
      let site = try Sites.started(plan, target.driver, folder, wires)
      return try servers(target.driver, site) { (setup, _) throws(Failure) in
        try StartedServers(setup, wires: wires, machines: machines)
      }
    case .hosts(let target):
      let site = try Sites.hosts(plan, target, folder)
      return try servers(target.driver, site) { (setup, _) throws(Failure) in
        try HostedServers(setup, on: target)
      }
    case .existing(let target):
      let site = try Sites.existing(plan, target.driver, folder)
      return try servers(target.driver, site) { (setup, talks) throws(Failure) in
        try ExistingServers(setup, talks: talks)
      }
    }
  }

  /// What carries messages between servers that the run starts here, if we have a say in it.
  private static func wires(
    _ target: StartedTarget, nodes: Int, _ network: Network, _ poller: Poller,
    _ folder: RunFolder, _ log: RunLog
  ) throws(Failure) -> (any NodeWires)? {
    switch target.isolation {
    case .auto, .loopback: return nil
    case .rules: return try RuledWires(nodes: nodes, network: network, log: log)
    case .sandbox:
      return try SwitchedWires(
        nodes: nodes, network: network, poller: poller,
        capture: target.keepsFrames ? try PcapFile(path: folder[.capture]) : nil)
    }
  }

  /// What became of consistent cuts; nil where the plan asks for none.
  var cuts: CutCounts? { cluster.cuts?.counts }

  /// The version of a node's server, where it has said it.
  func version(_ index: Int) -> String? { cluster.version(index) }

  /// What went wrong with the harness or the cluster, and is only told.
  var problems: [String] {
    cluster.problems + recoveryProblems
  }

  /// What the run lacks to mean anything, a sentence each.
  var shortcomings: [String] {
    let silent = clients.invoked.indices.filter { node in
      clients.invoked[node] > 0 && clients.answered[node] == 0
    }
    let sentences = silent.map { node in
      "\(cluster.name(node)) never answered: \(clients.invoked[node]) "
        + (clients.invoked[node] == 1 ? "operation was" : "operations were") + " to be done by it"
    }
    return cluster.shortcomings + sentences + missing
  }

  /// The phases of a run, in order; the signal that ended it early, or nil.
  func record(
    progress: (RecordingProgress) -> Void, signal: () -> Int32?, isViolated: () -> Bool
  ) throws(Failure) -> Int32? {
    do throws(Interruption) {
      try start(progress, signal)
      try work(progress, signal, isViolated)
      try recover(progress, signal)
      try readFinally(progress, signal)
    } catch {
      switch error {
      case .failure(let failure):
        // The verdict is known; what the last reads met is only told.
        guard isStoppedOnViolation else { throw failure }
        recoveryProblems.append(failure.message)
      case .signal(let number):
        log.write("interrupted by signal \(number)")
        try nemesis.heal()
        try windDown()
        try history.flush()
        return number
      }
    }
    try history.flush()
    return nil
  }

  /// Servers that stay after an interrupted run are waited for until they are as they were.
  private func windDown() throws(Failure) {
    guard case .existing = plan.target else { return }
    let limit = clock.now + plan.commandLimitNanoseconds
    while !nemesis.isIdle, clock.now < limit {
      do throws(Interruption) { try turn({ _ in }, { nil }, due: nil) } catch {
        if case .failure(let failure) = error { throw failure }
      }
      try nemesis.heal()
    }
  }

  /// Ends every process, whatever happened before. What was recorded stays.
  func end() {
    try? nemesis.heal()
    try? history.flush()
    cluster.end()
    if let left = try? nemesis.end(), !left.isEmpty {
      recoveryProblems.append("nobody has seen the end of \(left.joined(separator: ", "))")
    }
    try? history.flush()
    cluster.machines?.end()
  }

  private enum Interruption: Error {
    case failure(Failure)
    case signal(Int32)
  }

  private typealias Progress = (RecordingProgress) -> Void
  private typealias Signal = () -> Int32?

  private func start(_ progress: Progress, _ signal: Signal) throws(Interruption) {
    for index in 0..<cluster.count {
      do throws(Failure) { try cluster.start(index) } catch { throw .failure(error) }
    }
    while !cluster.isUp { try turn(progress, signal, due: nil) }
    began = clock.now
  }

  private func work(
    _ progress: Progress, _ signal: Signal, _ isViolated: () -> Bool
  ) throws(Interruption) {
    phase = "running"
    log.write("clients begin")
    clients.begin(.workload, at: began)
    while clock.now - began < plan.durationNanoseconds {
      if isViolated() {
        isStoppedOnViolation = true
        log.write("the history is not linearizable: clients end, and look once more")
        return
      }
      do throws(Failure) {
        try nemesis.advance(elapsed: clock.now - began)
      } catch { throw .failure(error) }
      if nemesis.takeDestruction() { clients.holdWrites(at: clock.now) }
      carryOut(clients.advance(at: clock.now, isolated: isolated, cluster))
      try turn(progress, signal, due: clients.nextDue())
    }
  }

  private func recover(_ progress: Progress, _ signal: Signal) throws(Interruption) {
    phase = "recovering"
    log.write("healing; then every node must answer a read")
    let limit = clock.now + plan.recoveryLimitNanoseconds
    clients.begin(.done, at: clock.now)
    while !nemesis.isIdle || clients.hasOpen || !cluster.isUp, clock.now < limit {
      do throws(Failure) {
        try nemesis.heal()
        // A server that ended by itself is started again, so that the end is seen on all nodes.
        for index in 0..<cluster.count where nemesis.isIdle && cluster.state(index) == .down {
          try cluster.start(index)
        }
      } catch { throw .failure(error) }
      carryOut(clients.advance(at: clock.now, isolated: [], cluster))
      try turn(progress, signal, due: clients.nextDue())
    }
    clients.begin(.recovery, at: clock.now)
    // Where the verdict is known, the last reads only tell what is lost from what is late.
    let patience = isStoppedOnViolation ? min(limit, clock.now + Run.briefly) : limit
    while clients.recovered.count < plan.nodes {
      guard clock.now < patience else {
        if isStoppedOnViolation { break }
        let late = plan.nodeNames.enumerated().filter { !clients.recovered.contains($0.offset) }
        let end = nemesis.tally.made > 0 ? "the last fault" : "the clients' end"
        missing.append(
          "no answer from \(late.map(\.element).joined(separator: ", ")) within "
            + "\(Units.describe(nanoseconds: plan.recoveryLimitNanoseconds)) of \(end)")
        break
      }
      carryOut(clients.advance(at: clock.now, isolated: [], cluster))
      try turn(progress, signal, due: clients.nextDue())
    }
  }

  private func readFinally(_ progress: Progress, _ signal: Signal) throws(Interruption) {
    phase = "reading"
    log.write("final reads")
    let patience =
      isStoppedOnViolation
      ? min(Run.briefly, plan.recoveryLimitNanoseconds) : plan.recoveryLimitNanoseconds
    let limit = clock.now + patience
    clients.begin(.finalReads, at: clock.now)
    while !clients.isFinished {
      guard clock.now < limit else {
        let left = missingReads()
        log.write(left)
        if !isStoppedOnViolation { missing.append(left) }
        break
      }
      carryOut(clients.advance(at: clock.now, isolated: [], cluster))
      if clients.isFinished { break }
      try turn(progress, signal, due: clients.nextDue())
    }
    clients.begin(.done, at: clock.now)
    log.write("clients end")
  }

  /// The nodes whose clients should mostly read.
  private var isolated: Set<Int> { nemesis.isCutting ? network.fates.isolated : [] }

  /// Does what clients want: an invocation is in the history before its request is made.
  private func carryOut(_ effects: [Clients.Effect]) {
    for effect in effects {
      switch effect {
      case .record(let entry): history.add(entry)
      case .ask(let asked): cluster.ask(asked)
      case .abandon(let slot): cluster.abandon(slot: slot)
      }
    }
  }

  private func missingReads() -> String {
    let left = clients.finalReadsLeft
    let nodes = left.indices.filter { left[$0] > 0 }.map { "\(cluster.name($0)): \(left[$0])" }
    let count = left.reduce(0, +)
    return "\(count) \(count == 1 ? "final read was" : "final reads were") not answered ("
      + nodes.joined(separator: ", ") + ")"
  }

  /// One turn: the history leaves before the requests, then whoever is ready is heard.
  private func turn(
    _ progress: Progress, _ signal: Signal, due: Int64?
  ) throws(Interruption) {
    do throws(Failure) {
      cluster.deliver(at: clock.now)
      try history.flush()
      cluster.flush()
      let now = clock.now
      let next = min(
        due ?? Int64.max, network.nextDue ?? Int64.max, now + Run.turn, cluster.nextDue ?? Int64.max
      )
      for token in poller.wait(nanoseconds: next - now) { try cluster.handle(token) }
      carryOut(clients.take(cluster.takeAnswers(), at: clock.now, cluster))
      try cluster.advance(at: clock.now)
    } catch { throw .failure(error) }
    if clock.now >= nextProgress {
      nextProgress = clock.now + 100_000_000
      progress(snapshot())
      if let number = signal() { throw .signal(number) }
    }
  }

  private func snapshot() -> RecordingProgress {
    let now = clock.now
    let counts = clients.counts
    return RecordingProgress(
      elapsedNanoseconds: phase == "starting" ? 0 : now - began, phase: phase,
      rate: rate.update(count: counts.ok, at: now), ok: counts.ok, failed: counts.fail,
      unknown: counts.info, faults: nemesis.current,
      leader: cluster.leader.map { cluster.name($0) })
  }
}

/// A rate over the last half second.
struct RateMeter {
  private var samples: [(time: Int64, count: Int)] = []

  /// Adds a count that only grows, and says how fast it grows, per second.
  mutating func update(count: Int, at time: Int64) -> Double {
    samples.append((time, count))
    while samples.count > 2, time - samples[0].time > 600_000_000 { samples.removeFirst() }
    guard let first = samples.first, time > first.time else { return 0 }
    return Double(count - first.count) * 1e9 / Double(time - first.time)
  }
}
