import Base
import Histories

/// Makes what was found into something that a person can check.
struct ViolationProofs {
  private let history: History
  private let values: ValueTable
  private let model: Model
  /// Steps that are left for reducing violations, over all keys of the history.
  private var stepsLeft = 4_000_000

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
    var impasse = impasse
    if impasse.dilemmas.isEmpty {
      var reduction = Reduction(model, task, steps: stepsLeft)
      impasse = reduction.stuck(at: impasse.culprit) ?? impasse
      stepsLeft = reduction.stepsLeft
    }
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
      if let proof = reduction.proof(culprit: impasse.culprit),
        try reduction.isConfirmed(proof, culprit: impasse.culprit)
      {
        let isMinimal = reduction.isMinimal(proof)
        if isMinimal || proof.calls.count <= Reduction.readable {
          let told = reduction.told(proof)
          let isTold = told.calls.count > proof.calls.count && reduction.isMinimal(told)
          let shown = isTold ? told : isMinimal ? proof : reduction.sourced(proof)
          show(shown, isMinimal: isTold || isMinimal, reduction, &violation)
          try endWithShown(&violation, shown, task)
        }
      }
      let earlier = violation.isProof ? nil : reduction.earlier(than: impasse.culprit)
      stepsLeft = reduction.stepsLeft
      if let earlier {
        return try self.violation(key: key, earlier, task, isReduced: isReduced)
      }
    }
    if isReduced, !violation.isMinimal, stepsLeft > 0 {
      var reduction = Reduction(model, task, steps: stepsLeft)
      findFirst(&violation, &reduction)
      stepsLeft = reduction.stepsLeft
    }
    violation.explanation = explanation(of: violation)
    return violation
  }

  /// Finds out whether the culprit is the first completion that has no explanation, and blames that
  /// in its place where no story is told of another, nothing shown does without it, and the states
  /// in which it is impossible are known.
  private func findFirst(_ violation: inout Violation, _ reduction: inout Reduction) {
    if reduction.isFirst(violation.culprit) == true {
      violation.isFirstStuck = true
      return
    }
    guard violation.anomaly == .other, let first = reduction.first(),
      !violation.isProof || violation.operations.contains(first)
    else { return }
    // Where the search is stuck earlier, for what this returned later, its states say nothing of
    // it, and they are what makes the violation one that a person can check.
    guard let impasse = reduction.stuck(at: first), impasse.culprit == first else { return }
    violation.culprit = first
    violation.isFirstStuck = true
    violation.dilemmas = impasse.dilemmas
    violation.omittedDilemmas = impasse.omittedDilemmas
    if violation.isProof { return }
    var shown = Set(violation.operations).union([first])
    for dilemma in violation.dilemmas {
      shown.formUnion(dilemma.path)
      shown.formUnion(dilemma.refusals.map(\.operation))
    }
    violation.operations = shown.sorted()
  }

  /// Shows a proof in place of what was around the culprit.
  private func show(
    _ proof: Reduction.Proof, isMinimal: Bool, _ reduction: Reduction, _ violation: inout Violation
  ) {
    let task = reduction.task
    violation.operations = proof.positions.map { task.operations[$0] }
    violation.isProof = true
    violation.isMinimal = isMinimal
    violation.extracts = []
    for (position, call) in zip(proof.positions, reduction.literal(proof)) {
      let whole = task.calls[position].output
      if call.output == whole { continue }
      violation.extracts.append(
        Violation.Extract(
          operation: task.operations[position], shown: proof.values.json(call.output),
          elided: proof.values.extent(whole) - proof.values.extent(call.output)))
    }
  }

  /// Has a violation end with an operation that is shown.
  ///
  /// A search stops where it is stuck, and that may be for what an operation that was open there
  /// returned later. Then the proof may do without the completion at which the search stopped, and
  /// its own is where the proof alone is stuck.
  private func endWithShown(
    _ violation: inout Violation, _ proof: Reduction.Proof, _ task: KeyTask
  ) throws(CheckError) {
    if violation.operations.contains(violation.culprit) { return }
    var alone = task
    alone.operations = proof.positions.map { task.operations[$0] }
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
    var reduction = Reduction(model, task, steps: stepsLeft)
    defer { stepsLeft = reduction.stepsLeft }
    var (proof, impasse) = try stuck(certificate, task)
    var isMinimal = reduction.isMinimal(proof)
    if !isMinimal, stepsLeft > 0, proof.calls.count <= Reduction.readable {
      let before = proof.calls.count
      reduction.leaveOutNeedless(&proof)
      if proof.calls.count < before {
        proof = reduction.told(proof)
        isMinimal = reduction.isMinimal(proof)
        if !isMinimal { proof = reduction.sourced(proof) }
        impasse = try self.impasse(proof, task)
      }
    }
    if proof.calls.count <= Referee.affordable,
      model.referee(proof.calls, task.settings, proof.values)
    {
      throw CheckError(
        "the referee finds a certificate (\(certificate.anomaly)) of model “\(model.name)” "
          + "linearizable; please report this with the history", code: .defect)
    }
    var violation = Violation(
      key: key, operations: [], isMinimal: false, culprit: impasse.culprit,
      dilemmas: impasse.dilemmas, omittedDilemmas: impasse.omittedDilemmas, explanation: "")
    violation.anomaly = certificate.anomaly
    show(proof, isMinimal: isMinimal, reduction, &violation)
    violation.balanced = certificate.balanced.map {
      Violation.Pair(
        acquired: task.operations[$0.acquired], released: task.operations[$0.released])
    }
    if !violation.isMinimal { findFirst(&violation, &reduction) }
    violation.explanation = explanation(of: violation)
    return violation
  }

  /// A certificate's calls as they count, and where they are stuck.
  ///
  /// - Throws: `defect` when they are not stuck.
  private func stuck(
    _ certificate: Certificate, _ task: KeyTask
  ) throws(CheckError) -> (proof: Reduction.Proof, impasse: Impasse) {
    var proof = Reduction.Proof(
      positions: certificate.calls, calls: certificate.calls.map { task.calls[$0] },
      values: task.values)
    for (place, position) in certificate.calls.enumerated()
    where certificate.asWrites.contains(position) {
      proof.calls[place] = proof.calls[place].asWrite(values)
    }
    if let bare = model.removal.bare(proof, of: task),
      case .impasse(let impasse) = try model.solve(bare.alone(task)).finding
    {
      return (bare, impasse)
    }
    guard var impasse = try? impasse(proof.with(certificate.context, of: task), task) else {
      throw CheckError(
        "a certificate (\(certificate.anomaly)) of model “\(model.name)” is linearizable by "
          + "itself; please report this with the history", code: .defect)
    }
    if let base = certificate.base, let rest = try beginning(proof, task, at: base) {
      impasse = rest
    }
    return (proof, impasse)
  }

  /// Where a proof is stuck.
  ///
  /// - Throws: `defect` when it is not.
  private func impasse(
    _ proof: Reduction.Proof, _ task: KeyTask
  ) throws(CheckError) -> Impasse {
    switch try model.solve(proof.alone(task)).finding {
    case .impasse(let found): return found
    case .stopped:
      // It is proven; the budget is too small to say what was possible before it.
      let last = proof.calls.indices.filter { proof.calls[$0].end != .pending }
        .max { proof.calls[$0].returned < proof.calls[$1].returned }
      return Impasse(
        culprit: task.operations[proof.positions[last ?? 0]], dilemmas: [], omittedDilemmas: 0,
        open: [])
    default:
      throw CheckError(
        "a proof of model “\(model.name)” is linearizable by itself; please report this with the "
          + "history", code: .defect)
    }
  }

  /// Where a proof is stuck when the object is at first what one of its calls saw; nil when the
  /// budget is too small to say.
  ///
  /// - Throws: `defect` when there it is not stuck at all: then the certificate proves nothing.
  private func beginning(
    _ proof: Reduction.Proof, _ task: KeyTask, at base: Int
  ) throws(CheckError) -> Impasse? {
    let first = task.operations[base]
    var rest = proof.without { proof.positions[$0] == base }.alone(task)
    rest.settings.initial = task.calls[base].output
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

  /// The violation in a sentence or two.
  private func explanation(of violation: Violation) -> String {
    let culprit = violation.culprit
    let line = history.completedLine[culprit]
    var text =
      "Process \(history.processes[culprit]) completed \(words(culprit)) on line \(line), and no "
      + (violation.isMinimal || violation.isFirstStuck
        ? "order of the operations explains that" : "order explains all of the answers")
    let reasons = violation.dilemmas.map { dilemma in
      dilemma.refusals.first { $0.operation == culprit }?.reason
    }
    let states = violation.dilemmas.count + violation.omittedDilemmas
    if states == 1, let reason = reasons.first ?? nil {
      text += ": \(reason)."
    } else if let reason = reasons.lazy.compactMap({ $0 }).first {
      text +=
        ": in each of the \(states) states that the search had left it cannot come next; "
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

extension ValueTable {
  /// How many elements a list or set has, or characters a text.
  fileprivate func extent(_ id: ValueID) -> Int {
    kind(of: id) == .string ? (string(id) ?? "").unicodeScalars.count : parts(of: id).count
  }
}
