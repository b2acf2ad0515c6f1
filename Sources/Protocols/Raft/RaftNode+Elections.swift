// Elections: sections 5.2 and 5.4.1 of the paper, pre-votes from section 9.6 of the dissertation.

extension RaftNode {
  /// A node that starts waits only long enough to hear a leader's heartbeat if there is one; the
  /// pre-vote keeps it from disturbing a leader that it did not hear. With leases it may have
  /// confirmed one that still holds.
  mutating func start() {
    startedAt = now
    let heartbeat = configuration.heartbeatNanoseconds
    let least = bugs.contains(.forgetsVote) && log.lastIndex > 0 ? 0 : heartbeat
    electionDeadline = now + Int64.random(in: least...least + heartbeat, using: &random)
    if usesLeases { electionDeadline += configuration.electionMinimumNanoseconds }
    armElectionTimer()
  }

  /// Draws a new time to wait for a leader.
  mutating func postponeElection() {
    var range = configuration.electionMinimumNanoseconds...configuration.electionMaximumNanoseconds
    if bugs.contains(.rollsBackCommitted) {
      let least = configuration.heartbeatNanoseconds * 5 / 4
      range = least...least * 2
    }
    electionDeadline = now + Int64.random(in: range, using: &random)
    armElectionTimer()
  }

  /// Why: a heartbeat postpones the election, and a timer effect for each would be waste; the
  /// running timer is left alone when it fires early enough to look again.
  private mutating func armElectionTimer() {
    guard electionDeadline < electionTimerDue else { return }
    electionTimerDue = electionDeadline
    effects.append(.setTimer(.election, afterNanoseconds: max(0, electionDeadline - now)))
  }

  mutating func electionTimerFired() {
    guard now >= electionTimerDue else {
      // The clock was set back while the timer ran: nothing else would set it again.
      guard electionTimerDue < .max else { return }
      effects.append(.setTimer(.election, afterNanoseconds: electionTimerDue - now))
      return
    }
    electionTimerDue = .max
    guard role != .leader else { return }
    guard now >= electionDeadline else { return armElectionTimer() }
    guard isVoter else { return postponeElection() }
    if usesPreVotes { askForPreVotes() } else { standForElection() }
  }

  /// The paper's Raft has neither pre-votes nor leaders that step down by themselves; both make
  /// deposed terms rarer and so hide what the bugs about terms break.
  var usesPreVotes: Bool { configuration.asksPreVotes && !hasPlainElections }

  private var hasPlainElections: Bool {
    !bugs.isDisjoint(with: [
      .forgetsVote, .commitsOldTerms, .votesWhileLeading, .countsOldVotes, .rollsBackCommitted,
    ])
  }

  private mutating func askForPreVotes() {
    become(.preVote)
    ask(forTerm: term + 1, .preVote)
    if hasMajority { standForElection() }
  }

  /// Whether a quorum voted for this node.
  private var hasMajority: Bool { electorate.isQuorum { votes.contains(members[$0]) } }

  mutating func standForElection(isInvited: Bool = false) {
    become(.candidate)
    if !seesUnusedVote { term += 1 }
    vote = name
    saveTerm()
    traceVote(for: name, isGranted: true, last: log.last)
    ask(forTerm: term, isInvited ? .invited : .plain)
    if hasMajority { takeOffice() }
  }

  /// A vote that was not cast yet may be cast for oneself without opening a new term: sound as long
  /// as votes are remembered, and not done where they are.
  private var seesUnusedVote: Bool {
    bugs.contains(.forgetsVote) && vote == nil && log.lastIndex > 0
  }

  private mutating func become(_ candidacy: Role) {
    if role == .candidate { reached(.electionRepeated) }
    role = candidacy
    leader = nil
    votes = [name]
    postponeElection()
  }

  private mutating func ask(forTerm term: Int64, _ kind: RaftMessage.VoteKind) {
    let last = log.last
    for peer in peers {
      let message = RaftMessage.requestVote(
        term: term, lastIndex: last.index, lastTerm: last.term, kind)
      send(message, to: peer)
    }
  }

