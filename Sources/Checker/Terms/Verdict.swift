import Base
import Histories

/// What became of a ``Claim``. There are three answers.
public enum Verdict: String, Sendable {
  /// It holds: for linearizability, an order exists, and a verifier that shares no code with the
  /// search has accepted it.
  case holds
  /// It does not hold: no order exists.
  case violation
  /// A budget ran out before either was known.
  case undecided
}

/// What a check of one history found.
public struct CheckResult: Sendable {
  /// What was asked.
  public var claim: Claim
  /// The worst verdict over the keys.
  public var verdict: Verdict
  /// The model that was checked against, by its name.
  public var model: String { claim.model }
  /// The verdict as scripts know it: where the claim holds, the name of its promise.
  public var word: String { verdict == .holds ? claim.promise.rawValue : verdict.rawValue }
  /// Operations that were invoked, without those that certainly did not happen.
  public var operations: Int
  /// Operations whose outcome nobody knows.
  public var indeterminate: Int
  /// Independent objects.
  public var keys: Int
  /// Keys of which no operation has an answer that any order could contradict: of these the claim
  /// holds whatever happened.
  public var vacuousKeys = 0
  /// What answered: the engine or the monitor, by its name; several are joined with `+`.
  public var algorithm: String
  /// Wall time of the check in seconds, without reading the file.
  public var seconds: Double
  /// Processor time in seconds that rungs and searches took, summed over the keys: without
  /// splitting the history by key and without verifying orders.
  public var decidingSeconds = 0.0
  /// One for each key that broke the model, in the order of their first invocation.
  public var violations: [Violation]
  /// Further keys that broke the model, of which there was no memory to tell more.
  public var omittedViolations = 0
  /// One for each key that could not be decided, as far as there are not too many.
  public var undecided: [Undecided]
  /// Further keys that could not be decided.
  public var omittedUndecided = 0
  /// For each linearizable key, the operations (indices in the history) in an accepted order.
  public var witnesses: [Witness]
  /// What the search cost.
  public var statistics: SearchStatistics
  /// The initial value that an option named; nil leaves it to the history's header.
  public var initial: CheckOptions.Initial?
  /// What else it rests on.
  public var assumptions = Assumptions()
  /// What an option said of reads of null; nil leaves it to the history's header.
  public var nullRead: CheckOptions.NullRead?
  /// The permits that an option named; nil leaves them to the history's header.
  public var permits: Int?

