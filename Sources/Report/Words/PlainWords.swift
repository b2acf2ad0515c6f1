import Checker
import Histories

/// A violation that no story fits: the answer, the states that were possible, and the model's word.
struct PlainWords {
  let scene: Scene

  /// The sentences; none where the checker kept no states.
  var sentences: [String] {
    let violation = scene.violation
    let culprit = violation.culprit
    guard !violation.dilemmas.isEmpty, scene.shown.contains(culprit) else { return [] }
    let label = OperationText(valueLimit: 40).label(culprit, of: scene.history)
    let among =
      violation.isMinimal
      ? "no order of the \(Legible.count(scene.shown.count, "operation")) that matter here gives "
        + "that answer"
      : "no order of what came before gives that answer"
    let total = violation.dilemmas.count + max(0, violation.omittedDilemmas)
    let states = violation.dilemmas.prefix(3).map { Legible.text($0.state, limit: 80) }
    let ends =
      total == 1
      ? states[0]
      : total <= states.count
        ? "one of \(Scene.list(states))" : "one of \(total) states, such as \(states[0])"
    let reason = violation.dilemmas.lazy.compactMap { dilemma in
      dilemma.refusals.first { $0.operation == culprit }?.reason
    }.first
    let refusal = reason.map { ", and the model says: \(Legible.text($0, limit: 200))" } ?? ""
    return [
      "\(scene.Client(culprit))’s “\(label)” was over \(scene.ended(culprit)), and \(among).",
      "Every order that explains what came before ends with \(ends)\(refusal).",
    ]
  }
}
