/// C1 to C3, A1, S1, R1 and M1: what is committed, applied and read.
///
/// C2 and C3 do not depend on how the nodes' traces interleave: whichever of two facts comes second
/// is compared with the first. R1 compares `t`, the one clock of the machine.
struct RaftCommitRules {
  private struct Commit {
    var index: Int64
    var term: Int64
    var leaderTerm: Int64
    var place: EventPlace
  }

  private struct Office {
    var term: Int64
    var node: Int
    var lastIndex: Int64
    var log: TermRuns
    var place: EventPlace
  }

  private static let mostLeaders = 4096
  private static let mostTimes = 1 << 17

  private var committed = RecentTable<Int64, (term: Int64, place: EventPlace)>()
  private var applied = RecentTable<Int64, (term: Int64, hash: UInt64, place: EventPlace)>()
  private var states = RecentTable<Int64, (hash: UInt64, place: EventPlace)>()
  /// Of each leader's term the highest commit.
  private var byTerm: [Commit] = []
  private var leaders: [Office] = []
  private var latestTerm: Int64 = 0
  /// The highest committed index over time.
  private var times: [(time: Int64, index: Int64, place: EventPlace)] = []
  private var commits: [Int64?] = []
  private var nextApply: [Int64?] = []
  private var changes: [(index: Int64, place: EventPlace)?] = []
  private var leases: [(term: Int64, from: Int64, to: Int64, place: EventPlace)?] = []

  /// Takes any event of Raft, after the rules of logs did.
  mutating func take(
    _ line: borrowing TraceLine, _ logs: inout RaftLogRules, _ context: inout TraceContext
  ) throws(TraceError) {
    while commits.count <= line.node {
      commits.append(nil)
      nextApply.append(nil)
      changes.append(nil)
      leases.append(nil)
    }
    switch line.kind {
    case .boot:
      let commit = try line.integer(ifAny: .commit) ?? 0
      commits[line.node] = commit
      nextApply[line.node] = commit + 1
      changes[line.node] = nil
      leases[line.node] = nil
    case .leader: try lead(line, logs, &context)
    case .commit: try commit(line, &logs, &context)
    case .apply: try apply(line, &context)
    case .snapshot: try snapshot(line, &context)
    case .readindex: try read(line, &context)
    case .lease: try lease(line, &context)
    case .conf: try change(line, &context)
    default: break
    }
  }

  // MARK: - Commits

  private mutating func commit(
    _ line: borrowing TraceLine, _ logs: inout RaftLogRules, _ context: inout TraceContext
  ) throws(TraceError) {
    let index = try line.integer(.index)
    let term = try line.integer(.term)
    if try line.bool(.leader) {
      try lead(index, term, line, logs, &context)
    }
    let log = logs.members[line.node].log
    let from = max((commits[line.node] ?? index - 1) + 1, index - 100_000)
    if from < index {
      for earlier in from..<index {
        if let known = log.term(at: earlier) { agree(earlier, known, line, &context) }
      }
    }
    agree(index, term, line, &context)
    commits[line.node] = max(commits[line.node] ?? 0, index)
    logs.committed(index, line)
    if index > times.last?.index ?? 0 {
      if times.count >= RaftCommitRules.mostTimes {
        times.removeFirst(RaftCommitRules.mostTimes / 2)
      }
      times.append((line.time, index, line.place))
    }
  }

  /// C2.
  private mutating func agree(
    _ index: Int64, _ term: Int64, _ line: borrowing TraceLine, _ context: inout TraceContext
  ) {
    guard let known = committed[index] else {
      committed.insert((term, line.place), for: index)
      return context.breaches.apply(.C2)
    }
    context.breaches.check(
      .C2, known.term == term, [known.place, line.place],
      "index \(index) is committed with an entry of term \(known.term) and with one of term "
        + "\(term)")
  }

