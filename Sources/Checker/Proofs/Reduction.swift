import Base
import Histories

/// Makes a violation small: leaves out what is sound to leave out as long as it stays one.
///
/// A. Zeller, R. Hildebrandt, “Simplifying and isolating failure-inducing input”, TSE 28(2), 2002,
/// doi:10.1109/32.988498, with groups that are sound (see ``Removal``) in place of arbitrary
/// subsets. Deterministic: it is bounded by steps of the search, not by time; a shared budget that
/// runs out ends it as well.
///
/// What it hands out is looked at once more (``isConfirmed(_:culprit:)``).
struct Reduction {
  /// Calls that prove a violation by themselves.
  struct Proof {
    /// Their positions in the task's calls.
    var positions: [Int]
    /// As they count: what was open at the end of the prefix is pending, and gets show less when
    /// pieces of them were left out.
    var calls: [Call]
    /// The values of the calls: those of the task and what gets show now.
    var values: ValueTable
    /// Whether the prefix that ends with the culprit proves the violation; else the whole does.
    var isPrefix = true
    /// Whether gets show less than they did.
    var isAbridged = false
  }

  let model: Model
  let task: KeyTask
  /// Steps of the search that are left for all attempts.
  private(set) var stepsLeft: Int
  private(set) var isOutOfSteps = false
  /// What sound removals have left.
  private(set) var closed: Proof?
  /// The most operations whose answers are taken apart.
  private static let abridged = 80

  /// Prepares to reduce one key's violation.
  init(_ model: Model, _ task: KeyTask, steps: Int) {
    self.model = model
    self.task = task
    stepsLeft = steps
  }

  /// Calls that prove the violation by themselves; nil when no attempt succeeded.
  mutating func proof(culprit: Int) -> Proof? {
    guard var proof = prefix(culprit: culprit) else { return nil }
    if !isViolation(proof) {
      proof.positions = Array(task.calls.indices)
      proof.calls = task.calls
      proof.isPrefix = false
      if proof.calls.count > 400 { return nil }
    }
    project(&proof)
    reduce(&proof, size: proof.calls.count)
    while abridge(&proof) { reduce(&proof, size: 1) }
    closed = proof
    leaveOutNeedless(&proof, of: proof, culprit: culprit)
    return proof
  }

  /// What was known just after an operation had completed.
  private func prefix(culprit: Int) -> Proof? {
    guard let place = task.operations.firstIndex(of: culprit) else { return nil }
    return known(at: task.calls[place].returned)
  }

  /// What was known just after an event.
  private func known(at end: Int32) -> Proof {
    var proof = Proof(positions: [], calls: [], values: task.values)
    for (position, call) in task.calls.enumerated() where call.invoked <= end {
      // One that saw another value changes nothing, and by then it had not seen it.
      if call.returned > end, call.end == .mismatch { continue }
      proof.positions.append(position)
      // What is open at the end may have happened by then, or not, and nobody knows its result.
      proof.calls.append(call.returned > end ? call.cut : call)
    }
    return proof
  }

  /// Looks at one element of a large set alone: elements have nothing to do with each other, so an
  /// order of the set is one of each element (and of those that were in at first).
  private mutating func project(_ proof: inout Proof) {
    guard case .member = model.removal, proof.calls.count > Self.abridged,
      let initial = task.settings.initial
    else { return }
    var elements: Set<ValueID> = []
    var size = proof.calls.count
    for call in proof.calls {
      if call.function != .read {
        elements.insert(call.input)
      } else if call.end == .ok {
        elements.formUnion(proof.values.parts(of: call.output))
        size += proof.values.parts(of: call.output).count
      }
    }
    elements.subtract(proof.values.parts(of: initial))
    guard size * elements.count < 20_000_000 else { return }
    for element in elements.sorted() where !isOutOfSteps {
      let others = elements.subtracting([element])
      var alone = proof
      for (call, output) in proof.calls.without(others, &alone.values) {
        alone.calls[call].output = output
      }
      alone.isAbridged = true
      alone = alone.without {
        proof.calls[$0].function != .read && others.contains(proof.calls[$0].input)
      }
      if isViolation(alone) {
        proof = alone
        return
      }
    }
  }

