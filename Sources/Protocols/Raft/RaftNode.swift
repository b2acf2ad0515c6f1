import Base

/// A Raft node as a pure state machine.
///
/// After Ongaro and Ousterhout, “In Search of an Understandable Consensus Algorithm
/// (Extended Version)”, 2014, with from Ongaro's dissertation (2014) the pre-vote before an
/// election (9.6), the leader that steps down when it hears no quorum (6.2), ReadIndex (6.4) and
/// client sessions (6.3).
///
/// The membership is fixed. One file a concern: elections, replication, reads, clients, recovery.
public struct RaftNode: ProtocolNode {
  /// What Raft nodes say to each other.
  public typealias Message = RaftMessage

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
  public enum Role: String, Sendable {
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
  let members: [String]
  let places: [String: Int]
  let configuration: RaftConfiguration
  let bugs: Set<RaftBug>
  let traces: Bool
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
  var log = RaftLog()
  var snapshot: RaftSnapshot?
  var machine: KeyValueMachine

  var votes: Set<String> = []
  var electionDeadline: Int64 = 0
  var electionTimerDue: Int64 = .max
  var leaderHeardAt: Int64 = .min
  var leading = Leadership()
  var outstanding: [String: Outstanding] = [:]
  var isRetrying = false

  var now: Int64 = 0
  var effects: [Effect] = []

  /// A node with the default timing that follows nobody yet.
  public init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure) {
    try self.init(setup, configuration: RaftConfiguration(), recovering: records)
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
    places = Dictionary(
      uniqueKeysWithValues: setup.members.enumerated().map { ($0.element, $0.offset) })
    self.configuration = configuration
    self.bugs = bugs
    traces = setup.traces
    random = SplitMix64(seed: setup.seed)
    machine = KeyValueMachine(maximumSessions: configuration.maximumSessions)
    try recover(from: records)
  }

  /// How many nodes are a majority.
  var majority: Int { members.count / 2 + 1 }

  /// All nodes but this one, in membership order.
  var peers: [String] { members.filter { $0 != name } }

  /// Takes one input and says what follows from it.
  public mutating func receive(_ input: Input, at now: Int64) -> [Effect] {
    self.now = now
    effects = []
    switch input {
    case .start:
      traceBoot()
      start()
    case .message(let sender, let message):
      if sender != name, places[sender] != nil { receive(message, from: sender) }
    case .request(let request): accept(request)
    case .timer(.election): electionTimerFired()
    case .timer(.heartbeat): heartbeatTimerFired()
    case .timer(.retry): retryTimerFired()
    }
    return effects
  }

  private mutating func receive(_ message: RaftMessage, from sender: String) {
    switch message {
    case .requestVote(let term, let lastIndex, let lastTerm, let isPreVote):
      let last = RaftPosition(index: lastIndex, term: lastTerm)
      voteRequested(by: sender, term: term, last: last, isPreVote: isPreVote)
    case .vote(let term, let isGranted, let isPreVote):
      voted(sender, term: term, isGranted: isGranted, isPreVote: isPreVote)
    case .appendEntries(let append): entriesArrived(append, from: sender)
    case .appended(let term, let round, let match):
      followerAppended(sender, term: term, round: round, match: match)
    case .refused(let term, let round, let conflictIndex, let conflictTerm):
      let conflict = RaftPosition(index: conflictIndex, term: conflictTerm)
      followerRefused(sender, term: term, round: round, conflict: conflict)
    case .installSnapshot(let term, let round, let snapshot):
      snapshotArrived(snapshot, from: sender, term: term, round: round)
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
