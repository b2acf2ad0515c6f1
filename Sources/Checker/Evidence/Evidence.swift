import Base
import Histories

/// Makes what was found into something that a person can check.
struct Evidence {
  private let history: History
  private let values: ValueTable
  private let model: Model
  /// Steps that are left for reducing violations, over all keys of the history.
  private var stepsLeft = 4_000_000
  /// A certificate with more operations than this is no easier to read than the surroundings.
  private static let readable = 40

  /// Prepares to explain the violations of one history.
  init(_ history: History, values: ValueTable, model: Model) {
    self.history = history
    self.values = values
    self.model = model
  }

  /// The violation that an impasse proves.
  ///
  /// - Throws: `defect` when the referee contradicts the search (``Reduction``).
  mutating func violation(
    key: ValueID, _ impasse: Impasse, _ task: KeyTask, isReduced: Bool
  ) throws(CheckError) -> Violation {
    var shown = Set(impasse.open)
    for dilemma in impasse.dilemmas {
      shown.formUnion(dilemma.path)
      shown.formUnion(dilemma.refusals.map(\.operation))
    }
    var violation = Violation(
      key: key, operations: shown.sorted(), isMinimal: false, culprit: impasse.culprit,
      dilemmas: impasse.dilemmas, omittedDilemmas: impasse.omittedDilemmas, explanation: "")
    if isReduced, stepsLeft > 0 {
      var reduction = Reduction(model, task, steps: stepsLeft)
      let proof = reduction.proof(culprit: impasse.culprit)
      defer { stepsLeft = reduction.stepsLeft }
      if let proof, proof.isMinimal || proof.calls.count <= Self.readable,
        try reduction.isConfirmed(proof, culprit: impasse.culprit)
      {
        violation.operations = proof.positions.map { task.operations[$0] }
        violation.isMinimal = proof.isMinimal
        violation.isAbridged = proof.isAbridged
        try settle(&violation, proof, task)
      }
    }
    violation.explanation = explanation(of: violation)
    return violation
  }

  /// Has a violation end with an operation that is shown.
  ///
  /// A search stops where it is stuck, and that may be for what an operation that was open there
  /// returned later. Then the proof may do without the completion at which the search stopped, and
  /// its own is where the proof alone is stuck.
  private func settle(
    _ violation: inout Violation, _ proof: Reduction.Proof, _ task: KeyTask
  ) throws(CheckError) {
    if violation.operations.contains(violation.culprit) { return }
    var alone = task
    alone.operations = violation.operations
    alone.calls = proof.calls
    alone.values = proof.values
    guard case .impasse(let impasse) = try model.solve(alone).finding else { return }
    violation.culprit = impasse.culprit
    violation.dilemmas = impasse.dilemmas
    violation.omittedDilemmas = impasse.omittedDilemmas
  }

  /// The violation that a rung's certificate proves: the search decides the certificate alone, and
  /// what it says is what is shown.
  ///
  /// - Throws: `defect` when the search, or the referee if the certificate is small enough for it,
  ///   finds the certificate linearizable.
  mutating func violation(
    key: ValueID, _ certificate: Certificate, _ task: KeyTask
  ) throws(CheckError) -> Violation {
    var proof = task
    proof.operations = certificate.calls.map { task.operations[$0] }
    proof.calls = certificate.calls.map { task.calls[$0] }
    for (place, position) in certificate.calls.enumerated()
    where certificate.asWrites.contains(position) {
      proof.calls[place] = proof.calls[place].asWrite(values)
    }
    var isAbridged = false
    var finding = KeyAnswer.Finding.positions([])
    if let bare = model.removal.bare(proof, of: task) {
      finding = try model.solve(bare).finding
      if case .impasse = finding {
        proof = bare
        isAbridged = true
      }
    }
    if !isAbridged { finding = try model.solve(proof).finding }
    var impasse: Impasse
    switch finding {
    case .impasse(let found): impasse = found
    case .stopped:
      // The rung has proven it; the budget is too small to say what was possible before it.
      let last = proof.calls.indices.filter { proof.calls[$0].end != .pending }
        .max { proof.calls[$0].returned < proof.calls[$1].returned }
      impasse = Impasse(
        culprit: proof.operations[last ?? 0], dilemmas: [], omittedDilemmas: 0, open: [])
    default:
      throw CheckError(
        "a certificate (\(certificate.rule)) of model “\(model.name)” is linearizable by itself; "
          + "please report this with the history", code: .defect)
    }
    if let base = certificate.base, let rest = try beginning(proof, task, at: base) {
      impasse = rest
    }
    if proof.calls.count <= Referee.affordable,
      model.referee(proof.calls, task.settings, proof.values)
    {
      throw CheckError(
        "the referee finds a certificate (\(certificate.rule)) of model “\(model.name)” "
          + "linearizable; please report this with the history", code: .defect)
    }
    var violation = Violation(
      key: key, operations: proof.operations,
      isMinimal: certificate.isMinimal ?? isMinimal(proof), culprit: impasse.culprit,
      dilemmas: impasse.dilemmas, omittedDilemmas: impasse.omittedDilemmas, explanation: "")
    violation.isAbridged = isAbridged
    violation.explanation = explanation(of: violation)
    return violation
  }

