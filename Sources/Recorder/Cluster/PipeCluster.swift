import Base
import Experiments
import Formats
import Glibc
import Protocols
import Sandbox

/// Programs that talk through their standard streams: started, fed, read, killed, started again.
///
/// The cluster owns processes and pipes; the network decides what becomes of messages between
/// nodes; clients are told through `takeAnswers`.
final class PipeCluster: Cluster {
  /// A request that waits for its answer.
  private struct Open {
    var id: Int64
    var client: Int64
    var request: Request
  }

  var nodes: [NodeProcess]
  private(set) var leader: Int?
  private var leaderTerm: Int64 = -1
  /// Lines of nodes that were no messages, the first of each node.
  private var rubbish: [String] = []

  private let plan: Plan
  private let path: String
  private let arguments: (NodeFolder) -> [String]
  private let environment: [String]
  let network: Network
  private let poller: Poller
  private let log: RunLog
  let now: () -> Int64
  private var indexes: [[UInt8]: Int] = [:]
  private var nextMessage: Int64 = 1
  private var open: [Open?]
  private var answers: [Answered] = []
  private var nextReap: Int64 = 0
  private var isEnding = false
  /// The operator of the embedded protocol's nodes, where they obey one.
  private var operatorWork: PipeOperator?
  /// Consistent cuts, where the plan asks for them.
  private(set) var cuts: LiveCuts?
  private static let rubbishLimit = 10_000

  /// Nodes of a protocol of ours: this program itself.
  convenience init(
    _ target: EmbeddedTarget, plan: Plan, executable: String, folder: RunFolder, network: Network,
    poller: Poller, log: RunLog, now: @escaping () -> Int64
  ) throws(Failure) {
    let seed = plan.seed
    self.init(
      plan, path: executable, folder, network, poller, log, now
    ) { target.arguments(data: $0.data, trace: $0.trace, seed: seed) }
    guard let description = target.description else { return }
    if description.hasOperators { operatorWork = PipeOperator(self) }
    if plan.snapshotsNanoseconds > 0 {
      cuts = LiveCuts(
        every: plan.snapshotsNanoseconds, of: self, from: now(),
        judge: LiveCuts.judge(for: description))
    }
  }

  /// Nodes of somebody else's program.
  convenience init(
    _ target: ProgramTarget, plan: Plan, folder: RunFolder, network: Network, poller: Poller,
    log: RunLog, now: @escaping () -> Int64
  ) throws(Failure) {
    self.init(
      plan, path: try ProgramPath.resolve(target.program), folder, network, poller, log, now
    ) { _ in target.arguments }
  }

  private init(
    _ plan: Plan, path: String, _ folder: RunFolder, _ network: Network, _ poller: Poller,
    _ log: RunLog, _ now: @escaping () -> Int64, arguments: @escaping (NodeFolder) -> [String]
  ) {
    self.plan = plan
    self.network = network
    self.poller = poller
    self.log = log
    self.now = now
    open = [Open?](repeating: nil, count: plan.clients)
    nodes = plan.nodeNames.map { NodeProcess(name: $0, folder: folder.node($0)) }
    for (index, node) in nodes.enumerated() { indexes[Array(node.name.utf8)] = index }
    self.path = path
    self.arguments = arguments
    environment = Environment.variables()
  }

  var count: Int { nodes.count }
  func name(_ index: Int) -> String { nodes[index].name }
  /// Nodes have no word for it.
  func version(_ index: Int) -> String? { nil }
  func state(_ index: Int) -> NodeState { nodes[index].state }
  func isGone(_ index: Int) -> Bool { nodes[index].state == .down }
  func processes(_ index: Int) -> [pid_t] { nodes[index].child?.members ?? [] }
  var nextDue: Int64? { nextReap }

  /// This kernel sees all of the nodes.
  var witness: String? { nil }
  /// What hurts is a system call, and done at once; what an operator wants takes time.
  var isWorking: Bool { operatorWork?.isWorking ?? false }
  /// A node that ends unasked ends the run.
  var shortcomings: [String] { cuts?.shortcomings ?? [] }

  // MARK: facets

  var deeds: Set<ClusterFacet> { [.ends(by: .kill), .ends(by: .stop), .pauses] }
  var carrier: Carrier? { .recorder }
  /// What a program keeps where is its own affair.
  var disks: (any WipedDisks)? { nil }
  /// Programs of others are named in `init`, once.
  var members: (any MemberChanging)? { operatorWork }
  var leadership: (any LeadershipChanging)? { operatorWork }
  var machines: NodeMachines? { nil }

