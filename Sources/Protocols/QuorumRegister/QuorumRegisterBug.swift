/// The mistakes that can be switched on in the quorum register.
public enum QuorumRegisterBug: String, Sendable, CaseIterable {
  /// A read answers with the latest version that it was told, without storing it at a write quorum.
  ///
  /// Breaks: a read that follows another in time never sees an older value. The quorums all meet,
  /// and the register is regular: the rule of ABD's second phase is what is missing. Shows when a
  /// write is slow to reach its quorum while two clients read.
  case noWriteBack = "no-write-back"

  /// A read is content with so few votes that it may miss a write: Vr + Vw ≤ V.
  ///
  /// Breaks: Gifford's overlap. Shows whenever some nodes lag: a partition, a loss, a pause.
  case smallQuorums = "small-quorums"

  /// A replica keeps what it stores in memory only.
  ///
  /// Breaks: what a write quorum acknowledged is still with one of its members when a read asks.
  /// Shows when nodes are killed and restarted.
  case forgetsVersion = "forgets-version"

  /// A version is a timestamp alone: who gave it out is no part of it.
  ///
  /// Breaks: one value a version. Two members that write at the same time give out the same, and
  /// each replica keeps what it heard first. Shows wherever writers meet.
  case noTieBreak = "no-tie-break"

  /// What the mistake breaks, in one line.
  public var summary: String {
    switch self {
    case .noWriteBack: "a read does not store what it returns"
    case .smallQuorums: "a read asks so few that it may miss a write (Vr + Vw ≤ V)"
    case .forgetsVersion: "a replica's versions do not survive a restart"
    case .noTieBreak: "two writers may give out the same version"
    }
  }

  /// Where it comes from.
  public var source: String {
    switch self {
    case .noWriteBack: "Attiya, Bar-Noy and Dolev 1995, section 3"
    case .smallQuorums: "Gifford 1979, section 2"
    case .forgetsVersion: "Michael et al. 2017 (acceptors that forget)"
    case .noTieBreak: "Lynch and Shvartsman 1997, the writer left out of the tag"
    }
  }
}
