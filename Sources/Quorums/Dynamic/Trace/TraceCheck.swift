import Base

/// Checks the quorums of recorded traces, all files at once, event by event.
///
/// The order of a node's own lines is trusted; files are merged by `t`. Only Q2 to Q5 and R1
/// conclude anything from `t` across nodes.
///
/// Memory: O(nodes × distinct quorums) and bounded tables of the recent past, however long it is.
public enum TraceCheck {
  /// Reads and checks.
  ///
  /// - Parameters:
  ///   - paths: the files; `-` is standard input.
  ///   - system: the quorums, where the traces' own `config` events are not to count.
  /// - Returns: what holds, what is broken, and what could not be applied.
  /// - Throws: ``Failure`` for a file that cannot be read, or that is no trace: file, line, column.
  /// - Complexity: O(bytes × files), with O(1) or O(acks) a rule and event.
  public static func run(
    _ paths: [String], system: QuorumSystem? = nil
  ) throws(Failure) -> DynamicReport {
    var run = TraceRun(system: system)
    let count = paths.count
    let sources = SourceList(count)
    for (place, path) in paths.enumerated() {
      sources.boxes.append(try SourceBox(path, file: Int32(place)))
    }
    for box in sources.boxes { try box.advance(&run.context.nodes) }
    while let box = sources.earliest() {
      do throws(TraceError) {
        try run.take(box.source.line)
      } catch {
        throw box.source.failure(error, line: box.source.line.place.line)
      }
      try box.advance(&run.context.nodes)
    }
    return run.report(paths, torn: sources.boxes.reduce(0) { $0 + $1.source.tornLines })
  }
}

/// A source behind a reference, so that many can stand in a list.
private final class SourceBox {
  var source: TraceSource
  private(set) var isOver = false

  init(_ path: String, file: Int32) throws(Failure) {
    source = try TraceSource(path, file: file)
  }

  func advance(_ nodes: inout TraceNodes) throws(Failure) {
    isOver = !(try source.advance(&nodes))
  }
}

private final class SourceList {
  var boxes: [SourceBox] = []

  init(_ capacity: Int) { boxes.reserveCapacity(capacity) }

  /// The source whose event comes first; at equal times operations begin before others end.
  func earliest() -> SourceBox? {
    var best: SourceBox?
    for box in boxes where !box.isOver {
      guard let known = best else {
        best = box
        continue
      }
      if box.source.line.time < known.source.line.time { best = box }
    }
    return best
  }
}

/// The rules while events stream by.
struct TraceRun {
  var context = TraceContext()
  private var register = RegisterRules()
  private var elections = RaftElectionRules()
  private var logs = RaftLogRules()
  private var commits = RaftCommitRules()
  private var paxos = PaxosRules()
  private var byzantine = ByzantineRules()
  private var unknown: [UInt64: (kind: String, times: Int)] = [:]
  private var kinds = [Int](repeating: 0, count: TraceKind.allCases.count)
  private(set) var events = 0

  init(system: QuorumSystem?) { context.epochs.given = system }

  mutating func take(_ line: borrowing TraceLine) throws(TraceError) {
    events += 1
    kinds[Int(line.kind.rawValue)] += 1
    switch line.kind {
    case .config: try configure(line)
    case .opBegin, .phaseEnd, .opEnd, .replica: try register.take(line, &context)
    case .prepare where line.has(.view), .commit where line.has(.view):
      try byzantine.take(line, &context)
    case .preprepare, .prepared, .committed, .viewchange, .newview, .execute, .checkpoint:
      try byzantine.take(line, &context)
    case .prepare, .promise, .accept, .accepted, .learn: try paxos.take(line, &context)
    case .boot, .vote, .leader, .append, .truncate, .ack, .commit, .apply, .snapshot, .conf,
      .readindex, .lease:
      try elections.take(line, &context)
      try logs.take(line, &context)
      try commits.take(line, &logs, &context)
    case .crash: break
    case .unknown:
      let word = line.kindWord
      unknown[TraceWords.hash(word.utf8), default: (word, 0)].times += 1
    }
  }

  private mutating func configure(_ line: borrowing TraceLine) throws(TraceError) {
    guard let quorums = try Epochs.take(line, &context) else { return }
    guard line.has(.read) || line.has(.write) || context.epochs.given != nil else { return }
    let system = QuorumSystem(
      nodes: context.nodes.names.map { QuorumNode($0) }, reads: quorums.reads,
      writes: quorums.writes)
    var demand = Demand()
    demand.rule = .readWrite
    for check in Rules.check(system, demand) {
      guard let witness = check.overlap.witness, witness.count == 2 else { continue }
      context.findings.check(
        .Q2, false, [line.place],
        "the quorums need not meet: a read may ask \(system.text(witness[0])) and a write be "
          + "stored at \(system.text(witness[1]))")
    }
  }

  mutating func report(_ paths: [String], torn: Int) -> DynamicReport {
    elections.finish(&context)
    paxos.finish(&context)
    byzantine.finish(&context)
    var report = DynamicReport()
    report.files = paths
    report.events = events
    context.findings.fill(&report)
    report.unknown = unknown.values.sorted { $0.kind < $1.kind }.map { ($0.kind, $0.times) }
    if torn > 0 {
      report.notes.append("\(torn) unfinished last lines of killed nodes were skipped")
    }
    if context.epochs.given != nil { report.notes.append("the quorums are those given") }
    let seen = Set(report.applied.map(\.rule))
    for family in TraceFamily.allCases
    where family.kinds.contains(where: { kinds[Int($0.rawValue)] > 0 }) {
      for rule in family.rules where !seen.contains(rule) {
        report.notApplied.append((rule, "no event of the trace lets it be applied"))
      }
    }
    return report
  }
}

/// Which events call for which rules.
private enum TraceFamily: CaseIterable {
  case register, raft, paxos, byzantine

  var kinds: [TraceKind] {
    switch self {
    case .register: [.opBegin, .replica]
    case .raft: [.boot, .vote, .leader, .append, .apply]
    case .paxos: [.promise, .accept, .accepted, .learn]
    case .byzantine: [.preprepare, .prepared, .committed, .newview, .execute]
    }
  }

  var rules: [DynamicRule] {
    switch self {
    case .register: [.Q1, .Q2, .Q3, .Q4, .Q5, .Q6, .Q7]
    case .raft:
      [
        .E1, .E2, .E3, .E4, .E5, .L1, .L2, .L3, .L4, .C1, .C2, .C3, .A1, .S1, .R1, .M1,
      ]
    case .paxos: [.P1, .P2, .P3, .P4, .P5, .P6, .P7]
    case .byzantine: [.B1, .B2, .B3, .B4, .B5]
    }
  }
}