  /// Where a proof is stuck when the object is at first what one of its calls saw; nil when the
  /// budget is too small to say.
  ///
  /// - Throws: `defect` when there it is not stuck at all: then the certificate proves nothing.
  private func beginning(
    _ proof: KeyTask, _ task: KeyTask, at base: Int
  ) throws(CheckError) -> Impasse? {
    let first = task.operations[base]
    var rest = proof
    rest.settings.initial = task.calls[base].output
    if let place = rest.operations.firstIndex(of: first) {
      rest.operations.remove(at: place)
      rest.calls.remove(at: place)
    }
    switch try model.solve(rest).finding {
    case .impasse(var impasse):
      for place in impasse.dilemmas.indices { impasse.dilemmas[place].path.insert(first, at: 0) }
      return impasse
    case .stopped: return nil
    default:
      throw CheckError(
        "a certificate of model “\(model.name)” is linearizable after what its first read saw; "
          + "please report this with the history", code: .defect)
    }
  }

  /// Whether no group of a small proof that is sound to leave out can be left out.
  private mutating func isMinimal(_ proof: KeyTask) -> Bool {
    guard proof.calls.count <= Self.readable, stepsLeft > 0 else { return false }
    var reduction = Reduction(model, proof, steps: stepsLeft)
    let isMinimal = reduction.isMinimal(Reduction.Proof(proof))
    stepsLeft = reduction.stepsLeft
    return isMinimal
  }

  /// The violation in a sentence or two.
  private func explanation(of violation: Violation) -> String {
    let culprit = violation.culprit
    let line = history.completedLine[culprit]
    var text =
      "Process \(history.processes[culprit]) completed \(words(culprit)) on line \(line), and no "
      + "order of the operations explains that"
    let reasons = violation.dilemmas.map { dilemma in
      dilemma.refusals.first { $0.operation == culprit }?.reason
    }
    let states = violation.dilemmas.count + violation.omittedDilemmas
    if states == 1, let reason = reasons.first ?? nil {
      text += ": \(reason)."
    } else if let reason = reasons.lazy.compactMap({ $0 }).first {
      text +=
        ": in each of the \(states) states that were possible then it cannot come next; "
        + "for one, \(reason)."
    } else {
      text += "."
    }
    let others = violation.operations.filter { $0 != culprit }
    if violation.isMinimal, !others.isEmpty, others.count <= 6 {
      let list = others.map { "\(words($0)) of process \(history.processes[$0]) (\(lines($0)))" }
      text += " It contradicts \(list.joined(separator: ", "))."
    }
    return text
  }

  /// An operation as a person reads it: `write 3`, `read → 2`, `cas [1,2] → not swapped`.
  private func words(_ operation: Int) -> String {
    let input = history.input[operation]
    let output = history.output[operation]
    // Null is what these saw, where others have no answer to give.
    let isSight = ["read", "get", "dequeue", "pop", "delete-min"].contains(
      history.functionName(operation))
    var text = history.functionName(operation)
    if input != ValueTable.null { text += " " + values.describe(input) }
    switch history.outcome[operation] {
    case .indeterminate: text += " → ?"
    case .fail: text += " → not swapped"
    case .ok:
      if history.evidence("swapped", of: operation) == ValueTable.false {
        text += " → not swapped"
      } else if output != ValueTable.none, output != input || input == ValueTable.null && isSight {
        text += " → " + values.describe(output)
      }
    }
    return "“\(text)”"
  }

  private func lines(_ operation: Int) -> String {
    let end = history.completedLine[operation]
    return end == 0
      ? "line \(history.line[operation])" : "lines \(history.line[operation])–\(end)"
  }
}
