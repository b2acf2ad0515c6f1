import Base
import Checker
import Formats
import Histories
import Quorums

/// Everything that is known of one history, decided: a renderer only shows it.
public struct HistoryFindings: Sendable {
  /// The file as the person named it.
  public var file: String
  /// What was observed, with the faults of its run where it names none itself.
  public var history: History
  /// What the check found; nil where nobody asked for one.
  public var result: CheckResult?
  /// What the history exercised.
  public var coverage: Coverage
  /// How the run went that it is of, where there was one.
  public var record: RunRecord?
  /// What that run was, for people.
  public var run: RunInfo?
  /// The verdict, with what it rests on taken into account.
  public var ending: Ending
  /// Why a pass would mean too little, a sentence each; empty where it means what it says, and
  /// whatever the verdict is otherwise.
  public var lacks: [String]
  /// The stories of the first violations, in their order.
  public var explanations: [Explanation]
  /// How far off the key of ``explained`` is, where that was asked for.
  public var extent: Extent?
  /// What the history says about the quorums that were used; nil where it says nothing.
  public var quorums: DynamicReport?
  /// Why it came to the first violation, as far as its quorums say.
  public var cause: String?
  /// The small changes of the recording under which a violation would vanish.
  public var repairs: [Repair] = []
  /// What another tool said of the same history.
  public var recorded: RecordedVerdict?
  /// Who sent what to whom, in a simulated run whose messages were kept.
  public var messages: MessageLog?

  /// So many violations are told as stories; of the rest there is the evidence.
  public static let mostExplained = 8

  /// Notes a history and nothing else: it was recorded, and nobody asked for a verdict.
  public init(file: String, history: History, coverage: Coverage? = nil) {
    self.file = file
    self.history = history
    self.coverage = coverage ?? Coverage(of: history)
    ending = .holds
    lacks = []
    explanations = []
  }

  /// Whether a consistent cut through the run shows that its protocol is broken, whatever clients
  /// saw: then a pass of theirs is not the last word.
  public var breaksInvariants: Bool { record?.cuts?.broken ?? 0 > 0 }

  /// What became of the run's consistent cuts, in words; nil where none were asked for.
  public var cutWords: String? {
    guard let cuts = record?.cuts else { return nil }
    return cuts.words + (cuts.hintWords.map { ". " + $0 } ?? "")
  }

  /// The same for programs.
  public var cutsJSON: JSON? { record?.cuts?.json }

  /// The verdict as scripts know it: where the claim holds, the name of its promise.
  public var word: String {
    switch ending {
    case .holds: return result?.claim.promise.rawValue ?? "recorded"
    case .failed: return Ending.inconclusive.word
    default: return ending.word
    }
  }

  /// What the verdict is about.
  public var claim: Claim? { result?.claim }

  /// The story of a violation, by its place among those of the result.
  public func explanation(_ place: Int) -> Explanation? {
    explanations.indices.contains(place) ? explanations[place] : nil
  }

  /// What another tool said beside what was found here, in a sentence.
  public var recordedWords: String? {
    let found: Bool? =
      switch ending {
      case .holds: true
      case .violation: false
      default: nil
      }
    return recorded?.words(beside: found)
  }

  /// What another tool said, for programs.
  public var recordedJSON: JSON? { recorded?.json }

  /// How the load fell on the nodes, as far as the history says.
  public var load: ObservedLoad { ObservedLoad(history) }

  /// The violation of a key with its story; of the first key for nil.
  public func told(key: ValueID?) -> (violation: Violation, words: Explanation)? {
    guard let result,
      let place = result.violations.firstIndex(where: { key == nil || $0.key == key })
    else { return nil }
    let violation = result.violations[place]
    return (violation, explanation(place) ?? Explanation(violation, in: result, of: history))
  }

  /// Why it came to a violation, as far as its quorums say.
  public func cause(of violation: Violation, _ words: Explanation) -> String? {
    Cause.sentence(words.operations + violation.operations, of: history)
  }

  /// What was left out because no model has it: kinds with their counts, the most first.
  public var unchecked: [(kind: String, count: Int)] {
    history.unchecked.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { (kind: $0.key, count: $0.value) }
  }
}

/// A file that was asked about: what is known of its history, or why nothing is.
public struct Investigated: Sendable {
  /// What came of it.
  public enum Outcome: Sendable {
    /// It was read and judged.
    case judged(HistoryFindings)
    /// It could not be.
    case failed(Failure)
  }

  /// The file's name as the person gave it.
  public var file: String
  /// What came of it.
  public var outcome: Outcome

  /// Notes what came of a file.
  public init(file: String, _ outcome: Outcome) {
    self.file = file
    self.outcome = outcome
  }

  /// What is known of the history, if it was read.
  public var findings: HistoryFindings? {
    if case .judged(let findings) = outcome { return findings }
    return nil
  }

  /// How it ended.
  public var ending: Ending {
    switch outcome {
    case .judged(let findings): findings.ending
    case .failed(let failure): failure.code == .undecided ? .undecided : .failed(failure.code)
    }
  }
}
