/// Counts what a history exercised, also while it is written: feed it the stretches that
/// ``HistoryBuilder/drain()`` hands over.
///
/// What it keeps grows with what is open, with the functions and with the faults, not with the
/// length. Which faults are on is known only once all of the nemesis' lines are there, so
/// completions are counted between two of those.
public struct CoverageCount: Sendable {
  /// What is known of an operation that is open at the end of a stretch.
  private struct Open {
    var overlaps: Bool
    var isFinal: Bool
  }

  /// A function: how often it was invoked, and completed between two marks.
  private struct Tally {
    var name: String
    var invoked = 0
    var completed: [Int] = []
  }

  private var tallies: [Tally] = []
  private var places: [String: Int] = [:]
  private var open: [Int64: Open] = [:]
  /// How many marks were passed.
  private var passed = 0
  /// What the nemesis did, and nothing else.
  private var deeds = HistoryBuilder()
  private var counts = Coverage(
    functions: [], faults: [], invoked: 0, completed: 0, indeterminate: 0, failed: 0,
    overlapping: 0, finalReads: 0)

  /// Nothing was counted yet.
  public init() {}

  /// Counts the next stretch.
  ///
  /// - Complexity: O(events and open operations).
  public mutating func take(_ stretch: Stretch) {
    let history = stretch.history
    if deeds.header == nil { deeds.header = history.header }
    for event in history.nemesis {
      if history.extra("verified", at: event.rank) == ValueTable.true {
        deeds.keep("verified", ValueTable.true)
      }
      // An event of the nemesis breaks no rule.
      try? deeds.add(
        Event(
          event.kind, process: .nemesis, function: deeds.function(event.function),
          value: deeds.values.intern(event.value, of: history.values), time: event.time,
          line: event.line))
    }
    take(stretch, marks: history.nemesis.map(\.rank))
  }

  /// What was counted, when nothing more comes.
  public func coverage() -> Coverage {
    let spans = deeds.build().faultSpans()
    return coverage(spans, phasesAt: (0...passed).map { Int32($0) })
  }

  /// Counts the next stretch, completions apart that have one of these ranks between them.
  mutating func take(_ stretch: Stretch, marks: [Int32]) {
    let history = stretch.history
    // By the key's id plus one, so that operations without a key have a place too: how many are
    // open, and how many were invoked so far.
    let last = Int(history.key.max() ?? ValueTable.none)
    var alive = [Int32](repeating: 0, count: last + 2)
    var begun = alive
    // How many of its key were invoked by the time that an operation was; -1 once it overlaps.
    var met = [Int32](repeating: -1, count: history.count)
    let rows = history.functions.map { place(of: $0) }
    let mayBeFinal = history.extraNames.contains("final") || open.contains { $0.value.isFinal }
    var mark = 0
    for step in history.steps() {
      switch step {
      case .nemesis: break
      case .invocation(let operation):
        let key = Int(history.key[operation]) + 1
        defer { alive[key] += 1 }
        guard history.invoked[operation] >= stretch.firstRank else {
          let overlaps = open[history.processes[operation]]?.overlaps ?? false
          met[operation] = overlaps ? -1 : begun[key]
          continue
        }
        tallies[rows[Int(history.function[operation])]].invoked += 1
        counts.invoked += 1
        begun[key] += 1
        met[operation] = alive[key] > 0 ? -1 : begun[key]
      case .completion(let operation):
        let key = Int(history.key[operation]) + 1
        alive[key] -= 1
        if begun[key] > met[operation] { met[operation] = -1 }
        while mark < marks.count, marks[mark] < history.completed[operation] { mark += 1 }
        count(operation, of: stretch, row: rows[Int(history.function[operation])], passed + mark)
        if met[operation] < 0, history.outcome[operation] == .ok { counts.overlapping += 1 }
        if mayBeFinal, history.outcome[operation] == .ok, isFinal(operation, of: stretch) {
          counts.finalReads += 1
        }
      }
    }
    passed += marks.count
    var next: [Int64: Open] = [:]
    for operation in history.processes.indices
    where history.completed[operation] == History.never {
      let key = Int(history.key[operation]) + 1
      next[history.processes[operation]] = Open(
        overlaps: begun[key] > met[operation],
        isFinal: mayBeFinal && isFinal(operation, of: stretch))
    }
    open = next
  }

  /// What was counted, with faults, and the ranks that stand for what is between two marks.
  func coverage(_ spans: [FaultSpan], phasesAt ranks: [Int32]) -> Coverage {
    var weather = Weather(spans)
    let phases = ranks.map { weather.phase(at: $0) }
    var coverage = counts
    coverage.indeterminate += open.count
    coverage.note(spans)
    coverage.functions = tallies.filter { $0.invoked > 0 }.map { tally in
      var completed = [0, 0, 0]
      for (place, count) in tally.completed.enumerated() {
        completed[phases[place].rawValue] += count
      }
      return Coverage.Function(
        name: tally.name, invoked: tally.invoked, beforeFaults: completed[0],
        duringFaults: completed[1], afterFaults: completed[2])
    }
    return coverage
  }

  private mutating func count(_ operation: Int, of stretch: Stretch, row: Int, _ mark: Int) {
    switch stretch.history.outcome[operation] {
    case .ok:
      counts.completed += 1
      while tallies[row].completed.count <= mark { tallies[row].completed.append(0) }
      tallies[row].completed[mark] += 1
    case .fail: counts.failed += 1
    case .indeterminate: counts.indeterminate += 1
    }
  }

  private func isFinal(_ operation: Int, of stretch: Stretch) -> Bool {
    let history = stretch.history
    guard history.invoked[operation] >= stretch.firstRank else {
      return open[history.processes[operation]]?.isFinal ?? false
    }
    return history.extra("final", at: history.invoked[operation]) == ValueTable.true
  }

  private mutating func place(of name: String) -> Int {
    if let place = places[name] { return place }
    places[name] = tallies.count
    tallies.append(Tally(name: name))
    return tallies.count - 1
  }
}

/// Whether a fault is on, asked for ranks that never go down.
struct Weather {
  enum Phase: Int { case before, during, after }

  private let begins: [Int32]
  private let ends: [Int32]
  private var begun = 0
  private var ended = 0

  init(_ spans: [FaultSpan]) {
    begins = spans.map(\.begin).sorted()
    ends = spans.map(\.end).sorted()
  }

  mutating func phase(at rank: Int32) -> Phase {
    while begun < begins.count, begins[begun] < rank { begun += 1 }
    while ended < ends.count, ends[ended] < rank { ended += 1 }
    return begun == 0 ? .before : begun > ended ? .during : .after
  }
}
