import Histories

/// Makes what was found into something that a person can check.
struct Evidence {
  let history: History
  let values: ValueTable
  let model: Model
  let task: KeyTask

  /// Gathers what the evidence is made of.
  init(_ history: History, values: ValueTable, model: Model, task: KeyTask) {
    self.history = history
    self.values = values
    self.model = model
    self.task = task
  }

  /// The violation that an impasse proves.
  func violation(
    key: ValueID, _ impasse: Impasse, isReduced: Bool
  ) throws(CheckError) -> Violation {
    var shown = Set(impasse.open)
    for dilemma in impasse.dilemmas { shown.formUnion(dilemma.path) }
    return Violation(
      key: key, operations: shown.sorted(), isMinimal: false, culprit: impasse.culprit,
      dilemmas: impasse.dilemmas, omittedDilemmas: impasse.omittedDilemmas,
      explanation: "?")
  }
}
