// Replication: sections 5.3, 5.4.2 and 7 of the paper.

extension RaftNode {
  // MARK: the leader

  /// Appends an entry of the leader's term and makes it durable.
  mutating func appendAsLeader(_ entry: RaftEntry) {
    traceAppend(from: name, after: log.last, [entry], isAccepted: true)
    appendToLog(entry)
    saveEntries(from: log.lastIndex, [entry])
    if bugs.contains(.acksBeforeQuorum) { commitTo(log.lastIndex) }
  }

  /// Lets every follower hear the leader, with whatever entries it lacks.
  mutating func startRound() {
    leading.round += 1
    noteRound()
    for peer in peers { sendEntries(to: peer) }
  }

  /// Sends new entries to every follower that has room for them; no heartbeat is waited for.
  mutating func replicate() {
    for peer in peers { sendNews(to: peer) }
  }

  private mutating func sendNews(to peer: String) {
    guard let place = places[peer] else { return }
    let follower = leading.followers[place]
    if follower.next <= log.lastIndex, follower.next > log.base.index,
      follower.inFlight < configuration.maximumInFlight
    {
      sendEntries(to: peer)
    }
  }

  mutating func sendEntries(to peer: String) {
    guard let place = places[peer] else { return }
    let follower = leading.followers[place]
    guard let previousTerm = log.term(at: follower.next - 1) else {
      return sendChunk(to: peer)
    }
    let hasRoom = follower.inFlight < configuration.maximumInFlight
    let entries =
      hasRoom ? log.entries(from: follower.next, limit: configuration.maximumBatch) : []
    let append = RaftMessage.AppendEntries(
      term: term, round: leading.round,
      previous: RaftPosition(index: follower.next - 1, term: previousTerm),
      commit: bugs.contains(.commitsOldTerms) ? leading.announcedCommit : commit,
      entries: entries)
    leading.followers[place].next += Int64(entries.count)
    if !entries.isEmpty { leading.followers[place].inFlight += 1 }
    send(.appendEntries(append), to: peer)
  }

  mutating func followerAppended(
    _ peer: String, term answered: Int64, round: Int64, match: Int64
  ) {
    guard let place = heard(peer, term: answered, round: round) else { return }
    let match = min(match, log.lastIndex)
    let known = bugs.contains(.matchGoesBack) ? 0 : leading.followers[place].match
    leading.followers[place].match = max(known, match)
    leading.followers[place].next = max(leading.followers[place].next, match + 1)
    leading.followers[place].inFlight = max(0, leading.followers[place].inFlight - 1)
    if let transfer = leading.followers[place].transfer, transfer.position.index <= match {
      leading.followers[place].transfer = nil
    }
    advanceCommit()
    serveReads()
    guard role == .leader else { return }
    if leading.learner != nil { promoteLearner(peer) }
    if leading.handover != nil { finishHandover() }
    sendNews(to: peer)
  }

  /// Goes back by a whole term at a time (end of section 5.3).
  mutating func followerRefused(
    _ peer: String, term answered: Int64, round: Int64, conflict: RaftPosition
  ) {
    guard let place = heard(peer, term: answered, round: round) else { return }
    if bugs.contains(.repeatsAppend) { return serveReads() }
    var next = conflict.index
    if let last = log.lastIndex(ofTerm: conflict.term), conflict.term > 0,
      last + 1 < leading.followers[place].next
    {
      next = last + 1
    }
    if next < leading.followers[place].next {
      leading.followers[place].next = max(1, next)
      leading.followers[place].inFlight = 0
      sendEntries(to: peer)
    }
    serveReads()
  }

  /// Notes that the follower still accepts the leader.
  ///
  /// - Returns: the follower's place, or nil when the answer is of another term.
  mutating func heard(_ peer: String, term answered: Int64, round: Int64) -> Int? {
    if answered > term { follow(nil, term: answered) }
    guard role == .leader, answered == term, let place = places[peer],
      round >= leading.followers[place].firstRound
    else { return nil }
    leading.followers[place].heardAt = now
    leading.followers[place].round = max(
      leading.followers[place].round, min(round, leading.round))
    return place
  }

  /// Commits what a majority has, if it is of the leader's own term (section 5.4.2): an older entry
  /// on a majority can still be overwritten (figure 8) and is committed only by a later one.
  mutating func advanceCommit() {
    guard role == .leader else { return }
    let index = quorumValue(own: log.lastIndex) { $0.match }
    if bugs.contains(.matchGoesBack) { commit = max(log.base.index, min(commit, index)) }
    guard index > commit else { return }
    guard log.term(at: index) == term || bugs.contains(.commitsOldTerms) else { return }
    commitTo(index)
    goOnWithChange()
  }

  /// The highest value that a majority has reached.
  func quorumValue(own: Int64, _ value: (Leadership.Follower) -> Int64) -> Int64 {
    // Why: a closure that names a property of the node has all of the node copied.
    let (ownPlace, followers) = (places[name], leading.followers)
    return electorate.quorumValue { $0 == ownPlace ? own : value(followers[$0]) }
  }

