import Base

@testable import Protocols

/// A quorum register in virtual time: messages are lost, late and repeated, members are killed and
/// come back with their disks; everything is drawn from one seed.
struct QuorumWorld {
  private enum Event {
    case arrival(node: Int, incarnation: Int, QuorumRegisterNode.Input)
    case client(Int)
    case kill
    case restart(Int)
  }

  private struct Host {
    var node: QuorumRegisterNode?
    var incarnation = 0
    var disk: [[UInt8]] = []
  }

  private let names: [String]
  private let bugs: [String]
  private let votes: [Int]?
  private var random: SplitMix64
  private var queue = EventQueue<Event>()
  private var hosts: [Host]
  private var time: Int64 = 0
  /// For each client the open operation's place in the history, and its name's number.
  private var open: [Int?]
  private var renamed: [Int]
  private(set) var history = ClientHistory()
  /// Each version's value, and whether any version ever had two.
  private var values: [String: Int] = [:]
  private(set) var hasTwoValues = false

  init(seed: UInt64, nodes: Int = 3, votes: [Int]? = nil, bugs: [String] = []) throws {
    names = (1...nodes).map { "n\($0)" }
    self.bugs = bugs
    self.votes = votes
    random = SplitMix64(seed: seed)
    hosts = Array(repeating: Host(), count: nodes)
    open = Array(repeating: nil, count: 4)
    renamed = Array(repeating: 0, count: 4)
    for node in hosts.indices { try boot(node) }
    for client in open.indices { queue.insert(.client(client), at: Int64(client)) }
    queue.insert(.kill, at: 40_000_000)
  }

  mutating func run(milliseconds: Int64) throws {
    while let (time, event) = queue.next(), time <= milliseconds * 1_000_000 {
      self.time = time
      switch event {
      case .arrival(let node, let incarnation, let input):
        if hosts[node].incarnation == incarnation { deliver(input, to: node) }
      case .client(let client): invoke(client)
      case .kill:
        for victim in hosts.indices where hosts[victim].node != nil && random.chance(0.4) {
          hosts[victim].node = nil
          queue.insert(.restart(victim), at: time + 30_000_000)
        }
        queue.insert(.kill, at: time + Int64(random.draw(40..<160)) * 1_000_000)
      case .restart(let node): try boot(node)
      }
    }
  }

  private mutating func boot(_ node: Int) throws {
    var setup = NodeSetup(name: names[node], members: names, seed: 1, bugs: bugs)
    setup.votes = votes
    hosts[node].node = try QuorumRegisterNode(setup, recovering: hosts[node].disk)
    hosts[node].incarnation += 1
    deliver(.start, to: node)
  }

  private mutating func deliver(_ input: QuorumRegisterNode.Input, to node: Int) {
    guard let effects = hosts[node].node?.receive(input, at: time) else { return }
    for effect in effects { carryOut(effect, of: node) }
  }

  private mutating func carryOut(_ effect: QuorumRegisterNode.Effect, of node: Int) {
    let incarnation = hosts[node].incarnation
    switch effect {
    case .send(let name, let message):
      guard let peer = names.firstIndex(of: name) else { return }
      note(message)
      if random.chance(0.15) { return }
      for _ in 0..<(random.chance(0.1) ? 2 : 1) {
        let late = random.chance(0.1) ? 30_000 : 1_000
        let delay = Int64(random.draw(100..<late)) * 1_000
        queue.insert(
          .arrival(
            node: peer, incarnation: hosts[peer].incarnation,
            .message(from: names[node], message)), at: time + delay)
      }
    case .persist(let record): hosts[node].disk.append(record)
    case .replaceDurable(let records): hosts[node].disk = records
    case .setTimer(let timer, let delay):
      queue.insert(
        .arrival(node: node, incarnation: incarnation, .timer(timer)), at: time + delay)
    case .cancelTimer, .trace: break
    case .reply(let client, let request, let reply): completed(client, request, reply)
    }
  }

  private mutating func note(_ message: QuorumRegisterMessage) {
    guard case .store(_, let key, let state) = message else { return }
    let name = "\(key) \(state.version.timestamp) \(state.version.writer)"
    let value = Int(state.value.integer ?? -1)
    if let known = values.updateValue(value, forKey: name), known != value { hasTwoValues = true }
  }

  private mutating func invoke(_ client: Int) {
    // A client whose answer never came goes on under a new name.
    if open[client] != nil { renamed[client] += 1 }
    let key = random.draw(0..<2)
    let value = history.operations.count + 1
    let isRead = random.chance(0.6)
    open[client] = history.invoke(key: key, isRead ? .read(nil) : .write(value), at: time)
    let name = JSON.string("k\(key)")
    let request = ClientRequest(
      client: "c\(client)-\(renamed[client])", id: Int64(value),
      operation: isRead ? .read(key: name) : .write(key: name, value: JSON(value)))
    deliver(.request(request), to: random.draw(0..<hosts.count))
    queue.insert(.client(client), at: time + 60_000_000)
  }

  private mutating func completed(_ name: String, _ request: Int64, _ reply: Reply) {
    let index = Int(request) - 1
    guard let client = open.firstIndex(of: index) else { return }
    history.complete(index, reply, at: time)
    if history.operations[index].outcome == .unknown { renamed[client] += 1 }
    open[client] = nil
    let place = queue
    queue = EventQueue()
    var rest = place
    while let (due, event) = rest.next() {
      if case .client(client) = event { continue }
      queue.insert(event, at: due)
    }
    queue.insert(.client(client), at: time + Int64(random.draw(1..<4_000)) * 1_000)
  }
}
