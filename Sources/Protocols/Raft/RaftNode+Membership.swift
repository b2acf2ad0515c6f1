// Changes of members: chapter 4 of the dissertation. One node at a time (4.1), or by joint
// consensus (4.3). A node that is added first catches up without a vote (4.2.1).

extension RaftNode {
  /// The membership in use: the latest in the log, committed or not.
  var membership: RaftMembership { memberships[memberships.count - 1].membership }

  private var membershipIndex: Int64 { memberships[memberships.count - 1].index }

  /// The latest membership that is certain to stay, and no step between two.
  var settledMembership: RaftMembership? {
    memberships.last { $0.index <= commit && $0.membership.old == nil }?.membership
  }

  // MARK: what the log says

  /// An entry with a membership is in the log: it counts from now on.
  mutating func adopt(_ membership: RaftMembership, at index: Int64) {
    memberships.append((index, membership))
    settle()
  }

  /// The log ends before that index now.
  mutating func forgetMemberships(from index: Int64) {
    guard memberships.count > 1, membershipIndex >= index else { return }
    while memberships.count > 1, membershipIndex >= index { memberships.removeLast() }
    settle()
  }

  /// What a snapshot stands for is settled; of what came before it the last counts.
  mutating func compactMemberships(to index: Int64) {
    guard memberships.count > 1, let last = memberships.lastIndex(where: { $0.index <= index })
    else { return }
    memberships.removeFirst(last)
  }

  /// All that is known is what a snapshot says, and what the log holds after it.
  mutating func restartMemberships(with membership: RaftMembership, at index: Int64) {
    let later = memberships.filter { $0.index > index && log.entry(at: $0.index) != nil }
    memberships = [(index, membership)] + later
    settle()
  }

  /// Looks up places once for all who ask at each step.
  mutating func settle() {
    electorate = Electorate(membership, places)
    peers = members.filter { peer in
      guard peer != name, let place = places[peer] else { return false }
      return electorate.includes(place) || peer == leading.learner?.name
    }
  }

  /// Whether this node votes.
  var isVoter: Bool { places[name].map { electorate.includes($0) } ?? false }

  // MARK: the leader

  /// Does what an operator asks, if this node leads and may.
  mutating func asked(_ request: OperatorRequest) {
    guard role == .leader else { return }
    switch request.wish {
    case .lead(let node): handOver(to: node)
    case .add(let node): change(node, isIn: true, request.number)
    case .remove(let node): change(node, isIn: false, request.number)
    }
  }

  /// One change at a time (section 4.1), and none before the leader has committed an entry of its
  /// own term: two leaders with changes of their own could have majorities that do not meet
  /// (Ongaro, raft-dev, 10 July 2015).
  private var mayChange: Bool {
    (log.term(at: commit) == term || bugs.contains(.changesEarly)) && membershipIndex <= commit
      && membership.old == nil && leading.handover == nil
  }

  private mutating func change(_ node: String, isIn: Bool, _ number: Int64) {
    guard places[node] != nil, mayChange, number > membership.request else { return }
    if leading.learner.map({ $0.name != node || !isIn }) ?? false { dismissLearner() }
    var voters = Set(membership.voters)
    if isIn, voters.insert(node).inserted {
      guard leading.learner != nil else { return teach(node, number) }
      leading.learner?.request = number
      guard hasLearned() else { return }
      reached(.memberAdded)
    }
    if !isIn, voters.remove(node) != nil { reached(.memberRemoved) }
    guard !voters.isEmpty else { return }
    // Why: a request that changes nothing is written down too, so that no earlier one follows it.
    propose(members.filter(voters.contains), number)
  }

  private mutating func propose(_ voters: [String], _ number: Int64) {
    let isJoint = configuration.changesJointly && voters != membership.voters
    append(RaftMembership(voters, old: isJoint ? membership.voters : nil, request: number))
    // Why: he is a voter now.
    leading.learner = nil
    settle()
    replicate()
    advanceCommit()
  }

  private mutating func append(_ membership: RaftMembership) {
    var membership = membership
    membership.epoch = RaftMembership.epoch(term: term, index: log.lastIndex + 1)
    traceMembership(membership, at: log.lastIndex + 1)
    appendAsLeader(RaftEntry(term: term, request: nil, membership: membership))
  }

  /// Goes on once a change is committed: from joint consensus to the new members alone; who is none
  /// of them leads no longer (section 4.2.2).
  mutating func goOnWithChange() {
    guard role == .leader, membershipIndex <= commit, membershipIndex > 0 else { return }
    if membership.old != nil {
      reached(.jointLeft)
      append(RaftMembership(membership.voters, request: membership.request))
      replicate()
      advanceCommit()
    } else if !isVoter {
      follow(nil, term: term)
    }
  }

  // MARK: those who join

  /// Begins to bring a node up to date that does not vote yet.
  private mutating func teach(_ node: String, _ number: Int64) {
    guard let place = places[node] else { return }
    leading.learner = Leadership.Learner(
      name: node, request: number, target: log.lastIndex, since: now)
    leading.followers[place] = Leadership.Follower(
      next: log.lastIndex + 1, match: 0, round: 0, heardAt: now, inFlight: 0,
      // Why: what an earlier node of that name said is nothing that this one has.
      firstRound: leading.round + 1)
    settle()
    startRound()
  }

  private mutating func dismissLearner() {
    leading.learner = nil
    settle()
  }

  /// Whether the learner has what there was when its round began, and took less than an election
  /// time-out; if it took longer, another round begins.
  private mutating func hasLearned() -> Bool {
    guard let learner = leading.learner, let place = places[learner.name],
      leading.followers[place].round > 0, leading.followers[place].match >= learner.target
    else { return false }
    if now - learner.since < configuration.electionMinimumNanoseconds { return true }
    leading.learner?.target = log.lastIndex
    leading.learner?.since = now
    return false
  }

  /// Who has caught up becomes a voter.
  mutating func promoteLearner(_ peer: String) {
    guard let learner = leading.learner, learner.name == peer else { return }
    change(peer, isIn: true, learner.request)
  }

  // MARK: handing over (section 3.10)

  /// Begins to make another member the leader: takes no further requests, brings it up to date, and
  /// has it stand at once.
  private mutating func handOver(to node: String) {
    guard node != name, leading.handover == nil, leading.learner == nil, let place = places[node],
      electorate.includes(place)
    else { return }
    leading.handover = Leadership.Handover(
      to: node, until: now + configuration.electionMinimumNanoseconds)
    sendEntries(to: node)
    finishHandover()
  }

  /// Lets the successor stand, once its log is as long as this one.
  mutating func finishHandover() {
    guard let handover = leading.handover, !handover.isSent, let place = places[handover.to],
      leading.followers[place].match == log.lastIndex
    else { return }
    leading.handover?.isSent = true
    // Why: from now on somebody may be elected at any time, even if the message is late.
    leading.hasInvited = true
    reached(.leadershipHandedOver)
    send(.timeoutNow(term: term), to: handover.to)
  }

  /// Who has not been succeeded in time goes on.
  mutating func giveUpHandover() {
    guard let handover = leading.handover, now >= handover.until else { return }
    leading.handover = nil
    routeOutstanding()
  }

  /// The leader has this node stand now.
  mutating func invitedToStand(by sender: String, term invited: Int64) {
    guard invited == term, leader == sender, role == .follower, isVoter else { return }
    standForElection(isInvited: true)
  }
}
