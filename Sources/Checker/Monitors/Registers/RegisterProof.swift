import Histories

/// Makes suspected calls of a register a certificate, or finds that they prove nothing.
///
/// **What proves the whole.** Let K be some of the calls H of a key, without mismatches. Let every
/// compare-and-set of K whose expected value is not accounted for count as a plain write of its new
/// value, and every read of K that is not accounted for as a plain write of the value that it saw.
/// An observer o of K (a read, or a compare-and-set that is one still) of value v is
/// *accounted for* when every installer w of v in H is in K, or was invoked after o had completed,
/// or was certainly overwritten: a completed u in K that installed a value, or saw another than v,
/// was invoked after w had completed, and completed before o was invoked.
/// *If H is linearizable, so is K.* Take an order of H and keep the calls of K. The last installer
/// before o in the order of H, or the initial value if there is none, gave it v. It is in K: else
/// it is some w as above, which cannot come after o, nor last before it, since u comes between: if
/// u installed nothing then somebody did between w and u, for u saw another value. No other
/// installer is between it and o in H, so none is in K, and a read between them that counts as a
/// write saw v in H and writes v: o sees v in K as well. A plain write is possible anywhere. Time
/// is respected since the calls keep their intervals.
/// So a K that is not linearizable by itself proves that H is not; that K is not is decided anew
/// here, by the referee where K is small and by the search where it is not.
///
/// To be believed as well as right, K must hold an installer of what is observed if there is one,
/// and reads are reads: they count as writes only where there is no proof otherwise, or that makes
/// one of more than ``readable`` calls smaller.
struct RegisterProof {
  private let task: KeyTask
  /// Whether reads that are not accounted for count as writes; else they are left out.
  private var hasReadsAsWrites = false
  /// Suspected installers of values that some suspect observes.
  private var sources: [(call: Int, value: ValueID)] = []
  /// Values that others install as well.
  private var isInstalledElsewhere: Set<ValueID> = []
  /// By observer: when the last of the others that installed its value had completed, of those
  /// invoked before the observer completed; -1 without any.
  private var latestRival: [Int: Int32] = [:]
  /// More suspects than this are not looked at.
  private static let limit = 500
  /// A person can hold this many calls in mind.
  private static let readable = 6

  /// The certificate that some calls are, with as few of them as possible; nil when they prove
  /// nothing, or more than `limit` of them are needed.
  static func certificate(_ task: KeyTask, _ suspects: [Int], _ anomaly: Anomaly) -> Certificate? {
    guard !suspects.isEmpty, suspects.count <= limit else { return nil }
    var proof = RegisterProof(task, suspects)
    if !proof.proves(suspects) {
      proof.hasReadsAsWrites = true
      guard proof.proves(suspects) else { return nil }
    }
    var kept = proof.reduced(suspects)
    if kept.count > readable, !proof.hasReadsAsWrites {
      proof.hasReadsAsWrites = true
      let fewer = proof.reduced(kept)
      if fewer.count < kept.count { kept = fewer } else { proof.hasReadsAsWrites = false }
    }
    return Certificate(calls: kept, anomaly: anomaly, asWrites: proof.asWrites(kept))
  }

  private init(_ task: KeyTask, _ suspects: [Int]) {
    self.task = task
    var observers: [(call: Int, value: ValueID)] = []
    for call in suspects {
      switch meaning(call) {
      case .read(let value), .swap(let value, _): observers.append((call, value))
      default: break
      }
    }
    let observed = Set(observers.map(\.value))
    let suspected = Set(suspects)
    // Of each value, how late its other installers had completed, in the order of invocations.
    var invoked: [ValueID: [Int32]] = [:]
    var finished: [ValueID: [Int32]] = [:]
    for (position, call) in task.calls.enumerated() {
      switch meaning(position) {
      case .write(let value), .swap(_, let value):
        guard observed.contains(value) else { continue }
        if suspected.contains(position) {
          sources.append((position, value))
          continue
        }
        isInstalledElsewhere.insert(value)
        invoked[value, default: []].append(call.invoked)
        let latest = finished[value]?.last ?? -1
        finished[value, default: []].append(max(latest, call.returned))
      default: break
      }
    }
    for (call, value) in observers {
      let count = invoked[value]?.partitioningIndex(after: task.calls[call].returned) ?? 0
      latestRival[call] = count == 0 ? -1 : finished[value]?[count - 1]
    }
  }

  private func meaning(_ call: Int) -> RegisterCall {
    RegisterCall(task.calls[call], task.settings, task.values)
  }

  /// Leaves out one call after the other, each with the readers that would be left behind, as long
  /// as the rest proves the violation.
  private func reduced(_ suspects: [Int]) -> [Int] {
    var kept = suspects
    var size = max(1, kept.count / 4)
    var hasChanged = true
    while hasChanged || size > 1 {
      if !hasChanged { size = max(1, size / 2) }
      hasChanged = false
      for start in stride(from: kept.count - size, through: 0, by: -size) {
        guard start + size <= kept.count else { continue }
        let gone = kept[start..<start + size]
        let rest = closed(kept.filter { !gone.contains($0) })
        if proves(rest) {
          kept = rest
          hasChanged = true
        }
      }
      if size > kept.count { size = max(1, kept.count / 2) }
    }
    return kept
  }

  /// Without the readers that are not accounted for, unless they count as writes.
  private func closed(_ calls: [Int]) -> [Int] {
    if hasReadsAsWrites { return calls }
    return calls.filter { call in
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

  /// The observers whose value is not accounted for.
  private func asWrites(_ calls: [Int]) -> [Int] {
    calls.filter { call in
      switch meaning(call) {
      case .swap(let old, _): !isAccounted(call, of: old, among: calls)
      case .read(let value): !isAccounted(call, of: value, among: calls)
      default: false
      }
    }
  }

  private func isAccounted(_ observer: Int, of value: ValueID, among calls: [Int]) -> Bool {
    let seen = task.calls[observer]
    var isInstalled =
      task.settings.initial.map { initial in
        value == (initial == ValueTable.none ? ValueTable.null : initial)
      } ?? false
    var hasSource = isInstalledElsewhere.contains(value)
    var rival = latestRival[observer] ?? -1
    for source in sources where source.value == value && source.call != observer {
      hasSource = true
      if calls.contains(source.call) {
        isInstalled = true
      } else if task.calls[source.call].invoked <= seen.returned {
        rival = max(rival, task.calls[source.call].returned)
      }
    }
    guard isInstalled || !hasSource else { return false }
    return rival < 0
      || calls.contains { isOverwriting($0, value, after: rival, before: seen, observer) }
  }

  /// Whether a value that was there by the rival's end had certainly gone before it was seen.
  private func isOverwriting(
    _ call: Int, _ value: ValueID, after rival: Int32, before seen: Call, _ observer: Int
  ) -> Bool {
    let other = task.calls[call]
    guard other.end == .ok, call != observer, rival < other.invoked, other.returned < seen.invoked
    else { return false }
    switch meaning(call) {
    case .write, .swap: return true
    case .read(let another): return another != value
    default: return false
    }
  }
}

extension [Int32] {
  /// How many elements of an ascending array are at most a number.
  fileprivate func partitioningIndex(after number: Int32) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] <= number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
