import Histories

/// Which single operations a proof needs, in every model.
///
/// **Needless.** Let B be what sound removals have left of a history H (``Removal``), or H itself;
/// K some calls of B; and H' a history that has all of K and any of the others of H. Then H' is not
/// linearizable if K has no order even when every call of B outside K is *optional*: it may be left
/// out, or take effect with its answer at any time after its invocation. *Proof:* take an order of
/// H' and keep what is of B: it is an order, since what is sound to leave out of H is so of a part
/// of it. The calls outside K are in it after their invocations and with their answers, or not at
/// all. So what K lacks may be taken away although no group of its model allows it, and whoever
/// adds some of it back finds no order either (``leaveOutNeedless(_:of:culprit:)``). What a machine
/// knows of a key for certain must not rest on optional calls.
///
/// So that K can be understood alone, less is asked where that is possible: an optional call may
/// take effect at any time *throughout*, unless an earlier one of the same kind is in K. What could
/// help had it only happened earlier is then shown.
///
/// **Minimal.** No operation of K can be left out if K without it has an order as soon as copies of
/// it may take effect at any time, any number of times, with any result: then it is needed whenever
/// it happened. That is asked of the calls as they are shown, each completed one with its answer
/// (``isMinimal(_:)``).
///
/// **Told.** What K saw may have a cause that was not even invoked by then: a read of what is
/// written only later. Then K with copies of it at any time has an order, and the first one of the
/// kind is shown as well (``told(_:)``). And what alone brought what K saw is shown where no word
/// on K being minimal would suffer from it (``sourced(_:)``): more than K proves it too.
extension Reduction {
  /// More calls than these are not looked at one by one.
  private static let most = 400
  /// The most operations that a proof that is said to be minimal may have.
  static let readable = 40

  // MARK: - Needless

  /// Leaves out what is needless, many at once at first, as long as everything that was known
  /// before the culprit's answer is explained.
  mutating func leaveOutNeedless(_ proof: inout Proof, of base: Proof, culprit: Int) {
    if case .section = model.removal { return }
    guard base.calls.count <= Self.most else { return }
    leaveOut(&proof, of: base, culprit: culprit, isThroughout: true)
    if proof.calls.count > Self.readable {
      leaveOut(&proof, of: base, culprit: culprit, isThroughout: false)
    }
  }

  /// One pass with single calls at the end is enough: a call that is needed stays so when others
  /// go.
  private mutating func leaveOut(
    _ proof: inout Proof, of base: Proof, culprit: Int, isThroughout: Bool
  ) {
    var size = max(1, proof.calls.count / 2)
    while true {
      var start = proof.positions.count
      while start > 0, !isOutOfSteps {
        let gone = Set(proof.positions[max(0, start - size)..<start])
        start -= size
        let rest = proof.without { gone.contains(proof.positions[$0]) }
        if rest.calls.count < proof.calls.count, isKnown(rest, before: culprit),
          isViolation(rest.joined(by: base, isThroughout: isThroughout))
        {
          proof = rest
        }
      }
      if size == 1 { break }
      size = max(1, min(size, proof.calls.count) / 2)
    }
  }

  /// Leaves out of a proof that holds for another reason what is needless in the whole.
  mutating func leaveOutNeedless(_ proof: inout Proof) {
    if case .section = model.removal { return }
    guard task.calls.count <= 5 * Self.most else { return }
    var rest = proof
    rest.calls = literal(proof)
    var base = rest
    base.positions = Array(task.calls.indices)
    base.calls = task.calls
    for position in proof.positions where rest.calls.count > 1 && !isOutOfSteps {
      let fewer = rest.without { rest.positions[$0] == position }
      if isViolation(fewer.joined(by: base, isThroughout: false)) { rest = fewer }
    }
    if rest.calls.count < proof.calls.count { proof = rest }
  }

  /// Whether what had been answered before a completion is explained by these alone.
  private mutating func isKnown(_ proof: Proof, before culprit: Int) -> Bool {
    guard proof.isPrefix else { return true }
    var known = proof
    if let place = proof.positions.firstIndex(where: { task.operations[$0] == culprit }) {
      if proof.calls[place].end == .mismatch {
        known = proof.without { $0 == place }
      } else {
        known.calls[place] = proof.calls[place].cut
      }
    }
    return isLinearizable(known)
  }

  // MARK: - Minimal

  /// Whether each of the shown operations is needed, whenever it happened.
  mutating func isMinimal(_ proof: Proof) -> Bool {
    guard proof.calls.count <= Self.readable else { return false }
    var whole = proof
    whole.calls = literal(proof)
    for place in whole.calls.indices {
      guard isExplained(whole.without { $0 == place }, besides: whole.calls[place]) else {
        return false
      }
    }
    return !isOutOfSteps
  }

