/// What nodes and messages of one moment say of leaders, votes, entries and commitments, and which
/// two of them cannot both be true.
///
/// Two logs that agree, wherever both have an entry of the same index and term, in that entry and
/// in the term before it, agree in all that comes before: by induction, the log matching property.
struct RaftClaims {
  private struct Ballot: Hashable {
    var voter: String
    var term: Int64
  }

  private struct Held {
    var entry: RaftEntry
    /// The term of the entry before it.
    var before: Int64
  }

  private var leaders: [Int64: String] = [:]
  private var ballots: [Ballot: String] = [:]
  /// What is at each index, one entry a term.
  private var held: [Int64: [Held]] = [:]
  /// The term of what is committed at each index.
  private var committed: [Int64: Int64] = [:]

  /// What a node is and has.
  mutating func take(_ node: RaftView) -> Breach? {
    let leader = node.role == .leader ? node.name : node.leader
    return leads(leader, node.term) ?? voted(node.name, for: node.vote, node.term)
      ?? voted(node.voters, for: node.name, node.term)
      ?? holds(node.log.entries(from: node.log.base.index + 1), after: node.log.base)
      ?? commits(node)
  }

  /// What a message says of its sender, and of its receiver's votes.
  mutating func take(_ message: RaftMessage, from sender: String, to receiver: String) -> Breach? {
    switch message {
    case .requestVote(let term, _, _, .plain), .requestVote(let term, _, _, .invited):
      voted(sender, for: sender, term)
    case .vote(let term, isGranted: true, isPreVote: false): voted(sender, for: receiver, term)
    case .appendEntries(let append):
      leads(sender, append.term) ?? holds(append.entries, after: append.previous)
        ?? commits(append)
    case .installSnapshot(let chunk): leads(sender, chunk.term) ?? commits(chunk.position)
    case .timeoutNow(let term): leads(sender, term)
    case .requestVote, .vote, .appended, .refused, .chunkTaken, .forward, .forwardReply: nil
    }
  }

  private mutating func leads(_ name: String?, _ term: Int64) -> Breach? {
    guard let name, let other = leaders.updateValue(name, forKey: term), other != name else {
      return nil
    }
    return Breach("election safety", "\(other) and \(name) are both leaders of term \(term)")
  }

  private mutating func voted(_ voter: String, for name: String?, _ term: Int64) -> Breach? {
    guard let name,
      let other = ballots.updateValue(name, forKey: Ballot(voter: voter, term: term)),
      other != name
    else { return nil }
    return Breach("one vote a term", "\(voter) votes for \(other) and for \(name) in term \(term)")
  }

  private mutating func voted(_ voters: [String], for name: String, _ term: Int64) -> Breach? {
    for voter in voters {
      if let breach = voted(voter, for: name, term) { return breach }
    }
    return nil
  }

  private mutating func holds(_ entries: [RaftEntry], after place: RaftPosition) -> Breach? {
    var index = place.index
    var before = place.term
    for entry in entries {
      index += 1
      if let other = held[index]?.first(where: { $0.entry.term == entry.term }) {
        guard other.before == before, other.entry == entry else {
          return Breach(
            "log matching",
            "there are two different logs up to entry \(index) of term \(entry.term)")
        }
      } else {
        held[index, default: []].append(Held(entry: entry, before: before))
      }
      before = entry.term
    }
    return nil
  }

  private mutating func commits(_ place: RaftPosition) -> Breach? {
    guard place.index > 0, let other = committed.updateValue(place.term, forKey: place.index),
      other != place.term
    else { return nil }
    return Breach(
      "state machine safety",
      "entry \(place.index) is committed as one of term \(other) and as one of term \(place.term)")
  }

  /// What the node knows to be committed, as far as it has it: what its snapshot ends with, too.
  private mutating func commits(_ node: RaftView) -> Breach? {
    var index = node.log.base.index
    while index <= node.commit, let term = node.log.term(at: index) {
      if let breach = commits(RaftPosition(index: index, term: term)) { return breach }
      index += 1
    }
    return nil
  }

  /// A leader has all that it says is committed.
  private mutating func commits(_ append: RaftMessage.AppendEntries) -> Breach? {
    guard append.previous.index <= append.commit else { return nil }
    if let breach = commits(append.previous) { return breach }
    let last = append.commit - append.previous.index
    for (offset, entry) in append.entries.prefix(Int(last)).enumerated() {
      let place = RaftPosition(index: append.previous.index + 1 + Int64(offset), term: entry.term)
      if let breach = commits(place) { return breach }
    }
    return nil
  }
}
