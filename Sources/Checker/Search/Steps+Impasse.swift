import Histories

extension Steps {
  /// How many states are shown.
  static var shownStates: Int { 8 }
  /// How many operations of a path are shown.
  private static var shownPath: Int { 6 }

  /// What a person is shown of an event that no configuration passed: the states that the given
  /// ways lead to, and why each refuses.
  mutating func impasse(
    at event: Int, _ ways: [(path: [Arrival], initial: Int32)], omitted: Int
  ) -> Impasse {
    open.move(to: event)
    var impasse = Impasse(
      culprit: problem.operations[Int(problem.completing[event])], dilemmas: [],
      omittedDilemmas: omitted, open: open.list.map { problem.operations[Int($0)] }.sorted())
    for way in ways { impasse.dilemmas.append(dilemma(way.path, from: way.initial, at: event)) }
    return impasse
  }

  private mutating func dilemma(
    _ path: [Arrival], from initial: Int32, at event: Int
  ) -> Dilemma {
    let (order, state) = replay(path, from: initial)
    open.move(to: event)
    var refusals: [Refusal] = []
    for operation in open.list.reversed() where !isTaken(operation, in: replayed) {
      let form = problem.forms[Int(operation)]
      guard machine.next(state, form, choice: 0) == refused else { continue }
      refusals.append(
        Refusal(
          operation: problem.operations[Int(operation)],
          reason: machine.refusal(of: form, in: state)))
    }
    for group in problem.pending where isAvailable(group, in: replayed, at: event) {
      guard machine.next(state, group.form, choice: 0) == refused else { continue }
      refusals.append(
        Refusal(
          operation: problem.pendingOperations[group.first + used(group, in: replayed)],
          reason: machine.refusal(of: group.form, in: state)))
    }
    return Dilemma(
      state: machine.describe(state), path: order.suffix(Self.shownPath).map(\.operation),
      refusals: refusals)
  }
}
