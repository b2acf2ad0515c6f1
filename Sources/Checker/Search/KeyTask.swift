import Base
import Histories

/// One key, ready to be searched.
struct KeyTask: Sendable {
  /// The indices in the history of what may have happened, in the order of the invocations.
  var operations: [Int]
  /// The same operations as the model sees them.
  var calls: [Call]
  var values: ValueTable
  var settings: Settings
  var budget: Budget
  /// A deterministic limit for the attempts of a reduction.
  var stepLimit = Int.max
  /// Whether a violation is to be explained.
  var wantsImpasse = true
  /// The revision that each call's completion names, -1 where it names none; empty when none does.
  var revisions: [Int64] = []
  /// What the search may leave out.
  var reductions = Reductions.all
  /// The engine that is to decide alone, for the tests; nil asks one after the other.
  var engine: String?
  /// Configurations without progress before windows are tried.
  var stuckLimit = 2_000
}

extension KeyTask {
  /// What an operation takes in a task: its index and its call.
  static var bytesPerOperation: Int { MemoryLayout<Int>.stride + MemoryLayout<Call>.stride }
}

/// What a search of one key found, and its cost.
struct KeyAnswer: Sendable {
  enum Finding: Sendable {
    case order([Step])
    /// An order of positions in the task's calls.
    case positions([Int32])
    /// A rung's proof of a violation.
    case certificate(Certificate)
    /// The search's.
    case impasse(Impasse)
    case stopped(Undecided)
  }

  /// One operation of an order.
  struct Step: Sendable {
    /// The index in the history (not the place among the task's calls).
    var operation: Int
    /// The result that a pending operation is claimed to have had, when the model has a choice.
    var result: ValueID
  }

  var finding: Finding
  /// What answered.
  var algorithm = Engine.depthFirst
  var statistics = SearchStatistics()
  /// Processor time that deciding took, in nanoseconds.
  var nanoseconds: Int64 = 0
}

/// Where a search was stuck for good.
struct Impasse: Sendable {
  /// The index in the history of the operation at whose completion the search was stuck.
  var culprit: Int
  var dilemmas: [Dilemma]
  var omittedDilemmas: Int
  /// Operations that were open just before the culprit's completion, the culprit included.
  var open: [Int]
}
