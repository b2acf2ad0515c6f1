/// The rules of Raft: elections, logs, and what is committed.
struct RaftRules: TraceRules {
  static let family = "Traces of Raft"
  static let rules: [DynamicRule] = [
    .E1, .E2, .E3, .E4, .E5, .L1, .L2, .L3, .L4, .C1, .C2, .C3, .A1, .S1, .R1, .M1,
  ]
  static let kinds: [TraceKind] = [
    .boot, .vote, .leader, .append, .truncate, .ack, .commit, .apply, .snapshot, .conf, .readindex,
    .lease,
  ]
  static let signs: [TraceKind] = [.boot, .vote, .leader, .append, .apply]

  private var elections = RaftElectionRules()
  private var logs = RaftLogRules()
  private var commits = RaftCommitRules()

  /// A `commit` with a view is PBFT's.
  static func owns(_ line: borrowing TraceLine) -> Bool {
    line.kind != .commit || !line.has(.view)
  }

  mutating func take(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    try elections.take(line, &context)
    try logs.take(line, &context)
    try commits.take(line, &logs, &context)
  }

  mutating func finish(_ context: inout TraceContext) { elections.finish(&context) }

  /// A citation of the paper.
  static func section(_ section: String) -> String { "\(Paper.raft), section \(section)" }
}
