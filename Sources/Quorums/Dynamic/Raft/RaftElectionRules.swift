/// E1 to E5: terms, votes and leaders.
///
/// Memory: O(votes) of the recent past.
struct RaftElectionRules {
  private struct Ballot: Hashable {
    var voter: Int
    var term: Int64
  }

  private struct Missing {
    var ballot: Ballot
    var leader: Int
    var time: Int64
    var place: EventPlace
  }

  private var terms: [(term: Int64, place: EventPlace)?] = []
  private var votes = RecentTable<Ballot, [(candidate: Int, place: EventPlace)]>()
  private var leaders = RecentTable<Int64, (node: Int, place: EventPlace)>()
  private var missing: [Missing] = []
  private var firstTimes: [Int64?] = []

  /// Takes any event of Raft.
  mutating func take(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    while terms.count <= line.node {
      terms.append(nil)
      firstTimes.append(nil)
    }
    if firstTimes[line.node] == nil { firstTimes[line.node] = line.time }
    switch line.kind {
    case .boot: try boot(line, &context)
    case .vote: try vote(line, &context)
    case .leader: try lead(line, &context)
    case .append, .ack, .readindex: note(try line.integer(.term), line, &context)
    case .commit:
      if let term = try line.integer(ifAny: .leaderTerm) { note(term, line, &context) }
    default: break
    }
  }

  /// E1.
  private mutating func note(
    _ term: Int64, _ line: borrowing TraceLine, _ context: inout TraceContext
  ) {
    if let known = terms[line.node] {
      context.breaches.check(
        .E1, known.term <= term, [known.place, line.place],
        "\(context.name(line.node)) was in term \(known.term) and is then in term \(term)"
          + (line.kind == .boot ? ", after a restart" : ""))
      if known.term == term { return }
    }
    terms[line.node] = (term, line.place)
  }

  private mutating func boot(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let term = try line.integer(.term)
    if try line.isFresh() { terms[line.node] = nil }
    note(term, line, &context)
    guard try !line.isFresh(), let vote = votes[Ballot(voter: line.node, term: term)]?.first else {
      return
    }
    let now = line.has(.votedFor) ? try context.node(.votedFor, of: line) : -1
    let memory = now < 0 ? "no vote" : "a vote for \(context.name(now))"
    context.breaches.check(
      .E2, now == vote.candidate, [vote.place, line.place],
      "\(context.name(line.node)) voted for \(context.name(vote.candidate)) in term \(term), and "
        + "after a restart remembers \(memory)")
  }

  private mutating func vote(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let term = try line.integer(.term)
    note(term, line, &context)
    let candidate = try context.node(.cand, of: line)
    guard try line.bool(.granted) else { return }
    if line.has(.candLast), line.has(.ownLast) {
      let (theirs, own) = (try line.pair(.candLast), try line.pair(.ownLast))
      let holds =
        Pair(theirs.second, theirs.first) >= Pair(own.second, own.first)
      context.breaches.check(
        .E5, holds, [line.place],
        "\(context.name(line.node)) votes for \(context.name(candidate)) in term \(term), whose "
          + "log ends at \(theirs.text), behind its own at \(own.text)")
    }
    let ballot = Ballot(voter: line.node, term: term)
    missing.removeAll { $0.ballot == ballot && $0.leader == candidate }
    guard var known = votes[ballot] else {
      votes.insert([(candidate, line.place)], for: ballot)
      return context.breaches.apply(.E2)
    }
    guard !known.contains(where: { $0.candidate == candidate }) else { return }
    context.breaches.check(
      .E2, false, [known[0].place, line.place],
      "\(context.name(line.node)) votes for \(context.name(known[0].candidate)) and for "
        + "\(context.name(candidate)) in term \(term)")
    known.append((candidate, line.place))
    votes.update(known, for: ballot)
  }

  private mutating func lead(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let term = try line.integer(.term)
    note(term, line, &context)
    if let known = leaders[term] {
      context.breaches.check(
        .E3, known.node == line.node, [known.place, line.place],
        "\(context.name(known.node)) and \(context.name(line.node)) both lead term \(term)")
    } else {
      context.breaches.apply(.E3)
      leaders.insert((line.node, line.place), for: term)
    }
    guard line.has(.votes) else { return }
    let voters = try context.set(.votes, of: line)
    if let quorums = context.epochs[try line.integer(ifAny: .ep) ?? 0] {
      context.breaches.check(
        .E4, quorums.isRead(voters), [quorums.place, line.place],
        "\(context.name(line.node)) leads term \(term) by the votes of \(context.text(voters)), "
          + "which are no quorum")
    }
    for voter in voters.members {
      let ballot = Ballot(voter: voter, term: term)
      if votes[ballot]?.contains(where: { $0.candidate == line.node }) ?? false { continue }
      missing.append(
        Missing(ballot: ballot, leader: line.node, time: line.time, place: line.place))
    }
  }

  /// Votes that were counted and that no trace of their voter has.
  mutating func finish(_ context: inout TraceContext) {
    for vote in missing {
      let voter = vote.ballot.voter
      guard voter < firstTimes.count, let first = firstTimes[voter], first <= vote.time else {
        continue
      }
      let other = votes[vote.ballot]?.first
      context.breaches.violate(
        .E4, (other.map { [$0.place] } ?? []) + [vote.place],
        "\(context.name(vote.leader)) leads term \(vote.ballot.term) and counts a vote of "
          + "\(context.name(voter)), which "
          + (other.map { "voted for \(context.name($0.candidate))" } ?? "gave none"))
    }
  }
}

extension DynamicRule {
  static let E1 = DynamicRule(
    "E1", of: RaftRules.family, "a node's term never decreases, over restarts too",
    from: RaftRules.section("5.1"), needs: "node with two events that name a term")

  static let E2 = DynamicRule(
    "E2", of: RaftRules.family, "a node votes for one candidate a term, over restarts too",
    from: RaftRules.section("5.2"), needs: "vote that was granted")

  static let E3 = DynamicRule(
    "E3", of: RaftRules.family, "a term has one leader (election safety)",
    from: RaftRules.section("5.2"), needs: "event of kind leader")

  static let E4 = DynamicRule(
    "E4", of: RaftRules.family, "a leader was given the votes of a quorum",
    from: RaftRules.section("5.2"), needs: "leader with votes in an epoch with a config")

  static let E5 = DynamicRule(
    "E5", of: RaftRules.family, "a vote goes to no log that is behind one's own",
    from: RaftRules.section("5.4.1"), needs: "granted vote with candLast and ownLast")
}
