import Base
import Histories

/// Makes a violation small: leaves out what is sound to leave out as long as it stays one.
///
/// A. Zeller, R. Hildebrandt, “Simplifying and isolating failure-inducing input”, TSE 28(2), 2002,
/// with groups that are sound (see ``Removal``) in place of arbitrary subsets. Deterministic: it is
/// bounded by steps of the search, not by time; a shared budget that runs out ends it as well.
struct Reduction {
  private let model: Model
  private let task: KeyTask
  /// Steps of the search that are left for all attempts.
  private(set) var stepsLeft: Int
  private var isOutOfSteps = false

  /// Prepares to reduce one key's violation.
  init(_ model: Model, _ task: KeyTask, steps: Int) {
    self.model = model
    self.task = task
    stepsLeft = steps
  }

  /// Positions in the task's calls that prove the violation by themselves, and whether none of
  /// them can be left out; nil when no attempt succeeded.
  mutating func certificate(culprit: Int) -> (calls: [Int], isMinimal: Bool)? {
    guard let place = task.operations.firstIndex(of: culprit) else { return nil }
    let end = task.calls[place].returned
    var kept = task.calls.indices.filter { task.calls[$0].invoked < end }
    var calls = task.calls
    // What is open at the end may have happened by then, or not, and nobody knows its result.
    for index in kept where calls[index].returned > end {
      calls[index].end = .pending
      calls[index].returned = History.never
    }
    if !isViolation(kept, calls) {
      calls = task.calls
      kept = Array(calls.indices)
      if kept.count > 400 { return nil }
    }
    var size = kept.count
    while size >= 1, !isOutOfSteps {
      let before = kept.count
      sweep(&kept, calls, size: size)
      if size == 1 {
        if kept.count == before { break }
        continue
      }
      size = min(size / 2, max(1, kept.count))
    }
    return (kept, !isOutOfSteps && isMinimal(kept, calls))
  }

  /// Tries to leave out every run of that many groups.
  private mutating func sweep(_ kept: inout [Int], _ calls: [Call], size: Int) {
    let groups = groups(kept, calls)
    var start = 0
    while start < groups.count, !isOutOfSteps {
      var gone = Set(groups[start..<min(groups.count, start + size)].joined())
      gone.formIntersection(kept)
      start += size
      if gone.isEmpty { continue }
      let rest = kept.filter { !gone.contains($0) }
      if isViolation(rest, calls) { kept = rest }
    }
  }

  private func groups(_ kept: [Int], _ calls: [Call]) -> [[Int]] {
    model.removal.groups(of: kept.map { calls[$0] }, task.settings, task.values)
      .map { group in group.map { kept[$0] } }
  }

  /// Whether no group can be left out, and no operation outside the groups.
  mutating func isMinimal(_ kept: [Int], _ calls: [Call]) -> Bool {
    let groups = groups(kept, calls)
    for group in groups {
      if isViolation(kept.filter { !group.contains($0) }, calls) { return false }
    }
    let grouped = Set(groups.joined())
    for index in kept where !grouped.contains(index) {
      if isViolation(kept.filter { $0 != index }, calls) { return false }
    }
    return !isOutOfSteps
  }

  private mutating func isViolation(_ kept: [Int], _ calls: [Call]) -> Bool {
    guard stepsLeft > 0 else {
      isOutOfSteps = true
      return false
    }
    var attempt = task
    attempt.operations = kept.map { task.operations[$0] }
    attempt.calls = kept.map { calls[$0] }
    attempt.wantsImpasse = false
    attempt.stepLimit = min(stepsLeft, 50_000)
    guard let answer = try? model.solve(attempt) else { return false }
    // The columns are made anew for every attempt, which costs too.
    stepsLeft -= answer.statistics.steps + kept.count
    switch answer.finding {
    case .impasse, .certificate: return true
    case .order, .positions: return false
    case .stopped:
      isOutOfSteps = true
      return false
    }
  }
}
