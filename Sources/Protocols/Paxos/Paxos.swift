/// Paxos's row in the table of protocols.
extension ProtocolDescription {
  static let paxos = ProtocolDescription(
    name: "paxos",
    summary: "Paxos (Lamport 2001), one decree a version of a key, as a register with "
      + "compare-and-set (CASPaxos)",
    bugs: PaxosBug.allCases.map {
      NamedBug(
        name: $0.rawValue, summary: $0.summary, source: $0.source, isRare: $0.isRare, schedule: nil)
    },
    hasCompareAndSet: true, hasVotes: true,
    knobs: [
      ProtocolKnob(
        "backoff", "random: who was refused waits a while that grows; none: it tries at once",
        usual: "random"),
      ProtocolKnob(
        "one-round", "whether the proposer of a version skips phase one for the next: on, off",
        usual: "on", drawn: ["on", "on", "off"]),
      ProtocolKnob(
        "learning", "who is told what is accepted: all; distinguished, one; set, two",
        usual: "all", drawn: ["all", "all", "distinguished", "set"]),
    ],
    branches: PaxosBranch.allCases.map(\.rawValue),
    canary: PaxosBug.dropsPromise.rawValue, node: PaxosNode.self)
}

/// Branches that are rarely taken, and that a campaign should have seen.
enum PaxosBranch: String, CaseIterable {
  /// An acceptor had promised a later ballot.
  case refused = "ballot-refused"
  /// A proposer completes what another has begun, or itself in an earlier ballot.
  case completedAnother = "completed-another"
  /// Phase one is left out.
  case oneRound = "one-round"
  /// A node learns a version without the one before.
  case caughtUp = "caught-up"
  /// Another decree was chosen than the one proposed.
  case overtaken = "overtaken"
}

extension PaxosNode {
  mutating func reached(_ branch: PaxosBranch) { effects.append(.reached(branch.rawValue)) }
}