  var problems: [String] {
    rubbish + (cuts?.problem.map { [$0] } ?? [])
      + nodes.filter { $0.rubbish > 3 }.map {
        "\($0.name) wrote \($0.rubbish) lines that are no messages in all"
      }
  }

  func start(_ index: Int) throws(Failure) {
    cuts?.abandon()
    if nodes[index].state == .ending {
      nodes[index].child?.end()
      forget(index)
      nodes[index].state = .down
    }
    // Who is out starts when it is added again, whoever else had stopped it.
    guard nodes[index].state == .down, !(operatorWork?.isAbsent(index) ?? false) else { return }
    let data = nodes[index].folder.data
    try File.makeFolder(data)
    let child = try ChildProcess(
      path: path, arguments: arguments(nodes[index].folder),
      environment: environment + ["PLUMBLINE_DATA=\(data)"],
      log: nodes[index].folder.errors)
    nodes[index].child = child
    nodes[index].state = .starting
    nodes[index].isPaused = false
    nodes[index].inbox = []
    nodes[index].outbox = []
    nodes[index].isWaitingToWrite = false
    poller.add(child.output, token: UInt64(index) * 2)
    log.write("\(nodes[index].name): started, process \(child.id)")
    try log.process(child)
    let id = takeMessageID()
    nodes[index].initRequest = id
    nodes[index].initSent = now()
    var body: [JSON.Member] = [
      .init("type", "init"), .init("msg_id", .integer(id)),
      .init("node_id", .string(nodes[index].name)),
      .init("node_ids", .array(nodes.map { .string($0.name) })),
    ]
    // Programs of others know nothing of it.
    if operatorWork?.joined.contains(index) ?? false { body.append(.init("joins", true)) }
    post(client: 0, to: index, .object(body))
  }

  /// A message id that no request had before.
  private func takeMessageID() -> Int64 {
    nextMessage += 1
    return nextMessage - 1
  }

  func ask(_ asked: Asked) {
    let id = takeMessageID()
    let client = asked.process + 1
    open[asked.slot] = Open(id: id, client: client, request: asked.request)
    post(client: client, to: asked.node, asked.request.body(id: id, key: asked.key))
  }

  /// Empties the data folder of a node that is down.
  func emptyData(of index: Int) throws(Failure) {
    cuts?.noteWipe()
    try FolderContents.remove(nodes[index].folder.data)
    log.write("\(nodes[index].name): out of the cluster, its data is gone")
  }

  /// What still comes for it finds nobody who waits.
  func abandon(slot: Int) { open[slot] = nil }

  func post(client: Int64, to index: Int, _ body: JSON) {
    post(from: "c\(client)", to: index, body)
  }

  func deliver(at time: Int64) {
    while let message = network.arrival(at: time) {
      let state = nodes[message.to].state
      guard state == .up || state == .starting else { continue }
      if message.cut > 0 {
        cuts?.take(markerOf: message.cut, over: message.link, keptOrder: network.fates.keptOrder)
        continue
      }
      guard nodes[message.to].outbox.count < NodeProcess.outboxLimit else {
        nodes[message.to].overflow += 1
        continue
      }
      cuts?.note(message.line, over: message.link)
      nodes[message.to].outbox.append(contentsOf: message.line)
    }
  }

  func flush() {
    for index in nodes.indices where !nodes[index].outbox.isEmpty { flush(index) }
  }

  private func flush(_ index: Int) {
    guard let child = nodes[index].child, nodes[index].state != .ending else {
      nodes[index].outbox = []
      return
    }
    let count = nodes[index].outbox.withUnsafeBytes {
      Glibc.write(child.input, $0.baseAddress, $0.count)
    }
    if count == nodes[index].outbox.count {
      nodes[index].outbox.removeAll(keepingCapacity: true)
    } else if count > 0 {
      nodes[index].outbox.removeFirst(count)
    } else if count < 0, errno == EPIPE {
      // It went away; reading its end says how.
      nodes[index].outbox = []
    }
    let waits = !nodes[index].outbox.isEmpty
    guard waits != nodes[index].isWaitingToWrite else { return }
    nodes[index].isWaitingToWrite = waits
    if waits {
      poller.add(child.input, token: UInt64(index) * 2 + 1, forWriting: true)
    } else {
      poller.remove(child.input)
    }
  }

  /// Handles a descriptor that is ready: even tokens are outputs, odd ones inputs of nodes.
  func handle(_ token: UInt64) throws(Failure) {
    let index = Int(token / 2)
    guard nodes[index].child != nil else { return }
    if token % 2 == 1 {
      flush(index)
    } else {
      try read(index)
    }
  }

