import Base

/// A node of Paxos as a pure state machine: proposer, acceptor and learner of every key's register.
///
/// L. Lamport, “Paxos made simple”, ACM SIGACT News 32(4), 2001. One instance decides one decree,
/// the state of a key at a version; a request is a change function that makes the next decree from
/// the last (``Decree``). There is no leader: whoever is asked proposes.
///
/// One file a role: proposer, acceptor, learner; and one each for clients, for what is durable, and
/// for what traces hold.
public struct PaxosNode: ProtocolNode {
  /// What the roles say to each other.
  public typealias Message = PaxosMessage
  /// What must hold of all nodes.
  public typealias Safety = PaxosSafety

  /// The timers of a node.
  public enum Timer: String, Hashable, Sendable, CaseIterable {
    /// What has no answer is asked again.
    case retry
    /// A proposer that was refused tries again.
    case backoff
  }

  /// What a node knows of a key as acceptor and learner: the version that is decided last, and the
  /// instance after it. All of it is durable.
  struct Register: Sendable, Equatable {
    var key: JSON
    var chosen = Chosen.none
    /// The latest ballot that it has promised to. It stays when a version is decided: the proposer
    /// of that one may skip phase one for the next.
    var promised = Ballot.none
    /// What it has accepted in the instance after `chosen`.
    var accepted: Accepted?

    /// The version of that instance.
    var next: Int64 { chosen.version + 1 }
    var instance: PaxosMessage.Instance { .init(key: key, version: next) }
  }

  let name: String
  let members: [String]
  let place: Int
  let quorums: QuorumVotes
  let configuration: PaxosConfiguration
  let bugs: Set<PaxosBug>
  let traces: Bool

  /// By the key's JSON text.
  var registers: [String: Register] = [:]
  /// Who has accepted what, as far as this learner was told, by key.
  var tallies: [String: [Tally]] = [:]
  /// What this node proposes or asks, by key.
  var proposals: [String: Proposal] = [:]
  /// The numbers of its questions.
  var questions = Reservation()
  var random: SplitMix64
  var recordsSinceReplacement = 0
  /// What the roles did in this step, for who looks at each.
  var happened: [PaxosEvent] = []
  var isRetrying = false
  /// When the timer of back-off runs out.
  var backoffDue: Int64 = .max
  var now: Int64 = 0
  private var clock = SteadyClock()
  var effects: [Effect] = []

