import Checker
import Histories

extension Explanation {
  /// Explains a violation that a check found.
  ///
  /// The story is recognised from the operations of the violation; where none is, the model's own
  /// words remain.
  ///
  /// - Complexity: O(operations of the history), and more only in the operations shown.
  public init(_ violation: Violation, in result: CheckResult, of history: History) {
    let scene = Scene(violation, in: result, of: history)
    // What a part of the history lacks says nothing, and stories speak of what is lacking.
    let isTold = !scene.shown.isEmpty && !violation.isOfPart
    let finding = isTold ? Explanation.finding(scene) : nil
    kind = finding?.kind ?? .other
    rule = kind.rule
    operations = Set(finding?.operations ?? scene.shown).sorted()
    culprit = finding?.operations.last ?? violation.culprit
    let sentences =
      finding?.sentences ?? (violation.isOfPart ? [] : PlainWords(scene: scene).sentences)
    story =
      sentences.isEmpty
      ? violation.explanation : sentences.map(Explanation.capitalized).joined(separator: " ")
    faults = ""
    let since = finding?.since ?? operations.first
    if let since, history.processes.indices.contains(culprit) {
      let end = history.completed[culprit]
      faults = FaultSpans(history).sentence(
        from: history.invoked[since], to: end == History.never ? history.invoked[culprit] : end)
    }
  }

  private static func finding(_ scene: Scene) -> Finding? {
    switch scene.model {
    case "register", "cas-register": RegisterWords(scene).finding()
    case "queue", "bag", "stack", "priority-queue": CollectionWords(scene).finding()
    case "set": SetWords(scene).finding()
    case "lock", "reentrant-lock", "semaphore", "fenced-lock": LockWords(scene).finding()
    case "counter": CounterWords(scene: scene).finding()
    case "append-log", "text", "unique-ids": LogWords(scene: scene).finding()
    case "multi-register": TransactionWords(scene).finding()
    default: nil
    }
  }

  /// A sentence with a capital; one that begins with a value keeps it.
  private static func capitalized(_ sentence: String) -> String {
    guard let first = sentence.first, first.isLowercase else { return sentence }
    return first.uppercased() + sentence.dropFirst()
  }
}
