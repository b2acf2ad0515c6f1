import Base
import Glibc
import Protocols

/// A protocol as a real process: lines on standard input, lines on standard output, a data folder.
///
/// The host of a ``ProtocolNode`` (the simulator is the other one). It takes all the lines there
/// are, lets the node decide, makes what has to be durable so with one `fdatasync`, and only then
/// lets answers and messages out. Whatever cannot be understood is noted on standard error.
public struct LiveNode<Node: ProtocolNode>: ~Copyable {
  private let folder: String?
  private let options: NodeSetup
  private let clock = MonotonicClock.shared
  private let peerTypes = Set(Node.Message.types)

  private var node: Node?
  private var name = ""
  private var log: DurableLog?
  private var trace: TraceLog?
  private let tracePath: String?
  private var deadlines: [Node.Timer: Int64] = [:]
  private var effects: [Node.Effect] = []
  /// For each client the request that is open and the type of its answer.
  private var open: [String: (request: Int64, answer: String)] = [:]
  private var output = ByteWriter(capacity: 65_536)
  private var input: [UInt8] = []

  /// Makes a host; without a folder nothing survives a restart. Name and members of the options
  /// come with the message `init`.
  public init(folder: String?, options: NodeSetup, trace: String? = nil) {
    self.folder = folder
    tracePath = trace
    self.options = options
  }

  /// Runs until standard input ends.
  ///
  /// - Throws: ``Failure`` when durable state cannot be read or written, or the harness is gone.
  public mutating func run() throws(Failure) {
    while try waitForInput() {
      try takeLines()
      fireTimers()
      try carryOut()
    }
  }

  // MARK: - Input

  /// Waits for bytes or the next timer; false at the end of the input.
  private mutating func waitForInput() throws(Failure) -> Bool {
    var poll = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    var timeout: Int32 = -1
    if let next = deadlines.values.min() {
      // Rounded up: a timer that fires early would only make the loop spin.
      timeout = Int32(max(0, min((next - clock.now + 999_999) / 1_000_000, 60_000)))
    }
    guard Glibc.poll(&poll, 1, timeout) >= 0 || errno == EINTR else {
      throw Failure(.inputOutput, "standard input: \(File.systemMessage())")
    }
    guard poll.revents != 0 else { return true }
    let chunk = [UInt8](unsafeUninitializedCapacity: 262_144) { buffer, count in
      count = max(0, read(0, buffer.baseAddress, buffer.count))
    }
    input.append(contentsOf: chunk)
    return !chunk.isEmpty
  }

  private mutating func takeLines() throws(Failure) {
    var start = 0
    while let end = input[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = input[start..<end]
      start = end + 1
      do throws(MalformedMessage) {
        try handle(NodeInput(line: line, peerTypes: peerTypes))
      } catch {
        note("\(error.description), in: \(String(decoding: line.prefix(200), as: UTF8.self))")
      }
      if let failure = startFailure { throw failure }
      if let asker = recordsFor {
        recordsFor = nil
        try record(for: asker)
      }
    }
    input.removeFirst(start)
    // A timer that one of the lines has set anew is not due any more.
    applyTimers()
  }

  /// Set when `init` could not be carried out; ends the process with its words.
  private var startFailure: Failure?
  /// Set when a line asked the node to record itself.
  private var recordsFor: String?

  /// The node says what it is like (``SafetyInvariants/view(of:)``), in its turn among the lines:
  /// all that it decided before is durable and has left, and nothing later has. What is too long
  /// for a line is null, and who asked does not get his cut.
  private mutating func record(for asker: String) throws(Failure) {
    try carryOut()
    guard let node else { return }
    let view = Node.Safety().view(of: node).json
    let before = output.count
    NodeOutput.write(from: name, to: asker, body: ["view": view], into: &output)
    guard output.count - before > LiveNode.longestView else { return }
    output.removeAll()
    NodeOutput.write(from: name, to: asker, body: ["view": .null], into: &output)
  }

  /// Half of what the recorder takes as one line.
  private static var longestView: Int { 8 << 20 }

