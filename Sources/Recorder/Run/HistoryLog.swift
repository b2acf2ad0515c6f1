import Base
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
    JSONLinesEncoder.write(
      header: [
        ("model", "cas-register"), ("initial", .null), ("name", .string(plan.runName)),
        ("seed", PlanOption.named("seed")?.json(of: plan) ?? .null),
        ("nodes", .array(plan.nodeNames.map { .string($0) })),
        ("clients", JSON(plan.clients)),
      ], into: &writer)
  }

  /// Adds an event, stamped with the time.
  func add(
    _ kind: Event.Kind, _ process: Event.Process, _ function: String, key: JSON? = nil,
    value: JSON?, extras: [(String, JSON)] = []
  ) {
    JSONLinesEncoder.write(
      kind, process: process, function: function, key: key, value: value, time: now(),
      extras: extras, into: &writer)
  }

  /// Writes what has gathered.
  func flush() throws(Failure) {
    guard writer.count > 0 else { return }
    // A write that failed half way must not be tried again: the file would have two halves.
    defer { writer.removeAll() }
    try file.write(writer.bytes)
  }
}
