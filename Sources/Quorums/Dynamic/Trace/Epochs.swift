/// The configurations of a trace, by epoch: which sets of nodes are quorums for what.
struct Epochs {
  /// The quorums of one epoch.
  struct Quorums {
    var reads: QuorumExpression
    var writes: QuorumExpression
    var voters: NodeSet
    /// Whether a set must hold a majority of each of two memberships.
    var other: QuorumExpression?
    /// The most nodes that may lie.
    var faults: Int
    var place: EventPlace

    func isRead(_ set: NodeSet) -> Bool {
      reads.isQuorum(set) && (other?.isQuorum(set) ?? true)
    }

    func isWrite(_ set: NodeSet) -> Bool {
      writes.isQuorum(set) && (other?.isQuorum(set) ?? true)
    }
  }

  private var known: [Int64: Quorums] = [:]
  /// The system that the command line gives, for every epoch.
  var given: QuorumSystem?

  /// The quorums of an epoch; nil when nothing says what they are.
  subscript(epoch: Int64) -> Quorums? { known[epoch] }

  /// Takes a `config`, or the epoch that a `conf` opens. The first for an epoch counts.
  static func take(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) -> Quorums? {
    let epoch = try line.integer(ifAny: .ep) ?? 0
    if line.has(.faulty) { context.faulty |= try context.set(.faulty, of: line) }
    guard context.epochs.known[epoch] == nil else { return nil }
    let voters =
      line.has(.voters)
      ? try context.nodeList(.voters, of: line)
      : line.has(.new) ? try context.nodeList(.new, of: line) : []
    guard !voters.isEmpty else { return nil }
    var quorums = Quorums(
      reads: Epochs.majority(voters), writes: Epochs.majority(voters),
      voters: voters.reduce(0) { $0 | .only($1) }, faults: 0, place: line.place)
    if line.has(.old), line.has(.new) {
      quorums.reads = Epochs.majority(try context.nodeList(.old, of: line))
      quorums.writes = quorums.reads
      quorums.other = Epochs.majority(try context.nodeList(.new, of: line))
      quorums.voters |= quorums.reads.nodes | (quorums.other?.nodes ?? 0)
    }
    try Epochs.weigh(&quorums, voters, line, &context)
    if let faults = try line.integer(ifAny: .f) {
      quorums.faults = Int(max(0, min(faults, 64)))
      let needed = (voters.count + quorums.faults + 2) / 2
      quorums.reads = .choose(needed, voters.map { .node($0) })
      quorums.writes = quorums.reads
    }
    if let given = context.epochs.given {
      quorums.reads = context.renamed(given.reads, given)
      quorums.writes = context.renamed(given.writes, given)
    }
    context.epochs.known[epoch] = quorums
    return quorums
  }

  private static func weigh(
    _ quorums: inout Quorums, _ voters: [Int], _ line: borrowing TraceLine,
    _ context: inout TraceContext
  ) throws(TraceError) {
    var votes = [Int](repeating: 1, count: voters.count)
    if line.has(.votes) {
      votes = []
      for place in try line.list(.votes) {
        let token = line.tokens[place]
        guard token.kind == .integer, (0...1_000_000).contains(token.payload) else {
          throw line.misfit(.votes, at: place, "the votes of a node")
        }
        votes.append(Int(token.payload))
      }
      guard votes.count == voters.count else {
        throw TraceError(
          column: 1, message: "found \(votes.count) votes for \(voters.count) voters")
      }
    }
    let total = votes.reduce(0, +)
    for field in [TraceField.read, .write] {
      guard let needed = try line.integer(ifAny: field) else { continue }
      guard needed >= 1, needed <= total else {
        throw TraceError(
          column: 1, message: "“\(field)” is \(needed), expected 1 to \(total), all votes there are"
        )
      }
    }
    let shares = zip(voters, votes).map { QuorumExpression.Share($1, .node($0)) }
    if let read = try line.integer(ifAny: .read) {
      quorums.reads = .votes(Int(read), of: shares)
    } else if line.has(.votes) {
      quorums.reads = .votes(votes.reduce(0, +) / 2 + 1, of: shares)
    }
    if let write = try line.integer(ifAny: .write) {
      quorums.writes = .votes(Int(write), of: shares)
    } else if line.has(.votes) {
      quorums.writes = .votes(votes.reduce(0, +) / 2 + 1, of: shares)
    }
  }

  static func majority(_ nodes: [Int]) -> QuorumExpression {
    .majority(nodes.map { .node($0) })
  }
}

extension TraceContext {
  /// The nodes that a member lists, in its order.
  mutating func nodeList(
    _ field: TraceField, of line: borrowing TraceLine
  ) throws(TraceError) -> [Int] {
    var list: [Int] = []
    for place in try line.list(field) {
      guard line.tokens[place].kind == .string else {
        throw line.misfit(field, at: place, "the names of nodes")
      }
      list.append(try nodes.index(of: line.tokens[place], in: line))
    }
    return list
  }

  /// A given system's expression over the nodes of the trace.
  mutating func renamed(_ expression: QuorumExpression, _ system: QuorumSystem) -> QuorumExpression
  {
    switch expression {
    case .node(let node): .node(nodes.index(of: system.nodes[node].name) ?? 63)
    case .votes(let needed, let shares):
      .votes(
        needed, of: shares.map { QuorumExpression.Share($0.votes, renamed($0.part, system)) })
    }
  }
}
