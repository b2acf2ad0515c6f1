/// B1 to B5: what replicas of PBFT sent, prepared, committed and executed.
///
/// Nodes that `config` lists as `faulty` may do what they like; of the others a breach is an error.
///
/// Memory: bounded tables of the recent numbers.
struct ByzantineRules: TraceRules {
  static let family = "Traces of PBFT"
  static let rules: [DynamicRule] = [.B1, .B2, .B3, .B4, .B5]
  static let kinds: [TraceKind] = [
    .preprepare, .prepare, .prepared, .commit, .committed, .viewchange, .newview, .execute,
    .checkpoint,
  ]
  static let signs: [TraceKind] = [.preprepare, .prepared, .committed, .newview, .execute]

  private struct Sent: Hashable {
    var node: Int
    var view: Int64
    var number: Int64
    var phase: UInt8
  }

  private struct Slot: Hashable {
    var view: Int64
    var number: Int64
  }

  private struct Change: Hashable {
    var node: Int
    var view: Int64
  }

  private typealias Certificate = (digest: UInt64, signers: NodeSet, place: EventPlace)
  private typealias Prepared = (number: Int64, view: Int64, digest: UInt64)

  private var sent = RecentTable<Sent, (digest: UInt64, place: EventPlace)>()
  private var prepared = RecentTable<Slot, Certificate>()
  private var committed = RecentTable<Int64, Certificate>()
  private var changes =
    RecentTable<Change, (stable: Int64, prepared: [Prepared], place: EventPlace)>()
  private var executed = RecentTable<Int64, (digest: UInt64, state: UInt64, place: EventPlace)>()
  private var checkpoints = RecentTable<Slot, (nodes: NodeSet, place: EventPlace)>()
  private var states = RecentTable<Int64, (state: UInt64, place: EventPlace)>()
  private var next: [Int: Int64] = [:]
  private var claims: [(node: Int, number: Int64, place: EventPlace)] = []

  /// Paxos has a `prepare` and Raft a `commit` too; theirs have no view.
  static func owns(_ line: borrowing TraceLine) -> Bool {
    line.kind != .prepare && line.kind != .commit || line.has(.view)
  }

  mutating func take(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    switch line.kind {
    case .preprepare, .prepare, .commit: try send(line, &context)
    case .prepared, .committed: try certify(line, &context)
    case .viewchange: try change(line)
    case .newview: try renew(line, &context)
    case .execute: try execute(line, &context)
    case .checkpoint: try checkpoint(line, &context)
    default: break
    }
  }

  /// B1.
  private mutating func send(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let (view, number) = (try line.integer(.view), try line.integer(.seq))
    let digest = try line.hash(.digest)
    guard !context.faulty.holds(line.node) else { return }
    let id = Sent(node: line.node, view: view, number: number, phase: line.kind.rawValue)
    guard let known = sent[id] else {
      context.breaches.apply(.B1)
      return sent.insert((digest, line.place), for: id)
    }
    context.breaches.check(
      .B1, known.digest == digest, [known.place, line.place],
      "\(context.name(line.node)) sends two digests as \(line.kind.word) of number \(number) in "
        + "view \(view)")
  }

  /// B2 and B3.
  private mutating func certify(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let (view, number) = (try line.integer(.view), try line.integer(.seq))
    let digest = try line.hash(.digest)
    let signers = try context.set(.cert, of: line)
    guard !context.faulty.holds(line.node) else { return }
    let isPrepared = line.kind == .prepared
    if let quorums = context.epochs[try line.integer(ifAny: .ep) ?? 0] {
      context.breaches.check(
        isPrepared ? .B2 : .B3, quorums.isWrite(signers), [quorums.place, line.place],
        "number \(number) is \(line.kind.word) in view \(view) by \(context.text(signers)), which "
          + "are no quorum")
    }
    guard isPrepared else { return agree(number, view, digest, signers, line, &context) }
    let slot = Slot(view: view, number: number)
    guard let known = prepared[slot] else {
      context.breaches.apply(.B2)
      return prepared.insert((digest, signers, line.place), for: slot)
    }
    let both = known.signers & signers
    let faults = context.epochs[0]?.faults ?? 0
    context.breaches.check(
      .B2, known.digest == digest, [known.place, line.place],
      "number \(number) is prepared in view \(view) with two digests; "
        + (both.nonzeroBitCount <= faults
          ? "the certificates share only \(context.text(both)), so the quorums are too small for "
            + "\(faults) liars" : "\(context.text(both & ~context.faulty)) signed both"))
  }

  private mutating func agree(
    _ number: Int64, _ view: Int64, _ digest: UInt64, _ signers: NodeSet,
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) {
    guard let known = committed[number] else {
      context.breaches.apply(.B3)
      return committed.insert((digest, signers, line.place), for: number)
    }
    context.breaches.check(
      .B3, known.digest == digest, [known.place, line.place],
      "number \(number) is committed with two digests, the second in view \(view)")
  }

