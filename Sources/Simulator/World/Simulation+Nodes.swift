import Base
import Experiments
import Formats
import Protocols

/// Nodes: what reaches them, what they decide, and what becomes of it.
extension Simulation {
  /// What a sync takes on a disk that is well.
  private static var syncNanoseconds: Range<Int> { 20_000..<200_000 }
  /// How long a process takes to start.
  private static var startNanoseconds: Range<Int> { 2_000_000..<20_000_000 }

  // MARK: the life of a process

  /// Starts a node that is down; what it has on disk comes back with it. One that is out of the
  /// cluster starts when it is added again, whoever else had stopped it.
  func start(_ index: Int) {
    let host = hosts[index]
    guard host.state == .down, !host.isOut else { return }
    host.state = .starting
    host.incarnation += 1
    host.isWiped = false
    let takes = Int64(host.random.draw(Self.startNanoseconds))
    queue.push(.booted(node: Int32(index), incarnation: host.incarnation), due: time + takes)
  }

  func booted(_ index: Int, _ incarnation: Int32) throws(Failure) {
    let host = hosts[index]
    guard host.incarnation == incarnation, host.state == .starting, isReadable(host, index)
    else { return }
    var setup = target.setup(of: names[index], among: names, seed: host.random.next())
    setup.joins = host.joins
    tape?.boot(index, setup, host.disk.records)
    host.node = try Node(setup, recovering: host.disk.records)
    host.state = .up
    if recorder != nil {
      let records = host.disk.records.count
      let words = records == 0 ? "nothing" : records == 1 ? "1 record" : "\(records) records"
      recorder?.happened(index, "started with \(words) on its disk", .up, at: time)
    }
    deliver(.start, to: index)
  }

  /// The process is gone at once; of what was being written any part may be there.
  func kill(_ index: Int) { end(index, "killed") }

  /// The same, and in what words.
  func end(_ index: Int, _ words: String) {
    let host = hosts[index]
    guard host.state != .down else { return }
    abandonCut()
    host.lost = host.disk.lose(&host.random)
    run.lostWrites += host.lost
    host.end()
    see(0, of: host)
    recorder?.happened(index, words, .down, at: time)
  }

  func resume(_ index: Int) {
    let host = hosts[index]
    guard host.isPaused else { return }
    host.isPaused = false
    recorder?.happened(index, "resumed", .up, at: time)
    if !host.isSyncing { goOn(host, index) }
  }

  // MARK: inputs

  /// Gives a node an input, or lets it wait until the process can take it.
  func deliver(_ input: Node.Input, to index: Int) {
    let host = hosts[index]
    guard host.state == .up else { return }
    guard !host.isBusy else {
      host.inbox.append(.input(input))
      return
    }
    carryOut(decide(input, host, index), of: host, index)
  }

  /// One step of a node, with what must hold after it.
  private func decide(
    _ input: Node.Input, _ host: NodeHost<Node>, _ index: Int
  ) -> [Node.Effect] {
    host.withNode { node in
      run.steps += 1
      if cut != nil { note(input, takenBy: index) }
      let before = safety.glance(at: node)
      let reading = host.clock.reading(at: time)
      let effects = node.receive(input, at: reading)
      note(step: index, effects: effects.count)
      if tape != nil {
        tape?.take(input, by: index, reading: reading)
        tape?.note(effects: effects.count)
      }
      see(safety.kind(of: node), of: host)
      if run.breached == nil, let news = safety.news(of: node, since: before) {
        host.news.append(news)
      }
      return effects
    } ?? []
  }

  /// The nodes together are like this now, whoever is which.
  private func see(_ kind: UInt64, of host: NodeHost<Node>) {
    guard kind != host.kind else { return }
    behaviour = behaviour &- Self.mix(host.kind) &+ Self.mix(kind)
    host.kind = kind
    run.behaviours.insert(behaviour)
  }

  private static func mix(_ kind: UInt64) -> UInt64 {
    var random = SplitMix64(seed: kind)
    return random.next()
  }

  /// What these steps wrote is durable: they count, and what they say leaves, to a trace too.
  private func leave(_ effects: [Node.Effect], of host: NodeHost<Node>, _ index: Int) {
    if !host.news.isEmpty { judge(host, index) }
    for effect in effects {
      switch effect {
      case .send(let peer, let message): send(message, from: index, to: peer)
      case .reply(let client, let request, let reply): answer(client, request, reply, by: index)
      case .trace(let event): trace(event, index)
      default: break
      }
    }
  }

