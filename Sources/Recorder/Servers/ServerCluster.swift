import Base
import Drivers
import Formats
import Glibc
import Sandbox

/// Real servers: processes that listen, spoken to over TCP by sessions.
///
/// Start-up goes by stages: the processes of stage s + 1 start when every node says that s is done.
/// Then the cluster is prepared once, and it is up when every node says the driver's last stage.
final class ServerCluster: Cluster {
  struct Node {
    var name: String
    var state = NodeState.down
    var isPaused = false
    var mayEnd = false
    /// It was paused by a command, and answers no more.
    var isSilent = false
    /// It is to be started as soon as what is left of it is gone.
    var startsWhenDown = false
    /// The run has begun with it.
    var hasBegun = false
    /// The command `ready` has said so; true where there is none.
    var isReady = true
    var wipe = Wipe.no
    var programs: [ServerProgram]
    var probe: Probe
  }

  /// What a node's own talk asks it from time to time: how it is, and who leads.
  struct Probe {
    var talk: Int
    var asked: Int64 = 0
    var status: NodeStatus?
    /// The version that the server last said.
    var version: String?
    /// Why the last question had no good answer; empty where there was none at all.
    var complaint = ""
    /// Since when there has been no answer.
    var silentSince: Int64 = 0
  }

  /// How far the emptying of a node's disk is.
  enum Wipe {
    case no, wanted, running, done
  }

  /// How far the start of the cluster is.
  private enum Start: Equatable {
    /// Waits until every node says that this stage is done.
    case stage(Int)
    /// The cluster is being prepared.
    case preparing
    /// Waits until every node says the last stage.
    case settling
    case done
  }

  var site: Site
  var leader: Int?
  var problems: [String] = []
  private(set) var shortcomings: [String] = []
  let driver: any Driver
  let plan: Plan
  let log: RunLog
  let now: () -> Int64
  private let folder: RunFolder
  private let environment: [String]
  let talks: Talks
  /// The user's commands; nil when there are none.
  let commands: CommandRunner?
  var links = LinkCommands()
  var nextCommands: Int64 = 0
  /// The node that is on its way out of the cluster or back.
  var change: MemberChange?
  private let wires: (any NodeWires)?
  private let machines: NodeMachines?
  var nodes: [Node]
  /// The talk of each client for each node it spoke to: talk = slots[slot][node].
  private var slots: [[Int?]]
  /// What each talk is for: a client, or a node's probe.
  var owners: [Owner] = []
  private var open: [Asked?]
  private var answers: [Answered] = []
  private var changeAnswers: [Answer] = []
  private var start = Start.stage(0)
  private var began: Int64 = 0
  private var preparation: (talk: Int, asked: Int64, last: String)
  private var nextLook: Int64 = 0
  private var isEnding = false
  /// What a server said that let nobody in before the cluster was up.
  private var denial: String?
  /// What the names of keys begin with at the servers.
  private let keyPrefix: String

  enum Owner {
    case client(slot: Int, node: Int)
    case probe(Int)
    case preparation
    case change(Int)
  }

  private static let look: Int64 = 5_000_000
  private static let probePause: Int64 = 250_000_000
  private static let probePatience: Int64 = 1_000_000_000

  init(
    _ driver: any Driver, site: Site, wires: (any NodeWires)?, machines: NodeMachines?,
    plan: Plan, folder: RunFolder,
    poller: Poller, log: RunLog, now: @escaping () -> Int64
  ) throws(Failure) {
    self.driver = driver
    self.site = site
    self.wires = wires
    self.machines = machines
    self.plan = plan
    self.log = log
    self.now = now
    environment = Environment.variables()
    keyPrefix = ServerCluster.keyPrefix(site)
    if !keyPrefix.isEmpty { log.write("keys at the servers: \(keyPrefix)k0, …") }
    let talks = Talks(poller: poller) { site.nodes[$0].clientAddress }
    let processes = plan.way == .existing ? [] : driver.processes(site)
    let hosts = plan.remoteHosts
    commands = try CommandRunner.make(plan, driver, site, folder: folder, log: log, now: now)
    self.folder = folder
    let waitsForReady = plan.command("ready") != nil
    nodes = site.nodes.enumerated().map { index, node in
      Node(
        name: node.name, isReady: !waitsForReady,
        programs: processes.filter { $0.node == index }.map {
          ServerProgram(
            $0, folder: folder.node(node.name), host: hosts.isEmpty ? nil : hosts[index],
            data: node.data)
        },
        probe: Probe(talk: talks.add(driver.session(site, client: -1, node: index))))
    }
    owners = nodes.indices.map { .probe($0) }
    preparation = (talks.add(driver.session(site, client: -2, node: 0)), 0, "")
    owners.append(.preparation)
    slots = [[Int?]](
      repeating: [Int?](repeating: nil, count: site.nodes.count), count: plan.clients)
    open = [Asked?](repeating: nil, count: plan.clients)
    self.talks = talks
  }

