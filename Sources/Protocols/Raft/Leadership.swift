/// What a leader knows about its term and its followers (volatile, figure 2 of the paper).
struct Leadership: Sendable {
  /// What the leader knows about one member; its own place is not used.
  struct Follower: Sendable {
    /// The next entry to send, advanced when it is sent (pipelining).
    var next: Int64
    /// The last entry known to be the same as the leader's.
    var match: Int64
    /// The latest round of heartbeats that it answered.
    var round: Int64
    var heardAt: Int64
    /// How many messages with entries are under way, as far as is known.
    var inFlight: Int
    /// Answers to earlier rounds come from a node that is no more.
    var firstRound: Int64 = 0
    /// The snapshot that it is being sent, chunk by chunk.
    var transfer: SnapshotTransfer?
  }

  /// A node that is to vote once it has caught up.
  struct Learner: Sendable {
    var name: String
    /// The number of the operator's request.
    var request: Int64
    /// What it must have to be done with this round of catching up, and when that began.
    var target: Int64
    var since: Int64
  }

  /// Another member is to lead.
  struct Handover: Sendable {
    var to: String
    /// Then it has failed.
    var until: Int64
    /// It was told to stand.
    var isSent = false
  }

  /// A read that waits for its round and for its index to be applied.
  struct Read: Sendable {
    var request: ClientRequest
    var origin: String
    var index: Int64
    var round: Int64
    /// When it reached the leader, on the host's clock.
    var arrivedAt: Int64
  }

  /// When a round of heartbeats was sent.
  struct Sending: Sendable {
    var round: Int64
    var at: Int64
    /// ``Leadership/ticks`` then.
    var tick: Int64
  }

  /// A write that waits for its entry to be committed.
  struct Write: Sendable {
    var request: Int64
    var origin: String
  }

  /// By place in the membership.
  var followers: [Follower] = []
  /// The entry that opened the term; 0 without one.
  var openingIndex: Int64 = 0
  /// The latest round of heartbeats that was sent.
  var round: Int64 = 0
  /// The commit index at the last heartbeat.
  var announcedCommit: Int64 = 0
  /// How many times its heartbeat was due.
  var ticks: Int64 = 0
  /// The rounds that no quorum has answered yet, oldest first; kept for leases alone.
  var unconfirmed: [Sending] = []
  /// The latest round that a quorum answered.
  var lease: Sending?
  var learner: Learner?
  var handover: Handover?
  /// Somebody was told to stand in spite of all leases: there are none any more.
  var hasInvited = false
  /// By round, oldest first.
  var reads: [Read] = []
  /// By client.
  var writes: [String: Write] = [:]

  init() {}

  init(members: Int, lastIndex: Int64, now: Int64) {
    let fresh = Follower(next: lastIndex + 1, match: 0, round: 0, heardAt: now, inFlight: 0)
    followers = Array(repeating: fresh, count: members)
  }
}