  /// A node as its durable records left it.
  ///
  /// - Throws: a usage `Failure` for an unknown bug, an impossible membership or impossible
  ///   settings, an input `Failure` for a durable record that cannot be read.
  public init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure) {
    guard let place = setup.members.firstIndex(of: setup.name),
      Set(setup.members).count == setup.members.count
    else {
      throw Failure(
        .usage, "node “\(setup.name)” must be once among the members, found \(setup.members)")
    }
    var bugs: Set<PaxosBug> = []
    for name in setup.bugs {
      guard let bug = PaxosBug(rawValue: name) else {
        let known = PaxosBug.allCases.map(\.rawValue)
        throw Failure(
          .usage,
          "paxos has no bug “\(name)”; it has \(known.joined(separator: ", "))"
            + Suggestion.hint(for: name, among: known))
      }
      bugs.insert(bug)
    }
    name = setup.name
    members = setup.members
    self.place = place
    self.bugs = bugs
    traces = setup.traces
    configuration = try PaxosConfiguration(knobs: setup.knobs)
    quorums = try QuorumVotes(
      members: setup.members.count, votes: setup.votes, read: setup.readVotes,
      write: setup.writeVotes)
    random = SplitMix64(seed: setup.seed)
    try recover(from: records)
  }

  /// Takes one input and says what follows from it.
  public mutating func receive(_ input: Input, at reading: Int64) -> [Effect] {
    now = clock.read(reading)
    effects = []
    happened.removeAll(keepingCapacity: true)
    switch input {
    case .start: traceBoot()
    case .message(let sender, let message):
      if sender != name, let member = members.firstIndex(of: sender) {
        receive(message, from: member)
      }
    case .request(let request): take(request)
    // Members are those it was started with, and nobody leads.
    case .ask: break
    case .timer(.retry): retryTimerFired()
    case .timer(.backoff): backoffTimerFired()
    }
    return effects
  }

  /// Each message is for one role.
  private mutating func receive(_ message: PaxosMessage, from member: Int) {
    switch message {
    case .prepare(let key, let base, let ballot):
      prepared(key, base, ballot, by: member)
    case .accept(let key, let base, let proposal, let learners):
      proposed(key, base, proposal, learners, by: member)
    case .query(let key, let base, let number):
      queried(key, base, number, by: member)
    case .promise(let instance, let ballot, let accepted):
      promised(instance, ballot, accepted, by: member)
    case .refused(let instance, let ballot, let promised):
      refused(instance, ballot, promised)
    case .state(let instance, let number, let accepted):
      told(instance, number, accepted, by: member)
    case .accepted(let instance, let accepted): count(instance, accepted, by: member)
    case .learned(let key, let chosen): learn(key, chosen)
    }
  }

  /// Says it to a node; to this one at once.
  mutating func send(_ message: PaxosMessage, to member: Int) {
    if member == place {
      receive(message, from: place)
    } else {
      effects.append(.send(to: members[member], message))
    }
  }

  func register(of key: JSON) -> Register {
    registers[key.description] ?? Register(key: key)
  }
}

/// Something that a role did, for invariants.
enum PaxosEvent: Sendable {
  case promised(key: String, Ballot)
  case accepted(key: String, version: Int64, Accepted)
  case learned(key: String, Chosen)
}

/// The timing and the settings of a node.
public struct PaxosConfiguration: Sendable, Equatable {
  /// Who is told what acceptors accept (Lamport 2001, section 2.3).
  public enum Learning: String, Sendable, CaseIterable {
    /// Every node.
    case all
    /// One, another for each key, who tells the others.
    case distinguished
    /// Two, who tell the others.
    case set
  }

  /// Who is told.
  public var learning = Learning.all
  /// Whether the proposer of a version skips phase one for the next.
  public var skipsPhaseOne = true
  /// Whether a proposer that was refused waits.
  public var backsOff = true
  /// How often those are asked again who have not answered.
  public var retryNanoseconds: Int64 = 60_000_000
  /// How long a request waits.
  public var lifetimeNanoseconds: Int64 = 900_000_000
  /// The mean wait after the first refusal, at least; it doubles with each.
  public var backoffNanoseconds: Int64 = 1_000_000
  /// How often it doubles at most.
  public var mostDoublings = 5
  /// How many records are appended before they are replaced by one a key.
  public var compactionThreshold = 20_000

  /// Reads the knobs.
  ///
  /// - Throws: a usage ``Failure`` for a value that there is not.
  public init(knobs: [String: String] = [:]) throws(Failure) {
    for (name, value) in knobs.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "backoff": backsOff = try Self.choice(name, value, "random", "none")
      case "one-round": skipsPhaseOne = try Self.choice(name, value, "on", "off")
      case "learning":
        guard let known = Learning(rawValue: value) else {
          throw Failure(
            .usage,
            "--knobs \(name)=\(value): expected "
              + Learning.allCases.map(\.rawValue).joined(separator: ", "))
        }
        learning = known
      default: throw Failure(.usage, "--knobs \(name)=…: paxos has no such knob")
      }
    }
  }

  private static func choice(
    _ name: String, _ value: String, _ yes: String, _ no: String
  ) throws(Failure) -> Bool {
    guard value == yes || value == no else {
      throw Failure(.usage, "--knobs \(name)=\(value): expected \(yes) or \(no)")
    }
    return value == yes
  }
}
