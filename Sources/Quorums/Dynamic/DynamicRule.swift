/// What must hold of the quorums that were really used; see docs/reference/quorum-rules.md.
public enum DynamicRule: Int, Sendable, CaseIterable {
  // A history's evidence.
  case quorum, overlap, revision, leader, splitBrain
  // A quorum register's trace.
  case Q1, Q2, Q3, Q4, Q5, Q6, Q7
  // Raft's.
  case E1, E2, E3, E4, E5, L1, L2, L3, L4, C1, C2, C3, A1, S1, R1, M1
  // Paxos's.
  case P1, P2, P3, P4, P5, P6, P7
  // PBFT's.
  case B1, B2, B3, B4, B5

  /// What must hold, in one clause.
  public var summary: String { text.summary }

  /// Where that is from.
  public var source: String { text.source }

  /// What it is called.
  public var name: String { DynamicRule.names[rawValue] }

  /// The rule of that name, or nil.
  public init?(name: String) {
    guard let place = DynamicRule.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: place)
  }

  private static let names = allCases.map { $0 == .splitBrain ? "split-brain" : "\($0)" }

  private var text: (summary: String, source: String) {
    evidenceText ?? registerText ?? raftText ?? paxosText ?? byzantineText
  }

  private var evidenceText: (String, String)? {
    switch self {
    case .quorum: ("every quorum that served an operation is one", Self.gifford)
    case .overlap:
      ("a read's quorum meets that of every write of its key that ended before it", Self.gifford)
    case .revision: ("the revisions of a key never go backwards along real time", Self.abd)
    case .leader: ("a term has one leader", "\(Self.raft), section 5.2")
    case .splitBrain: ("no two leaders serve at the same time", "\(Self.raft), section 8")
    default: nil
    }
  }

  private var registerText: (String, String)? {
    switch self {
    case .Q1: ("a phase ends with a quorum of its kind", Self.gifford)
    case .Q2:
      ("a query's quorum meets that of every write of its key that ended before", Self.gifford)
    case .Q3: ("a read is not older than a write that ended before it began", Self.abd)
    case .Q4: ("a read is not older than a read that ended before it began", Self.abd)
    case .Q5: ("a write is later than everything that ended before it began", Self.abd)
    case .Q6: ("a version has one value", Self.abd)
    case .Q7: ("the version that a replica keeps never decreases", Self.abd)
    default: nil
    }
  }

  private var raftText: (String, String)? {
    switch self {
    case .E1: ("a node's term never decreases, over restarts too", "\(Self.raft), section 5.1")
    case .E2: ("a node votes for one candidate a term, over restarts too", raftSection("5.2"))
    case .E3: ("a term has one leader (election safety)", raftSection("5.2"))
    case .E4: ("a leader was given the votes of a quorum", raftSection("5.2"))
    case .E5: ("a vote goes to no log that is behind one's own", raftSection("5.4.1"))
    case .L1: ("equal index and term: equal entry, equal predecessors", raftSection("5.3"))
    case .L2: ("entries are accepted only where they fit the log", raftSection("5.3"))
    case .L3: ("a leader never overwrites its own log", raftSection("5.3"))
    case .L4: ("what is known to be committed is never dropped", raftSection("5.4"))
    case .C1: ("a leader commits what a quorum has, of its own term", raftSection("5.4.2"))
    case .C2: ("an index is committed with one entry", raftSection("5.4.3"))
    case .C3: ("a leader has everything committed in earlier terms", raftSection("5.4.3"))
    case .A1: ("committed entries are applied in order, the same everywhere", raftSection("5.4.3"))
    case .S1: ("a snapshot ends with the committed entry", raftSection("7"))
    case .R1: ("a read is not older than what was committed before it", raftSection("8"))
    case .M1: ("a change of members waits for the one before it", "Ongaro 2014, section 4.1")
    default: nil
    }
  }

  private var paxosText: (String, String)? {
    switch self {
    case .P1: ("an acceptor keeps its promises, over restarts too", Self.paxos)
    case .P2: ("a ballot proposes one value a slot", Self.paxos)
    case .P3: ("a proposal takes the latest value that its promises report", Self.paxos)
    case .P4: ("a slot has one chosen value", Self.paxos)
    case .P5: ("ballots after a choice propose what was chosen", Self.paxos)
    case .P6:
      ("a later phase one meets an earlier phase two", "Howard, Malkhi, Spiegelman 2016")
    case .P7:
      (
        "only what was proposed and chosen is learned",
        "Lamport, Paxos Made Simple 2001, “Learning a Chosen Value”"
      )
    default: nil
    }
  }

  private var byzantineText: (String, String) {
    switch self {
    case .B1: ("a correct replica sends one digest a view, number and phase", Self.pbft)
    case .B2: ("a number is prepared with one digest a view", Self.pbft)
    case .B3: ("a number is committed with one digest in all views", Self.pbft)
    case .B4: ("a new view proposes again what was prepared last", "\(Self.pbft).4")
    default: ("requests are executed in order, the same everywhere", Self.pbft)
    }
  }

  private func raftSection(_ section: String) -> String { "\(Self.raft), section \(section)" }

  private static let gifford = "Gifford, SOSP 1979"
  private static let abd = "Attiya, Bar-Noy, Dolev 1995"
  private static let raft = "Ongaro and Ousterhout, extended version 2014"
  private static let paxos = "Lamport, Paxos Made Simple 2001, section 2.2"
  private static let pbft = "Castro and Liskov, OSDI 1999, section 4"
}
