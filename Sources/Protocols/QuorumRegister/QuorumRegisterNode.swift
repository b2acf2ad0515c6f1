import Base

/// A member of a replicated register with quorums, as a pure state machine; one register a key.
///
/// Attiya, Bar-Noy and Dolev, “Sharing memory robustly in message-passing systems”, JACM 42(1),
/// 1995, doi:10.1145/200836.200869, with many writers, and with Gifford's weighted votes (SOSP
/// 1979, doi:10.1145/800215.806583) in place of majorities. Whoever is asked coordinates the
/// operation:
/// - *query*: what has a read quorum got? The latest version among the answers is at least as late
///   as that of every write that ended before, since the quorums meet.
/// - *store*: a write gives its value a later version, a read takes the latest as it is; done when
///   a write quorum keeps it. A read that leaves this out may be followed by one that sees less.
///
/// There is no leader and no compare-and-set: consensus is not to be had from reads and writes.
public struct QuorumRegisterNode: ProtocolNode {
  /// What the members say to each other.
  public typealias Message = QuorumRegisterMessage
  /// What must hold of all members.
  public typealias Safety = QuorumRegisterSafety

  /// The timers of a member.
  public enum Timer: String, Hashable, Sendable, CaseIterable {
    /// Operations without an answer are looked at again.
    case retry
  }

  let name: String
  let members: [String]
  let place: Int
  let quorums: QuorumVotes
  let configuration: QuorumRegisterConfiguration
  let bugs: Set<QuorumRegisterBug>
  let traces: Bool

  /// What this replica keeps, by the key's JSON text (durable).
  var kept: [String: Kept] = [:]
  /// The operations that this member coordinates, by their numbers.
  var coordinated: [Int64: Coordination] = [:]
  /// The operation of each client.
  var operationOfClient: [String: Int64] = [:]
  /// The last number given to an operation, and the last timestamp given out.
  var issued = Issued()
  /// Up to here numbers may have been given out before a restart (durable).
  var reserved = Issued()
  var recordsSinceReplacement = 0
  /// How often this replica has kept a later version, and which was the last; for who looks at each
  /// step.
  private(set) var keeps = 0
  private(set) var lastKept: Kept?
  var isRetrying = false
  var now: Int64 = 0
  private var clock = SteadyClock()
  var effects: [Effect] = []

  /// One key of a replica.
  struct Kept: Sendable, Equatable {
    var key: JSON
    var state: Versioned
  }

  /// Numbers that are never given out twice.
  struct Issued: Sendable, Equatable {
    var operation: Int64 = 0
    var timestamp: Int64 = 0
  }

  /// A member with the default timing and one vote for each.
  public init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure) {
    try self.init(setup, configuration: QuorumRegisterConfiguration(), recovering: records)
  }

  /// A member as its durable records left it.
  ///
  /// - Throws: a usage `Failure` for an unknown bug, an impossible membership or impossible
  ///   quorums, an input `Failure` for a durable record that cannot be read.
  public init(
    _ setup: NodeSetup, configuration: QuorumRegisterConfiguration, recovering records: [[UInt8]]
  ) throws(Failure) {
    guard let place = setup.members.firstIndex(of: setup.name),
      Set(setup.members).count == setup.members.count
    else {
      throw Failure(
        .usage, "node “\(setup.name)” must be once among the members, found \(setup.members)")
    }
    var bugs: Set<QuorumRegisterBug> = []
    for name in setup.bugs {
      guard let bug = QuorumRegisterBug(rawValue: name) else {
        let known = QuorumRegisterBug.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure(.usage, "quorum-register has no bug “\(name)”; it has \(known)")
      }
      bugs.insert(bug)
    }
    name = setup.name
    members = setup.members
    self.place = place
    self.configuration = configuration
    self.bugs = bugs
    traces = setup.traces
    var quorums = try QuorumVotes(
      members: setup.members.count, votes: setup.votes, read: setup.readVotes,
      write: setup.writeVotes)
    if bugs.contains(.smallQuorums) {
      quorums.read = max(1, min(quorums.read, quorums.total - quorums.write))
    }
    self.quorums = quorums
    try recover(from: records)
  }

  /// Takes one input and says what follows from it.
  public mutating func receive(_ input: Input, at reading: Int64) -> [Effect] {
    now = clock.read(reading)
    effects = []
    switch input {
    case .start: traceBoot()
    case .message(let sender, let message):
      if sender != name, let member = members.firstIndex(of: sender) {
        receive(message, from: member)
      }
    case .request(let request): coordinate(request)
    // Members are those it was started with, and nobody leads.
    case .ask: break
    case .timer(.retry): retryTimerFired()
    }
    return effects
  }

  private mutating func receive(_ message: QuorumRegisterMessage, from member: Int) {
    switch message {
    case .query(let operation, let key):
      send(.state(operation: operation, state(of: key)), to: member)
    case .store(let operation, let key, let state):
      keep(state, for: key)
      send(.stored(operation: operation), to: member)
    case .state(let operation, let state): answered(operation, by: member, state)
    case .stored(let operation): stored(operation, by: member)
    }
  }

  mutating func send(_ message: QuorumRegisterMessage, to member: Int) {
    effects.append(.send(to: members[member], message))
  }

  // MARK: the replica

  /// What this replica has for a key.
  func state(of key: JSON) -> Versioned {
    kept[key.description]?.state ?? .none
  }

  /// Keeps a version unless a later one is there.
  mutating func keep(_ state: Versioned, for key: JSON) {
    let text = key.description
    guard (kept[text]?.state.version ?? .none) < state.version else { return }
    let news = Kept(key: key, state: state)
    kept[text] = news
    keeps += 1
    lastKept = news
    traceReplica(news)
    save(news)
  }
}

/// The timing and the limits of a member.
public struct QuorumRegisterConfiguration: Sendable, Equatable {
  /// How often a coordinator asks those again who have not answered.
  public var retryNanoseconds: Int64 = 60_000_000
  /// How long an operation waits for its quorums.
  public var lifetimeNanoseconds: Int64 = 900_000_000
  /// How many numbers are reserved at once.
  public var reservation: Int64 = 100_000
  /// How many records are appended before they are replaced by one a key.
  public var compactionThreshold = 20_000

  /// The defaults: for a network with latencies of about a millisecond.
  public init() {}
}
