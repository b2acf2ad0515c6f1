import Base

/// What a history exercised. A pass that tested nothing is no pass.
///
/// Faults are those of ``History/faultSpans()``. A probe saw one take effect where `verified-NAME`
/// follows, or where its start has the field `verified`, true, as in older recordings.
public struct Coverage: Sendable, Equatable {
  /// The operations of one function: how many there were, and when they completed (`ok`).
  public struct Function: Sendable, Equatable {
    /// The function's name.
    public var name: String
    /// Invoked in all, whatever came of it.
    public var invoked: Int
    /// Completed before the first fault began.
    public var beforeFaults: Int
    /// Completed while at least one fault was on.
    public var duringFaults: Int
    /// Completed after the first fault began, with none on.
    public var afterFaults: Int

    /// Completed in all.
    public var completed: Int { beforeFaults + duringFaults + afterFaults }
  }

  /// How often a fault was made and how often it verifiably took effect.
  public struct Fault: Sendable, Equatable {
    /// What was done, as in ``FaultSpan/name``.
    public var name: String
    /// How often it was made.
    public var made: Int
    /// How often a probe confirmed it.
    public var verified: Int
  }

  /// Each function that was invoked, in the order of its first invocation, also when none of its
  /// operations completed.
  public var functions: [Function]
  /// Each fault, in the order of its first use.
  public var faults: [Fault]
  /// Operations invoked.
  public var invoked: Int
  /// Operations that completed `ok`.
  public var completed: Int
  /// Operations whose outcome nobody knows.
  public var indeterminate: Int
  /// Operations that certainly did not happen.
  public var failed: Int
  /// Completed operations that were concurrent with another operation of the same key.
  public var overlapping: Int
  /// Completed reads whose invocation carries `"final":true`.
  public var finalReads: Int

  /// The share of completed operations that were concurrent with another, from 0 to 1.
  public var overlap: Double {
    completed == 0 ? 0 : Double(overlapping) / Double(completed)
  }
}

extension Coverage {
  /// Counts what a history exercised.
  ///
  /// - Complexity: O(events).
  public init(of history: History) {
    self.init(
      functions: [], faults: [], invoked: history.count, completed: 0, indeterminate: 0,
      failed: 0, overlapping: 0, finalReads: 0)
    var weather = Weather(history.faultSpans())
    note(weather.spans)
    // By function: invoked, and completed in each phase; and the order of first invocations.
    var tallies = [Int](repeating: 0, count: history.functions.count * Self.width)
    var order: [Int] = []
    // By the key's id plus one, so that operations without a key have a place too: how many are
    // open, and how many were invoked so far.
    var open = [Int32](repeating: 0, count: history.values.count + 1)
    var begun = open
    // How many of its key were invoked by the time that an operation was; -1 once it overlaps.
    var met = [Int32](repeating: -1, count: history.count)
    let mayBeFinal = history.extraNames.contains("final")
    for step in history.steps() {
      switch step {
      case .nemesis: break
      case .invocation(let operation):
        let row = Int(history.function[operation]) * Self.width
        if tallies[row] == 0 { order.append(row) }
        tallies[row] += 1
        let key = Int(history.key[operation]) + 1
        begun[key] += 1
        met[operation] = open[key] > 0 ? -1 : begun[key]
        if history.outcome[operation] != .fail { open[key] += 1 }
      case .completion(let operation):
        let key = Int(history.key[operation]) + 1
        let outcome = history.outcome[operation]
        if outcome != .fail { open[key] -= 1 }
        if begun[key] > met[operation] { met[operation] = -1 }
        guard outcome == .ok else { continue }
        let phase = weather.phase(at: history.completed[operation])
        tallies[Int(history.function[operation]) * Self.width + 1 + phase.rawValue] += 1
        if mayBeFinal,
          history.extra("final", at: history.invoked[operation]) == ValueTable.true
        {
          finalReads += 1
        }
      }
    }
    functions = order.map { row in
      Function(
        name: history.functions[row / Self.width], invoked: tallies[row],
        beforeFaults: tallies[row + 1], duringFaults: tallies[row + 2],
        afterFaults: tallies[row + 3])
    }
    for operation in 0..<history.count {
      switch history.outcome[operation] {
      case .ok:
        completed += 1
        if met[operation] < 0 { overlapping += 1 }
      case .fail: failed += 1
      case .indeterminate: indeterminate += 1
      }
    }
  }

