import Base

@testable import Protocols

/// A cluster in virtual time: network, disks, clients and faults drawn from one seed.
///
/// A node that is killed keeps only its disk; a node that is paused takes its inputs when it goes
/// on. After every step the safety properties of the Raft paper (figure 3) are checked.
struct World {
  struct Options {
    var nodes = 5
    var clients = 5
    var keys = 3
    var seconds = 3.0
    var thinkNanoseconds: Int64 = 8_000_000
    var bugs: [String] = []
    var traces = false
    var faults = FaultKind.allCases
    var faultIntervalNanoseconds: Int64 = 400_000_000
    var overlaps = false
    var travelsAsJSON = false
    var configuration = RaftConfiguration()
  }

  enum Event {
    case arrival(node: Int, incarnation: Int, RaftNode.Input)
    case timer(node: Int, incarnation: Int, RaftNode.Timer, generation: Int)
    case client(Int)
    case timeout(client: Int, request: Int64)
    case fault
    case heal(Fault)
    case restart(Int)
  }

  struct Host {
    var node: RaftNode?
    var incarnation = 0
    var disk: [[UInt8]] = []
    var generations: [RaftNode.Timer: Int] = [:]
    var isPaused = false
    var inbox: [RaftNode.Input] = []
  }

  let options: Options
  var random: SplitMix64
  var networkRandom: SplitMix64
  var clientRandom: SplitMix64
  var time: Int64 = 0
  var queue = EventQueue<Event>()
  var hosts: [Host]
  let names: [String]
  var network: Network
  var history = ClientHistory()
  var invariants = Invariants()
  var clients: [TestClient]
  var digest: UInt64 = 14_695_981_039_346_656_037
  var steps = 0
  /// What each node said for its trace.
  var traced: [[JSON]]

  init(seed: UInt64, _ options: Options = Options()) throws {
    self.options = options
    random = SplitMix64(seed: seed)
    networkRandom = random.split()
    clientRandom = random.split()
    names = (1...options.nodes).map { "n\($0)" }
    hosts = Array(repeating: Host(), count: options.nodes)
    traced = Array(repeating: [], count: options.nodes)
    network = Network(nodes: options.nodes)
    clients = (0..<options.clients).map { TestClient(number: $0) }
    for node in hosts.indices { try boot(node) }
    for client in clients.indices {
      queue.insert(.client(client), at: 400_000_000 + Int64(client) * 1_000_000)
    }
    queue.insert(.fault, at: 800_000_000)
  }

  var duration: Int64 { Int64(options.seconds * 1e9) }
  /// Faults end a second before the end, so that the end shows a healthy cluster.
  var faultsEnd: Int64 { duration - 1_200_000_000 }

  /// Runs to the end.
  mutating func run() throws {
    while let (time, event) = queue.next(), time <= duration {
      self.time = time
      steps += 1
      try take(event)
    }
  }

  private mutating func take(_ event: Event) throws {
    switch event {
    case .arrival(let node, let incarnation, let input):
      guard hosts[node].incarnation == incarnation, hosts[node].node != nil else { return }
      deliver(input, to: node)
    case .timer(let node, let incarnation, let timer, let generation):
      guard hosts[node].incarnation == incarnation, hosts[node].node != nil,
        hosts[node].generations[timer] == generation
      else { return }
      deliver(.timer(timer), to: node)
    case .client(let client): invoke(client)
    case .timeout(let client, let request): timeOut(client, request)
    case .fault: makeFault()
    case .heal(let fault): try heal(fault)
    case .restart(let node): try boot(node)
    }
  }

  mutating func boot(_ node: Int) throws {
    guard hosts[node].node == nil else { return }
    var setup = NodeSetup(
      name: names[node], members: names, seed: random.next(), bugs: options.bugs)
    setup.traces = options.traces
    hosts[node].node = try RaftNode(
      setup, configuration: options.configuration, recovering: hosts[node].disk)
    hosts[node].incarnation += 1
    hosts[node].generations = [:]
    hosts[node].inbox = []
    hosts[node].isPaused = false
    deliver(.start, to: node)
  }

  mutating func kill(_ node: Int) {
    hosts[node].node = nil
    hosts[node].isPaused = false
  }

  mutating func resume(_ node: Int) {
    guard hosts[node].isPaused else { return }
    hosts[node].isPaused = false
    let inbox = hosts[node].inbox
    hosts[node].inbox = []
    for input in inbox where hosts[node].node != nil { deliver(input, to: node) }
  }

  mutating func deliver(_ input: RaftNode.Input, to node: Int) {
    if hosts[node].isPaused {
      hosts[node].inbox.append(input)
      return
    }
    guard let before = hosts[node].node, var after = hosts[node].node else { return }
    hosts[node].node = nil
    let effects = after.receive(input, at: time)
    hosts[node].node = after
    invariants.check(after, since: before, at: time)
    let told = effects.filter { if case .trace = $0 { false } else { true } }
    note(node, told)
    for effect in effects { carryOut(effect, of: node) }
  }

  private mutating func note(_ node: Int, _ effects: [RaftNode.Effect]) {
    guard let after = hosts[node].node else { return }
    for value in [time, Int64(node), after.term, after.commit, Int64(effects.count)] {
      digest = (digest ^ UInt64(bitPattern: value)) &* 1_099_511_628_211
    }
  }

  private mutating func carryOut(_ effect: RaftNode.Effect, of node: Int) {
    switch effect {
    case .send(let peer, let message):
      guard let target = names.firstIndex(of: peer) else { return }
      transmit(message, from: node, to: target)
    case .reply(let client, let request, let reply):
      completed(client, request, reply)
    case .persist(let record): hosts[node].disk.append(record)
    case .replaceDurable(let records): hosts[node].disk = records
    case .setTimer(let timer, let delay):
      let generation = (hosts[node].generations[timer] ?? 0) + 1
      hosts[node].generations[timer] = generation
      queue.insert(
        .timer(
          node: node, incarnation: hosts[node].incarnation, timer, generation: generation),
        at: time + delay)
    case .cancelTimer(let timer):
      hosts[node].generations[timer] = (hosts[node].generations[timer] ?? 0) + 1
    case .trace(let event): traced[node].append(event)
    }
  }

  private mutating func transmit(_ message: RaftMessage, from: Int, to: Int) {
    for delay in network.delays(from: from, to: to, using: &networkRandom) {
      var message = message
      if options.travelsAsJSON, let text = try? JSONParser.parse(message.body.description),
        let decoded = try? RaftMessage(body: text)
      {
        if decoded != message { invariants.report("a message changed on its way: \(message)") }
        message = decoded
      }
      queue.insert(
        .arrival(
          node: to, incarnation: hosts[to].incarnation, .message(from: names[from], message)),
        at: time + delay)
    }
  }
}
