/// L1 to L4: what logs take in and drop.
///
/// L1 needs no whole logs: if every two entries of equal index and term are the same and follow an
/// entry of the same term, then by induction so are all their predecessors, which is log matching.
struct RaftLogRules {
  /// What is known of a node.
  struct Member {
    var log = TermRuns()
    var commit: (index: Int64, place: EventPlace)?
    /// The term that it leads.
    var leads: (term: Int64, place: EventPlace)?
    /// Where an `append` has already dropped entries that a `truncate` is about to report.
    var dropped: Int64?
  }

  private struct Position: Hashable {
    var index: Int64
    var term: Int64
  }

  private(set) var members: [Member] = []
  private var entries =
    RecentTable<Position, (hash: UInt64, previous: Int64, place: EventPlace)>()

  /// Takes any event of Raft, before the rules of commits do.
  mutating func take(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    while members.count <= line.node { members.append(Member()) }
    switch line.kind {
    case .boot: try boot(line, &context)
    case .leader: members[line.node].leads = (try line.integer(.term), line.place)
    case .append: if try line.bool(.ok) { try append(line, &context) }
    case .truncate: try truncate(line, &context)
    case .snapshot: try install(line)
    case .vote:
      if let leads = members[line.node].leads, try line.integer(.term) > leads.term {
        members[line.node].leads = nil
      }
    default: break
    }
  }

  /// Notes how far a node knows its log to be committed.
  mutating func committed(_ index: Int64, _ line: borrowing TraceLine) {
    if (members[line.node].commit?.index).map({ $0 < index }) ?? true {
      members[line.node].commit = (index, line.place)
    }
  }

  private mutating func boot(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let last = Pair(try line.integer(.lastIndex), try line.integer(.lastTerm))
    // A new node under an old name has nothing of the former one's.
    if try line.isFresh() { members[line.node].commit = nil }
    if let commit = members[line.node].commit {
      context.breaches.check(
        .L4, last.first >= commit.index, [commit.place, line.place],
        "\(context.name(line.node)) knew its log to be committed up to \(commit.index), and after "
          + "a restart it ends at \(last.first)")
    }
    members[line.node].leads = nil
    members[line.node].dropped = nil
    members[line.node].commit = nil
    if members[line.node].log.term(at: last.first) == last.second {
      members[line.node].log.truncate(from: last.first + 1)
    } else {
      members[line.node].log.restart(at: last)
    }
    let commit = try line.integer(ifAny: .commit) ?? 0
    if commit > 0 { committed(commit, line) }
  }

  private mutating func install(_ line: borrowing TraceLine) throws(TraceError) {
    let position = Pair(try line.integer(.index), try line.integer(.term))
    guard try line.string(.dir) == "install" else { return }
    if members[line.node].log.term(at: position.first) != position.second {
      members[line.node].log.restart(at: position)
    }
    committed(position.first, line)
  }

  private mutating func append(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let node = line.node
    let previous = try line.pair(.prev)
    let isOwn = try context.node(.leader, of: line) == node
    if !isOwn { members[node].leads = nil }
    members[node].dropped = nil
    let base = members[node].log.isKnown ? members[node].log.base : 0
    fit(previous, line, &context)
    var last = previous
    for place in try line.list(.entries) {
      guard let parts = line.list(at: place) else {
        throw line.misfit(.entries, at: place, "[index, term, hash]")
      }
      let places = Array(parts)
      guard places.count == 3, places.allSatisfy({ line.tokens[$0].kind == .integer }) else {
        throw line.misfit(.entries, at: place, "[index, term, hash]")
      }
      // A hash may be any number; index and term are checked here.
      guard places.dropLast().allSatisfy({ TraceLine.numbers.contains(line.tokens[$0].payload) })
      else { throw line.misfit(.entries, at: place, "[index, term, hash]") }
      let entry = Pair(line.tokens[places[0]].payload, line.tokens[places[1]].payload)
      guard entry.first == last.first + 1 else {
        throw line.misfit(.entries, at: place, "the entry with index \(last.first + 1)")
      }
      match(
        entry, UInt64(bitPattern: line.tokens[places[2]].payload), after: last, line, &context)
      takeIn(entry, isOwn, line, &context)
      last = entry
    }
    // Whether entries below what is known took the place of others, nobody can tell.
    if last.first > previous.first, last.first < base { members[node].log.forget() }
  }

