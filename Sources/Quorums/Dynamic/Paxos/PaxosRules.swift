/// P1 to P7: promises, proposals and choices, a slot at a time.
///
/// Memory: bounded tables of the recent slots; of each slot its distinct ballots.
struct PaxosRules: TraceRules {
  static let family = "Traces of Paxos"
  static let rules: [DynamicRule] = [.P1, .P2, .P3, .P4, .P5, .P6, .P7]
  static let kinds: [TraceKind] = [.prepare, .promise, .accept, .accepted, .learn]
  static let signs: [TraceKind] = [.promise, .accept, .accepted, .learn]

  private struct Promise: Hashable {
    var acceptor: Int
    var slot: Int64
  }

  private struct Report: Hashable {
    var acceptor: Int
    var slot: Int64
    var ballot: Pair
  }

  private struct Ballot {
    var ballot: Pair
    var value: UInt64
    var place: EventPlace
    /// The `accept`, once seen.
    var proposal: (promises: NodeSet, place: EventPlace)?
    var acceptors: NodeSet = 0
    var epoch: Int64 = 0
    /// When a quorum had accepted.
    var chosen: (acceptors: NodeSet, place: EventPlace)?
  }

  private struct Slot {
    var ballots: [Ballot] = []
    var learned: [(value: UInt64, node: Int, place: EventPlace)] = []
  }

  private var promised = RecentTable<Promise, (ballot: Pair, place: EventPlace)>()
  private var reports =
    RecentTable<Report, (accepted: (ballot: Pair, value: UInt64)?, place: EventPlace)>()
  private var slots = RecentTable<Int64, Slot>()
  private var waiting: [(slot: Int64, value: UInt64, node: Int, place: EventPlace)] = []

  /// A `prepare` with a view is PBFT's.
  static func owns(_ line: borrowing TraceLine) -> Bool {
    line.kind != .prepare || !line.has(.view)
  }

  mutating func take(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    switch line.kind {
    case .promise: try promise(line, &context)
    case .accept: try propose(line, &context)
    case .accepted: try accept(line, &context)
    case .learn: try learn(line)
    default: _ = try line.pair(.ballot)
    }
  }

  /// P1.
  private mutating func promise(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let slot = try line.integer(ifAny: .slot) ?? 0
    let ballot = try line.pair(.ballot)
    keep(ballot, slot, "promises", line, &context)
    var accepted: (Pair, UInt64)?
    if line.has(.acc) {
      let parts = Array(try line.list(.acc))
      guard parts.count == 2, let earlier = line.pair(at: parts[0]) else {
        throw TraceError(column: 1, message: "“acc” is no [ballot, valueHash]")
      }
      accepted = (earlier, line.valueHash(at: parts[1]))
    }
    let report = Report(acceptor: line.node, slot: slot, ballot: ballot)
    if reports[report] == nil { reports.insert((accepted, line.place), for: report) }
  }

  private mutating func keep(
    _ ballot: Pair, _ slot: Int64, _ verb: String, _ line: borrowing TraceLine,
    _ context: inout TraceContext
  ) {
    let id = Promise(acceptor: line.node, slot: slot)
    guard let known = promised[id] else { return promised.insert((ballot, line.place), for: id) }
    context.breaches.check(
      .P1, known.ballot <= ballot, [known.place, line.place],
      "\(context.name(line.node)) has promised ballot \(known.ballot.text) and \(verb) "
        + "\(ballot.text) in slot \(slot)")
    if known.ballot < ballot { promised.update((ballot, line.place), for: id) }
  }

