import Base
import Experiments

/// Who noticed that something is wrong with a seed.
public enum Witnessed: String, Sendable, CaseIterable, Comparable {
  /// What clients saw breaks the promise of the model.
  case clients
  /// The quorums, terms and revisions in the answers break a rule.
  case rules
  /// The nodes' own state breaks an invariant of the protocol.
  case invariants
  /// Nodes answer nobody although all was healed.
  case liveness

  /// In the order of the cases.
  public static func < (left: Witnessed, right: Witnessed) -> Bool {
    allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
  }
}

/// What a judge says of the history of a seed.
public struct Judgement: Sendable {
  /// Whether the history breaks its model's promise.
  public var isViolation = false
  /// Whether its evidence breaks a rule of quorums.
  public var breaksRules = false
  /// Whether a budget ended before it was known.
  public var isUndecided = false
  /// Why a pass would mean too little, a sentence each.
  public var lacks: [String] = []
  /// The violation in a few words, or what is wrong.
  public var words = ""

  /// Nothing is wrong.
  public init() {}
}

/// What one seed of a campaign came to.
public struct SeedResult: Sendable {
  /// The plan, which repeats it.
  public var plan: Plan
  /// What the run was; without its bytes where nothing was wrong.
  public var run: SimulatedRun
  /// Who noticed what, empty for a seed that passed.
  public var witnesses: [Witnessed]
  /// What was seen, in a few words; empty for a seed that passed.
  public var words: String
  /// Whether a budget ended before the verdict was known.
  public var isUndecided = false
  /// Why the pass of this seed means little, a sentence each.
  public var lacks: [String]
  /// Nanoseconds of wall time that it took, its check included.
  public var tookNanoseconds: Int64
  /// Whether the same seed, run again, did the same; nil where nobody asked.
  public var isRepeatable: Bool?
  /// Why it could not be run to its end, or nil.
  public var failure: Failure?

  /// Whether something is wrong.
  public var isFailing: Bool { !witnesses.isEmpty || failure != nil || isRepeatable == false }
}