  var count: Int { nodes.count }
  func name(_ index: Int) -> String { nodes[index].name }
  func version(_ index: Int) -> String? { nodes[index].probe.version }
  func state(_ index: Int) -> NodeState { nodes[index].state }
  func isGone(_ index: Int) -> Bool {
    nodes[index].state == .down && nodes[index].programs.allSatisfy(\.wasSeenToEnd)
  }
  var nextDue: Int64? { nextLook }
  var isUp: Bool { start == .done && nodes.allSatisfy { $0.state == .up && $0.isReady } }

  // MARK: clients

  func ask(_ asked: Asked) {
    let talk: Int
    if let known = slots[asked.slot][asked.node] {
      talk = known
    } else {
      talk = talks.add(driver.session(site, client: asked.slot, node: asked.node))
      owners.append(.client(slot: asked.slot, node: asked.node))
      slots[asked.slot][asked.node] = talk
    }
    open[asked.slot] = asked
    talks.ask(talk, asked.request.question(key: asked.key, prefix: keyPrefix), at: now())
  }

  func abandon(slot: Int) {
    guard let asked = open[slot], let talk = slots[slot][asked.node] else { return }
    open[slot] = nil
    talks.abandon(talk)
  }

  func takeAnswers() -> [Answered] {
    for var heard in talks.takeHeard() {
      heard.answer.hide(site.secrets)
      if start != .done, denial == nil { denial = denial(in: heard) }
      switch owners[heard.talk] {
      case .client(let slot, let node):
        guard let asked = open[slot], asked.node == node else { continue }
        open[slot] = nil
        answers.append(
          Answered(
            slot: slot, node: node, completion: Completion(heard.answer, to: asked.request),
            evidence: heard.answer.evidence, isSpoken: heard.isSpoken))
      case .probe(let node): hear(node, heard)
      case .preparation: hearPreparation(heard.answer)
      case .change: changeAnswers.append(heard.answer)
      }
    }
    defer { answers.removeAll(keepingCapacity: true) }
    return answers
  }

  func deliver(at time: Int64) { wires?.deliver(at: time) }
  func flush() { talks.flush() }
  func handle(_ token: UInt64) throws(Failure) {
    if Connections.tokens.contains(token) {
      talks.handle(token)
    } else if SwitchedWires.tokens.contains(token) {
      wires?.handle(token, at: now())
    }
  }

  func obey(_ network: Network) throws(Failure) { try wires?.obey(network) }
  func sendProbe(_ link: Link) -> UInt64? { wires?.sendProbe(link) }
  func hasArrived(_ probe: UInt64) -> Bool { wires?.hasArrived(probe) ?? false }

  // MARK: processes

  func start(_ index: Int) throws(Failure) {
    let isFirst = !nodes[index].hasBegun
    nodes[index].hasBegun = true
    if isExisting {
      // Whatever the command before it came to, the server is wanted now.
      if !isFirst { commands?.run("start", index) }
      nodes[index].state = .down
    } else if nodes[index].state == .ending || nodes[index].wipe == .running {
      // It had its time to end.
      for program in nodes[index].programs { program.signal(SIGKILL) }
      nodes[index].startsWhenDown = true
      return
    }
    guard nodes[index].state == .down else { return }
    if plan.way == .local { try File.makeFolder(site.nodes[index].data) }
    nodes[index].wipe = .no
    let stage: Int
    if case .stage(let current) = start { stage = current } else { stage = Int.max }
    if began == 0 { began = now() }
    nodes[index].state = .starting
    nodes[index].isPaused = false
    nodes[index].probe.status = nil
    nodes[index].probe.silentSince = now()
    try spawn(index) { $0 <= stage }
  }

  private func spawn(_ index: Int, where isWanted: (Int) -> Bool) throws(Failure) {
    for program in nodes[index].programs.indices
    where nodes[index].programs[program].child == nil
      && isWanted(nodes[index].programs[program].process.stage)
    {
      let clock = machines?.clocks.isEmpty == false ? machines?.clocks[index] : nil
      try nodes[index].programs[program].start(
        clock?.environment(environment) ?? environment, packages: driver.packages,
        place: ChildProcess.Place(network: wires?.namespace(index)))
      guard let child = nodes[index].programs[program].child else { continue }
      let role = nodes[index].programs[program].process.role
      log.write("\(nodes[index].name): started \(role), process \(child.id)")
      try log.process(child)
    }
  }

