import Base
import Experiments
import Formats
import Histories
import Protocols

/// A cluster in virtual time: nodes, disks, network, clients and faults on one thread, from one
/// seed.
///
/// Everything that happens is an event of one queue; the clock is the time of the event that is
/// handled. Nothing here reads a clock, a file or a hash table in its own order, so the same plan
/// gives the same bytes everywhere.
final class Simulation<Node: ProtocolNode> {
  enum Event {
    /// `number` is that of the message in the log of messages, if one is kept.
    case arrival(from: Int32, to: Int32, Node.Message, number: Int32)
    case timer(node: Int32, incarnation: Int32, timer: Int32, generation: Int32)
    case request(node: Int, ClientRequest, number: Int32)
    case answer(Answered, id: Int64, number: Int32)
    case synced(node: Int32, incarnation: Int32)
    case booted(node: Int32, incarnation: Int32)
    /// The operator asks again.
    case press(Int64)
    case marker(CutMarker, to: Int32)
    case cutDue
  }

  /// A request that waits for its answer.
  struct Open {
    var id: Int64
    var client: String
    /// The client's process in the history.
    var process: Int64
    var request: Request
  }

  let plan: Plan
  let target: EmbeddedTarget
  let names: [String]
  let timers = Array(Node.Timer.allCases)
  var run: SimulatedRun
  var time: Int64 = 0
  var queue = EventQueue<Event>()
  var hosts: [NodeHost<Node>]
  var fates: Fates
  var safety = Node.Safety()
  /// The sum over all nodes of what each is like.
  var behaviour: UInt64 = 0
  var clients: Clients
  var open: [Open?]
  var answers: [Answered] = []
  /// The number of the next request.
  var nextRequest: Int64 = 1
  private(set) var leaderTerm: Int64 = -1
  var leader: Int?
  /// What the operator wants and does not have yet.
  var operatorWork = Operator()
  /// When clients want to act next; looked up only after something happened to them.
  var clientsDue: Int64?
  /// The nodes that are cut off from a majority, as the links are now.
  var isolated: Set<Int> = []
  private var lastTime: Int64 = -1
  private var stepsAtOnce = 0
  /// Whether messages multiply faster than they are read.
  private(set) var isFlooded = false
  private static var mostWaiting: Int { 500_000 }
  /// A hundred times what the operations of the plan usually take.
  private let mostStepsASecond: Int
  private var floodLook: Int64 = 0
  private var floodSteps = 0
  private static var mostStepsAtOnce: Int { 10_000_000 }
  var history = ByteWriter(capacity: 1 << 16)
  var faultLines = ByteWriter(capacity: 1 << 12)
  /// How long the requests and answers of each client travel.
  var clientRandom: [SplitMix64]
  var traces: [ByteWriter]
  var traceNumbers: [Int64]
  /// The cut that is in the making, where the plan asks for cuts.
  var cut: ConsistentCut<Node.Safety.View, Node.Message>?
  /// Whether a disk has lost what was durable, which no protocol is made for.
  var wasWiped = false
  /// The log of messages, where one is asked for; it looks on and changes nothing.
  var recorder: MessageRecorder<Node.Message>?
  /// What nodes are given, where that is to be repeated.
  var tape: StepTape<Node>?

  init(_ plan: Plan, recording: MessageRecording? = nil) {
    self.plan = plan
    target = plan.embedded
    recorder = recording.map { MessageRecorder($0) }
    names = plan.nodeNames
    run = SimulatedRun(plan: plan)
    var source = SplitMix64(seed: plan.seed)
    // Markers need links that deliver in the order of sending.
    fates = Fates(
      nodes: plan.nodes, latency: plan.latency, keepsOrder: plan.snapshotsNanoseconds > 0,
      random: source.split())
    clients = Clients(plan, random: source.split(), keepsDone: true)
    let timerCount = timers.count
    hosts = (0..<plan.nodes).map { _ in
      // Why: times inside traces are compared with those of other nodes.
      NodeHost(timers: timerCount, random: source.split(), hasWorldTime: plan.traces)
    }
    clientRandom = (0..<plan.clients).map { _ in source.split() }
    open = [Open?](repeating: nil, count: plan.clients)
    traces = plan.traces ? plan.nodeNames.map { _ in ByteWriter(capacity: 1 << 12) } : []
    traceNumbers = [Int64](repeating: 0, count: plan.nodes)
    mostStepsASecond = plan.rate > 0 ? 200_000 + Int(min(plan.rate, 1e9) * 1_000) : 3_000_000
    JSONLinesEncoder.write(header: plan.historyHeader, into: &history)
  }

