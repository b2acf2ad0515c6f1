import Base
import Experiments
import Formats
import Histories

/// `history.jsonl` while it is written: events gather during a turn of the loop and leave with one
/// write(2) before the requests do.
///
/// So an operation that a node may have seen is in the file, whatever kills the recorder.
final class HistoryLog {
  private let file: AppendFile
  private let now: () -> Int64
  private var writer = ByteWriter(capacity: 1 << 16)

  init(_ folder: RunFolder, plan: Plan, now: @escaping () -> Int64) throws(Failure) {
    file = try AppendFile(folder.history)
    file.lock()
    self.now = now
    JSONLinesEncoder.write(header: plan.historyHeader, into: &writer)
  }

  /// Adds an event, stamped with the time.
  func add(_ entry: HistoryEntry) {
    JSONLinesEncoder.write(entry, time: now(), into: &writer)
  }

  /// Writes what has gathered.
  func flush() throws(Failure) {
    guard writer.count > 0 else { return }
    // A write that failed half way must not be tried again: the file would have two halves.
    defer { writer.removeAll() }
    try file.write(writer.bytes)
  }
}