  /// Lays out a node's programs anew: the site says otherwise than before.
  func replacePrograms(_ index: Int) {
    nodes[index].programs = driver.processes(site).filter { $0.node == index }.map {
      ServerProgram(
        $0, folder: folder.node(nodes[index].name), host: nodes[index].programs.first?.host,
        data: site.nodes[index].data)
    }
  }

  func end(_ index: Int, by signal: Int32) {
    nodes[index].startsWhenDown = false
    guard nodes[index].state != .down else { return }
    guard !isExisting else { return endByCommand(index, by: signal) }
    nodes[index].state = .ending
    for program in nodes[index].programs.indices {
      nodes[index].programs[program].isEnding = true
      nodes[index].programs[program].signal(signal)
    }
    talks.abandon(nodes[index].probe.talk)
    log.write("\(nodes[index].name): \(signal == SIGKILL ? "killed" : "asked to stop")")
  }

  func processes(_ index: Int) -> [pid_t] {
    guard plan.way == .local else { return [] }
    return nodes[index].programs.compactMap(\.child).flatMap(\.members)
  }

  func expectEnd(of index: Int) { nodes[index].mayEnd = true }

  func pause(_ index: Int) {
    guard !isExisting else { return pauseByCommand(index, true) }
    for program in nodes[index].programs { program.signal(SIGSTOP) }
    nodes[index].isPaused = true
    log.write("\(nodes[index].name): paused")
  }

  func resume(_ index: Int) {
    guard !isExisting else { return pauseByCommand(index, false) }
    for program in nodes[index].programs { program.signal(SIGCONT) }
    nodes[index].isPaused = false
    nodes[index].probe.silentSince = now()
    log.write("\(nodes[index].name): resumed")
  }

  func isStopped(_ index: Int) -> Bool {
    guard !isExisting else { return nodes[index].isSilent }
    let running = nodes[index].programs.filter { $0.child != nil }
    return !running.isEmpty && running.allSatisfy(\.isStopped)
  }

  func advance(at time: Int64) throws(Failure) {
    guard time >= nextLook else { return }
    nextLook = time + ServerCluster.look
    try advanceCommands(at: time)
    for index in nodes.indices { try reap(index, at: time) }
    try advanceWipes()
    for answer in changeAnswers { try hearChange(answer) }
    changeAnswers = []
    try advanceChange(at: time)
    for index in nodes.indices { probe(index, at: time) }
    talks.idle(at: time)
    try advanceStart(at: time)
  }

  private func reap(_ index: Int, at time: Int64) throws(Failure) {
    for program in nodes[index].programs.indices {
      nodes[index].programs[program].remote?.advance(at: time, asksState: nodes[index].isPaused)
      guard let ending = nodes[index].programs[program].reap() else { continue }
      let isMeant = nodes[index].programs[program].isEnding || mayLeave(index)
      if isMeant, !nodes[index].programs[program].wasSeenToEnd {
        problems.append(
          "\(nodes[index].name): the connection to \(plan.hosts[index]) was lost, and nobody saw "
            + "the end of \(nodes[index].programs[program].process.role) there")
      }
      guard !isMeant else { continue }
      try endedByItself(index, program, ending)
    }
    if nodes[index].state == .ending, !isExisting,
      nodes[index].programs.allSatisfy({ $0.child == nil })
    {
      nodes[index].state = .down
    }
    guard nodes[index].startsWhenDown, nodes[index].state == .down,
      nodes[index].wipe != .wanted, nodes[index].wipe != .running
    else { return }
    nodes[index].startsWhenDown = false
    try start(index)
  }

  /// A server that ends under faults is an observation; one that ends before them is a mistake in
  /// how it was started.
  private func endedByItself(
    _ index: Int, _ program: Int, _ ending: ChildProcess.Ending
  ) throws(Failure) {
    let role = nodes[index].programs[program].process.role
    // The ssh client has ended, and nobody has said so of the server.
    let isLost = !nodes[index].programs[program].wasSeenToEnd
    let what =
      isLost
      ? "\(nodes[index].name): the connection to \(plan.hosts[index]) was lost, and \(role) with it"
      : "\(nodes[index].name): \(role) \(ending.description)"
    log.write(isLost ? what : "\(what) by itself")
    guard start == .done else {
      throw Failure(
        .unavailable,
        "\(what) before the cluster was up" + nodes[index].programs[program].lastWords())
    }
    if !nodes[index].mayEnd {
      let why = isLost ? "" : ", and nobody asked it to"
      shortcomings.append("\(what)\(why); see \(nodes[index].programs[program].log)")
    }
    // What is left of the node goes with it, so that it can be started again.
    end(index, by: SIGKILL)
  }

