import Base

/// The safety properties of figure 3 of the extended Raft paper, checked against what all nodes did
/// so far.
public struct RaftSafety: SafetyInvariants {
  /// What a step may change.
  public struct Glance: Sendable {
    var role: RaftNode.Role
    var term: Int64
    var commit: Int64
    var applied: Int64
  }

  /// What a step changed.
  public struct News: Sendable {
    /// What is wrong with the node by itself, or with its election as things stood.
    var breach: Breach?
    var name: String
    /// The term that it is in.
    var term: Int64
    /// The term whose leader it became.
    var elected: Int64?
    /// Where its log changed, and what is there.
    var touchedFrom: Int64 = 0
    var touched: [RaftEntry] = []
    /// Where it applied entries, and which.
    var appliedFrom: Int64 = 0
    var applied: [RaftEntry] = []
  }

  private var leaderOfTerm: [Int64: String] = [:]
  /// What was committed at each index (index 1 first), by whoever applied it first, and the term
  /// that he was in: it was committed in that one or an earlier.
  private var committed: [(entry: RaftEntry, in: Int64)] = []
  /// What was ever in a log at each index (index 1 first), one entry a term.
  private var known: [[RaftEntry]] = []

  /// Nothing has happened yet.
  public init() {}

  /// Role, term, commit and applied index.
  public func glance(at node: RaftNode) -> Glance {
    Glance(role: node.role, term: node.term, commit: node.commit, applied: node.applied)
  }

  /// Role, how much is not committed, whether it knows a leader, has a snapshot, and waits.
  public func kind(of node: RaftNode) -> UInt64 {
    let role = UInt64(RaftNode.Role.allCases.firstIndex(of: node.role) ?? 0)
    let open = node.log.lastIndex - node.commit
    var kind = 1 + role + (open < 3 ? UInt64(max(0, open)) : open < 10 ? 3 : 4) * 8
    if node.leader != nil { kind += 64 }
    if node.vote != nil { kind += 128 }
    if node.snapshot != nil { kind += 256 }
    if node.log.last.term < node.term { kind += 512 }
    if !node.outstanding.isEmpty { kind += 1024 }
    if !node.leading.reads.isEmpty { kind += 2048 }
    return kind
  }

  /// The election, the entries and the commitments that the step brought.
  public func news(of node: RaftNode, since before: Glance) -> News? {
    let isElected = node.role == .leader && before.role != .leader
    let isTouched = node.log.touchedFrom <= node.log.lastIndex
    guard
      isElected || isTouched || node.applied > before.applied || node.term < before.term
        || node.commit < before.commit
    else { return nil }
    var news = News(name: node.name, term: node.term)
    if isElected {
      news.elected = node.term
      news.breach = completeness(of: node)
    }
    if node.term < before.term {
      news.breach = Breach(
        "terms only grow", "\(node.name) went back from term \(before.term) to \(node.term)")
    } else if node.commit < before.commit {
      news.breach = Breach(
        "commitment is final", "\(node.name) took back that entry \(before.commit) is committed")
    }
    if isTouched {
      if let breach = change(of: node) { news.breach = breach }
      news.touchedFrom = max(node.log.touchedFrom, node.log.base.index + 1)
      news.touched = node.log.entries(from: news.touchedFrom)
    }
    if node.applied > before.applied {
      // What a snapshot stands for is not in the log.
      news.appliedFrom = max(before.applied, node.log.base.index) + 1
      news.applied = node.log.entries(
        from: news.appliedFrom, limit: Int(max(0, node.applied - news.appliedFrom + 1)))
    }
    return news
  }

  /// A leader changes the members only after an entry of its own term is committed: until then a
  /// deposed one may have changed them too, and quorums of the two need not meet.
  private func change(of leader: RaftNode) -> Breach? {
    guard leader.role == .leader, leader.memberships.count > 1,
      let change = leader.memberships.last, change.index >= leader.log.touchedFrom,
      leader.log.term(at: change.index) == leader.term,
      leader.log.term(at: leader.commit) != leader.term
    else { return nil }
    return Breach(
      "members change in a committed term",
      "\(leader.name) changed the members in term \(leader.term), of which nothing was committed")
  }

  /// Judges an election, entries and commitments.
  public mutating func check(_ news: News) -> Breach? {
    if let term = news.elected, let breach = checkElection(news.name, term) { return breach }
    return news.breach ?? checkMatching(news) ?? checkApplied(news)
  }

  /// At most one leader can be elected in a given term.
  private mutating func checkElection(_ name: String, _ term: Int64) -> Breach? {
    if let other = leaderOfTerm[term], other != name {
      return Breach("election safety", "\(other) and \(name) were both leaders of term \(term)")
    }
    leaderOfTerm[term] = name
    return nil
  }

  /// Who is elected has every entry that was committed in an earlier term. One of an earlier term
  /// that was committed in a later one he may lack: his votes can be so late that his successor was
  /// elected before him.
  private func completeness(of node: RaftNode) -> Breach? {
    guard let last = committed.lastIndex(where: { $0.in < node.term }) else { return nil }
    let index = Int64(last) + 1
    let term = committed[last].entry.term
    guard index > node.log.base.index, node.log.term(at: index) != term else { return nil }
    return Breach(
      "leader completeness",
      "\(node.name) leads term \(node.term) without entry \(index) of term "
        + "\(term), which was committed")
  }

  /// If a server has applied an entry at an index, no other applies a different one there.
  private mutating func checkApplied(_ news: News) -> Breach? {
    for (offset, entry) in news.applied.enumerated() {
      let index = Int(news.appliedFrom) + offset
      if index == committed.count + 1 {
        committed.append((entry, news.term))
      } else if index <= committed.count, committed[index - 1].entry != entry {
        return Breach(
          "state machine safety",
          "\(news.name) applied another entry at \(index) than was applied there before")
      }
    }
    return nil
  }

  /// Two logs that have an entry of the same index and term have the same entry there.
  private mutating func checkMatching(_ news: News) -> Breach? {
    for (offset, entry) in news.touched.enumerated() {
      let index = Int(news.touchedFrom) + offset
      while known.count < index { known.append([]) }
      if let other = known[index - 1].first(where: { $0.term == entry.term }) {
        guard other != entry else { continue }
        return Breach(
          "log matching", "there were two different entries \(index) of term \(entry.term)")
      }
      known[index - 1].append(entry)
    }
    return nil
  }
}