  private func read(_ index: Int) throws(Failure) {
    guard let child = nodes[index].child else { return }
    var count = 0
    var failed: Int32 = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: 262_144) { buffer, initialized in
      count = Glibc.read(child.output, buffer.baseAddress, buffer.count)
      failed = errno
      initialized = max(count, 0)
    }
    if count < 0, failed == EAGAIN || failed == EINTR { return }
    guard count > 0 else { return try ended(index) }
    nodes[index].tail = Array(chunk.suffix(8192))
    nodes[index].inbox.append(contentsOf: chunk)
    guard chunk.contains(0x0A) || nodes[index].inbox.count > NodeProcess.lineLimit else { return }
    let lines = nodes[index].inbox
    nodes[index].inbox = []
    var begin = 0
    try lines.withUnsafeBufferPointer { (buffer) throws(Failure) in
      let bytes = UnsafeRawBufferPointer(buffer)
      while let base = bytes.baseAddress,
        let found = memchr(base + begin, 0x0A, bytes.count - begin)
      {
        let end = base.distance(to: UnsafeRawPointer(found))
        if end > begin {
          try take(UnsafeRawBufferPointer(rebasing: bytes[begin..<end]), from: index)
        }
        begin = end + 1
        if begin == bytes.count { break }
      }
    }
    if begin == 0, lines.count > NodeProcess.lineLimit {
      throw Failure(
        .unavailable,
        "\(nodes[index].name) wrote a line of more than \(NodeProcess.lineLimit >> 20) MiB")
    }
    if begin < lines.count { nodes[index].inbox = Array(lines[begin...]) }
  }

  private func take(_ line: UnsafeRawBufferPointer, from index: Int) throws(Failure) {
    let envelope: Envelope
    do throws(Envelope.Problem) {
      envelope = try Envelope(scanning: line)
    } catch {
      return try refuse(line, from: index, error.description)
    }
    guard line[envelope.source].elementsEqual(nodes[index].name.utf8) else {
      return try refuse(line, from: index, "has another “src” than \(nodes[index].name)")
    }
    let name = Array(line[envelope.destination])
    if let to = indexes[name] {
      var bytes = Array(line)
      bytes.append(0x0A)
      if to == index {
        cuts?.note(bytes, over: Link(from: index, to: index))
        nodes[index].outbox.append(contentsOf: bytes)
      } else {
        network.send(Network.Message(from: index, to: to, line: bytes), at: now())
      }
    } else if let cuts, name.first == UInt8(ascii: "s") {
      cuts.take(
        Array(line[envelope.body]), of: index, for: String(decoding: name, as: UTF8.self),
        keptOrder: network.fates.keptOrder)
    } else if name.first == UInt8(ascii: "c"),
      let client = Int64(String(decoding: name.dropFirst(), as: UTF8.self))
    {
      guard let body = try? JSONParser.parse(line[envelope.body]) else {
        return try refuse(line, from: index, "has a body that is not JSON")
      }
      if client == 0 {
        answeredInit(index, body)
        operatorWork?.take(body, from: index)
      } else {
        reply(index, client, body)
      }
    } else {
      let known = "n1 … n\(nodes.count), or a client that asked"
      try refuse(line, from: index, "has an unknown “dest” (known: \(known))")
    }
  }

  private func answeredInit(_ index: Int, _ body: JSON) {
    guard body["type"]?.string == "init_ok",
      body["in_reply_to"]?.integer == nodes[index].initRequest
    else { return }
    nodes[index].state = .up
    log.write("\(nodes[index].name): answered init")
  }

  private func reply(_ index: Int, _ client: Int64, _ body: JSON) {
    if let name = body["leader"]?.string, let found = indexes[Array(name.utf8)] {
      let term = body["term"]?.integer ?? leaderTerm
      if term >= leaderTerm {
        leaderTerm = term
        leader = found
      }
    }
    // Who is not waited for any more has departed: no answer, and no complaint.
    let slot = Int((client - 1) % Int64(open.count))
    guard client > 0, let asked = open[slot], asked.client == client,
      body["in_reply_to"]?.integer == asked.id
    else { return }
    open[slot] = nil
    let evidence = ["term", "leader", "revision", "acks"].compactMap { name in
      body[name].map { JSON.Member(name, $0) }
    }
    answers.append(
      Answered(
        slot: slot, node: index, completion: Completion(body, to: asked.request),
        evidence: evidence))
  }

  func takeAnswers() -> [Answered] {
    defer { answers.removeAll(keepingCapacity: true) }
    return answers
  }

  private func refuse(
    _ line: UnsafeRawBufferPointer, from index: Int, _ why: String
  ) throws(Failure) {
    nodes[index].rubbish += 1
    let text = String(decoding: line.prefix(200), as: UTF8.self)
    if nodes[index].rubbish <= 3 {
      let problem =
        "\(nodes[index].name) wrote a line that is no message (it \(why)): \(text)"
      rubbish.append(problem)
      log.write(problem)
    }
    guard nodes[index].rubbish < PipeCluster.rubbishLimit else {
      throw Failure(
        .unavailable,
        "\(nodes[index].name) wrote \(nodes[index].rubbish) lines that are no messages; the first "
          + "ones are in \(RunFolder.Name.log.rawValue) (standard output is for messages, log to "
          + "standard error)"
      )
    }
  }

  // MARK: endings

  private func ended(_ index: Int) throws(Failure) {
    guard let child = nodes[index].child else { return }
    poller.remove(child.output)
    if nodes[index].state == .ending || isEnding { return }
    var ending: ChildProcess.Ending?
    for _ in 0..<100 where ending == nil {
      ending = child.reap()
      if ending == nil { usleep(2_000) }
    }
    guard let ending else {
      throw Failure(
        .unavailable,
        "\(nodes[index].name) closed its standard output and went on running"
          + nodes[index].lastWords())
    }
    child.signal(SIGKILL)
    forget(index)
    let when = nodes[index].state == .starting ? " before it answered init" : ""
    nodes[index].state = .down
    throw Failure(
      .unavailable,
      "\(nodes[index].name) \(ending.description)\(when), and nobody asked it to"
        + nodes[index].lastWords())
  }

  private func forget(_ index: Int) {
    cuts?.abandon()
    guard let child = nodes[index].child else { return }
    poller.remove(child.output)
    if nodes[index].isWaitingToWrite { poller.remove(child.input) }
    child.closePipes()
    nodes[index].child = nil
    nodes[index].outbox = []
    nodes[index].inbox = []
    nodes[index].isWaitingToWrite = false
    nodes[index].isPaused = false
  }

  func end(_ index: Int, by signal: Int32) {
    guard let child = nodes[index].child else { return }
    cuts?.abandon()
    nodes[index].state = .ending
    child.signal(signal)
    log.write("\(nodes[index].name): \(signal == SIGKILL ? "killed" : "asked to stop")")
  }

  func advance(at time: Int64) throws(Failure) {
    guard time >= nextReap else { return }
    nextReap = time + 5_000_000
    reapKilled()
    try checkStarts(at: time)
    try operatorWork?.advance(at: time)
    cuts?.advance(at: time)
  }

  /// Notes which of the killed processes are gone.
  private func reapKilled() {
    for index in nodes.indices where nodes[index].state == .ending {
      guard let child = nodes[index].child, child.reap() != nil else { continue }
      forget(index)
      nodes[index].state = .down
    }
  }

  func pause(_ index: Int) {
    nodes[index].child?.signal(SIGSTOP)
    nodes[index].isPaused = true
    log.write("\(nodes[index].name): paused")
  }

  func resume(_ index: Int) {
    nodes[index].child?.signal(SIGCONT)
    nodes[index].isPaused = false
    log.write("\(nodes[index].name): resumed")
  }

  func isStopped(_ index: Int) -> Bool {
    nodes[index].child.flatMap { ProcessState.read($0.id) }?.letter == "T"
  }

  /// Refuses nodes that have not answered `init` in time.
  private func checkStarts(at time: Int64) throws(Failure) {
    for node in nodes where node.state == .starting && !node.isPaused {
      guard time - node.initSent > plan.startLimitNanoseconds else { continue }
      let hint =
        node.inbox.isEmpty
        ? "is the line ended by a newline and flushed?"
        : "it wrote a line without a newline"
      throw Failure(
        .unavailable,
        "\(node.name) did not answer init with init_ok within "
          + "\(Units.describe(nanoseconds: plan.startLimitNanoseconds)) (\(hint))"
          + node.lastWords())
    }
  }

  var isUp: Bool { nodes.allSatisfy { $0.state == .up } }

  func end() {
    isEnding = true
    cuts?.end()
    for node in nodes where node.overflow > 0 {
      log.write("\(node.name): \(node.overflow) messages dropped because it did not read")
    }
    for index in nodes.indices {
      nodes[index].child?.end()
      forget(index)
      nodes[index].state = .down
    }
    log.write("every node ended")
  }
}
