import Base

/// Checks the quorums of recorded traces, all files at once, event by event.
///
/// The order of a node's own lines is trusted; files are merged by `t`. Only Q2 to Q5 and R1
/// conclude anything from `t` across nodes.
///
/// Memory: O(nodes × distinct quorums) and bounded tables of the recent past, however long it is.
public enum TraceCheck {
  /// The families of rules: one row a family, and nothing else to register one.
  static let families: [any TraceRules.Type] = [
    QuorumRegisterRules.self, RaftRules.self, PaxosRules.self, ByzantineRules.self,
  ]

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
    try run(paths, system: system, families: families)
  }

  /// Reads and checks by some families of rules.
  static func run(
    _ paths: [String], system: QuorumSystem? = nil, families: [any TraceRules.Type]
  ) throws(Failure) -> DynamicReport {
    var run = TraceRun(system: system, families)
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
  private let types: [any TraceRules.Type]
  private var families: [any TraceRules]
  /// The places of the families that read a kind of events.
  private var readers = [[Int]](repeating: [], count: TraceKind.allCases.count)
  private var unknown: [UInt64: (kind: String, times: Int)] = [:]
  private var kinds = [Int](repeating: 0, count: TraceKind.allCases.count)
  private(set) var events = 0

  init(system: QuorumSystem?, _ types: [any TraceRules.Type] = TraceCheck.families) {
    self.types = types
    families = types.map { $0.init() }
    for (place, type) in types.enumerated() {
      for kind in type.kinds { readers[Int(kind.rawValue)].append(place) }
    }
    context.epochs.given = system
  }

  mutating func take(_ line: borrowing TraceLine) throws(TraceError) {
    events += 1
    let kind = Int(line.kind.rawValue)
    kinds[kind] += 1
    switch line.kind {
    case .config: try configure(line)
    case .unknown:
      let word = line.kindWord
      unknown[TraceWords.hash(word.utf8), default: (word, 0)].times += 1
    default: break
    }
    for place in readers[kind] where types[place].owns(line) {
      try families[place].take(line, &context)
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
      context.breaches.check(
        .Q2, false, [line.place],
        "the quorums need not meet: a read may ask \(system.text(witness[0])) and a write be "
          + "stored at \(system.text(witness[1]))")
    }
  }

  mutating func report(_ paths: [String], torn: Int) -> DynamicReport {
    for place in families.indices { families[place].finish(&context) }
    var report = DynamicReport()
    report.files = paths
    report.events = events
    context.breaches.fill(&report, types.flatMap { $0.rules })
    report.unknown = unknown.values.sorted { $0.kind < $1.kind }.map { ($0.kind, $0.times) }
    if torn > 0 {
      report.notes.append("\(torn) unfinished last lines of killed nodes were skipped")
    }
    if context.epochs.given != nil { report.notes.append("the quorums are those given") }
    let seen = Set(report.applied.map(\.rule))
    for family in types
    where family.signs.contains(where: { kinds[Int($0.rawValue)] > 0 }) {
      for rule in family.rules where !seen.contains(rule) {
        report.notApplied.append((rule, "the trace has no \(rule.needs)"))
      }
    }
    return report
  }
}
