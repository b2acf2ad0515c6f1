import Base
import Histories

/// Finds the first event that cannot be explained, for a rung that found a violation anywhere.
///
/// The violation that a rung meets first need not be the first that happened, and a person wants
/// that one: what follows it may be its consequence. Whether a prefix of a history is linearizable
/// is decided by the same rung; prefixes only get worse as they grow (a linearization of a longer
/// one, cut at the end of the shorter, is one of the shorter: what is left out was open there, so
/// it may be left out), so the shortest in vain is found by bisection.
///
/// **The certificate of a prefix proves the whole.** An operation that was open at the prefix's end
/// and completed later is pending in the prefix; completed, it only has more to obey.
struct Earliest {
  /// How many calls may be looked at again, at least; four times the key's own are in any case.
  private static let patience = 2_000_000

  let task: KeyTask
  let decide: (KeyTask) throws(CheckError) -> RungAnswer

  /// The certificate of the shortest prefix that is no longer linearizable; of a short one when
  /// patience or the budget runs out, or when the rung passes on some prefix.
  ///
  /// - Complexity: O(log n) runs of the rung, few where the first violation is the one that was
  ///   met; on long histories at most about ten.
  func certificate(_ first: Certificate) throws(CheckError) -> Certificate {
    let ends = ends()
    var best = first
    // A completion of the certificate's own is where it can be seen at the latest.
    let known = first.calls.map { task.calls[$0] }.filter { $0.end != .pending }.map(\.returned)
    guard let inVain = known.max().flatMap({ place(of: $0, in: ends) }) else { return first }
    try bisect(ends, inVain, isNear: true) { answer, kept in
      guard case .violation(let certificate) = answer else { return false }
      best = restored(certificate, kept)
      return true
    }
    return best
  }

  /// Where the shortest prefix ends that is no longer linearizable, as above.
  func impasse(_ first: Impasse) throws(CheckError) -> Impasse {
    let ends = ends()
    var best = first
    try bisect(ends, ends.count - 1, isNear: false) { answer, _ in
      guard case .impasse(let impasse) = answer else { return false }
      best = impasse
      return true
    }
    return best
  }

  /// The ranks of all completions in their order.
  private func ends() -> [Int32] {
    task.calls.filter { $0.end != .pending }.map(\.returned).sorted()
  }

  /// Asks about prefixes, each longer than all that are explained and shorter than one in vain.
  /// Where the last is likely to be near, the first ones are just before it, ever further away.
  private func bisect(
    _ ends: [Int32], _ last: Int, isNear: Bool, isInVain: (RungAnswer, _ kept: [Int]) -> Bool
  ) throws(CheckError) {
    var inVain = last
    var explained = -1
    var reach = isNear ? 1 : Int.max
    var left = max(4 * task.calls.count, Self.patience)
    while explained + 1 < inVain, left > 0, task.budget.spent == nil {
      let half = (explained + inVain) / 2
      let middle = reach < inVain - half ? inVain - reach : half
      let (prefix, kept) = prefix(through: ends[middle])
      left -= prefix.calls.count
      // Where it passes nobody knows; what is after it is still nearer to the first than what was
      // found.
      if isInVain(try decide(prefix), kept) {
        inVain = middle
        if reach < Int.max / 2 { reach *= 2 }
      } else {
        explained = middle
        reach = Int.max
      }
    }
  }

  /// The place of a rank among sorted ones.
  private func place(of rank: Int32, in ends: [Int32]) -> Int? {
    var low = 0
    var high = ends.count
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] < rank { low = middle + 1 } else { high = middle }
    }
    return low < ends.count ? low : nil
  }

  /// What was known when the event of that rank had just happened, and where its calls stand in the
  /// whole.
  func prefix(through rank: Int32) -> (task: KeyTask, kept: [Int]) {
    var prefix = task
    prefix.operations.removeAll(keepingCapacity: true)
    prefix.calls.removeAll(keepingCapacity: true)
    prefix.revisions = []
    var kept: [Int] = []
    for (position, var call) in task.calls.enumerated() where call.invoked < rank {
      // A compare-and-set that later turned out to have seen another value changed nothing.
      if call.returned > rank, call.end == .mismatch { continue }
      if call.returned > rank {
        call.end = .pending
        call.returned = History.never
      }
      kept.append(position)
      prefix.operations.append(task.operations[position])
      prefix.calls.append(call)
    }
    return (prefix, kept)
  }

  /// The certificate in the whole's positions.
  private func restored(
    _ certificate: Certificate, _ kept: [Int]
  ) -> Certificate {
    var restored = certificate
    restored.calls = certificate.calls.map { kept[$0] }
    restored.asWrites = certificate.asWrites.map { kept[$0] }
    restored.base = certificate.base.map { kept[$0] }
    restored.context = certificate.context.map { kept[$0] }
    restored.balanced = certificate.balanced.map {
      Certificate.Pair(acquired: kept[$0.acquired], released: kept[$0.released])
    }
    return restored
  }
}