  func end() {
    isEnding = true
    endCommands()
    for index in nodes.indices {
      for program in nodes[index].programs.indices {
        nodes[index].programs[program].signal(SIGKILL)
      }
    }
    for index in nodes.indices {
      for program in nodes[index].programs.indices
      where !nodes[index].programs[program].end() {
        let role = nodes[index].programs[program].process.role
        problems.append(
          "\(nodes[index].name): nobody saw the end of \(role) on \(plan.hosts[index])")
      }
      nodes[index].state = .down
    }
    wires?.flushCapture()
    log.write("every node ended")
  }

  // MARK: probes and start-up

  private func probe(_ index: Int, at time: Int64) {
    let state = nodes[index].state
    guard !watchSilence(index, at: time) else { return }
    guard state == .starting || state == .up, !nodes[index].isPaused else { return }
    let talk = nodes[index].probe.talk
    let since = time - nodes[index].probe.asked
    if talks.isAsking(talk) {
      if since > ServerCluster.probePatience {
        talks.abandon(talk)
        nodes[index].probe.complaint = ""
      }
      return
    }
    let pause = start == .done ? ServerCluster.probePause : ServerCluster.probePause / 5
    guard since >= pause else { return }
    nodes[index].probe.asked = time
    talks.ask(talk, .status, at: time)
  }

  private func hear(_ index: Int, _ heard: Talks.Heard) {
    guard !hearWhileHurt(index, heard) else { return }
    let answer = heard.answer
    guard let status = answer.status else {
      switch answer.outcome {
      case .ok: break
      case .refused(let why), .unknown(let why): nodes[index].probe.complaint = why
      }
      return
    }
    nodes[index].probe.status = status
    nodes[index].probe.version = status.version ?? nodes[index].probe.version
    nodes[index].probe.silentSince = now()
    if nodes[index].state == .starting {
      nodes[index].state = .up
      log.write("\(nodes[index].name): answers")
    }
    electLeader()
  }

  private func advanceStart(at time: Int64) throws(Failure) {
    guard start != .done else { return }
    switch start {
    case .stage(let stage):
      guard nodes.allSatisfy({ ($0.probe.status?.stage ?? -1) >= stage }) else { break }
      let next = stage + 1
      if nodes.contains(where: { $0.programs.contains { $0.process.stage >= next } }) {
        start = .stage(next)
        for index in nodes.indices { try spawn(index) { $0 <= next } }
      } else {
        start = .preparing
      }
    case .preparing:
      let talk = preparation.talk
      if talks.isAsking(talk) {
        if time - preparation.asked > 5_000_000_000 { talks.abandon(talk) }
      } else if time - preparation.asked > 200_000_000 {
        preparation.asked = time
        talks.ask(talk, .prepare, at: time)
      }
    case .settling:
      if nodes.allSatisfy({ ($0.probe.status?.stage ?? -1) >= driver.lastStage }) {
        start = .done
        try machines?.sync()
        log.write("the cluster is up")
      }
    case .done: break
    }
    if let denial { throw refusal(denial) }
    try checkPatience(at: time)
  }

  private func hearPreparation(_ answer: Answer) {
    switch answer.outcome {
    case .ok:
      log.write("prepared")
      // Sessions of clients begin later, and know it.
      if let learned = answer.learned { site.learned = learned }
      start = .settling
    case .refused(let why), .unknown(let why): preparation.last = why
    }
  }

  private func checkPatience(at time: Int64) throws(Failure) {
    guard start != .done, began > 0, time - began > plan.startLimitNanoseconds else { return }
    let limit = Units.describe(nanoseconds: plan.startLimitNanoseconds)
    if start == .preparing {
      throw Failure(
        .unavailable,
        "\(driver.name): the cluster could not be prepared within \(limit): \(preparation.last)")
    }
    let late = nodes.indices.first { (nodes[$0].probe.status?.stage ?? -1) < driver.lastStage } ?? 0
    throw Failure(
      .unavailable,
      "\(driver.name): \(nodes[late].name) is not ready after \(limit) (\(lateness(of: late)); "
        + "--start-limit)" + nodes[late].programs.map { $0.lastWords() }.joined())
  }
}
