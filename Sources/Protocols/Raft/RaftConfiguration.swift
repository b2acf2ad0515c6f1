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
  /// How many messages with entries may be under way to one follower.
  public var maximumInFlight = 4
  /// How many entries go into one message.
  public var maximumBatch = 256
  /// How many applied entries the log may hold before a snapshot of the map replaces them.
  public var compactionThreshold = 4_096
  /// How many clients' last results are remembered; the client that wrote longest ago goes first.
  public var maximumSessions = 4_096

  /// The defaults: for a network with latencies of about a millisecond.
  public init() {}
}
