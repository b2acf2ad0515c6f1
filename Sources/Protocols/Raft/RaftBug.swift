/// The mistakes that can be switched on in Raft, each one that real implementations have made.
public enum RaftBug: String, Sendable, CaseIterable {
  /// Any node answers reads from its own applied state, without asking anybody.
  ///
  /// Breaks: a read sees what was acknowledged before it began. Shows on every follower, most on a
  /// node that is cut off from the leader.
  case staleReads = "stale-reads"

  /// Term and vote, the paper's persistent pair, are kept in memory only.
  ///
  /// Breaks: one vote in a term, and so one leader in a term. A majority that restarts votes again
  /// in terms that are over; its leader acknowledges writes that are wiped out as soon as a node
  /// that did not restart takes over with its later term. The rest is as in the plain paper: no
  /// pre-votes, a leader that never steps down by itself. Messages of older terms are dropped
  /// without an answer, since the answer would remind the forgetful of their term, and a node that
  /// restarts stands at once, in the term that it remembers, since it has not voted in it that it
  /// knew.
  /// Shows when a majority is killed and restarted, and then the leader is lost.
  case forgetsVote = "forgets-vote"

  /// The leader's own term plays no part in what it takes for committed: replicas are counted for
  /// entries of older terms (section 5.4.2).
  ///
  /// Breaks: leader completeness (figure 8): an entry that was counted is overwritten by a leader
  /// whose last entry has a later term. The cluster of the same mistake: no entry opens a term; so
  /// nobody waits for one before a read either, and a new leader answers from a commit index
  /// that lags by what the old leader had not announced (it does so with the heartbeats, and the
  /// election counts as the first round of them). No pre-votes, and no leader that steps down by
  /// itself. Figure 8 itself needs two crashes within milliseconds; the reads show after
  /// about every other change of leader.
  case commitsOldTerms = "commits-old-terms"

  /// The leader applies and answers as soon as the entry is in its own log.
  ///
  /// Breaks: what was acknowledged is kept. Shows when the leader is cut off, killed or paused
  /// while clients write through it.
  case acksBeforeQuorum = "acks-before-quorum"

  /// The log is kept in memory only; term and vote are durable.
  ///
  /// Breaks: leader completeness. Shows when a majority is killed and restarted: the nodes with
  /// empty logs elect each other.
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
