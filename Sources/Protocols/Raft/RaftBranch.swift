/// Branches that are rarely taken, and that a campaign should have seen.
enum RaftBranch: String, CaseIterable {
  /// A candidate learns of a leader or a later term.
  case electionLost = "election-lost"
  /// A candidate hears no majority in time and asks again.
  case electionRepeated = "election-repeated"
  /// A leader learns of a later term, or hears no quorum.
  case leaderDeposed = "leader-deposed"
  /// A follower drops entries that the leader does not have.
  case logTruncated = "log-truncated"
  /// A follower lacks what comes before the leader's entries.
  case appendRefused = "append-refused"
  /// Applied entries give way to a snapshot.
  case snapshotTaken = "snapshot-taken"
  /// A follower takes over a leader's snapshot.
  case snapshotInstalled = "snapshot-installed"
  /// A snapshot arrives in more than one message.
  case snapshotInChunks = "snapshot-in-chunks"
  /// A leader lets another stand.
  case leadershipHandedOver = "leadership-handed-over"
  /// A node that caught up becomes a voter.
  case memberAdded = "member-added"
  /// A voter is taken out.
  case memberRemoved = "member-removed"
  /// Joint consensus is over.
  case jointLeft = "joint-left"

  /// The family of faults without which a branch cannot be taken.
  static let faults: [String: String] = [
    leadershipHandedOver.rawValue: "transfer", memberAdded.rawValue: "membership",
    memberRemoved.rawValue: "membership", jointLeft.rawValue: "membership",
  ]
}

extension RaftNode {
  mutating func reached(_ branch: RaftBranch) { effects.append(.reached(branch.rawValue)) }
}
