import Base

/// The decision ladder: the model's rungs in their order, then the search.
enum Ladder {
  /// Decides one key.
  static func decide(
    _ task: KeyTask, _ model: Model, _ rungs: [Rung]
  ) throws(CheckError) -> KeyAnswer {
    var accounts: [Undecided] = []
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
      case .stopped(let account):
        accounts.append(account)
        if task.budget.spent != nil {
          return KeyAnswer(finding: .stopped(account), algorithm: rung.name)
        }
      case .pass: continue
      }
    }
    var answer = try model.solve(task)
    if case .stopped(var account) = answer.finding, let other = accounts.last {
      account.reached.insert(contentsOf: other.reached, at: 0)
      if other.explained > account.explained {
        account.explained = other.explained
        account.deepest = other.deepest
        account.knot = other.knot
      }
      answer.finding = .stopped(account)
    }
    return answer
  }
}
