import Base

/// The timing and the limits of a Raft node.
public struct RaftConfiguration: Sendable, Equatable {
  /// How often a leader lets itself be heard.
  public var heartbeatNanoseconds: Int64 = 30_000_000
  /// The least time without a leader before a node stands for election.
  public var electionMinimumNanoseconds: Int64 = 150_000_000
  /// The most time without a leader before a node stands for election; also how long a leader goes
  /// without hearing from a quorum before it steps down.
  public var electionMaximumNanoseconds: Int64 = 300_000_000
  /// How often a node asks the leader again for what its clients wait for.
  public var retryNanoseconds: Int64 = 100_000_000
  /// How long a request that no leader was asked for yet waits for one.
  public var unsentLifetimeNanoseconds: Int64 = 600_000_000
  /// How long a request that a leader may have got waits for its answer.
  public var sentLifetimeNanoseconds: Int64 = 2_000_000_000
  /// Whether a node asks whether it would be elected before it opens a new term (dissertation,
  /// section 9.6).
  public var asksPreVotes = true
  /// Whether a leader that hears no quorum for an election time-out steps down (dissertation,
  /// section 6.2).
  public var checksQuorum = true
  /// Whether reads go by a lease where the leader holds one.
  public var readsByLease = false
  /// How many messages with entries may be under way to one follower.
  public var maximumInFlight = 4
  /// How many entries go into one message.
  public var maximumBatch = 256
  /// How many applied entries the log may hold before a snapshot of the map replaces them.
  public var compactionThreshold = 4_096
  /// How many bytes of a snapshot go into one message.
  public var snapshotChunkBytes = 65_536
  /// Whether members change by joint consensus, and not one at a time.
  public var changesJointly = false
  /// How many clients' last results are remembered; the client that wrote longest ago goes first.
  public var maximumSessions = 4_096

  /// The defaults: for a network with latencies of about a millisecond.
  public init() {}

  /// The defaults with what knobs set.
  ///
  /// - Throws: a usage ``Failure`` for a value that cannot be.
  public init(knobs: [String: String]) throws(Failure) {
    if let text = knobs["compaction"] {
      guard let count = Int(text), count > 0 else {
        throw Failure(.usage, "--knobs compaction=\(text): expected a whole number from 1")
      }
      compactionThreshold = count
    }
    readsByLease = try RaftConfiguration.choice(knobs, "reads", between: "index", and: "lease")
    asksPreVotes = try !RaftConfiguration.choice(knobs, "pre-vote", between: "on", and: "off")
    checksQuorum = try !RaftConfiguration.choice(knobs, "check-quorum", between: "on", and: "off")
    changesJointly = try RaftConfiguration.choice(
      knobs, "membership", between: "single", and: "joint")
    if let text = knobs["snapshot-chunk"] {
      guard let count = Int(text), count >= 16, count <= 1 << 30 else {
        throw Failure(
          .usage, "--knobs snapshot-chunk=\(text): expected a number of bytes from 16 to 2^30")
      }
      snapshotChunkBytes = count
    }
    if let text = knobs["heartbeat"] {
      heartbeatNanoseconds = try RaftConfiguration.duration(text, "heartbeat")
    }
    if let text = knobs["election"] {
      electionMinimumNanoseconds = try RaftConfiguration.duration(text, "election")
      electionMaximumNanoseconds = 2 * electionMinimumNanoseconds
    }
    guard heartbeatNanoseconds < electionMinimumNanoseconds else {
      throw Failure(
        .usage, "--knobs heartbeat=…: the election time-out (election=…) must be longer")
    }
  }

  /// Whether a knob has the second of its two values; the first is the usual one.
  private static func choice(
    _ knobs: [String: String], _ name: String, between usual: String, and other: String
  ) throws(Failure) -> Bool {
    let text = knobs[name] ?? usual
    guard text == usual || text == other else {
      throw Failure(.usage, "--knobs \(name)=\(text): expected \(usual) or \(other)")
    }
    return text == other
  }

  private static func duration(_ text: String, _ name: String) throws(Failure) -> Int64 {
    guard let time = Units.nanoseconds(text), (1_000...60_000_000_000).contains(time) else {
      throw Failure(.usage, "--knobs \(name)=\(text): expected a duration from 1us to 60s")
    }
    return time
  }
}
