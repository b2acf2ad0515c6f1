import Checker
import Histories

/// A violation in words that need no paper: what happened, what the rule is, which faults were on.
public struct Explanation: Sendable {
  /// What went wrong.
  public var kind: ViolationKind
  /// What happened, in sentences.
  public var story: String
  /// The faults that were on meanwhile, in a sentence; empty when the history names none.
  public var faults: String
  /// What the system promised, in a sentence.
  public var rule: String
  /// The operations that the story names, ascending.
  public var operations: [Int]
  /// The operation that cannot be explained.
  public var culprit: Int
}

/// What a recogniser saw: the kind, the sentences, and whom they name.
struct Finding {
  var kind: ViolationKind
  var sentences: [String]
  /// Operations in the order in which they matter; the last is the one that cannot be.
  var operations: [Int]
  /// The operation with whose invocation the trouble began, for the faults; nil is the first.
  var since: Int?

  init(_ kind: ViolationKind, _ sentences: [String], _ operations: [Int], since: Int? = nil) {
    self.kind = kind
    self.sentences = sentences
    self.operations = operations
    self.since = since
  }
}

extension Violation {
  /// What is said below an ``isAbridged`` proof.
  static let abridgement =
    "What else the answers show was put there by others that prove nothing here."
}
