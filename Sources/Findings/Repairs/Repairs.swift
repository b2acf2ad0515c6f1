import Base
import Checker
import Formats
import Histories

/// A way in which a history may have been recorded otherwise than it happened.
protocol RecordingRepair: Sendable {
  /// The changes to try, the likeliest first; of those under which the violation vanishes only the
  /// first is told.
  func changes(of recording: SuspectRecording) -> [RecordingChange]
}

/// One changed reading of a recording.
struct RecordingChange: Sendable {
  /// What a person is told when the violation vanishes under it.
  var repair: Repair
  /// Whether it can break a key that holds as the history is: then all keys are checked anew.
  var reachesAllKeys = true
  /// Makes the changed history, from the whole one or from the operations of the keys at fault, and
  /// changes the options; nil where the history cannot be read so.
  var apply: @Sendable (History, inout CheckOptions) -> History?
}

/// A history with a violation, as those see it who look for a mistake of the recording.
struct SuspectRecording: Sendable {
  /// All of it.
  var history: History
  /// The operations of the keys at fault.
  var operations: [Int]
  /// What the check found.
  var result: CheckResult
  /// How it was checked.
  var options: CheckOptions
  /// How it was read.
  var reading: ReadOptions

  /// The keys at fault.
  var keys: Set<ValueID> { Set(result.violations.map(\.key)) }

  /// The operations of the proofs.
  var proofs: [Int] { result.violations.flatMap(\.operations) }
}

/// Looks for small changes of the recording under which a violation would vanish.
///
/// A mistake of the recorder looks like one of the system: a time-out recorded as `fail`, `83`
/// against `"83"`, lines that were written out of order. So a history with a violation is checked
/// again under each of a few changes, and those under which no key is at fault any more are hints
/// beside the verdict, which stays.
///
/// - Complexity: a few checks of the keys at fault, or of all keys, bounded by ``mostOperations``
///   and ``mostNanoseconds``.
enum Repairs {
  /// The table: a row a kind, the likeliest first, and nothing else to register one.
  static let all: [any RecordingRepair] = [
    UnknownOutcomes(), TextNumbers(), InitialValues(), Orders(), Tuples(), NullReads(),
    FailedSwaps(),
  ]

  /// More are not told.
  static let mostTold = 4
  /// Of more operations than these nothing is checked again.
  static let mostOperations = 100_000
  /// All of it takes no longer.
  static let mostNanoseconds: Int64 = 1_000_000_000

  /// The repairs under which the violations of a history would vanish; what is tried is booked with
  /// the budget of the options.
  static func found(
    _ history: History, _ result: CheckResult, _ options: CheckOptions, _ reading: ReadOptions
  ) -> [Repair] {
    guard result.verdict == .violation, result.omittedViolations == 0 else { return [] }
    let keys = Set(result.violations.map(\.key))
    let operations = history.key.indices.filter { keys.contains(history.key[$0]) }
    guard !operations.isEmpty, operations.count <= mostOperations else { return [] }
    let isSmall = history.count <= mostOperations
    // The changed history, its values, and what the check takes.
    let room =
      Int64(1 << 20 + 1024 * (isSmall ? history.count : operations.count))
      + Int64(2 * history.values.bytes)
    guard options.budget.reserve(bytes: room) else { return [] }
    defer { _ = options.budget.reserve(bytes: -room) }
    let recording = SuspectRecording(
      history: history, operations: operations, result: result, options: options,
      reading: reading)
    let clock = MonotonicClock()
    var part: History?
    var told: [Repair] = []
    for row in all {
      for change in row.changes(of: recording) {
        if change.reachesAllKeys, !isSmall { continue }
        let left = mostNanoseconds - clock.now
        guard left > 0, told.count < mostTold, options.budget.spent == nil else { return told }
        if !change.reachesAllKeys, part == nil {
          part = operations.count == history.count ? history : history.retold(operations)
        }
        guard let base = change.reachesAllKeys ? history : part else { continue }
        var changed = options
        changed.budget = Budget(nanoseconds: left, bytes: room)
        changed.wantsWitness = false
        changed.wantsReduction = false
        changed.progress = nil
        guard let other = change.apply(base, &changed), holds(other, changed) else { continue }
        told.append(change.repair)
        break
      }
    }
    return told
  }

  /// Whether a history holds, and something that it says could have been wrong.
  private static func holds(_ history: History, _ options: CheckOptions) -> Bool {
    do throws(CheckError) {
      let result = try Checker.check(history, options)
      return result.verdict == .holds && result.vacuousKeys < result.keys
    } catch {
      return false
    }
  }
}
