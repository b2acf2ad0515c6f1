import Histories

/// Makes suspected calls of a register a certificate, or finds that they prove nothing.
///
/// **What proves the whole.** Let K be some of the calls H of a key, without mismatches. Let every
/// compare-and-set of K whose expected value is not accounted for count as a plain write of its new
/// value. An observer o of K (a read, or a compare-and-set that is one still) of value v is
/// *accounted for* when every installer w of v in H is in K, or was invoked after o had completed,
/// or was certainly overwritten: a completed installer u in K was invoked after w had completed, and
/// completed before o was invoked.
/// *If H is linearizable, so is K.* Take an order of H and keep the calls of K. The last installer
/// before o in the order of H, or the initial value if there is none, gave it v. It is in K: else
/// it is some w as above, which cannot come after o, nor last before it, since u comes between. No
/// other installer is between it and o in H, so none is in K, and o sees v there as well. A plain
/// write is possible anywhere. Time is respected since the calls keep their intervals.
/// So a K that is not linearizable by itself proves that H is not; that K is not is decided anew
/// here, by the referee where K is small and by the search where it is not.
///
/// To be believed as well as right, K must hold an installer of what is observed if there is one.
struct RegisterProof {
  private let task: KeyTask
  /// Installers that matter: their value is observed by some suspect.
  private var sources: [(call: Int, value: ValueID)] = []
  /// More calls than this are not reduced here.
  private static let limit = 64

  /// The certificate that some calls are, with as few of them as possible; nil when they prove
  /// nothing, or more than `limit` of them are needed.
  static func certificate(_ task: KeyTask, _ suspects: [Int], _ rule: String) -> Certificate? {
    guard !suspects.isEmpty, suspects.count <= limit * 16 else { return nil }
    let proof = RegisterProof(task, suspects)
    guard proof.proves(suspects) else { return nil }
    if suspects.count > limit {
      return Certificate(
        calls: suspects, rule: rule, asWrites: proof.asWrites(suspects), isMinimal: false)
    }
    let kept = proof.reduced(suspects)
    return Certificate(calls: kept, rule: rule, asWrites: proof.asWrites(kept), isMinimal: true)
  }

  private init(_ task: KeyTask, _ suspects: [Int]) {
    self.task = task
    var observed: Set<ValueID> = []
    for call in suspects {
      switch meaning(call) {
      case .read(let value), .swap(let value, _): observed.insert(value)
      default: break
      }
    }
    for call in task.calls.indices {
      switch meaning(call) {
      case .write(let value), .swap(_, let value):
        if observed.contains(value) { sources.append((call, value)) }
      default: break
      }
    }
  }

  private func meaning(_ call: Int) -> RegisterCall {
    RegisterCall(task.calls[call], task.settings, task.values)
  }

  /// Leaves out one call after the other, each with the readers that would be left behind, as long
  /// as the rest proves the violation.
  private func reduced(_ suspects: [Int]) -> [Int] {
    var kept = suspects
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for call in kept.reversed() where kept.contains(call) {
        let rest = closed(kept.filter { $0 != call })
        if proves(rest) {
          kept = rest
          hasChanged = true
        }
      }
    }
    return kept
  }

  /// Without the readers that are not accounted for.
  private func closed(_ calls: [Int]) -> [Int] {
    calls.filter { call in
      if case .read(let value) = meaning(call) {
        return isAccounted(call, of: value, among: calls)
      }
      return true
    }
  }

  /// Whether the calls are closed, and not linearizable by themselves.
  private func proves(_ calls: [Int]) -> Bool {
    guard !calls.isEmpty, closed(calls).count == calls.count else { return false }
    let writes = asWrites(calls)
    let proof = calls.map { call in
      writes.contains(call) ? task.calls[call].asWrite(task.values) : task.calls[call]
    }
    if proof.count <= 14 {
      let start = SequentialRegister(settings: task.settings, values: task.values)
      return !Referee.isLinearizable(proof, start, task.values)
    }
    var attempt = task
    attempt.operations = calls
    attempt.calls = proof
    attempt.wantsImpasse = false
    attempt.stepLimit = 100_000
    guard let answer = try? solveKey(RegisterMachine.self, attempt) else { return false }
    if case .impasse = answer.finding { return true }
    return false
  }

  /// The compare-and-sets whose expected value is not accounted for.
  private func asWrites(_ calls: [Int]) -> [Int] {
    calls.filter { call in
      if case .swap(let old, _) = meaning(call) {
        return !isAccounted(call, of: old, among: calls)
      }
      return false
    }
  }

  private func isAccounted(_ observer: Int, of value: ValueID, among calls: [Int]) -> Bool {
    let all = task.calls
    let seen = all[observer]
    var isInstalled =
      task.settings.initial.map { initial in
        value == (initial == ValueTable.none ? ValueTable.null : initial)
      } ?? false
    var hasSource = false
    for source in sources where source.value == value && source.call != observer {
      hasSource = true
      if calls.contains(source.call) {
        isInstalled = true
        continue
      }
      let call = all[source.call]
      if seen.returned < call.invoked { continue }
      let isOverwritten = calls.contains { other in
        guard all[other].end == .ok, other != observer,
          call.returned < all[other].invoked, all[other].returned < seen.invoked
        else { return false }
        switch meaning(other) {
        case .write, .swap: return true
        default: return false
        }
      }
      if !isOverwritten { return false }
    }
    return isInstalled || !hasSource
  }
}