  /// Leaves out groups, that many at once at first.
  private mutating func reduce(_ proof: inout Proof, size: Int) {
    var size = size
    while size >= 1, !isOutOfSteps {
      let before = proof.calls.count
      sweep(&proof, size: size)
      if size == 1 {
        if proof.calls.count == before { break }
        continue
      }
      size = min(size / 2, max(1, proof.calls.count))
    }
  }

  /// Tries to leave out every run of that many groups.
  private mutating func sweep(_ proof: inout Proof, size: Int) {
    // Positions, since places shift when something goes.
    let groups = groups(proof).map { $0.map { proof.positions[$0] } }
    var start = 0
    while start < groups.count, !isOutOfSteps {
      let gone = Set(groups[start..<min(groups.count, start + size)].joined())
      start += size
      let rest = proof.without { gone.contains(proof.positions[$0]) }
      if rest.calls.count < proof.calls.count, isViolation(rest) { proof = rest }
    }
  }

  /// Takes one piece out of the gets that show it, if the rest is still a violation.
  private mutating func abridge(_ proof: inout Proof) -> Bool {
    guard proof.calls.count <= Self.abridged else { return false }
    for piece in model.removal.pieces(of: proof.calls, task.settings, &proof.values) {
      let rest = proof.without(piece)
      if isViolation(rest) {
        proof = rest
        return true
      }
    }
    return false
  }

  private func groups(_ proof: Proof) -> [[Int]] {
    model.removal.groups(of: proof.calls, task.settings, proof.values)
  }

  mutating func isViolation(_ proof: Proof) -> Bool {
    switch solve(proof) {
    case .impasse, .certificate: true
    default: false
    }
  }

  mutating func isLinearizable(_ proof: Proof) -> Bool {
    switch solve(proof) {
    case .order, .positions: true
    default: false
    }
  }

  /// Searches some calls; nil when the steps are used up or the model refuses a call.
  mutating func solve(_ proof: Proof) -> KeyAnswer.Finding? {
    guard stepsLeft > 0 else {
      isOutOfSteps = true
      return nil
    }
    var attempt = task
    attempt.operations = proof.positions.map { task.operations[$0] }
    attempt.calls = proof.calls
    attempt.values = proof.values
    attempt.wantsImpasse = false
    attempt.stepLimit = min(stepsLeft, 50_000)
    guard let answer = try? model.solve(attempt) else { return nil }
    // The columns are made anew for every attempt, which costs too.
    stepsLeft -= answer.statistics.steps + proof.calls.count
    if case .stopped = answer.finding {
      isOutOfSteps = true
      return nil
    }
    return answer.finding
  }

  /// Whether what was known when an operation had completed has no order while what was known just
  /// before has one; nil when the steps do not suffice.
  mutating func isFirst(_ culprit: Int) -> Bool? {
    guard let place = task.operations.firstIndex(of: culprit),
      task.calls[place].returned != History.never
    else { return false }
    let end = task.calls[place].returned
    guard let with = isExplained(at: end) else { return nil }
    if with { return false }
    return isExplained(at: end - 1)
  }

  /// The operation at whose completion what is known has no order for the first time; nil when the
  /// steps do not suffice.
  ///
  /// - Complexity: O(log operations) searches, for what has no order has none whatever comes.
  mutating func first() -> Int? {
    let ends = task.calls.indices.filter { task.calls[$0].returned != History.never }
      .sorted { task.calls[$0].returned < task.calls[$1].returned }
    var (low, high) = (0, ends.count - 1)
    while low < high {
      let middle = (low + high) / 2
      guard let isFine = isExplained(at: task.calls[ends[middle]].returned) else { return nil }
      if isFine { low = middle + 1 } else { high = middle }
    }
    guard ends.indices.contains(low) else { return nil }
    let culprit = task.operations[ends[low]]
    return isFirst(culprit) == true ? culprit : nil
  }

  /// Whether what was known just after an event has an order; nil when the steps do not suffice.
  private mutating func isExplained(at end: Int32) -> Bool? {
    switch solve(known(at: end)) {
    case .order, .positions: true
    case .impasse, .certificate: false
    case .stopped, nil: nil
    }
  }

  /// Where the search is stuck on what was known when an operation had completed, for a rung that
  /// says no more than that; nil when the steps do not suffice.
  mutating func stuck(at culprit: Int) -> Impasse? {
    guard stepsLeft > 0, let known = prefix(culprit: culprit) else { return nil }
    var attempt = known.alone(task)
    attempt.stepLimit = min(stepsLeft, 50_000)
    guard let answer = try? model.solve(attempt) else { return nil }
    stepsLeft -= answer.statistics.steps + known.calls.count
    guard case .impasse(let impasse) = answer.finding else { return nil }
    return impasse
  }

