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
    let own = finding?.kind ?? Explanation.fallback(violation, scene.kind)
    kind = Explanation.title(own, of: violation, in: result, history)
    rule = own.promise
    operations = Set(finding?.operations ?? scene.shown).sorted()
    let culprit = finding?.operations.last ?? violation.culprit
    self.culprit = culprit
    let plain = violation.isOfPart ? [] : PlainWords(scene: scene).sentences
    sentences = (finding?.sentences ?? plain).map(\.capitalized)
    if let finding, isTold { sentences += LocalReads(scene).sentences(finding) }
    story =
      sentences.isEmpty
      ? violation.explanation : sentences.map(\.text).joined(separator: " ")
    faultSentences = []
    if scene.history.processes.indices.contains(culprit) {
      let cause =
        finding?.cause
        ?? Finding.Cause(operation: operations.first ?? culprit, answer: culprit)
      faultSentences = FaultWords(scene).sentences(cause)
    }
    faults = faultSentences.map(\.text).joined(separator: " ")
  }

  /// What may be one cause on several keys: copies that lag.
  private static let old: Set<Anomaly> = [.staleRead, .lostWrite, .readsGoBack]
  /// So many keys are looked at for a title that they share.
  private static let mostKeys = 8

  /// The title of a key: where several keys show old values, each in its way, that which is true of
  /// all of them.
  private static func title(
    _ own: Anomaly, of violation: Violation, in result: CheckResult, _ history: History
  ) -> Anomaly {
    guard old.contains(own), result.violations.count > 1 else { return own }
    let others = result.violations.prefix(mostKeys).filter { $0.key != violation.key }
    let kinds = others.compactMap { finding(Scene($0, in: result, of: history))?.kind }
    return kinds.contains { old.contains($0) && $0 != own } ? .staleRead : own
  }

  private static func finding(_ scene: Scene) -> Finding? {
    Recogniser.all.first { $0.isOf(scene.kind) }?.find(scene)
  }

  /// What a violation is called whose story is not recognised: what the monitor says, if one did.
  private static func fallback(_ violation: Violation, _ kind: ObjectKind) -> Anomaly {
    if violation.anomaly != .other { return violation.anomaly }
    return kind == .registers ? .divergingTransactions : .other
  }
}