  /// A node has taken a step, with so many effects.
  @inline(__always)
  func note(step node: Int, effects: Int) {
    run.fingerprint.mix(UInt64(bitPattern: time))
    run.fingerprint.mix(UInt64(truncatingIfNeeded: node &* 64 &+ effects))
  }

  /// Goes on to the next event, or to the limit, and handles what is due.
  func turn(until limit: Int64) throws(Failure) {
    time = max(time, min(queue.nextDue ?? limit, clientsDue ?? limit, limit))
    while let event = queue.pop(now: time) {
      try handle(event)
      // A node that talks to itself has no end, and time does not pass.
      stepsAtOnce = time == lastTime ? stepsAtOnce + 1 : 0
      lastTime = time
      try seeFlood()
      guard stepsAtOnce < Self.mostStepsAtOnce else {
        throw Failure(
          .defect, "seed \(plan.seed): \(stepsAtOnce) events at the same time, and no end of them")
      }
    }
    guard !answers.isEmpty else { return }
    let taken = answers
    answers.removeAll(keepingCapacity: true)
    carryOut(clients.take(taken, at: time, self))
  }

  /// Messages that beget messages have no end either, or none that is worth waiting for.
  @inline(__always)
  private func seeFlood() throws(Failure) {
    if time >= floodLook {
      floodLook = time + 1_000_000_000
      floodSteps = run.steps + mostStepsASecond
    }
    guard queue.count < Self.mostWaiting, run.steps < floodSteps else {
      isFlooded = true
      throw Failure(
        .inconclusive,
        "messages multiply: \(queue.count) are under way, and \(run.steps) have been taken")
    }
  }

  private func handle(_ event: consuming Event) throws(Failure) {
    switch consume event {
    case .arrival(let from, let to, let message, let number):
      guard fates.arrives(over: Link(from: Int(from), to: Int(to))) else {
        recorder?.note(number, .cut)
        return
      }
      recorder?.note(number, arrival(at: Int(to)))
      deliver(.message(from: names[Int(from)], message), to: Int(to))
    case .timer(let node, let incarnation, let timer, let generation):
      let host = hosts[Int(node)]
      guard host.incarnation == incarnation, host.generations[Int(timer)] == generation else {
        return
      }
      host.dues[Int(timer)] = .max
      deliver(.timer(timers[Int(timer)]), to: Int(node))
    case .request(let node, let request, let number):
      recorder?.note(number, arrival(at: node))
      deliver(.request(request), to: node)
    case .answer(let answered, let id, let number):
      recorder?.note(number, .arrived(time))
      guard let asked = open[answered.slot], asked.id == id else { return }
      open[answered.slot] = nil
      answers.append(answered)
    case .synced(let node, let incarnation): synced(Int(node), incarnation)
    case .booted(let node, let incarnation): try booted(Int(node), incarnation)
    case .press(let number): press(number)
    case .marker(let marker, let to): arrive(marker, at: Int(to))
    case .cutDue: beginCut()
    }
  }

  /// What becomes of a message that reaches a node's machine now.
  private func arrival(at node: Int) -> MessageLog.Fate {
    hosts[node].state == .up ? .arrived(time) : .down(time)
  }

  /// A leader of a later term is known.
  func heard(leader name: String, term: Int64?) {
    let term = term ?? leaderTerm
    guard term >= leaderTerm, let found = names.firstIndex(of: name) else { return }
    leaderTerm = term
    leader = found
  }
}