  private mutating func handle(_ message: NodeInput) throws(MalformedMessage) {
    switch message {
    case .operate(let source, let request):
      decide(.ask(request))
      let settled = node?.settledMembers
      NodeOutput.write(
        from: name, to: source,
        body: [
          "type": "operator_ok", "leads": .bool(node?.leads ?? false),
          "members": settled.map { .array($0.names.map { .string($0) }) } ?? .null,
          "request": settled.map { .integer($0.request) } ?? .null,
        ],
        into: &output)
    case .initialise(let source, let request, let name, let members, let joins):
      do throws(Failure) { try start(name: name, members: members, joins: joins) } catch {
        startFailure = error
        return
      }
      NodeOutput.write(
        from: name, to: source,
        body: ["type": "init_ok", "in_reply_to": request.map { .integer($0) } ?? .null],
        into: &output)
    case .request(let request, let answer):
      open[request.client] = (request.id, answer)
      decide(.request(request))
    case .peer(let source, let body):
      decide(.message(from: source, try Node.Message(body: body)))
    case .record(let asker): recordsFor = asker
    case .refusal(let client, let request, let code, let text):
      let body: JSON = [
        "type": "error", "in_reply_to": .integer(request), "code": .integer(code),
        "text": .string(text),
      ]
      NodeOutput.write(from: name, to: client, body: body, into: &output)
    }
  }

  private mutating func start(
    name: String, members: [String], joins: Bool
  ) throws(Failure) {
    guard node == nil else { return }
    self.name = name
    var records: [[UInt8]] = []
    if let folder { log = try DurableLog.recover(folder: folder, records: &records) }
    // Nodes draw apart, and a restarted one does not repeat its former draws.
    var mixed = SplitMix64(seed: options.seed &+ UInt64(records.count))
    for byte in name.utf8 { mixed = SplitMix64(seed: mixed.next() ^ UInt64(byte)) }
    var setup = options
    setup.name = name
    setup.members = members
    setup.joins = joins
    setup.seed = mixed.next()
    node = try Node(setup, recovering: records)
    if let tracePath { trace = try TraceLog.open(tracePath) }
    decide(.start)
  }

  private mutating func decide(_ input: Node.Input) {
    // What arrives before `init` is lost, as on a network.
    guard node != nil else { return }
    effects += node?.receive(input, at: clock.now) ?? []
  }

  private mutating func fireTimers() {
    let now = clock.now
    for timer in Node.Timer.allCases {
      guard let deadline = deadlines[timer], deadline <= now else { continue }
      deadlines[timer] = nil
      decide(.timer(timer))
      // A timer that this one sets begins now, not before what else is due.
      applyTimers()
    }
  }

  // MARK: - Effects

  private mutating func applyTimers() {
    for effect in effects {
      switch effect {
      case .setTimer(let timer, let after): deadlines[timer] = clock.now + after
      case .cancelTimer(let timer): deadlines[timer] = nil
      default: continue
      }
    }
    effects.removeAll {
      switch $0 {
      case .setTimer, .cancelTimer: true
      default: false
      }
    }
  }

  /// Carries out all effects: what must be durable first, with one sync, then what leaves.
  private mutating func carryOut() throws(Failure) {
    applyTimers()
    for effect in effects {
      switch effect {
      case .persist(let record): log?.append(record)
      case .replaceDurable(let records): try log?.replace(with: records)
      case .send(let peer, let message):
        NodeOutput.write(from: name, to: peer, body: message.body, into: &output)
      case .reply(let client, let request, let reply): answer(client, request, reply)
      case .trace(let event): trace?.note(event, of: name, at: clock.now)
      case .setTimer, .cancelTimer, .reached: break
      }
    }
    effects.removeAll(keepingCapacity: true)
    try log?.flush()
    try trace?.flush()
    guard output.count > 0 else { return }
    try File.write(output.bytes, descriptor: 1, name: "standard output")
    output.removeAll()
  }

  private mutating func answer(_ client: String, _ request: Int64, _ reply: Reply) {
    // An answer to a request that the client has given up is nobody's.
    guard let waiting = open[client], waiting.request == request else { return }
    open[client] = nil
    NodeOutput.write(
      from: name, to: client,
      body: reply.body(answer: waiting.answer, to: request), into: &output)
  }

  private func note(_ message: String) {
    let line = "\(name.isEmpty ? "node" : name): \(message)\n"
    // Where standard error is gone, there is nobody to tell.
    try? File.write(Array(line.utf8), descriptor: 2, name: "standard error")
  }
}
