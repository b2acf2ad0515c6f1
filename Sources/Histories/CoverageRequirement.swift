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
