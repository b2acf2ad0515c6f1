/// The mistakes that can be switched on in Paxos.
public enum PaxosBug: String, Sendable, CaseIterable {
  /// A proposer counts promises that were given to an earlier ballot of its own.
  ///
  /// Breaks: that a quorum accepts nothing between the promise and the proposal. Shows when
  /// proposers compete: who has promised the earlier ballot may have accepted another's since.
  case countsOldPromises = "counts-old-promises"

  /// An acceptor compares a proposal with what it has accepted, and not with what it has promised.
  ///
  /// Breaks: the promise. Shows when proposers compete.
  case ignoresPromise = "ignores-promise"

  /// A read answers with the last decree that it knows to be chosen, whatever is accepted and not
  /// known to be chosen yet.
  ///
  /// Breaks: a read sees what was acknowledged before it began, and what another read saw. Shows
  /// while a write is under way, or its proposer has gone.
  case skipsProgress = "skips-progress"

  /// What an acceptor promises and accepts is in memory only.
  ///
  /// Breaks: that a quorum's word counts. Shows when nodes are killed and restarted while decrees
  /// are under way.
  case forgetsPromise = "forgets-promise"

  /// A proposer proposes its own value whatever its promises report.
  ///
  /// Breaks: that what is chosen stays chosen. Shows when proposers compete.
  case ownValue = "own-value"

  /// An acceptor begins each version without a promise, though the proposer of the last skips phase
  /// one.
  ///
  /// Breaks: that a ballot without a phase of its own was promised. Shows when a proposer that was
  /// alone meets one that begins anew.
  case dropsPromise = "drops-promise"

  /// What the mistake breaks, in one line.
  public var summary: String {
    switch self {
    case .countsOldPromises: "promises to an earlier ballot are counted"
    case .ignoresPromise: "acceptors accept what they promised not to"
    case .skipsProgress: "a read leaves out what is accepted and not known to be chosen"
    case .forgetsPromise: "promises and acceptances do not survive a restart"
    case .ownValue: "a proposer does not take over what its promises report"
    case .dropsPromise: "the promise is gone that lets a proposer skip phase one"
    }
  }

  /// Where it was seen.
  public var source: String {
    switch self {
    case .countsOldPromises: "luohaha/MyPaxos#18"
    case .ignoresPromise: "scylladb#6139"
    case .skipsProgress: "CASSANDRA-12126, scylladb#6299"
    case .forgetsPromise: "Michael et al. 2017 (acceptors that forget), scylladb#6149"
    case .ownValue: "Lamport 2001, section 2.2, P2c left out"
    case .dropsPromise: "peterbourgon/caspaxos#4, #6"
    }
  }

  /// Whether it takes more than a few runs of real processes to show it.
  public var isRare: Bool {
    switch self {
    case .skipsProgress, .ownValue: false
    default: true
    }
  }
}
