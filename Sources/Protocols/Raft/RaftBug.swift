/// The mistakes that can be switched on in Raft, each one that real implementations have made.
///
/// Where the answers of the cluster do not show a mistake under the usual faults within a few runs,
/// the simulator finds it (``isRare``).
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

  /// A candidate counts every vote that arrives, of older terms too.
  ///
  /// Breaks: one leader in a term. Shows when votes are delayed until their candidate has stood
  /// again, and another node stands too.
  case countsOldVotes = "counts-old-votes"

  /// A follower takes the leader's commit index as its own even where that is lower.
  ///
  /// Breaks: what is committed stays committed. What was applied is not undone, so clients see
  /// nothing of it; the nodes' state and traces do.
  case commitGoesBack = "commit-goes-back"

  /// A follower applies what the leader says is committed before it has compared its log with the
  /// leader's.
  ///
  /// Breaks: state machine safety. A node that comes back with entries that nobody else has applies
  /// them; when it leads, clients read what was never written, or miss what was.
  case commitsBeforeCheck = "commits-before-check"

  /// A follower makes its log end where the leader's message ends, whatever it had after that.
  ///
  /// Breaks: leader completeness. A message that is late, or comes twice, takes away entries that
  /// the leader has counted; without the leader they are lost.
  case truncatesMatching = "truncates-matching"

  /// A follower takes over the place of a leader's snapshot and not what is in it.
  ///
  /// Breaks: state machine safety. Shows when a node was away for longer than the log goes back
  /// (`--knobs compaction=60`) and leads later: it lacks what the snapshot stood for.
  case emptySnapshot = "empty-snapshot"

  /// A leader grants its vote to whoever asks for it in its own term.
  ///
  /// Breaks: one vote in a term. Shows where two nodes stand at the same time and the request of
  /// the one who lost comes late; no pre-votes, with which that hardly happens.
  case votesWhileLeading = "votes-while-leading"

  /// A new leader writes no entry of its own, and answers reads all the same.
  ///
  /// Breaks: a read sees what was acknowledged before it began. What the old leader had committed
  /// and not yet announced is missing until the next write.
  case noOpeningEntry = "no-opening-entry"

  /// The leader answers reads from its own state, without asking whether it still leads.
  ///
  /// Breaks: a read sees what was acknowledged before it began. Shows on a leader that is cut off,
  /// until it steps down.
  case localReads = "local-reads"

  /// Leases for reads are counted in heartbeats that the leader sent, not in time; they are on.
  ///
  /// Breaks: a lease ends before another node can lead. Shows when a leader is paused, and goes on
  /// while it is cut off: by its count hardly any time has passed, so it does not step down either.
  case leaseOverPause = "lease-over-pause"

  /// A leader that steps down drops what it does not know to be committed.
  ///
  /// Breaks: leader completeness. A new leader knows less than is committed; if it is deposed
  /// before it learns, entries that a majority had are gone from one node more. The cluster of the
  /// same mistake deposes leaders often: no pre-votes, and a heartbeat that is late is an election.
  case rollsBackCommitted = "rolls-back-committed"

  /// A snapshot replaces the whole log on disk, with the entries after it.
  ///
  /// Breaks: leader completeness. Shows when nodes are killed soon after they compacted
  /// (`--knobs compaction=60`): what came after the snapshot is gone.
  case compactsTail = "compacts-tail"

  /// A follower that has nothing yet and is told that something is committed stops for good.
  ///
  /// Breaks: that a node which comes back takes part again. One with an empty log falls silent
  /// until it is restarted, and then again.
  case commitPastEnd = "commit-past-end"

  /// A leader takes each answer for what its follower has, an old one too, and its commit index
  /// follows.
  ///
  /// Breaks: what is committed stays committed. Shows when answers overtake each other. Clients see
  /// nothing of it, as of ``commitGoesBack``.
  case matchGoesBack = "match-goes-back"

  /// A leader whose entries are refused goes on to send the same.
  ///
  /// Breaks: that a node which comes back takes part again. Shows when a leader was elected that
  /// has more than the others: nothing is committed any more.
  case repeatsAppend = "repeats-append"

  /// A node that waits for the answer to a read takes it for reads of the key that came later, too.
  ///
  /// Breaks: a read sees what was acknowledged before it began. The context of a question is used
  /// again, so an answer that was given before the second read began is taken for its own.
  case reusesReadContext = "reuses-read-context"

  /// A new leader changes the members before an entry of its own term is committed.
  ///
  /// Breaks: that majorities meet. A leader that was deposed may have changed the members by
  /// another node; one of its quorums and one of the new leader's need not have a node in common
  /// (Ongaro, raft-dev, 10 July 2015). Shows when an operator asks while a leader is being elected.
  case changesEarly = "changes-early"

  /// What the mistake breaks, in one line.
  public var summary: String {
    switch self {
    case .staleReads: "any node answers reads from its own state"
    case .forgetsVote: "term and vote do not survive a restart"
    case .commitsOldTerms: "replicas are counted for entries of older terms (figure 8)"
    case .acksBeforeQuorum: "the leader answers before a quorum has the entry"
    case .lostLog: "the log does not survive a restart"
    case .countsOldVotes: "a candidate counts votes of older terms"
    case .commitGoesBack: "a follower's commit index may go back"
    case .commitsBeforeCheck: "a follower applies before it compares its log"
    case .truncatesMatching: "a late message shortens a log that agrees with it"
    case .emptySnapshot: "a snapshot's place is taken over without its content"
    case .votesWhileLeading: "a leader votes for another in its own term"
    case .noOpeningEntry: "a new leader reads before an entry of its term is committed"
    case .localReads: "the leader answers reads without asking anybody"
    case .leaseOverPause: "leases for reads are counted in heartbeats, not in time"
    case .rollsBackCommitted: "a deposed leader drops what it did not know to be committed"
    case .compactsTail: "a snapshot replaces the entries after it, too"
    case .commitPastEnd: "a node that lacks what is committed stops"
    case .matchGoesBack: "an old answer lowers what a follower is believed to have"
    case .repeatsAppend: "what a follower refuses is sent again and again"
    case .reusesReadContext: "the answer to an earlier read is taken for a later one"
    case .changesEarly: "members change before an entry of the leader's term is committed"
    }
  }

  /// Where it was seen, as project and number of the report.
  public var source: String {
    switch self {
    case .staleReads: "jepsen-io/etcd 2014 and many since"
    case .forgetsVote: "hashicorp/raft#661, raft-java#57, akka-raft#56"
    case .commitsOldTerms: "PySyncObj#169, logcabin#44"
    case .acksBeforeQuorum: "the asynchronous replication of many stores"
    case .lostLog: "redisraft#14, #17, #28"
    case .countsOldVotes: "xraft#33, canonical/raft#386"
    case .commitGoesBack: "PySyncObj#166"
    case .commitsBeforeCheck: "PySyncObj#166, KAFKA-14704"
    case .truncatesMatching: "raftos#26"
    case .emptySnapshot: "willemt/raft#118, redisraft#43, #44"
    case .votesWhileLeading: "daos-stack/raft#70"
    case .noOpeningEntry: "etcd#7331, redisraft#18, #19, tikv#9351"
    case .localReads: "d-engine#381, Xline#870"
    case .leaseOverPause: "leases of Chubby's kind under a pause of the process"
    case .rollsBackCommitted: "CCF#5674, #4473"
    case .compactsTail: "redisraft#14, #17, #28, #43, #44"
    case .commitPastEnd: "etcd#20269, #21178"
    case .matchGoesBack: "PySyncObj#167, raftos#25"
    case .repeatsAppend: "redpanda#11360"
    case .reusesReadContext: "etcd#20418"
    case .changesEarly: "Ongaro, raft-dev, 10 July 2015"
    }
  }

  /// Whether it takes more than a few runs of real processes to show it.
  public var isRare: Bool {
    switch self {
    case .staleReads, .forgetsVote, .commitsOldTerms, .acksBeforeQuorum, .lostLog, .localReads:
      false
    default: true
    }
  }

  /// Faults that show it and hardly come together by chance, as `--schedule` takes them.
  public var schedule: String? {
    switch self {
    case .leaseOverPause:
      "[{fault: 'partition', partition: 'isolate-leader', start: '1s', stop: '2.2s'}, "
        + "{fault: 'pause', target: 'leader', start: '1.01s', stop: '1.6s'}]"
    case .changesEarly:
      "["
        + [1, 3, 5, 7].map {
          "{fault: 'partition', partition: 'isolate-leader', start: '\($0)s', stop: '\($0 + 1)s'}, "
            + "{fault: 'membership', start: '\($0).02s', stop: '\($0 + 1).5s'}"
        }.joined(separator: ", ") + "]"
    default: nil
    }
  }
}
