import Base

/// The decision ladder: the model's rungs in their order, then the search.
enum Ladder {
  /// Decides one key.
  static func decide(
    _ task: KeyTask, _ model: Model, _ rungs: [Rung]
  ) throws(CheckError) -> KeyAnswer {
    for rung in rungs {
      if task.budget.spent != nil { break }
      switch try rung.decide(task) {
      case .order(let steps):
        return KeyAnswer(finding: .order(steps), algorithm: rung.name)
      case .positions(let positions):
        return KeyAnswer(finding: .positions(positions), algorithm: rung.name)
      case .violation(let certificate):
        let earliest = try Earliest(task: task, decide: rung.decide).certificate(certificate)
        return KeyAnswer(finding: .certificate(earliest), algorithm: rung.name)
      case .impasse(let impasse):
        if rung.findsFirst {
          return KeyAnswer(finding: .impasse(impasse), algorithm: rung.name)
        }
        let earliest = try Earliest(task: task, decide: rung.decide).impasse(impasse)
        return KeyAnswer(finding: .impasse(earliest), algorithm: rung.name)
      case .pass: continue
      }
    }
    return try model.solve(task)
  }
}