  /// P3, and P2 and P5 for the proposal.
  private mutating func propose(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let slot = try line.integer(ifAny: .slot) ?? 0
    let ballot = try line.pair(.ballot)
    let value = try line.hash(.value)
    let promises = line.has(.promises) ? try context.set(.promises, of: line) : nil
    let epoch = try line.integer(ifAny: .ep) ?? 0
    if let promises, let quorums = context.epochs[epoch] {
      context.breaches.check(
        .P3, quorums.isRead(promises), [quorums.place, line.place],
        "\(context.name(line.node)) proposes in ballot \(ballot.text) on the promises of "
          + "\(context.text(promises)), which are no quorum")
    }
    if let promises { latest(promises, ballot, slot, value, line, &context) }
    try record(slot, ballot, value, line, &context) {
      $0.proposal = (promises ?? 0, line.place)
      $0.epoch = epoch
    }
  }

  private func latest(
    _ promises: NodeSet, _ ballot: Pair, _ slot: Int64, _ value: UInt64,
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) {
    var best: (ballot: Pair, value: UInt64, place: EventPlace)?
    for acceptor in promises.members {
      guard
        let report = reports[Report(acceptor: acceptor, slot: slot, ballot: ballot)]
      else { return }
      if let accepted = report.accepted, best.map({ $0.ballot < accepted.ballot }) ?? true {
        best = (accepted.ballot, accepted.value, report.place)
      }
    }
    context.breaches.check(
      .P3, best.map { $0.value == value } ?? true, [best?.place ?? line.place, line.place],
      "\(context.name(line.node)) proposes another value in ballot \(ballot.text) of slot \(slot) "
        + "than the one that its promises report from ballot \(best?.ballot.text ?? "")")
  }

  private mutating func accept(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let slot = try line.integer(ifAny: .slot) ?? 0
    let ballot = try line.pair(.ballot)
    keep(ballot, slot, "accepts", line, &context)
    try record(slot, ballot, try line.hash(.value), line, &context) {
      $0.acceptors |= .only(line.node)
    }
  }

  /// P2, then what a ballot has become.
  private mutating func record(
    _ slot: Int64, _ ballot: Pair, _ value: UInt64, _ line: borrowing TraceLine,
    _ context: inout TraceContext, _ change: (inout Ballot) -> Void
  ) throws(TraceError) {
    if slots[slot] == nil { slots.insert(Slot(), for: slot) }
    guard var known = slots[slot] else { return }
    let place: Int
    if let found = known.ballots.firstIndex(where: { $0.ballot == ballot }) {
      place = found
      context.breaches.check(
        .P2, known.ballots[found].value == value, [known.ballots[found].place, line.place],
        "ballot \(ballot.text) of slot \(slot) has two values")
      guard known.ballots[found].value == value else { return }
    } else {
      place = known.ballots.count
      known.ballots.append(Ballot(ballot: ballot, value: value, place: line.place))
    }
    let wasProposed = known.ballots[place].proposal != nil
    change(&known.ballots[place])
    if !wasProposed, known.ballots[place].proposal != nil {
      for earlier in known.ballots where earlier.ballot < ballot {
        follow(known.ballots[place], after: earlier, slot, &context)
      }
    }
    if known.ballots[place].chosen == nil { choose(place, &known, slot, line, &context) }
    slots.update(known, for: slot)
  }

  /// P4, and P5 and P6 for later proposals that are already known.
  private func choose(
    _ place: Int, _ slot: inout Slot, _ number: Int64, _ line: borrowing TraceLine,
    _ context: inout TraceContext
  ) {
    let acceptors = slot.ballots[place].acceptors
    guard let quorums = context.epochs[slot.ballots[place].epoch], quorums.isWrite(acceptors)
    else { return }
    slot.ballots[place].chosen = (acceptors, line.place)
    let news = slot.ballots[place]
    context.breaches.apply(.P4)
    for other in slot.ballots where other.ballot != news.ballot {
      if let chosen = other.chosen {
        context.breaches.check(
          .P4, other.value == news.value, [chosen.place, line.place],
          "slot \(number) has two chosen values, in ballots \(other.ballot.text) and "
            + "\(news.ballot.text)")
      }
      if news.ballot < other.ballot { follow(other, after: news, number, &context) }
    }
  }

