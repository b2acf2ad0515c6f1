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
    let count = violation.operations.count
    let isFirst = violation.isFirstStuck
    let among: Sentence =
      !violation.isMinimal
      ? isFirst
        ? Sentence("no order of what came before gives that answer", [.firstStuck(culprit)])
        : "no order explains all of the answers"
      : count == 1
        ? Sentence("that answer is impossible by itself", [.noOrder(violation.operations)])
        : Sentence(
          "no order of the ",
          scene.count(count, "operation", .noOrder(violation.operations)),
          " that matter here gives that answer")
    // One order is enough to say why; how many there are depends on what the search left out.
    func reason(_ dilemma: Dilemma) -> String? {
      dilemma.refusals.first { $0.operation == culprit }?.reason
    }
    let told = violation.dilemmas.first { reason($0) != nil } ?? violation.dilemmas[0]
    let stuck = Fact.stuck(culprit, state: told.state, reason: reason(told))
    let refusal: Sentence =
      reason(told).map {
        "; there the model says: \(Sentence(Legible.text($0, limit: 200), [stuck]))"
      } ?? ""
    return [
      Sentence(
        scene.Client(culprit), "’s “", label, "” was over ", scene.ended(culprit), ", and ",
        among, "."
      ).given(stuck),
      Sentence(
        violation.isMinimal || isFirst
          ? "An order that explains what came before ends with "
          : "One that explains a part ends with ",
        Sentence(Legible.text(told.state, limit: 80), [stuck]), refusal, "."),
    ]
  }
}