  /// C1, and C3 for leaders that took office before this was seen.
  private mutating func lead(
    _ index: Int64, _ term: Int64, _ line: borrowing TraceLine, _ logs: RaftLogRules,
    _ context: inout TraceContext
  ) throws(TraceError) {
    let leaderTerm = try line.integer(ifAny: .leaderTerm) ?? logs.members[line.node].leads?.term
    let office = logs.members[line.node].leads.map { [$0.place] } ?? []
    if line.has(.by), let quorums = context.epochs[try line.integer(ifAny: .ep) ?? 0] {
      let by = try context.set(.by, of: line)
      context.breaches.check(
        .C1, quorums.isWrite(by), office + [line.place],
        "\(context.name(line.node)) commits up to \(index) on the word of \(context.text(by)), "
          + "which is no quorum")
    }
    guard let leaderTerm else { return }
    context.breaches.check(
      .C1, term == leaderTerm, office + [line.place],
      "\(context.name(line.node)) leads term \(leaderTerm) and commits up to \(index) by counting "
        + "replicas of an entry of term \(term) (figure 8)")
    let news = Commit(index: index, term: term, leaderTerm: leaderTerm, place: line.place)
    if leaderTerm < latestTerm {
      for office in leaders where office.term > leaderTerm { complete(office, news, &context) }
    }
    if let known = byTerm.lastIndex(where: { $0.leaderTerm == leaderTerm }) {
      if byTerm[known].index < index { byTerm[known] = news }
    } else {
      if byTerm.count >= RaftCommitRules.mostLeaders { byTerm.removeFirst() }
      byTerm.append(news)
    }
  }

  /// C3 for what was committed before.
  private mutating func lead(
    _ line: borrowing TraceLine, _ logs: RaftLogRules, _ context: inout TraceContext
  ) throws(TraceError) {
    let term = try line.integer(.term)
    let log = logs.members[line.node].log
    let office = Office(
      term: term, node: line.node, lastIndex: try line.integer(ifAny: .lastIndex) ?? log.last,
      log: log, place: line.place)
    let before = byTerm.filter { $0.leaderTerm < term }.max { $0.index < $1.index }
    if let before { complete(office, before, &context) }
    if leaders.count >= RaftCommitRules.mostLeaders { leaders.removeFirst() }
    leaders.append(office)
    latestTerm = max(latestTerm, term)
  }

  private func complete(_ office: Office, _ commit: Commit, _ context: inout TraceContext) {
    guard commit.index > office.lastIndex || commit.index >= office.log.base else { return }
    let own = commit.index > office.lastIndex ? nil : office.log.term(at: commit.index)
    guard own != nil || commit.index > office.lastIndex else { return }
    context.breaches.check(
      .C3, own == commit.term, [commit.place, office.place],
      "\(context.name(office.node)) leads term \(office.term) without entry \(commit.index) of "
        + "term \(commit.term), which term \(commit.leaderTerm) had committed; it has "
        + (own.map { "one of term \($0) there" } ?? "nothing there"))
  }

  // MARK: - What follows from commits

  /// A1.
  private mutating func apply(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let index = try line.integer(.index)
    let term = try line.integer(.term)
    let hash = try line.hash(.hash)
    if let next = nextApply[line.node] {
      context.breaches.check(
        .A1, index == next, [line.place],
        "\(context.name(line.node)) applies entry \(index), and \(next) was next")
    }
    nextApply[line.node] = index + 1
    if let commit = commits[line.node] {
      context.breaches.check(
        .A1, index <= commit, [line.place],
        "\(context.name(line.node)) applies entry \(index), and knows only of commits up to "
          + "\(commit)")
    }
    if let known = applied[index] {
      context.breaches.check(
        .A1, known.term == term && known.hash == hash, [known.place, line.place],
        "two different entries are applied at index \(index), of term \(known.term) and \(term)")
    } else {
      applied.insert((term, hash, line.place), for: index)
    }
    if let known = committed[index] {
      context.breaches.check(
        .C2, known.term == term, [known.place, line.place],
        "index \(index) is committed with an entry of term \(known.term), and "
          + "\(context.name(line.node)) applies one of term \(term)")
    }
    if line.has(.stateHash) { try same(index, line, &context, .A1) }
  }