  /// P5 and P6: a proposal after a choice.
  private func follow(
    _ later: Ballot, after earlier: Ballot, _ slot: Int64, _ context: inout TraceContext
  ) {
    guard let chosen = earlier.chosen, let proposal = later.proposal else { return }
    context.breaches.check(
      .P5, later.value == earlier.value, [chosen.place, proposal.place],
      "ballot \(later.ballot.text) of slot \(slot) proposes another value than the one chosen in "
        + "ballot \(earlier.ballot.text)")
    guard proposal.promises != 0 else { return }
    context.breaches.check(
      .P6, proposal.promises & chosen.acceptors != 0, [chosen.place, proposal.place],
      "phase one of ballot \(later.ballot.text) asked \(context.text(proposal.promises)), and "
        + "phase two of ballot \(earlier.ballot.text) had "
        + "\(context.text(chosen.acceptors)): they share no node")
  }

  private mutating func learn(_ line: borrowing TraceLine) throws(TraceError) {
    let slot = try line.integer(ifAny: .slot) ?? 0
    let value = try line.hash(.value)
    if waiting.count < RecentTable<Int64, Slot>.capacity {
      waiting.append((slot, value, line.node, line.place))
    }
  }

  /// P7: an acceptor's word may be traced after the learner's, so this waits for the end.
  mutating func finish(_ context: inout TraceContext) {
    for learned in waiting {
      let ballots = slots[learned.slot]?.ballots ?? []
      let chosen = ballots.filter { $0.chosen != nil }
      guard !chosen.isEmpty || ballots.contains(where: { $0.acceptors != 0 }) || ballots.isEmpty
      else { continue }
      let other = chosen.first { $0.value != learned.value }?.chosen?.place
      let name = context.name(learned.node)
      context.breaches.check(
        .P7, chosen.contains { $0.value == learned.value && $0.proposal != nil },
        (other.map { [$0] } ?? []) + [learned.place],
        ballots.contains { $0.value == learned.value }
          ? "\(name) learns a value of slot \(learned.slot) that no quorum has accepted"
          : "\(name) learns a value of slot \(learned.slot) that nobody has proposed")
    }
  }
}

extension DynamicRule {
  static let P1 = DynamicRule(
    "P1", of: PaxosRules.family, "an acceptor keeps its promises, over restarts too",
    from: Paper.paxos, needs: "acceptor with two promises or acceptances in a slot")

  static let P2 = DynamicRule(
    "P2", of: PaxosRules.family, "a ballot proposes one value a slot",
    from: Paper.paxos, needs: "ballot with two events that name its value")

  static let P3 = DynamicRule(
    "P3", of: PaxosRules.family, "a proposal takes the latest value that its promises report",
    from: Paper.paxos, needs: "accept with promises")

  static let P4 = DynamicRule(
    "P4", of: PaxosRules.family, "a slot has one chosen value",
    from: Paper.paxos, needs: "value that a quorum accepted")

  static let P5 = DynamicRule(
    "P5", of: PaxosRules.family, "ballots after a choice propose what was chosen",
    from: Paper.paxos, needs: "accept of a later ballot than a choice")

  static let P6 = DynamicRule(
    "P6", of: PaxosRules.family, "a later phase one meets an earlier phase two",
    from: "Howard, Malkhi, Spiegelman 2016",
    needs: "accept with promises of a later ballot than a choice")

  static let P7 = DynamicRule(
    "P7", of: PaxosRules.family, "only what was proposed and chosen is learned",
    from: "Lamport, Paxos Made Simple 2001, “Learning a Chosen Value”", needs: "learn")
}

extension TraceLine {
  /// The hash of the value on a place of the tape.
  func valueHash(at place: Int) -> UInt64 {
    let token = tokens[place]
    return token.kind == .integer
      ? UInt64(bitPattern: token.payload) : hash(of: token) ^ UInt64(token.kind.rawValue)
  }
}
