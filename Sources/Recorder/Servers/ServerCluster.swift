import Base
import Drivers
import Experiments
import Formats
import Glibc
import Sandbox

/// Real servers: processes that listen, spoken to over TCP by sessions.
///
/// Who started them, and where, is their ``ServerWay``'s affair. Here is what holds for all: when a
/// cluster is up, what its nodes say of themselves, and what clients are answered.
final class ServerCluster: Cluster {
  var site: Site
  var leader: Int?
  var problems: [String] = []
  var shortcomings: [String] = []
  let driver: any Driver
  let plan: Plan
  let log: RunLog
  let now: () -> Int64
  let talks: Talks
  let way: any ServerWay
  let carrier: Carrier?
  var nextCommands: Int64 = 0
  /// The node that is on its way out of the cluster or back.
  var change: MemberChange?
  var changeAnswers: [Answer] = []
  var nodes: [ServerNode]
  /// The talk of each client for each node it spoke to: talk = slots[slot][node].
  private var slots: [[Int?]]
  /// What each talk is for: a client, or a node's probe.
  var owners: [Owner] = []
  private var open: [Asked?]
  private var answers: [Answered] = []
  var startUp = StartUp()
  var preparation: (talk: Int, asked: Int64, last: String)
  private var nextLook: Int64 = 0
  /// What a server said that let nobody in before the cluster was up.
  var denial: String?
  /// What the names of keys begin with at the servers.
  private let keyPrefix: String

  enum Owner {
    case client(slot: Int, node: Int)
    case probe(Int)
    case preparation
    case change(Int)
  }

  private static let look: Int64 = 5_000_000

  init(
    _ driver: any Driver, site: Site, plan: Plan, folder: RunFolder, poller: Poller, log: RunLog,
    now: @escaping () -> Int64, way: (ServerSetup, Talks) throws(Failure) -> any ServerWay
  ) throws(Failure) {
    self.driver = driver
    self.site = site
    self.plan = plan
    self.log = log
    self.now = now
    keyPrefix = ServerCluster.keyPrefix(site)
    if !keyPrefix.isEmpty { log.write("keys at the servers: \(keyPrefix)k0, …") }
    let talks = Talks(poller: poller) { site.nodes[$0].clientAddress }
    let setup = ServerSetup(
      plan: plan, driver: driver, site: site, folder: folder, log: log, now: now)
    let way = try way(setup, talks)
    carrier =
      way.wires.map { Carrier.wires($0) }
      ?? CommandedLinks(way.commands).map { Carrier.commands($0) }
    let waitsForReady = plan.command("ready") != nil
    nodes = site.nodes.enumerated().map { index, node in
      ServerNode(
        index, node.name, isReady: !waitsForReady, programs: way.programs(of: index, at: site),
        talk: talks.add(driver.session(site, client: -1, node: index)))
    }
    owners = nodes.indices.map { .probe($0) }
    preparation = (talks.add(driver.session(site, client: -2, node: 0)), 0, "")
    owners.append(.preparation)
    slots = [[Int?]](
      repeating: [Int?](repeating: nil, count: site.nodes.count), count: plan.clients)
    open = [Asked?](repeating: nil, count: plan.clients)
    self.talks = talks
    self.way = way
  }

  var count: Int { nodes.count }
  func name(_ index: Int) -> String { nodes[index].name }
  func version(_ index: Int) -> String? { nodes[index].probe.version }
  var nextDue: Int64? { nextLook }

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
      if !startUp.isDone, denial == nil { denial = denial(in: heard) }
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

  // MARK: a turn of the loop

  func deliver(at time: Int64) { way.wires?.deliver(at: time) }
  func flush() { talks.flush() }
  func handle(_ token: UInt64) throws(Failure) {
    if Connections.tokens.contains(token) {
      talks.handle(token)
    } else if SwitchedWires.tokens.contains(token) {
      way.wires?.handle(token, at: now())
    }
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
}