  /// L2.
  private mutating func fit(
    _ previous: Pair, _ line: borrowing TraceLine, _ context: inout TraceContext
  ) {
    let log = members[line.node].log
    guard log.isKnown else { return members[line.node].log.restart(at: previous) }
    guard previous.first >= log.base else { return }
    let own = log.term(at: previous.first)
    // Below its end a log may be unknown; beyond it there is nothing.
    guard own != nil || previous.first > log.last else {
      return members[line.node].log.restart(at: previous)
    }
    context.breaches.check(
      .L2, own == previous.second, [line.place],
      "\(context.name(line.node)) accepts entries after \(previous.text), where its own log has "
        + (own.map { "an entry of term \($0)" } ?? "no entry"))
    if own == nil { members[line.node].log.restart(at: previous) }
  }

  /// L1.
  private mutating func match(
    _ entry: Pair, _ hash: UInt64, after previous: Pair, _ line: borrowing TraceLine,
    _ context: inout TraceContext
  ) {
    let position = Position(index: entry.first, term: entry.second)
    guard let known = entries[position] else {
      entries.insert((hash, previous.second, line.place), for: position)
      return context.breaches.apply(.L1)
    }
    context.breaches.check(
      .L1, known.hash == hash && known.previous == previous.second, [known.place, line.place],
      known.hash != hash
        ? "two entries have index \(entry.first) and term \(entry.second)"
        : "the entry with index \(entry.first) and term \(entry.second) follows one of term "
          + "\(known.previous) in one log and of term \(previous.second) in another")
  }

  private mutating func takeIn(
    _ entry: Pair, _ isOwn: Bool, _ line: borrowing TraceLine, _ context: inout TraceContext
  ) {
    let log = members[line.node].log
    guard log.isKnown, entry.first >= log.base else { return }
    if entry.first == log.base {
      guard let own = log.term(at: entry.first), own != entry.second else { return }
      drop(from: entry.first, line, &context)
      members[line.node].dropped = entry.first
      return members[line.node].log.restart(at: entry)
    }
    if entry.first <= log.last {
      if log.term(at: entry.first) == entry.second, !isOwn { return }
      drop(from: entry.first, line, &context)
      members[line.node].dropped = entry.first
    }
    members[line.node].log.append(term: entry.second)
  }

  private mutating func truncate(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let from = try line.integer(.from)
    guard let dropped = members[line.node].dropped, from <= dropped else {
      return drop(from: from, line, &context)
    }
    members[line.node].dropped = nil
    if from < dropped { keep(from, line, &context) }
  }

  /// L3 and L4.
  private mutating func drop(
    from index: Int64, _ line: borrowing TraceLine, _ context: inout TraceContext
  ) {
    let member = members[line.node]
    if let leads = member.leads {
      context.breaches.check(
        .L3, false, [leads.place, line.place],
        "\(context.name(line.node)) leads term \(leads.term) and drops its own entries from "
          + "\(index) on")
    } else {
      context.breaches.apply(.L3)
    }
    keep(index, line, &context)
    members[line.node].log.truncate(from: index)
  }

  /// L4.
  private func keep(
    _ index: Int64, _ line: borrowing TraceLine, _ context: inout TraceContext
  ) {
    if let commit = members[line.node].commit {
      context.breaches.check(
        .L4, index > commit.index, [commit.place, line.place],
        "\(context.name(line.node)) knew its log to be committed up to \(commit.index) and drops "
          + "entries from \(index) on")
    }
  }
}

extension DynamicRule {
  static let L1 = DynamicRule(
    "L1", of: RaftRules.family, "equal index and term: equal entry, equal predecessors",
    from: RaftRules.section("5.3"), needs: "append with entries")

  static let L2 = DynamicRule(
    "L2", of: RaftRules.family, "entries are accepted only where they fit the log",
    from: RaftRules.section("5.3"), needs: "append to a log of which something is known")

  static let L3 = DynamicRule(
    "L3", of: RaftRules.family, "a leader never overwrites its own log",
    from: RaftRules.section("5.3"), needs: "entry that was dropped")

  static let L4 = DynamicRule(
    "L4", of: RaftRules.family, "what is known to be committed is never dropped",
    from: RaftRules.section("5.4"), needs: "node that restarts or drops entries after a commit")
}
