import Base

/// A Raft node as a pure state machine.
///
/// After Ongaro and Ousterhout, “In Search of an Understandable Consensus Algorithm
/// (Extended Version)”, 2014, with from Ongaro's dissertation (2014) the pre-vote before an
/// election (9.6), the leader that steps down when it hears no quorum (6.2), ReadIndex (6.4) and
/// client sessions (6.3).
///
/// One file a concern: elections, replication, reads, clients, membership, recovery.
public struct RaftNode: ProtocolNode {
  /// What Raft nodes say to each other.
  public typealias Message = RaftMessage
  /// What must hold of all nodes.
  public typealias Safety = RaftSafety

  /// The timers of a node.
  public enum Timer: String, Hashable, Sendable, CaseIterable {
    /// No leader has been heard for too long.
    case election
    /// A leader must let itself be heard.
    case heartbeat
    /// Requests without an answer are looked at again.
    case retry
  }

  /// What a node is in its term.
  public enum Role: String, Sendable, CaseIterable {
    /// It follows a leader, or waits for one.
    case follower
    /// It asks whether it would get votes.
    case preVote
    /// It asks for votes.
    case candidate
    /// It leads.
    case leader
  }

  let name: String
  /// Every node that there can be; who of them votes is the membership's.
  let members: [String]
  let places: MemberPlaces
  let configuration: RaftConfiguration
  let bugs: Set<RaftBug>
  let traces: Bool
  /// Whether it came with an empty disk to a cluster that is there already.
  let joins: Bool
  var random: SplitMix64

  /// What the node is now.
  public internal(set) var role = Role.follower
  /// The latest term that the node has seen (durable).
  public internal(set) var term: Int64 = 0
  /// Whom the node voted for in its term (durable).
  public internal(set) var vote: String?
  /// The leader of the node's term, once known.
  public internal(set) var leader: String?
  /// The last entry that the node knows to be committed.
  public internal(set) var commit: Int64 = 0
  /// The last entry that the node's map contains.
  public internal(set) var applied: Int64 = 0
  /// The memberships that the log holds, behind the one before them, by index.
  var memberships: [(index: Int64, membership: RaftMembership)]
  /// The membership in use, by places.
  var electorate: Electorate
  /// Whom this node sends to when it leads or stands.
  var peers: [String] = []
  var log = RaftLog()
  var snapshot: RaftSnapshot?
  var incoming: IncomingSnapshot?
  var machine: KeyValueMachine

  var votes: Set<String> = []
  var electionDeadline: Int64 = 0
  var electionTimerDue: Int64 = .max
  var leaderHeardAt: Int64 = .min
  var startedAt: Int64 = 0
  var leading = Leadership()
  var outstanding: [String: Outstanding] = [:]
  var isRetrying = false
  /// What ``RaftBug/commitPastEnd`` comes to.
  var isStuck = false

  var now: Int64 = 0
  private var clock = SteadyClock()
  var effects: [Effect] = []

  /// A node with the default timing that follows nobody yet.
  public init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure) {
    try self.init(
      setup, configuration: RaftConfiguration(knobs: setup.knobs), recovering: records)
  }

  /// A node as its durable records left it.
  ///
  /// - Throws: a usage `Failure` for an unknown bug or an impossible membership, an input `Failure`
  ///   for a durable record that cannot be read.
  public init(
    _ setup: NodeSetup, configuration: RaftConfiguration, recovering records: [[UInt8]]
  ) throws(Failure) {
    guard setup.members.contains(setup.name), Set(setup.members).count == setup.members.count
    else {
      throw Failure(
        .usage,
        "node “\(setup.name)” must be once among the members, found \(setup.members)")
    }
    var bugs: Set<RaftBug> = []
    for name in setup.bugs {
      guard let bug = RaftBug(rawValue: name) else { throw RaftBug.unknown(name) }
      bugs.insert(bug)
    }
    name = setup.name
    members = setup.members
    places = MemberPlaces(setup.members)
    self.configuration = configuration
    self.bugs = bugs
    joins = setup.joins
    let membership = RaftMembership(setup.joins ? [] : setup.members)
    memberships = [(0, membership)]
    electorate = Electorate(membership, places)
    traces = setup.traces
    random = SplitMix64(seed: setup.seed)
    machine = KeyValueMachine(maximumSessions: configuration.maximumSessions)
    settle()
    try recover(from: records)
  }

  /// Whether this node leads, as far as it knows.
  public var leads: Bool { role == .leader }

  /// Who is settled to vote.
  public var settledMembers: SettledMembers? {
    settledMembership.map { SettledMembers(names: $0.voters, request: $0.request) }
  }

  /// Takes one input and says what follows from it.
  public mutating func receive(_ input: Input, at reading: Int64) -> [Effect] {
    now = clock.read(reading)
    effects = []
    guard !isStuck else { return [] }
    log.watch()
    switch input {
    case .start:
      traceBoot()
      start()
    case .message(let sender, let message):
      if sender != name, places[sender] != nil { receive(message, from: sender) }
    case .request(let request): accept(request)
    case .ask(let request): asked(request)
    case .timer(.election): electionTimerFired()
    case .timer(.heartbeat): heartbeatTimerFired()
    case .timer(.retry): retryTimerFired()
    }
    return effects
  }

  private mutating func receive(_ message: RaftMessage, from sender: String) {
    switch message {
    case .requestVote(let term, let lastIndex, let lastTerm, let kind):
      let last = RaftPosition(index: lastIndex, term: lastTerm)
      voteRequested(by: sender, term: term, last: last, kind)
    case .vote(let term, let isGranted, let isPreVote):
      voted(sender, term: term, isGranted: isGranted, isPreVote: isPreVote)
    case .appendEntries(let append): entriesArrived(append, from: sender)
    case .appended(let term, let round, let match):
      followerAppended(sender, term: term, round: round, match: match)
    case .refused(let term, let round, let conflictIndex, let conflictTerm):
      let conflict = RaftPosition(index: conflictIndex, term: conflictTerm)
      followerRefused(sender, term: term, round: round, conflict: conflict)
    case .installSnapshot(let chunk): chunkArrived(chunk, from: sender)
    case .chunkTaken(let term, let round, let index, let offset):
      chunkTaken(sender, term: term, round: round, index: index, offset: offset)
    case .timeoutNow(let term): invitedToStand(by: sender, term: term)
    case .forward(let request):
      if role == .leader { lead(request, origin: sender) }
    case .forwardReply(let client, let request, let result, let evidence):
      complete(client, request, result, evidence)
    }
  }

  mutating func send(_ message: RaftMessage, to peer: String) {
    effects.append(.send(to: peer, message))
  }
}

extension RaftBug {
  static func unknown(_ name: String) -> Failure {
    let known = RaftBug.allCases.map(\.rawValue)
    let hint = Suggestion.hint(for: name, among: known)
    return Failure(
      .usage,
      "raft has no bug “\(name)”\(hint) Known: \(known.joined(separator: ", "))")
  }
}
