/// The mistakes that can be switched on in Raft, each one that real implementations have made.
public enum RaftBug: String, Sendable, CaseIterable {
  /// Any node answers reads from its own applied state, without asking anybody.
  case staleReads = "stale-reads"
  /// The term and the vote are kept in memory only.
  case forgetsVote = "forgets-vote"
  /// An entry counts as committed once a majority has it, whatever its term (figure 8).
  case commitsOldTerms = "commits-old-terms"
  /// The leader applies and answers as soon as the entry is in its own log.
  case acksBeforeQuorum = "acks-before-quorum"
  /// The log is kept in memory only.
  case lostLog = "lost-log"

  /// What the mistake breaks, in one line.
  public var summary: String {
    switch self {
    case .staleReads: "any node answers reads from its own state"
    case .forgetsVote: "term and vote do not survive a restart"
    case .commitsOldTerms: "replicas are counted for entries of older terms (figure 8)"
    case .acksBeforeQuorum: "the leader answers before a quorum has the entry"
    case .lostLog: "the log does not survive a restart"
    }
  }
}
