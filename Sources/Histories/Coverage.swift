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
    let spans = history.faultSpans()
    let marks = (spans.map(\.begin) + spans.map(\.end)).sorted()
    var count = CoverageCount()
    count.take(Stretch(history: history), marks: marks)
    self = count.coverage(spans, phasesAt: [Int32.min] + marks.map { $0 &+ 1 })
  }

  mutating func note(_ spans: [FaultSpan]) {
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
