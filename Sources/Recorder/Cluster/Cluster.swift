import Base
import Glibc

/// What a node said to a client.
struct ClientMessage {
  var node: Int
  var client: Int64
  var body: JSON
}

/// The node processes: started, fed, read, killed, started again.
///
/// The cluster owns processes and pipes; the network decides what becomes of messages between
/// nodes; clients are told through `takeReplies`. Nothing here waits.
final class Cluster {
  private(set) var nodes: [NodeProcess]
  /// The node that the evidence of the highest term names as leader.
  private(set) var leader: Int?
  private var leaderTerm: Int64 = -1
  /// Lines of nodes that were no messages, the first of each node, for the report.
  private(set) var problems: [String] = []

  private let plan: Plan
  private let path: String
  private let arguments: (String, String) -> [String]
  private let environment: [String]
  private let network: Network
  private let poller: Poller
  private let log: RunLog
  private let now: () -> Int64
  private var indexes: [[UInt8]: Int] = [:]
  private var nextMessage: Int64 = 1
  private var replies: [ClientMessage] = []
  private var isEnding = false
  private static let rubbishLimit = 10_000

  init(
    plan: Plan, executable: String, folder: RunFolder, network: Network, poller: Poller,
    log: RunLog, now: @escaping () -> Int64
  ) throws(Failure) {
    self.plan = plan
    self.network = network
    self.poller = poller
    self.log = log
    self.now = now
    nodes = plan.nodeNames.map { NodeProcess(name: $0, folder: folder.node($0)) }
    for (index, node) in nodes.enumerated() { indexes[Array(node.name.utf8)] = index }
    if let program = plan.nodeCommand.first {
      path = try ProgramPath.resolve(program)
      let rest = Array(plan.nodeCommand.dropFirst())
      arguments = { _, _ in rest }
    } else {
      path = executable
      let options = plan.bugs.flatMap { ["--bug", $0] } + plan.voteArguments
      let name = plan.protocolName
      arguments = { _, data in
        ["node", name, "--data", data, "--seed", "\(plan.seed)"] + options
          + (plan.traces ? ["--trace", data + "/../trace.jsonl"] : [])
      }
    }
    environment = Cluster.inheritedEnvironment()
  }

  private static func inheritedEnvironment() -> [String] {
    var variables: [String] = []
    var next = environ
    while let variable = next.pointee {
      variables.append(String(cString: variable))
      next += 1
    }
    return variables
  }

  /// Starts a node that is down; it answers `init` later.
  func start(_ index: Int) throws(Failure) {
    if nodes[index].state == .ending {
      nodes[index].child?.end()
      forget(index)
      nodes[index].state = .down
    }
    guard nodes[index].state == .down else { return }
    let data = nodes[index].folder + "/data"
    try File.makeFolder(data)
    let child = try ChildProcess(
      path: path, arguments: arguments(nodes[index].name, data),
      environment: environment + ["PLUMBLINE_DATA=\(data)"],
      log: nodes[index].folder + "/stderr.log")
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
    let body: JSON = [
      "type": "init", "msg_id": .integer(id), "node_id": .string(nodes[index].name),
      "node_ids": .array(nodes.map { .string($0.name) }),
    ]
    post(client: 0, to: index, body)
  }

  /// A message id that no request had before.
  func takeMessageID() -> Int64 {
    nextMessage += 1
    return nextMessage - 1
  }

  /// Puts a client's request into a node's outbox; ``flush()`` sends it.
  func post(client: Int64, to index: Int, _ body: JSON) {
    var writer = ByteWriter(capacity: 160)
    writer.write("{\"src\":\"c")
    writer.write(client)
    writer.write("\",\"dest\":\"\(nodes[index].name)\",\"body\":")
    writer.write(body)
    writer.write("}\n")
    nodes[index].outbox.append(contentsOf: writer.bytes)
  }

  /// Puts the messages that have arrived into the nodes' outboxes.
  func deliver(at time: Int64) {
    while let message = network.arrival(at: time) {
      let state = nodes[message.to].state
      guard state == .up || state == .starting else { continue }
      guard nodes[message.to].outbox.count < NodeProcess.outboxLimit else {
        nodes[message.to].overflow += 1
        continue
      }
      nodes[message.to].outbox.append(contentsOf: message.line)
    }
  }

  /// Writes what waits for the nodes, as far as their pipes take it.
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
        nodes[index].outbox.append(contentsOf: bytes)
      } else {
        network.send(Network.Message(from: index, to: to, line: bytes), at: now())
      }
    } else if name.first == UInt8(ascii: "c"),
      let client = Int64(String(decoding: name.dropFirst(), as: UTF8.self))
    {
      guard let body = try? JSONParser.parse(line[envelope.body]) else {
        return try refuse(line, from: index, "has a body that is not JSON")
      }
      if client == 0 { answeredInit(index, body) } else { reply(index, client, body) }
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
    replies.append(ClientMessage(node: index, client: client, body: body))
  }

  /// What nodes said to clients since the last call.
  func takeReplies() -> [ClientMessage] {
    defer { replies.removeAll(keepingCapacity: true) }
    return replies
  }

  private func refuse(
    _ line: UnsafeRawBufferPointer, from index: Int, _ why: String
  ) throws(Failure) {
    nodes[index].rubbish += 1
    let text = String(decoding: line.prefix(200), as: UTF8.self)
    if nodes[index].rubbish <= 3 {
      let problem =
        "\(nodes[index].name) wrote a line that is no message (it \(why)): \(text)"
      problems.append(problem)
      log.write(problem)
    }
    guard nodes[index].rubbish < Cluster.rubbishLimit else {
      throw Failure(
        .unavailable,
        "\(nodes[index].name) wrote \(nodes[index].rubbish) lines that are no messages; the first "
          + "ones are in plumbline.log (standard output is for messages, log to standard error)")
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

  /// Sends SIGKILL; ``reapKilled()`` notices when it is gone.
  func kill(_ index: Int) {
    guard let child = nodes[index].child else { return }
    nodes[index].state = .ending
    child.signal(SIGKILL)
    log.write("\(nodes[index].name): killed")
  }

  /// Notes which of the killed processes are gone.
  func reapKilled() {
    for index in nodes.indices where nodes[index].state == .ending {
      guard let child = nodes[index].child, child.reap() != nil else { continue }
      forget(index)
      nodes[index].state = .down
    }
  }

  /// Stops a node with SIGSTOP.
  func pause(_ index: Int) {
    nodes[index].child?.signal(SIGSTOP)
    nodes[index].isPaused = true
    log.write("\(nodes[index].name): paused")
  }

  /// Lets a node go on with SIGCONT.
  func resume(_ index: Int) {
    nodes[index].child?.signal(SIGCONT)
    nodes[index].isPaused = false
    log.write("\(nodes[index].name): resumed")
  }

  /// What the kernel says about a node's process.
  func kernelState(_ index: Int) -> ProcessState? {
    nodes[index].child.flatMap { ProcessState.read($0.id) }
  }

  /// Refuses nodes that have not answered `init` in time.
  func checkStarts(at time: Int64) throws(Failure) {
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

  /// Whether every node has answered `init`.
  var isUp: Bool { nodes.allSatisfy { $0.state == .up } }

  /// Ends every process and waits until all are gone.
  func end() {
    isEnding = true
    for index in nodes.indices {
      nodes[index].child?.end()
      forget(index)
      nodes[index].state = .down
    }
    log.write("every node ended")
  }
}