  private mutating func change(_ line: borrowing TraceLine) throws(TraceError) {
    let id = Change(node: line.node, view: try line.integer(.view))
    var list: [Prepared] = []
    for place in try line.list(.prepared) {
      let parts = line.list(at: place).map { Array($0) } ?? []
      guard parts.count == 3, line.tokens[parts[0]].kind == .integer,
        line.tokens[parts[1]].kind == .integer
      else { throw line.misfit(.prepared, at: place, "[seq, view, digest]") }
      list.append(
        (
          line.tokens[parts[0]].payload, line.tokens[parts[1]].payload,
          line.valueHash(at: parts[2])
        ))
    }
    let number = try line.integer(ifAny: .ckpt) ?? 0
    if changes[id] == nil { changes.insert((number, list, line.place), for: id) }
    if number > 0 {
      claims.append((line.node, number, line.place))
      if claims.count > 65_536 { claims.removeFirst(32_768) }
    }
  }

  /// B4.
  ///
  /// What is no later than the last stable checkpoint among the signers' needs no proposal.
  private mutating func renew(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let view = try line.integer(.view)
    let signers = try context.set(.cert, of: line)
    var again: [Int64: UInt64] = [:]
    for place in try line.list(.pre) {
      let parts = line.list(at: place).map { Array($0) } ?? []
      guard parts.count == 2, line.tokens[parts[0]].kind == .integer else {
        throw line.misfit(.pre, at: place, "[seq, digest]")
      }
      again[line.tokens[parts[0]].payload] = line.valueHash(at: parts[1])
    }
    guard !context.faulty.holds(line.node) else { return }
    if let quorums = context.epochs[try line.integer(ifAny: .ep) ?? 0] {
      context.breaches.check(
        .B4, quorums.isWrite(signers), [quorums.place, line.place],
        "view \(view) begins on the word of \(context.text(signers)), which are no quorum")
    }
    var latest: [Int64: (view: Int64, digest: UInt64, place: EventPlace)] = [:]
    let reports = signers.members.compactMap { changes[Change(node: $0, view: view)] }
    let stable = reports.map(\.stable).max() ?? 0
    for known in reports {
      for entry in known.prepared
      where entry.number > stable && latest[entry.number].map({ $0.view < entry.view }) ?? true {
        latest[entry.number] = (entry.view, entry.digest, known.place)
      }
    }
    context.breaches.apply(.B4)
    for (number, entry) in latest.sorted(by: { $0.key < $1.key }) {
      context.breaches.check(
        .B4, again[number] == entry.digest, [entry.place, line.place],
        "view \(view) begins without what was prepared for number \(number) in view \(entry.view)")
    }
  }

  /// B5.
  private mutating func execute(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let number = try line.integer(.seq)
    let digest = try line.hash(.digest)
    let state = line.has(.stateHash) ? try line.hash(.stateHash) : 0
    guard !context.faulty.holds(line.node) else { return }
    if let expected = next[line.node] {
      context.breaches.check(
        .B5, number == expected, [line.place],
        "\(context.name(line.node)) executes number \(number), and \(expected) was next")
    }
    next[line.node] = number + 1
    guard let known = executed[number] else {
      return executed.insert((digest, state, line.place), for: number)
    }
    context.breaches.check(
      .B5, known.digest == digest && known.state == state, [known.place, line.place],
      known.digest == digest
        ? "number \(number) leaves two nodes with different states"
        : "number \(number) is executed with two digests")
  }

  private mutating func checkpoint(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let number = try line.integer(.seq)
    let state = try line.hash(.stateHash)
    guard !context.faulty.holds(line.node) else { return }
    next[line.node] = max(next[line.node] ?? 0, number + 1)
    let id = Slot(view: 0, number: number)
    if var known = checkpoints[id] {
      known.nodes |= .only(line.node)
      checkpoints.update(known, for: id)
    } else {
      checkpoints.insert((.only(line.node), line.place), for: id)
    }
    guard let known = states[number] else {
      return states.insert((state, line.place), for: number)
    }
    context.breaches.check(
      .B5, known.state == state, [known.place, line.place],
      "the checkpoints at number \(number) have different states")
  }

  /// B5: a checkpoint that somebody builds on is stable.
  mutating func finish(_ context: inout TraceContext) {
    guard let quorums = context.epochs[0] else { return }
    for claim in claims where !context.faulty.holds(claim.node) {
      let known = checkpoints[Slot(view: 0, number: claim.number)]
      let nodes = (known?.nodes ?? 0) | context.faulty
      context.breaches.check(
        .B5, quorums.isWrite(nodes), (known.map { [$0.place] } ?? []) + [claim.place],
        "\(context.name(claim.node)) takes the checkpoint at number \(claim.number) for stable, "
          + "which only \(context.text(nodes)) have")
    }
  }
}

extension DynamicRule {
  static let B1 = DynamicRule(
    "B1", of: ByzantineRules.family, "a correct replica sends one digest a view, number and phase",
    from: Paper.pbft, needs: "preprepare, prepare or commit of a correct replica")

  static let B2 = DynamicRule(
    "B2", of: ByzantineRules.family, "a number is prepared with one digest a view",
    from: Paper.pbft, needs: "prepared of a correct replica")

  static let B3 = DynamicRule(
    "B3", of: ByzantineRules.family, "a number is committed with one digest in all views",
    from: Paper.pbft, needs: "committed of a correct replica")

  static let B4 = DynamicRule(
    "B4", of: ByzantineRules.family, "a new view proposes again what was prepared last",
    from: "\(Paper.pbft).4", needs: "newview of a correct replica")

  static let B5 = DynamicRule(
    "B5", of: ByzantineRules.family, "requests are executed in order, the same everywhere",
    from: Paper.pbft, needs: "execute or checkpoint that follows another")
}
