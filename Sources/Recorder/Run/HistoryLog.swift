import Base
import Formats
import Histories
import Protocols

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
    var header: [(String, JSON)] = [
      ("model", .string(plan.workloadKind.model)), ("initial", plan.workloadKind.initial),
      ("name", .string(plan.runName)),
      ("seed", PlanOption.named("seed")?.json(of: plan) ?? .null),
      ("nodes", .array(plan.nodeNames.map { .string($0) })),
      ("clients", JSON(plan.clients)),
    ]
    if plan.driver != nil {
      header.append(("cluster", .string(plan.cluster)))
      if !plan.knobs.isEmpty { header.append(("knobs", .array(plan.knobs.map { .string($0) }))) }
    }
    if let quorums = HistoryLog.quorums(plan) { header.append(("quorums", quorums)) }
    JSONLinesEncoder.write(header: header, into: &writer)
  }

  /// The votes of the embedded protocol's nodes, and how many a read and a write need; nil for
  /// programs of others.
  private static func quorums(_ plan: Plan) -> JSON? {
    guard plan.nodeCommand.isEmpty, plan.driver == nil,
      let quorums = try? QuorumVotes(
        members: plan.nodes, votes: Plan.votes(plan.votes),
        read: plan.readVotes == 0 ? nil : plan.readVotes,
        write: plan.writeVotes == 0 ? nil : plan.writeVotes)
    else { return nil }
    return [
      "votes": .array(quorums.votes.map { JSON($0) }), "read": JSON(quorums.read),
      "write": JSON(quorums.write),
    ]
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
