import Checker
import Histories

/// A violation in words that need no paper: what happened, what the rule is, which faults were on.
public struct Explanation: Sendable {
  /// What went wrong.
  public var kind: Anomaly
  /// What happened, sentence by sentence, each with the facts that it states; empty where only the
  /// model's own words remain.
  public var sentences: [Sentence]
  /// What happened, in sentences.
  public var story: String
  /// The faults that may have to do with it, each sentence with the facts that it states; empty
  /// when the history names none.
  public var faultSentences: [Sentence]
  /// The faults that may have to do with it; empty when the history names none.
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
  var kind: Anomaly
  var sentences: [Sentence]
  /// Operations in the order in which they matter; the last is the one that cannot be.
  var operations: [Int]
  /// The operation whose effect is missing, or wrong, and the first answer that shows it.
  var cause: Cause?

  /// An effect that is missing or wrong.
  struct Cause {
    /// What had the effect, or should have had it.
    var operation: Int
    /// The first answer without it.
    var answer: Int
  }

  init(
    _ kind: Anomaly, _ sentences: [Sentence], _ operations: [Int], cause: Int? = nil,
    firstSeenBy answer: Int? = nil
  ) {
    self.kind = kind
    self.sentences = sentences
    self.operations = operations
    if let cause, let answer = answer ?? operations.last {
      self.cause = Cause(operation: cause, answer: answer)
    }
  }
}

extension Violation {
  /// The operations to show: those of the proof, and whom a story of transactions names besides,
  /// so that both sides of a contradiction are there.
  public func shown(with words: Explanation, _ model: String) -> [Int] {
    guard ObjectKind(model: model) == .registers else { return operations }
    return Set(operations + words.operations).sorted()
  }

  /// What is said below a minimal proof that is shown with others.
  public func minimality(of shown: [Int], _ lines: (Int) -> String) -> String? {
    guard isMinimal else { return nil }
    guard shown.count > operations.count, operations.count <= 4 else {
      return shown.count > operations.count
        ? nil : "No operation of these can be left out: they prove it alone."
    }
    let own = operations.map(lines).joined(separator: ", ")
    return "What is on \(own) is impossible by itself; the other operations are those that the "
      + "text names."
  }

  /// What is said below a proof without the pairs of ``balanced``.
  public var balance: String {
    let many = balanced.count > 1
    return "\(balanced.count) earlier \(many ? "pairs" : "pair") of an acquisition and its release "
      + "by the same clients \(many ? "are" : "is") left out: each gives back what it takes."
  }

  /// What is said below an ``isAbridged`` proof.
  public static let abridgement =
    "What else the answers show was put there by others that prove nothing here."
}
