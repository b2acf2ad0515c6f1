import Base
import Histories

/// The answer to “could it have happened?”. There are three.
public enum Verdict: String, Sendable {
  /// An order exists, and a verifier that shares no code with the search has accepted it.
  case linearizable
  /// No order exists.
  case violation
  /// A budget ran out before either was known.
  case undecided

  /// The worse of two: a violation outranks everything, undecided outranks linearizable.
  public func merged(with other: Verdict) -> Verdict {
    if self == .violation || other == .violation { return .violation }
    if self == .undecided || other == .undecided { return .undecided }
    return .linearizable
  }

  /// The exit code of a verdict.
  public var exitCode: ExitCode {
    switch self {
    case .linearizable: .success
    case .violation: .violation
    case .undecided: .undecided
    }
  }
}

/// What a check of one history found.
public struct CheckResult: Sendable {
  /// The worst verdict over the keys.
  public var verdict: Verdict
  /// The model that was checked against, by its name.
  public var model: String
  /// Operations that were invoked, without those that certainly did not happen.
  public var operations: Int
  /// Operations whose outcome nobody knows.
  public var indeterminate: Int
  /// Independent objects.
  public var keys: Int
  /// What answered: the engine or the monitor, by its name; several are joined with `+`.
  public var algorithm: String
  /// Wall time of the check in seconds, without reading the file.
  public var seconds: Double
  /// Processor time in seconds that rungs and searches took, summed over the keys: without
  /// splitting the history by key and without verifying orders.
  public var decidingSeconds = 0.0
  /// One for each key that broke the model, in the order of their first invocation.
  public var violations: [Violation]
  /// One for each key that could not be decided.
  public var undecided: [Undecided]
  /// For each linearizable key, the operations (indices in the history) in an accepted order.
  public var witnesses: [Witness]
  /// What the search cost.
  public var statistics: SearchStatistics
  /// The initial value that an option named; nil leaves it to the history's header.
  public var initial: CheckOptions.Initial?

  /// Makes a result.
  public init(
    verdict: Verdict, model: String, operations: Int, indeterminate: Int, keys: Int,
    algorithm: String, seconds: Double, violations: [Violation] = [],
    undecided: [Undecided] = [], witnesses: [Witness] = [],
    statistics: SearchStatistics = SearchStatistics()
  ) {
    self.verdict = verdict
    self.model = model
    self.operations = operations
    self.indeterminate = indeterminate
    self.keys = keys
    self.algorithm = algorithm
    self.seconds = seconds
    self.violations = violations
    self.undecided = undecided
    self.witnesses = witnesses
    self.statistics = statistics
  }
}

/// An order of operations of one key that explains everything that was observed.
public struct Witness: Sendable, Equatable {
  /// The key, or ``ValueTable/none``.
  public var key: ValueID
  /// Indices of operations in the history, in the order in which they took effect.
  public var order: [Int]

  /// Makes a witness.
  public init(key: ValueID, order: [Int]) {
    self.key = key
    self.order = order
  }
}

/// Deterministic costs of a search, the same on every machine.
public struct SearchStatistics: Sendable, Equatable {
  /// Steps of the model that were tried.
  public var steps: Int
  /// Configurations kept in the memo.
  public var configurations: Int
  /// The most bytes that the search had reserved at once.
  public var peakBytes: Int64

  /// Makes statistics.
  public init(steps: Int = 0, configurations: Int = 0, peakBytes: Int64 = 0) {
    self.steps = steps
    self.configurations = configurations
    self.peakBytes = peakBytes
  }

  /// Adds another search's costs; the peaks add up because keys are searched side by side.
  public mutating func add(_ other: SearchStatistics) {
    steps += other.steps
    configurations += other.configurations
    peakBytes += other.peakBytes
  }
}

/// Why one key is not linearizable, as evidence that can be checked by itself.
public struct Violation: Sendable {
  /// The key, or ``ValueTable/none``.
  public var key: ValueID
  /// Operations to show, in the order of their invocations: those around the event that cannot
  /// be explained, or, when ``isMinimal``, the fewest that prove the violation by themselves.
  public var operations: [Int]
  /// Whether no operation of ``operations`` can be left out.
  public var isMinimal: Bool
  /// Whether the answers of ``operations`` show pieces that others of the whole put there, and that
  /// prove nothing: they are left out together, each from all answers.
  public var isAbridged = false
  /// The operation at whose completion the search was stuck: it found an order of what had
  /// completed before, and none goes on to it. That need not be the first moment that cannot be
  /// explained: what was open then may have a part in it by what it returned later. One of
  /// ``operations`` where ``isMinimal``.
  public var culprit: Int
  /// The states that were possible just before, each with what it says to every operation that
  /// could have come next.
  public var dilemmas: [Dilemma]
  /// How many further states there were that are not listed.
  public var omittedDilemmas: Int
  /// The violation in a sentence or two, in the model's own words.
  public var explanation: String
  /// Whether the history that comes with it holds only what a stream remembered: what it does not
  /// show may have happened all the same.
  public var isOfPart = false

  /// Makes a violation.
  public init(
    key: ValueID, operations: [Int], isMinimal: Bool, culprit: Int, dilemmas: [Dilemma],
    omittedDilemmas: Int, explanation: String
  ) {
    self.key = key
    self.operations = operations
    self.isMinimal = isMinimal
    self.culprit = culprit
    self.dilemmas = dilemmas
    self.omittedDilemmas = omittedDilemmas
    self.explanation = explanation
  }
}

/// One state the object may have been in when the search was stuck, and why it is a dead end.
public struct Dilemma: Sendable {
  /// The state in the model's own words: `nil`, `3`, `[1, 2]`.
  public var state: String
  /// The last operations of one order that leads here, oldest first (indices in the history).
  public var path: [Int]
  /// Operations that could not come next, each with the model's reason.
  public var refusals: [Refusal]

  /// Makes a dilemma.
  public init(state: String, path: [Int], refusals: [Refusal]) {
    self.state = state
    self.path = path
    self.refusals = refusals
  }
}

/// A model's word on why an operation cannot come next.
public struct Refusal: Sendable {
  /// The index of the operation in the history.
  public var operation: Int
  /// The reason: `can't read 2 from a register that holds 3`.
  public var reason: String

  /// Makes a refusal.
  public init(operation: Int, reason: String) {
    self.operation = operation
    self.reason = reason
  }
}

/// A key that was given up, and how far the search got.
public struct Undecided: Sendable {
  /// The key, or ``ValueTable/none``.
  public var key: ValueID
  /// What ran out.
  public var reason: Budget.Reason
  /// The operation whose completion was the deepest event that could be explained, or nil.
  public var deepest: Int?
  /// Completions explained at the deepest point, and completions in all.
  public var explained: Int
  /// Completed operations of the key.
  public var completions: Int
  /// The most operations that were open at once.
  public var mostOpen: Int
  /// How far each engine got that was asked, in their order.
  public var reached: [Reach] = []

  /// How far one engine got.
  public struct Reach: Sendable, Equatable {
    /// The engine's name.
    public var algorithm: String
    /// Completions that it explained at its deepest point.
    public var explained: Int

    /// Makes an account of one engine.
    public init(algorithm: String, explained: Int) {
      self.algorithm = algorithm
      self.explained = explained
    }
  }

  /// Makes an account of a search that was given up.
  public init(
    key: ValueID, reason: Budget.Reason, deepest: Int?, explained: Int, completions: Int,
    mostOpen: Int
  ) {
    self.key = key
    self.reason = reason
    self.deepest = deepest
    self.explained = explained
    self.completions = completions
    self.mostOpen = mostOpen
  }
}
