/// One overlap that a rule asks for, and what was found.
public struct OverlapCheck: Sendable, Equatable {
  /// A stable word for it: `read-write`, `write-write`, `phase-one-two` …
  public var name: String
  /// What must hold, in words: “every read quorum meets every write quorum”.
  public var claim: String
  /// Where the claim is from.
  public var source: String
  /// Whether it holds; a witness has one quorum for each of ``families``.
  public var overlap: Overlap
  /// What the quorums of the witness are: “read quorum”, “write quorum”.
  public var families: [String]
  /// How many nodes the quorums must have in common.
  public var common: Int
  /// The inequality that is usually given for it, when the system has numbers to put in.
  public var inequality: Inequality?
  /// The names of the nodes of the witness; empty when they are those of the system.
  public var names: [String] = []
  /// What goes wrong where it fails; written for the witness.
  public var story: [String] = []
  /// The nearest change that makes it hold, or nil.
  public var repair: String?

  /// An inequality with numbers.
  public struct Inequality: Sendable, Equatable {
    /// `Vr + Vw > V: 2 + 4 > 5`.
    public var text: String
    /// Whether it is true; it suffices, but it is not necessary.
    public var holds: Bool

    /// Takes the inequality as it is shown, numbers put in, and whether these numbers fulfil it.
    public init(_ text: String, holds: Bool) {
      self.text = text
      self.holds = holds
    }
  }

  /// The witness by the names of its nodes, or nil when there is none.
  public func witnessNames(in system: QuorumSystem) -> [[String]]? {
    let names = names.isEmpty ? system.names : names
    return overlap.witness?.map { set in set.members.map { names[$0] } }
  }
}