  /// The members, this one included, for which it holds, in membership order.
  func acks(where holds: (Leadership.Follower) -> Bool) -> [String] {
    members.enumerated()
      .filter { place, member in
        electorate.includes(place) && (member == name || holds(leading.followers[place]))
      }
      .map(\.element)
  }

  /// The same for an answer. Whoever reads it knows the members that the nodes were started with;
  /// of others it says nothing.
  func evidence(where holds: (Leadership.Follower) -> Bool) -> [String] {
    membership.epoch == 0 ? acks(where: holds) : []
  }

  // MARK: every node

  /// Applies what is committed, answers who waits for it, and compacts the log now and then.
  mutating func commitTo(_ index: Int64) {
    if index > commit { traceCommit(index) }
    commit = max(commit, index)
    while applied < commit, let entry = log.entry(at: applied + 1) {
      applied += 1
      traceApply(applied, entry)
      guard let request = entry.request,
        let session = machine.apply(request, at: applied)
      else { continue }
      answerWrite(request, session, entryIndex: applied)
    }
    compactIfLong()
  }

  /// The log grows by an entry; what it says of the members counts at once.
  mutating func appendToLog(_ entry: RaftEntry) {
    log.append(entry)
    if let membership = entry.membership { adopt(membership, at: log.lastIndex) }
  }

  /// The log loses that entry and what follows.
  mutating func truncateLog(from index: Int64) {
    log.truncate(from: index)
    forgetMemberships(from: index)
  }

  // MARK: the follower

  mutating func entriesArrived(_ append: RaftMessage.AppendEntries, from sender: String) {
    guard accept(leader: sender, term: append.term, round: append.round) else { return }
    let previous = append.previous
    if bugs.contains(.commitsBeforeCheck) { commitTo(min(append.commit, log.lastIndex)) }
    if previous.index > log.lastIndex {
      let end = log.lastIndex + 1
      if bugs.contains(.commitPastEnd), log.lastIndex == 0, append.commit > 0 {
        isStuck = true
        return
      }
      traceAppend(from: sender, after: previous, append.entries, isAccepted: false)
      send(refusal(append.round, RaftPosition(index: end, term: 0)), to: sender)
      return
    }
    // Why: what the snapshot stands for is committed, so it is the same as the leader's.
    if previous.index >= log.base.index, let own = log.term(at: previous.index),
      own != previous.term
    {
      let first = log.firstIndex(ofTermAt: previous.index)
      traceAppend(from: sender, after: previous, append.entries, isAccepted: false)
      reached(.appendRefused)
      send(refusal(append.round, RaftPosition(index: first, term: own)), to: sender)
      return
    }
    traceAppend(from: sender, after: previous, append.entries, isAccepted: true)
    take(append.entries, after: previous.index)
    let match = previous.index + Int64(append.entries.count)
    if !append.entries.isEmpty { traceAck(to: sender, match: match) }
    if bugs.contains(.commitGoesBack) { commit = max(log.base.index, min(append.commit, match)) }
    if append.commit > commit { commitTo(min(append.commit, match)) }
    send(.appended(term: term, round: append.round, match: match), to: sender)
  }

  func refusal(_ round: Int64, _ conflict: RaftPosition) -> RaftMessage {
    .refused(
      term: term, round: round, conflictIndex: conflict.index, conflictTerm: conflict.term)
  }

  /// Takes over a leader's entries from the first that is not already there; only a conflicting
  /// entry removes what follows it, because the message may be an old one.
  private mutating func take(_ entries: [RaftEntry], after previous: Int64) {
    var index = previous
    let end = previous + Int64(entries.count)
    if bugs.contains(.truncatesMatching), end < log.lastIndex, end >= log.base.index {
      truncateLog(from: end + 1)
      saveEntries(from: end + 1, [])
    }
    for (offset, entry) in entries.enumerated() {
      index += 1
      if index <= log.base.index || log.term(at: index) == entry.term { continue }
      if index <= log.lastIndex {
        reached(.logTruncated)
        traceTruncate(from: index)
      }
      truncateLog(from: index)
      let news = Array(entries[offset...])
      for entry in news { appendToLog(entry) }
      saveEntries(from: index, news)
      return
    }
  }

  /// Recognizes the sender as the leader of its term, unless the term is over.
  mutating func accept(leader sender: String, term other: Int64, round: Int64) -> Bool {
    if other < term {
      if !ignoresOldTerms { send(refusal(round, log.last), to: sender) }
      return false
    }
    // Why: there is one leader in a term; only a node that forgot its vote can make a second.
    if other == term, role == .leader { return false }
    follow(sender, term: other)
    if joins, vote == nil {
      // Why: an earlier node of this name may have voted in this term; for its leader is as well.
      vote = sender
      saveTerm()
    }
    return true
  }
}
