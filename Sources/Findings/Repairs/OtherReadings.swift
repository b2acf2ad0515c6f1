import Base
import Checker
import Histories

/// Reads of null whose results are unknown, where null was never a value of the object.
struct NullReads: RecordingRepair {
  func changes(of recording: SuspectRecording) -> [RecordingChange] {
    let history = recording.history
    guard recording.options.nullRead == nil, history.header?["nullRead"] == nil else { return [] }
    let initial: JSON? =
      if case .value(let value) = recording.options.initial { value } else {
        history.header?["initial"]
      }
    // Where the object may be absent, a read of null says so, and may be stale as any other.
    guard let initial, initial != .null else { return [] }
    let nulls = recording.operations.filter {
      history.outcome[$0] == .ok && history.functionName($0) == "read"
        && history.output[$0] <= ValueTable.null
    }
    let isWritten = recording.operations.contains {
      history.input[$0] == ValueTable.null && history.functionName($0) == "write"
        || history.functionName($0) == "delete"
    }
    guard !nulls.isEmpty, !isWritten else { return [] }
    let lines = nulls.prefix(5).map { Int(history.completedLine[$0]) }.sorted()
    let repair = Repair(
      kind: "null-read",
      sentence:
        "a read of null meant that its result is unknown: nobody writes null, and it is not "
        + "what was there at first",
      option: "--null-read any", lines: lines)
    return [
      RecordingChange(repair: repair) { history, options in
        options.nullRead = .any
        return history
      }
    ]
  }
}

/// Failed compare-and-sets that never ran, where they are taken for ones that saw another value.
struct FailedSwaps: RecordingRepair {
  func changes(of recording: SuspectRecording) -> [RecordingChange] {
    guard recording.result.assumptions.failedCas == .observes else { return [] }
    let history = recording.history
    let failed = recording.operations.filter {
      history.outcome[$0] == .fail && history.functionName($0) == "cas"
    }
    let lines = failed.prefix(5).map { Int(history.completedLine[$0]) }.sorted()
    let repair = Repair(
      kind: "failed-cas",
      sentence: "a compare-and-set that is recorded as failed never ran, and did not see another "
        + "value",
      option: "--failed-cas drops", lines: lines)
    return [
      RecordingChange(repair: repair) { history, options in
        options.failedCas = .drops
        return history
      }
    ]
  }
}