  private func judge(_ host: NodeHost<Node>, _ index: Int) {
    for news in host.news where run.breached == nil {
      if recorder != nil, let words = safety.telling(news) {
        recorder?.happened(index, words, at: time)
      }
      guard let breach = safety.check(news) else { continue }
      run.breached = SimulatedRun.Breached(breach: breach, time: time)
      recorder?.happened(index, "breaks \(breach.invariant)", at: time)
    }
    host.news.removeAll(keepingCapacity: true)
  }

  /// The process can take what has come meanwhile: all of it, as one that reads its lines.
  private func goOn(_ host: NodeHost<Node>, _ index: Int) {
    let held = host.held
    host.held = []
    leave(held, of: host, index)
    guard !host.inbox.isEmpty else { return }
    let inputs = host.inbox
    host.inbox.removeAll(keepingCapacity: true)
    var effects: [Node.Effect] = []
    for (place, waiting) in inputs.enumerated() {
      switch waiting {
      case .input(let input): effects += decide(input, host, index)
      case .marker(let marker):
        // A node records only what is durable, and whose messages have left.
        carryOut(effects, of: host, index)
        effects = []
        guard !host.isSyncing else {
          host.inbox = Array(inputs[place...])
          return
        }
        take(marker, host, index)
      }
    }
    carryOut(effects, of: host, index)
  }

  func synced(_ index: Int, _ incarnation: Int32) {
    let host = hosts[index]
    guard host.incarnation == incarnation, host.isSyncing else { return }
    guard !endsForItsDisk(host, index) else { return }
    host.disk.sync()
    host.isSyncing = false
    if !host.isPaused { goOn(host, index) }
    restartAfterStrayWrite(host, index)
  }

  // MARK: effects

  /// Sets timers and writes what must be durable; the rest leaves when it is.
  private func carryOut(_ effects: [Node.Effect], of host: NodeHost<Node>, _ index: Int) {
    for effect in effects {
      switch effect {
      case .persist(let record): host.disk.append(record)
      case .replaceDurable(let records): host.disk.replace(records)
      case .setTimer(let timer, let delay): set(timer, of: host, index, after: delay)
      case .cancelTimer(let timer): cancel(timer, of: host)
      case .reached(let name): run.reached[name, default: 0] += 1
      case .send, .reply, .trace: continue
      }
    }
    guard host.disk.isDirty else {
      leave(effects, of: host, index)
      return
    }
    host.isSyncing = true
    host.held = effects
    let takes = Int64(host.random.draw(Self.syncNanoseconds)) + host.slowSyncNanoseconds
    queue.push(.synced(node: Int32(index), incarnation: host.incarnation), due: time + takes)
  }

  private func send(_ message: Node.Message, from index: Int, to peer: String) {
    guard let to = names.firstIndex(of: peer) else { return }
    let link = Link(from: index, to: to)
    guard let fate = fates.send(link, bytes: Self.messageBytes, at: time) else {
      recorder?.sent(message, link, at: time, fates.isCut(link) ? .cut : .lost)
      return
    }
    arrive(message, over: link, at: fate.due)
    if let again = fate.again { arrive(message, over: link, at: again, isCopy: true) }
  }

  private func arrive(
    _ message: Node.Message, over link: Link, at due: Int64, isCopy: Bool = false
  ) {
    let number = recorder?.sent(message, link, at: time, isCopy: isCopy)
    queue.push(
      .arrival(
        from: Int32(link.from), to: Int32(link.to), message,
        number: number ?? MessageRecording.unnumbered),
      due: due)
  }

  /// What a message counts for on a link with a limit: messages are values here, and have no size.
  private static var messageBytes: Int { 200 }

  private func set(
    _ timer: Node.Timer, of host: NodeHost<Node>, _ index: Int, after delay: Int64
  ) {
    let place = place(of: timer)
    host.dues[place] = host.clock.reading(at: time) + max(0, delay)
    wind(place, of: host, index)
  }

  private func cancel(_ timer: Node.Timer, of host: NodeHost<Node>) {
    let place = place(of: timer)
    host.generations[place] &+= 1
    host.dues[place] = .max
  }

  private func place(of timer: Node.Timer) -> Int { timers.firstIndex(of: timer) ?? 0 }

  private func trace(_ event: JSON, _ index: Int) {
    guard index < traces.count else { return }
    let head: [JSON.Member] = [
      .init("n", .string(names[index])), .init("q", .integer(traceNumbers[index])),
      .init("t", .integer(time)),
    ]
    traceNumbers[index] += 1
    traces[index].write(.object(head + (event.members ?? [])))
    traces[index].write(byte: UInt8(ascii: "\n"))
  }
}
