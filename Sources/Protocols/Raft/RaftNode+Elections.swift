// Elections: sections 5.2 and 5.4.1 of the paper, pre-votes from section 9.6 of the dissertation.

extension RaftNode {
  /// A node that starts waits only long enough to hear a leader's heartbeat if there is one; the
  /// pre-vote keeps it from disturbing a leader that it did not hear.
  mutating func start() {
    let heartbeat = configuration.heartbeatNanoseconds
    let least = bugs.contains(.forgetsVote) && log.lastIndex > 0 ? 0 : heartbeat
    electionDeadline = now + Int64.random(in: least...least + heartbeat, using: &random)
    armElectionTimer()
  }

  /// Draws a new time to wait for a leader.
  mutating func postponeElection() {
    let range = configuration.electionMinimumNanoseconds...configuration.electionMaximumNanoseconds
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
    guard now >= electionTimerDue else { return }
    electionTimerDue = .max
    guard role != .leader else { return }
    guard now >= electionDeadline else { return armElectionTimer() }
    if usesPreVotes { askForPreVotes() } else { standForElection() }
  }

  /// The paper's Raft has neither pre-votes nor leaders that step down by themselves; both make
  /// deposed terms rarer and so hide what the bugs about terms break.
  var usesPreVotes: Bool { !bugs.contains(.forgetsVote) && !bugs.contains(.commitsOldTerms) }

  private mutating func askForPreVotes() {
    become(.preVote)
    ask(forTerm: term + 1, isPreVote: true)
    if votes.count >= majority { standForElection() }
  }

  private mutating func standForElection() {
    become(.candidate)
    if !seesUnusedVote { term += 1 }
    vote = name
    saveTerm()
    traceVote(for: name, isGranted: true, last: log.last)
    ask(forTerm: term, isPreVote: false)
    if votes.count >= majority { takeOffice() }
  }

  /// A vote that was not cast yet may be cast for oneself without opening a new term: sound as long
  /// as votes are remembered, and not done where they are.
  private var seesUnusedVote: Bool {
    bugs.contains(.forgetsVote) && vote == nil && log.lastIndex > 0
  }

  private mutating func become(_ candidacy: Role) {
    role = candidacy
    leader = nil
    votes = [name]
    postponeElection()
  }

  private mutating func ask(forTerm term: Int64, isPreVote: Bool) {
    let last = log.last
    for peer in peers {
      let message = RaftMessage.requestVote(
        term: term, lastIndex: last.index, lastTerm: last.term, isPreVote: isPreVote)
      send(message, to: peer)
    }
  }

  mutating func voteRequested(
    by candidate: String, term asked: Int64, last: RaftPosition, isPreVote: Bool
  ) {
    let own = log.last
    let isUpToDate = last.term > own.term || (last.term == own.term && last.index >= own.index)
    let isLed =
      role == .leader
      || (leader != nil && now - leaderHeardAt < configuration.electionMinimumNanoseconds)
    if isPreVote {
      let isGranted = asked > term && isUpToDate && !isLed
      send(
        .vote(term: isGranted ? asked : term, isGranted: isGranted, isPreVote: true), to: candidate)
      return
    }
    if bugs.contains(.forgetsVote), asked < term { return }
    if asked > term { follow(nil, term: asked) }
    let isGranted = asked == term && isUpToDate && (vote == nil || vote == candidate)
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

  /// Correct Raft may drop what comes from an older term or answer it with the newer one; the
  /// answer is what would remind a node that has forgotten its term.
  var ignoresOldTerms: Bool { bugs.contains(.forgetsVote) }

  mutating func voted(_ voter: String, term answered: Int64, isGranted: Bool, isPreVote: Bool) {
    if !isGranted || !isPreVote, answered > term { return follow(nil, term: answered) }
    guard isGranted else { return }
    if isPreVote, role == .preVote, answered == term + 1 {
      votes.insert(voter)
      if votes.count >= majority { standForElection() }
    } else if !isPreVote, role == .candidate, answered == term {
      votes.insert(voter)
      if votes.count >= majority { takeOffice() }
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
    if role == .leader {
      effects.append(.cancelTimer(.heartbeat))
      leading = Leadership()
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
      appendAsLeader(nil)
      leading.openingIndex = log.lastIndex
    } else {
      countElectionAsRound()
    }
    startRound()
    effects.append(
      .setTimer(.heartbeat, afterNanoseconds: configuration.heartbeatNanoseconds))
    advanceCommit()
    routeOutstanding()
  }

  /// Without an entry of its own term a leader does not know what is committed (paper, section 8).
  var opensTermWithEntry: Bool { !bugs.contains(.commitsOldTerms) }

  /// The mistaken leader takes its votes for the answers to its first round of heartbeats.
  private mutating func countElectionAsRound() {
    for voter in votes { places[voter].map { leading.followers[$0].round = 1 } }
  }

  mutating func heartbeatTimerFired() {
    guard role == .leader else { return }
    leading.announcedCommit = commit
    guard !isCutOff else {
      leader = nil
      return follow(nil, term: term)
    }
    for place in leading.followers.indices { leading.followers[place].inFlight = 0 }
    startRound()
    effects.append(
      .setTimer(.heartbeat, afterNanoseconds: configuration.heartbeatNanoseconds))
  }

  /// True when no quorum has been heard for an election timeout (dissertation, section 6.2).
  private var isCutOff: Bool {
    guard usesPreVotes else { return false }
    let horizon = now - configuration.electionMaximumNanoseconds
    let own = places[name]
    let heard = leading.followers.indices.count {
      $0 == own || leading.followers[$0].heardAt >= horizon
    }
    return heard < majority
  }
}
