import Checker
import Histories

/// A violation that no story fits: the answer, the states that were possible, and the model's word.
struct PlainWords {
  let scene: Scene

  /// The sentences; none where the checker kept no states.
  var sentences: [Sentence] {
    let violation = scene.violation
    let culprit = violation.culprit
    guard !violation.dilemmas.isEmpty, scene.shown.contains(culprit) else { return [] }
    let label = Sentence(
      OperationText(valueLimit: 40).label(culprit, of: scene.history),
      [.asked(culprit, scene.name(culprit), scene.input(culprit))])
    let among =
      violation.isMinimal
      ? Sentence(
        "no order of the ",
        scene.count(violation.operations.count, "operation", .noOrder(violation.operations)),
        " that matter here gives that answer")
      : "no order of what came before gives that answer"
    let total = violation.dilemmas.count + max(0, violation.omittedDilemmas)
    let states = violation.dilemmas.prefix(3).map(\.state)
    let named = states.map { Sentence(Legible.text($0, limit: 80), []) }
    let reason = violation.dilemmas.lazy.compactMap { dilemma in
      dilemma.refusals.first { $0.operation == culprit }?.reason
    }.first
    let stuck = Fact.stuck(culprit, states: states, reason: reason)
    let ends: Sentence =
      total == 1
      ? named[0]
      : total <= states.count
        ? "one of \(Sentence.list(named))"
        : "one of \(Sentence("\(total)", [])) states, such as \(named[0])"
    let refusal: Sentence =
      reason.map {
        ", and the model says: \(Sentence(Legible.text($0, limit: 200), [stuck]))"
      } ?? ""
    return [
      Sentence(
        scene.Client(culprit), "’s “", label, "” was over ", scene.ended(culprit), ", and ",
        among, "."
      ).given(stuck),
      Sentence("Every order that explains what came before ends with ", ends, refusal, ".")
        .given(stuck),
    ]
  }
}