  mutating func voteRequested(
    by candidate: String, term asked: Int64, last: RaftPosition, _ kind: RaftMessage.VoteKind
  ) {
    // Why: who came with an empty disk does not know for whom an earlier node of his name voted.
    guard !electorate.isEmpty else { return }
    let own = log.last
    let isUpToDate = last.term > own.term || (last.term == own.term && last.index >= own.index)
    let isLed = role == .leader || (leader != nil && now < quietUntil)
    if kind == .preVote {
      let isGranted = asked > term && isUpToDate && !isLed
      send(
        .vote(term: isGranted ? asked : term, isGranted: isGranted, isPreVote: true), to: candidate)
      return
    }
    if bugs.contains(.forgetsVote), asked < term { return }
    // Why: a lease rests on nobody being elected by those who confirmed it, in whatever term; who
    // restarted does not remember whom he had confirmed.
    let isNews = asked > term || asked == term && vote != candidate
    if usesLeases, isNews, kind != .invited,
      role == .leader || now < max(quietUntil, quietAfterStart)
    {
      return send(.vote(term: term, isGranted: false, isPreVote: false), to: candidate)
    }
    // Why: who was taken out and does not know it hears no leader, and would depose every one
    // (section 4.2.3).
    if isLed, kind == .plain, let place = places[candidate], !electorate.includes(place) { return }
    if asked > term { follow(nil, term: asked) }
    let votesAgain = bugs.contains(.votesWhileLeading) && role == .leader && asked == term
    let isGranted =
      votesAgain || asked == term && isUpToDate && (vote == nil || vote == candidate)
    if isGranted {
      if vote == nil {
        vote = candidate
        saveTerm()
      }
      postponeElection()
    }
    traceVote(for: candidate, isGranted: isGranted, last: last)
    send(.vote(term: term, isGranted: isGranted, isPreVote: false), to: candidate)
  }

  /// Until when the leader that was last heard may count on nobody else being elected.
  private var quietUntil: Int64 {
    leaderHeardAt == .min ? .min : leaderHeardAt + configuration.electionMinimumNanoseconds
  }

  private var quietAfterStart: Int64 { startedAt + configuration.electionMinimumNanoseconds }

  /// Correct Raft may drop what comes from an older term or answer it with the newer one; the
  /// answer is what would remind a node that has forgotten its term.
  var ignoresOldTerms: Bool { bugs.contains(.forgetsVote) }

  mutating func voted(_ voter: String, term answered: Int64, isGranted: Bool, isPreVote: Bool) {
    if !isGranted || !isPreVote, answered > term { return follow(nil, term: answered) }
    guard isGranted else { return }
    if isPreVote, role == .preVote, answered == term + 1 {
      votes.insert(voter)
      if hasMajority { standForElection() }
    } else if !isPreVote, role == .candidate,
      answered == term || bugs.contains(.countsOldVotes)
    {
      votes.insert(voter)
      if hasMajority { takeOffice() }
    }
  }

  /// Follows the leader, if known, in that term, which is not below the node's own.
  mutating func follow(_ newLeader: String?, term newTerm: Int64) {
    if newTerm > term {
      term = newTerm
      vote = nil
      leader = nil
      saveTerm()
    }
    if role == .candidate { reached(.electionLost) }
    if role == .leader {
      reached(.leaderDeposed)
      effects.append(.cancelTimer(.heartbeat))
      leading = Leadership()
      settle()
      if bugs.contains(.rollsBackCommitted), log.lastIndex > commit {
        truncateLog(from: commit + 1)
        saveEntries(from: commit + 1, [])
      }
      leader = nil
      role = .follower
      postponeElection()
    }
    role = .follower
    if let newLeader {
      let isNews = leader != newLeader
      leader = newLeader
      leaderHeardAt = now
      postponeElection()
      if isNews { routeOutstanding() }
    }
  }

  private mutating func takeOffice() {
    role = .leader
    leader = name
    leading = Leadership(members: members.count, lastIndex: log.lastIndex, now: now)
    leading.announcedCommit = commit
    traceLeader()
    if opensTermWithEntry {
      appendAsLeader(RaftEntry(term: term, request: nil))
      leading.openingIndex = log.lastIndex
    } else if bugs.contains(.commitsOldTerms) {
      countElectionAsRound()
    }
    startRound()
    effects.append(
      .setTimer(.heartbeat, afterNanoseconds: configuration.heartbeatNanoseconds))
    advanceCommit()
    routeOutstanding()
  }

  /// Without an entry of its own term a leader does not know what is committed (paper, section 8).
  var opensTermWithEntry: Bool {
    bugs.isDisjoint(with: [.commitsOldTerms, .noOpeningEntry])
  }

  /// The mistaken leader takes its votes for the answers to its first round of heartbeats.
  private mutating func countElectionAsRound() {
    for voter in votes { places[voter].map { leading.followers[$0].round = 1 } }
  }

  mutating func heartbeatTimerFired() {
    guard role == .leader else { return }
    leading.announcedCommit = commit
    leading.ticks += 1
    guard !isCutOff else {
      leader = nil
      return follow(nil, term: term)
    }
    giveUpHandover()
    for place in leading.followers.indices { leading.followers[place].inFlight = 0 }
    startRound()
    effects.append(
      .setTimer(.heartbeat, afterNanoseconds: configuration.heartbeatNanoseconds))
  }

  /// True when no quorum has been heard for an election timeout (dissertation, section 6.2).
  private var isCutOff: Bool {
    guard configuration.checksQuorum, !hasPlainElections, !bugs.contains(.leaseOverPause) else {
      return false
    }
    let horizon = now - configuration.electionMaximumNanoseconds
    let own = places[name]
    return !electorate.isQuorum { $0 == own || leading.followers[$0].heardAt >= horizon }
  }
}