  /// Whether some calls have an order when copies of another may take effect at any time.
  private mutating func isExplained(_ rest: Proof, besides call: Call) -> Bool {
    if case .section = model.removal {
      return model.refereeBesides(rest.calls, [call.cut], task.settings, rest.values) == true
    }
    let copies = Removal.isPure(call, rest.values) ? 0 : 2 * rest.calls.count + 2
    return isLinearizable(rest.joined(by: [Call](repeating: call, count: copies)))
  }

  /// The calls as they are shown: completed ones with their answers, less what was left out of
  /// these.
  func literal(_ proof: Proof) -> [Call] {
    zip(proof.positions, proof.calls).map { position, counted in
      var call = task.calls[position]
      if call.end == .ok, counted.end == .ok, counted.function == call.function {
        call.output = counted.output
      }
      return call
    }
  }

  // MARK: - Told

  /// The proof with what alone brought what it saw, as far as it was invoked by then.
  func sourced(_ proof: Proof) -> Proof {
    guard proof.calls.count < Self.readable else { return proof }
    var whole = proof
    whole.positions = closed?.positions ?? Array(task.calls.indices)
    whole.calls = closed?.calls ?? task.calls
    var sourced = proof
    for place in model.removal.sources(of: proof, in: whole) {
      sourced.insert(whole.positions[place], whole.calls[place])
    }
    return sourced
  }

  /// The proof with the first of each kind that would explain it, had it happened earlier.
  mutating func told(_ proof: Proof) -> Proof {
    if case .section = model.removal { return proof }
    guard task.calls.count <= 5 * Self.most, proof.calls.count < Self.readable else {
      return proof
    }
    var told = proof
    let shown = Set(proof.positions)
    let others = task.calls.indices.filter { !shown.contains($0) }
    var whole = proof
    whole.calls = literal(proof)
    guard case .order(let steps)? = solve(whole.joined(by: others.map { task.calls[$0] }, others))
    else { return proof }
    let used = Set(steps.map(\.operation))
    for other in others where used.contains(task.operations[other]) {
      let call = task.calls[other]
      let task = task
      let isAlike = { (position: Int) in Kind(task.calls[position]) == Kind(call) }
      guard let first = task.calls.indices.first(where: isAlike),
        !told.positions.contains(where: isAlike), isExplained(whole, besides: call)
      else { continue }
      told.insert(first, task.calls[first])
    }
    return told
  }
}

/// What a call was invoked to do.
private struct Kind: Hashable {
  let function: FunctionName
  let input: ValueID

  init(_ call: Call) {
    function = call.function
    input = call.input
  }
}

extension Reduction.Proof {
  /// With those of other calls that are not among these as optional ones, from their invocations
  /// on, or throughout where no earlier one of the kind is among these.
  fileprivate func joined(by base: Self, isThroughout: Bool) -> Self {
    var joined = self
    joined.positions = []
    joined.calls = []
    var early = joined
    var kinds: Set<Kind> = []
    var kept = 0
    for (position, call) in zip(base.positions, base.calls) {
      if kept < positions.count, positions[kept] == position {
        joined.positions.append(position)
        joined.calls.append(calls[kept])
        kinds.insert(Kind(call))
        kept += 1
      } else if !Removal.isPure(call, values) {
        if isThroughout, !kinds.contains(Kind(call)) {
          var call = call.optional
          call.invoked = -1
          early.positions.append(position)
          early.calls.append(call)
        } else {
          joined.positions.append(position)
          joined.calls.append(call.optional)
        }
      }
    }
    joined.positions = early.positions + joined.positions
    joined.calls = early.calls + joined.calls
    return joined
  }

  /// With others that may take effect or not, at any time, with any result.
  fileprivate func joined(by others: [Call], _ places: [Int] = []) -> Self {
    var joined = self
    let possible = others.indices.filter { !Removal.isPure(others[$0], values) }
    joined.calls.insert(
      contentsOf: possible.map {
        var call = others[$0].cut
        call.invoked = -1
        return call
      }, at: 0)
    joined.positions.insert(
      contentsOf: possible.map { places.isEmpty ? 0 : places[$0] }, at: 0)
    return joined
  }

  /// With some calls of the whole.
  func with(_ more: [Int], of task: KeyTask) -> Self {
    var whole = self
    for position in more { whole.insert(position, task.calls[position]) }
    return whole
  }

  /// Adds a call at its place.
  fileprivate mutating func insert(_ position: Int, _ call: Call) {
    let place = positions.firstIndex { $0 > position } ?? positions.count
    positions.insert(position, at: place)
    calls.insert(call, at: place)
  }
}