  private mutating func same(
    _ index: Int64, _ line: borrowing TraceLine, _ context: inout TraceContext, _ rule: DynamicRule
  ) throws(TraceError) {
    let hash = try line.hash(.stateHash)
    guard let known = states[index] else { return states.insert((hash, line.place), for: index) }
    context.breaches.check(
      rule, known.hash == hash, [known.place, line.place],
      "two nodes that applied everything up to \(index) have different states")
  }

  /// S1.
  private mutating func snapshot(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let index = try line.integer(.index)
    let term = try line.integer(.term)
    if let known = committed[index] {
      context.breaches.check(
        .S1, known.term == term, [known.place, line.place],
        "a snapshot ends with entry \(index) of term \(term), and the committed one is of term "
          + "\(known.term)")
    }
    if line.has(.stateHash) { try same(index, line, &context, .S1) }
    guard try line.string(.dir) == "install" else { return }
    nextApply[line.node] = index + 1
    commits[line.node] = max(commits[line.node] ?? 0, index)
  }

  /// R1.
  private mutating func read(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    if line.has(.acks), let quorums = context.epochs[try line.integer(ifAny: .ep) ?? 0] {
      let acks = try context.set(.acks, of: line)
      context.breaches.check(
        .R1, quorums.isRead(acks), [quorums.place, line.place],
        "\(context.name(line.node)) answers a read on the word of \(context.text(acks)), which is "
          + "no quorum")
    }
    guard let since = try line.integer(ifAny: .since) else { return }
    let index = try line.integer(.index)
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle].time < since { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return }
    let known = times[low - 1]
    context.breaches.check(
      .R1, index >= known.index, [known.place, line.place],
      "\(context.name(line.node)) answers a read from index \(index), and \(known.index) was "
        + "committed before the read began")
  }

  /// R1 for leases: those of different terms do not overlap.
  private mutating func lease(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let (term, from, to) = (
      try line.integer(.term), try line.integer(.from), try line.integer(.to)
    )
    for (node, other) in leases.enumerated() {
      guard let other, other.term != term else { continue }
      context.breaches.check(
        .R1, to <= other.from || other.to <= from, [other.place, line.place],
        "the leases of \(context.name(node)) in term \(other.term) and of "
          + "\(context.name(line.node)) in term \(term) overlap")
    }
    leases[line.node] = (term, from, to, line.place)
  }

  /// M1.
  private mutating func change(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let index = try line.integer(.index)
    if let earlier = changes[line.node], earlier.index < index {
      context.breaches.check(
        .M1, commits[line.node] ?? 0 >= earlier.index, [earlier.place, line.place],
        "\(context.name(line.node)) begins a change of members at \(index) before the one at "
          + "\(earlier.index) is committed")
    } else {
      context.breaches.apply(.M1)
    }
    changes[line.node] = (index, line.place)
    _ = try Epochs.take(line, &context)
  }
}

extension DynamicRule {
  static let C1 = DynamicRule(
    "C1", of: RaftRules.family, "a leader commits what a quorum has, of its own term",
    from: RaftRules.section("5.4.2"), needs: "commit of a leader whose term or voters are known")

  static let C2 = DynamicRule(
    "C2", of: RaftRules.family, "an index is committed with one entry",
    from: RaftRules.section("5.4.3"), needs: "commit")

  static let C3 = DynamicRule(
    "C3", of: RaftRules.family, "a leader has everything committed in earlier terms",
    from: RaftRules.section("5.4.3"), needs: "leader of a later term than a commit")

  static let A1 = DynamicRule(
    "A1", of: RaftRules.family, "committed entries are applied in order, the same everywhere",
    from: RaftRules.section("5.4.3"), needs: "apply that follows a boot, a commit or another apply")

  static let S1 = DynamicRule(
    "S1", of: RaftRules.family, "a snapshot ends with the committed entry",
    from: RaftRules.section("7"),
    needs: "snapshot of a committed index, or two of an index with stateHash")

  static let R1 = DynamicRule(
    "R1", of: RaftRules.family, "a read is not older than what was committed before it",
    from: RaftRules.section("8"),
    needs: "readindex that follows a commit or has acks, and no two leases")

  static let M1 = DynamicRule(
    "M1", of: RaftRules.family, "a change of members waits for the one before it",
    from: "Ongaro 2014, section 4.1", needs: "conf")
}
