/// The table of the protocols that ship with Plumbline.
public enum Protocols {
  /// Every protocol, in the order of the documentation.
  public static let all: [ProtocolDescription] = [.raft, .quorumRegister, .paxos]

  /// The names of those whose quorums are counted in votes: `quorum-register or paxos`.
  public static var withVotes: String {
    all.filter(\.hasVotes).map(\.name).joined(separator: " or ")
  }

  /// The description of that name, or nil.
  public static func named(_ name: String) -> ProtocolDescription? {
    all.first { $0.name == name }
  }
}

/// One line of the protocol table.
public struct ProtocolDescription: Sendable {
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
  /// Whether its nodes do what an operator asks: take members in and out, hand over leadership.
  public var hasOperators = false
  /// Its settings.
  public var knobs: [ProtocolKnob] = []
  /// How many times faster than the world's, or slower, the clock of a node may run for a protocol
  /// with those knobs to keep its promises, without ever jumping; nil where whatever clocks do
  /// costs time and no promise.
  public var clockLimit: @Sendable (_ knobs: [String: String]) -> Double? = { _ in nil }
  /// The names of rare branches that its nodes say they took (``ProtocolEffect/reached(_:)``).
  public var branches: [String] = []
  /// The branches that only a fault leads to, with its family.
  public var branchFaults: [String: String] = [:]
  /// The mistake that a campaign must find to be believed: it shows soon under the usual faults.
  public var canary: String
  /// What a node of it is; whoever hosts it opens this.
  public var node: any ProtocolNode.Type
}

/// A mistake that can be switched on in a protocol.
public struct NamedBug: Sendable, Equatable {
  /// The name on the command line.
  public var name: String
  /// What it breaks, in one line.
  public var summary: String
  /// Where it was seen: a paper, or projects and numbers of their reports.
  public var source: String
  /// Whether it takes more than a few runs of real processes to show it; the simulator does.
  public var isRare: Bool
  /// Faults that must come together and by chance hardly do, as `--schedule` takes them; nil where
  /// drawn ones show it.
  public var schedule: String?
}
