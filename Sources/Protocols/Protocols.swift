/// The table of the protocols that ship with Plumbline.
public enum Protocols {
  /// Every protocol, in the order of the documentation.
  public static let all: [ProtocolDescription] = [raft, quorumRegister]

  /// The description of that name, or nil.
  public static func named(_ name: String) -> ProtocolDescription? {
    all.first { $0.name == name }
  }

  private static let raft = ProtocolDescription(
    name: "raft",
    summary: "Raft (Ongaro and Ousterhout 2014) with ReadIndex reads, serving a key-value map",
    bugs: RaftBug.allCases.map { NamedBug(name: $0.rawValue, summary: $0.summary) },
    hasCompareAndSet: true, hasVotes: false)

  private static let quorumRegister = ProtocolDescription(
    name: "quorum-register",
    summary: "one register a key with Gifford's votes and ABD's two phases; no compare-and-set",
    bugs: QuorumRegisterBug.allCases.map { NamedBug(name: $0.rawValue, summary: $0.summary) },
    hasCompareAndSet: false, hasVotes: true)
}

/// One line of the protocol table.
public struct ProtocolDescription: Sendable, Equatable {
  /// The name on the command line.
  public var name: String
  /// What it is, in one line.
  public var summary: String
  /// The mistakes that can be switched on.
  public var bugs: [NamedBug]
  /// Whether it serves compare-and-set beside read and write.
  public var hasCompareAndSet: Bool
  /// Whether its quorums are counted in votes that the plan may set.
  public var hasVotes: Bool
}

/// A mistake that can be switched on in a protocol.
public struct NamedBug: Sendable, Equatable {
  /// The name on the command line.
  public var name: String
  /// What it breaks, in one line.
  public var summary: String
}