  /// What is counted of a function: how often it was invoked, and completed in three phases.
  private static let width = 4

  private mutating func note(_ spans: [FaultSpan]) {
    var places: [String: Int] = [:]
    for span in spans {
      let place = places[span.name] ?? faults.count
      if place == faults.count {
        places[span.name] = place
        faults.append(Fault(name: span.name, made: 0, verified: 0))
      }
      faults[place].made += 1
      if span.isVerified { faults[place].verified += 1 }
    }
  }
}

/// Whether a fault is on, asked for ranks that never go down.
private struct Weather {
  enum Phase: Int { case before, during, after }

  let spans: [FaultSpan]
  private let begins: [Int32]
  private let ends: [Int32]
  private var begun = 0
  private var ended = 0

  init(_ spans: [FaultSpan]) {
    self.spans = spans
    begins = spans.map(\.begin).sorted()
    ends = spans.map(\.end).sorted()
  }

  mutating func phase(at rank: Int32) -> Phase {
    while begun < begins.count, begins[begun] < rank { begun += 1 }
    while ended < ends.count, ends[ended] < rank { ended += 1 }
    return begun == 0 ? .before : begun > ended ? .during : .after
  }
}

/// The least that a run must exercise to mean anything.
public struct CoverageRequirement: Sendable, Equatable {
  /// Completed operations in all.
  public var completed: Int
  /// Completed operations of each function that was invoked at all, and of ``functions``.
  public var completedPerFunction: Int
  /// Functions that a run is made of, whether or not one of them was ever invoked.
  public var functions: [String]
  /// Completed operations while a fault was on; applies when faults were made.
  public var duringFaults: Int
  /// The share of completed operations that were concurrent with another.
  public var overlap: Double
  /// Faults that must have been verified at least once, by name.
  public var faults: [String]
  /// Completed final reads.
  public var finalReads: Int

  /// Makes a requirement; the defaults ask for the least that is not vacuous.
  public init(
    completed: Int = 1, completedPerFunction: Int = 1, functions: [String] = [],
    duringFaults: Int = 0, overlap: Double = 0, faults: [String] = [], finalReads: Int = 0
  ) {
    self.completed = completed
    self.completedPerFunction = completedPerFunction
    self.functions = functions
    self.duringFaults = duringFaults
    self.overlap = overlap
    self.faults = faults
    self.finalReads = finalReads
  }

  /// What a run lacks, a sentence each; empty when it exercised enough.
  public func shortcomings(of coverage: Coverage) -> [String] {
    var lacks: [String] = []
    if coverage.completed < completed {
      lacks.append("\(coverage.completed) operations completed, \(least(completed))")
    }
    for function in coverage.functions where function.completed < completedPerFunction {
      lacks.append(
        "\(function.completed) of \(function.invoked) “\(function.name)” completed, "
          + least(completedPerFunction))
    }
    if completedPerFunction > 0 {
      for name in functions where !coverage.functions.contains(where: { $0.name == name }) {
        lacks.append("“\(name)” was never invoked, \(least(completedPerFunction))")
      }
    }
    let during = coverage.functions.reduce(0) { $0 + $1.duringFaults }
    if during < duringFaults {
      lacks.append(
        "\(during) operations completed while a fault was on, \(least(duringFaults))")
    }
    if coverage.overlap < overlap {
      lacks.append(
        "\(Int(coverage.overlap * 100)) % of the operations were concurrent with another, at "
          + "least \(Int(overlap * 100)) % are needed")
    }
    for fault in faults {
      if (coverage.faults.first { $0.name == fault }?.verified ?? 0) == 0 {
        lacks.append("the fault “\(fault)” never verifiably took effect")
      }
    }
    if coverage.finalReads < finalReads {
      lacks.append(
        "\(coverage.finalReads) final reads completed, \(least(finalReads))")
    }
    return lacks
  }

  private func least(_ count: Int) -> String {
    "at least \(count) \(count == 1 ? "is" : "are") needed"
  }
}