  /// Takes what was found as it is: nothing is computed from it or checked against the history.
  /// What has no parameter here is set afterwards.
  public init(
    claim: Claim, verdict: Verdict, operations: Int, indeterminate: Int, keys: Int,
    algorithm: String, seconds: Double, violations: [Violation] = [],
    undecided: [Undecided] = [], witnesses: [Witness] = [],
    statistics: SearchStatistics = SearchStatistics()
  ) {
    self.claim = claim
    self.verdict = verdict
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
  /// What part of the history it is about.
  public var scope: Scope
  /// Indices of operations in the history, in the order in which they took effect.
  public var order: [Int]

  /// The key, or ``ValueTable/none``.
  public var key: ValueID { scope.key }

  /// Makes the witness of a key, or of ``ValueTable/none``.
  public init(key: ValueID, order: [Int]) {
    scope = Scope(key)
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
  /// What part of the history it is about.
  public var scope: Scope
  /// Operations to show, in the order of their invocations: those that prove the violation, or,
  /// unless ``isProof``, those around the event that cannot be explained.
  public var operations: [Int]
  /// Whether ``operations`` have no order, whichever of the others happened besides; of those in
  /// ``balanced`` both or neither.
  public var isProof = false
  /// Whether no operation of ``operations`` can be left out: without any one of them the others
  /// have an order as soon as copies of that one may take effect at any time. Then it is needed
  /// whenever it happened.
  public var isMinimal: Bool
  /// What is shown of answers that show more than the proof needs: elements, or pieces of a text,
  /// that others of the whole put there are left out of all of them.
  public var extracts: [Extract] = []
  /// Pairs of an acquisition and the release of what it acquired that are left out, since there are
  /// many: each gives back what it takes.
  public var balanced: [Pair] = []
  /// The operation at whose completion the search was stuck: it found an order of what had
  /// completed before, and none goes on to it. That need not be the first moment that cannot be
  /// explained: what was open then may have a part in it by what it returned later. One of
  /// ``operations`` where ``isMinimal``.
  public var culprit: Int
  /// Whether what had begun by the end of ``culprit`` has no order, what nobody knows of included,
  /// while what was known just before it completed has one.
  public var isFirstStuck = false
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

  /// Whether some answers are not shown as a whole.
  public var isAbridged: Bool { !extracts.isEmpty }

  /// What is shown of an operation's answer.
  public struct Extract: Sendable, Equatable {
    /// The index of the operation in the history.
    public var operation: Int
    /// The part of the answer that matters, of the same kind as the whole.
    public var shown: JSON
    /// How many elements, or characters of a text, are not shown.
    public var elided: Int
  }

  /// An acquisition and the release that gives back what it took, as indices in the history.
  public struct Pair: Sendable, Equatable {
    /// The acquisition.
    public var acquired: Int
    /// The release.
    public var released: Int
  }

  /// The key, or ``ValueTable/none``.
  public var key: ValueID { scope.key }
  /// What the monitor that found it says it is; ``Anomaly/other`` where a search did.
  public var anomaly = Anomaly.other

  /// Makes the violation of a key, or of ``ValueTable/none``.
  public init(
    key: ValueID, operations: [Int], isMinimal: Bool, culprit: Int, dilemmas: [Dilemma],
    omittedDilemmas: Int, explanation: String
  ) {
    scope = Scope(key)
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

  /// Names the state in the model's words; the path, oldest first, and the refusals are operations
  /// by their indices in the history.
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

  /// Names an operation by its index in the history; the reason is the model's, as a person reads
  /// it.
  public init(operation: Int, reason: String) {
    self.operation = operation
    self.reason = reason
  }
}

/// A key that was given up, and how far the search got.
public struct Undecided: Sendable {
  /// What part of the history it is about.
  public var scope: Scope
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
  /// What was open where the engine that got furthest was stuck; nil when none began.
  public var knot: Knot?

  /// The operations that an engine could not get past.
  public struct Knot: Sendable, Equatable {
    /// The completion that it did not get past, as the index of an operation in the history.
    public var culprit: Int
    /// Completed operations that were open there, the culprit among them, as indices in the
    /// history, in the order of their invocations. An order of these had to be found.
    public var open: [Int]

    /// Takes indices in the history.
    public init(culprit: Int, open: [Int]) {
      self.culprit = culprit
      self.open = open
    }

    /// From the line on which the first of these operations was invoked to that on which the
    /// culprit completed; nil when they are not the history's.
    ///
    /// - Complexity: O(open operations).
    public func lines(of history: History) -> ClosedRange<Int>? {
      guard (open + [culprit]).allSatisfy(history.line.indices.contains) else { return nil }
      let first = (open + [culprit]).map { Int(history.line[$0]) }.min() ?? 0
      return first...max(first, Int(history.completedLine[culprit]))
    }
  }

  /// How far one engine got.
  public struct Reach: Sendable, Equatable {
    /// The engine's name.
    public var algorithm: String
    /// Completions that it explained at its deepest point.
    public var explained: Int

    /// Takes the engine's name and the completions that it had explained at its deepest point.
    public init(algorithm: String, explained: Int) {
      self.algorithm = algorithm
      self.explained = explained
    }
  }

  /// The key, or ``ValueTable/none``.
  public var key: ValueID { scope.key }

  /// Makes the account of a key, or of ``ValueTable/none``.
  public init(
    key: ValueID, reason: Budget.Reason, deepest: Int?, explained: Int, completions: Int,
    mostOpen: Int
  ) {
    scope = Scope(key)
    self.reason = reason
    self.deepest = deepest
    self.explained = explained
    self.completions = completions
    self.mostOpen = mostOpen
  }
}
