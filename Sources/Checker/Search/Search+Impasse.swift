import Histories

extension Search {
  /// How many states are shown.
  private static var shownStates: Int { 8 }
  /// How many operations of a path are shown.
  private static var shownPath: Int { 6 }

  /// The states that were possible just before the culprit's completion, and why each refuses.
  ///
  /// Every configuration is in the memo, so those of the deepest event are all there are.
  mutating func impasse(isExplained: Bool) -> Impasse {
    let culprit = problem.operations[Int(problem.completing[deepest])]
    open.move(to: deepest)
    let list = open.list
    var impasse = Impasse(
      culprit: culprit, dilemmas: [], omittedDilemmas: 0,
      open: list.map { problem.operations[Int($0)] }.sorted())
    guard isExplained else { return impasse }
    var states: Set<Int32> = []
    var rows: [Int] = []
    for row in 0..<memo.count where memo.event(row) == deepest {
      if states.insert(memo.state(row)).inserted { rows.append(row) }
    }
    for row in rows.prefix(Self.shownStates) { impasse.dilemmas.append(dilemma(row)) }
    impasse.omittedDilemmas = max(0, rows.count - Self.shownStates)
    return impasse
  }

  private mutating func dilemma(_ row: Int) -> Dilemma {
    let path = order(to: row).suffix(Self.shownPath).map(\.operation)
    open.move(to: deepest)
    let state = replayedState
    let base = row * memo.width + 2
    var refusals: [Refusal] = []
    for operation in open.list.reversed() {
      let slot = Int(problem.slot[Int(operation)])
      if memo.words[base + slot >> 6] >> UInt64(slot & 63) & 1 == 1 { continue }
      let form = problem.forms[Int(operation)]
      guard machine.next(state, form, choice: 0) == refused else { continue }
      refusals.append(
        Refusal(
          operation: problem.operations[Int(operation)],
          reason: machine.refusal(of: form, in: state)))
    }
    for group in problem.pending {
      let word = memo.words[base + problem.slotWords + group.word]
      let used = Int(word >> group.shift & group.mask)
      guard used < group.from.count, Int(group.from[used]) <= deepest,
        machine.next(state, group.form, choice: 0) == refused
      else { continue }
      refusals.append(
        Refusal(
          operation: group.operations[used],
          reason: machine.refusal(of: group.form, in: state)))
    }
    return Dilemma(state: machine.describe(state), path: path, refusals: refusals)
  }
}
