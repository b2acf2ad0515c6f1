import Base

/// What a history exercised. A pass that tested nothing is no pass.
///
/// A fault is `start-NAME` … `stop-NAME` of the nemesis; other nemesis events do not count. A probe
/// saw it take effect where `verified-NAME` follows, or where the start has the field `verified`,
/// true, as in older recordings.
public struct Coverage: Sendable, Equatable {
  /// Completed (`ok`) operations of one function, split at the faults.
  public struct Function: Sendable, Equatable {
    /// The function's name.
    public var name: String
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
    /// The fault's name without `start-`.
    public var name: String
    /// How often it was made.
    public var made: Int
    /// How often a probe confirmed it.
    public var verified: Int
  }

  /// Each function, in the order of its first invocation.
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
    var places: [FunctionID: Int] = [:]
    var faultsOn: [String] = []
    var faultSeen = false
    var open: [ValueID: [Int]] = [:]
    var overlaps = [Bool](repeating: false, count: history.count)
    for step in history.steps() {
      switch step {
      case .nemesis(let index):
        note(history.nemesis[index], of: history, on: &faultsOn, seen: &faultSeen)
      case .invocation(let operation):
        let key = history.key[operation]
        for other in open[key, default: []] { overlaps[other] = true }
        overlaps[operation] = !open[key, default: []].isEmpty
        if history.outcome[operation] != .fail { open[key, default: []].append(operation) }
      case .completion(let operation):
        open[history.key[operation]]?.removeAll { $0 == operation }
        guard history.outcome[operation] == .ok else { continue }
        let place = places[history.function[operation]] ?? functions.count
        if place == functions.count {
          places[history.function[operation]] = place
          functions.append(
            Function(
              name: history.functionName(operation), beforeFaults: 0, duringFaults: 0,
              afterFaults: 0))
        }
        if !faultsOn.isEmpty {
          functions[place].duringFaults += 1
        } else if faultSeen {
          functions[place].afterFaults += 1
        } else {
          functions[place].beforeFaults += 1
        }
        if history.extra("final", at: history.invoked[operation]) == ValueTable.true {
          finalReads += 1
        }
      }
    }
    for operation in 0..<history.count {
      switch history.outcome[operation] {
      case .ok:
        completed += 1
        if overlaps[operation] { overlapping += 1 }
      case .fail: failed += 1
      case .indeterminate: indeterminate += 1
      }
    }
  }

  private mutating func note(
    _ event: NemesisEvent, of history: History, on: inout [String], seen: inout Bool
  ) {
    guard event.kind != .invoke else { return }
    if event.function.hasPrefix("start-") {
      let name = String(event.function.dropFirst("start-".count))
      on.append(name)
      seen = true
      let place = faults.firstIndex { $0.name == name } ?? faults.count
      if place == faults.count { faults.append(Fault(name: name, made: 0, verified: 0)) }
      faults[place].made += 1
      if history.extra("verified", at: event.rank) == ValueTable.true {
        faults[place].verified += 1
      }
    } else if event.function.hasPrefix("verified-") {
      let name = event.function.dropFirst("verified-".count)
      if let place = faults.firstIndex(where: { $0.name == name }),
        faults[place].verified < faults[place].made
      {
        faults[place].verified += 1
      }
    } else if event.function.hasPrefix("stop-") {
      let name = String(event.function.dropFirst("stop-".count))
      if let place = on.firstIndex(of: name) { on.remove(at: place) }
    }
  }
}

/// The least that a run must exercise to mean anything.
public struct CoverageRequirement: Sendable, Equatable {
  /// Completed operations in all.
  public var completed: Int
  /// Completed operations of each function that was invoked at all.
  public var completedPerFunction: Int
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
    completed: Int = 1, completedPerFunction: Int = 1, duringFaults: Int = 0,
    overlap: Double = 0, faults: [String] = [], finalReads: Int = 0
  ) {
    self.completed = completed
    self.completedPerFunction = completedPerFunction
    self.duringFaults = duringFaults
    self.overlap = overlap
    self.faults = faults
    self.finalReads = finalReads
  }

  /// What a run lacks, a sentence each; empty when it exercised enough.
  public func shortcomings(of coverage: Coverage) -> [String] {
    var lacks: [String] = []
    if coverage.completed < completed {
      lacks.append("\(coverage.completed) operations completed, at least \(completed) are needed")
    }
    for function in coverage.functions where function.completed < completedPerFunction {
      lacks.append(
        "\(function.completed) “\(function.name)” completed, at least \(completedPerFunction) "
          + "are needed")
    }
    let during = coverage.functions.reduce(0) { $0 + $1.duringFaults }
    if during < duringFaults {
      lacks.append(
        "\(during) operations completed while a fault was on, at least \(duringFaults) are needed")
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
        "\(coverage.finalReads) final reads completed, at least \(finalReads) are needed")
    }
    return lacks
  }
}