  /// Where the search is stuck on what was known before an operation completed, nil when it is not.
  ///
  /// A rung may say where it is stuck while an earlier completion has no explanation either, of
  /// which it could not tell.
  mutating func earlier(than culprit: Int) -> Impasse? {
    guard var known = prefix(culprit: culprit), stepsLeft > 0,
      let place = known.positions.firstIndex(where: { task.operations[$0] == culprit })
    else { return nil }
    if known.calls[place].end == .mismatch {
      known = known.without { $0 == place }
    } else {
      known.calls[place] = known.calls[place].cut
    }
    var attempt = known.alone(task)
    attempt.stepLimit = min(stepsLeft, 50_000)
    guard let answer = try? model.solve(attempt) else { return nil }
    stepsLeft -= answer.statistics.steps + known.calls.count
    guard case .impasse(let impasse) = answer.finding, impasse.culprit != culprit else {
      return nil
    }
    return impasse
  }

  /// Whether the referee agrees with a proof, if it is small enough for it.
  ///
  /// It must find no order of the proof. And what was left out must have been left out soundly,
  /// which it tells by histories that have an order as a whole: then so must what is kept of them.
  /// One is what was known before the culprit completed, another the same with the culprit invoked
  /// before all others (``relaxed(_:culprit:)``), if that has an order. A removal that is not
  /// sound, of a write without who read it, say, leaves none. Such a proof is not shown, while the
  /// verdict stands: the search reached it on the whole.
  ///
  /// - Throws: `defect` when it finds an order where the search found none: then the search has no
  ///   say on the whole either.
  mutating func isConfirmed(_ proof: Proof, culprit: Int) throws(CheckError) -> Bool {
    guard proof.calls.count <= Referee.affordable else { return true }
    if model.referee(proof.calls, task.settings, proof.values) {
      throw CheckError(
        "the referee finds a reduced violation of model “\(model.name)” linearizable; please "
          + "report this with the history", code: .defect)
    }
    guard proof.isPrefix else { return true }
    let known = proof.positions.indices.compactMap { place -> Call? in
      let call = proof.calls[place]
      if task.operations[proof.positions[place]] != culprit { return call }
      return call.end == .mismatch ? nil : call.cut
    }
    guard model.referee(known, task.settings, proof.values) else { return false }
    guard let closed, closed.calls.count <= Referee.affordable,
      let whole = prefix(culprit: culprit), let all = relaxed(whole, culprit: culprit),
      isLinearizable(all), let kept = relaxed(closed, culprit: culprit)
    else { return true }
    return model.referee(kept.calls, task.settings, kept.values)
  }

  /// The calls with the culprit invoked before all others, nil where removals go by more than
  /// values: a group that is sound to leave out of the one is sound to leave out of the other.
  private func relaxed(_ proof: Proof, culprit: Int) -> Proof? {
    if case .section = model.removal { return nil }
    guard let place = proof.positions.firstIndex(where: { task.operations[$0] == culprit })
    else { return nil }
    var relaxed = proof
    relaxed.positions.insert(relaxed.positions.remove(at: place), at: 0)
    var call = relaxed.calls.remove(at: place)
    call.invoked = -1
    relaxed.calls.insert(call, at: 0)
    return relaxed
  }
}

extension Reduction.Proof {
  /// The calls as a task of their own.
  func alone(_ task: KeyTask) -> KeyTask {
    var alone = task
    alone.operations = positions.map { task.operations[$0] }
    alone.calls = calls
    alone.values = values
    return alone
  }

  /// Without the calls at some places.
  func without(_ isGone: (Int) -> Bool) -> Self {
    var rest = self
    let kept = calls.indices.filter { !isGone($0) }
    rest.positions = kept.map { positions[$0] }
    rest.calls = kept.map { calls[$0] }
    return rest
  }

  /// Without a piece of the answers and the calls that are about it.
  func without(_ piece: Removal.Piece) -> Self {
    var rest = self
    for (call, output) in piece.rests { rest.calls[call].output = output }
    rest.isAbridged = true
    return rest.without { piece.calls.contains($0) }
  }
}
