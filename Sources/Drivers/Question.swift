import Base

/// What a client or the recorder asks of a server.
///
/// Keys are short ASCII names. Values are JSON; on the wire a value is its JSON text (`5`,
/// `[1,2]`), unless the system has a form of its own for it. `null` is the absent key.
public enum Question: Sendable, Equatable {
  /// What the keys of a run begin with at servers that were there before it.
  public static let foreignPrefix = "plumbline-"

  /// The value of a key.
  case read(key: String)
  /// Sets the value of a key, whatever it was.
  case write(key: String, value: JSON)
  /// Sets the value of a key if it is `from` (`null`: if the key is absent).
  case cas(key: String, from: JSON, to: JSON)
  /// How the node is, and whom it takes for the leader: see ``NodeStatus``. Never disturbs data.
  case status
  /// Does what is needed once before clients may begin (create a stream, form the cluster);
  /// asked of one node, repeated until it is answered with ``Outcome/ok(_:)``.
  case prepare
  /// Takes a member out of the cluster, by its node's index; systems with membership only.
  case removeMember(Int)
  /// Adds the node with that index as a member again; systems with membership only.
  case addMember(Int)
}

/// What came of a question.
public struct Answer: Sendable, Equatable {
  /// One of three outcomes.
  public enum Outcome: Sendable, Equatable {
    /// It happened; with the value that was read, `true`/`false` for a compare-and-set that took
    /// effect or found another value at its point in time, and `null` otherwise.
    case ok(JSON)
    /// It certainly did not happen, and nothing was observed; with the reason.
    case refused(String)
    /// Nobody knows; with the reason.
    case unknown(String)
  }

  /// What came of it.
  public var outcome: Outcome
  /// What the server said besides, for the history: `revision`, `term`, `leader`, `acks`, `zxid`.
  public var evidence: [JSON.Member]
  /// The answer to ``Question/status``.
  public var status: NodeStatus?
  /// What the answer to ``Question/prepare`` told of the servers, for sessions that begin later:
  /// ``Site/learned``.
  public var learned: JSON?
  /// Whether the server lets nobody in with these credentials, or without any: to ask again is of
  /// no use. The outcome says why.
  public var isDenied = false

  /// An answer of a server that lets us in.
  public init(_ outcome: Outcome, evidence: [JSON.Member] = [], status: NodeStatus? = nil) {
    self.outcome = outcome
    self.evidence = evidence
    self.status = status
  }

  /// Makes an answer of a server that lets nobody in: nothing was done.
  public static func denied(_ reason: String) -> Answer {
    var answer = Answer(.refused(reason))
    answer.isDenied = true
    return answer
  }
}

/// What a node says about itself.
public struct NodeStatus: Sendable, Equatable {
  /// The highest stage of start-up that is done, from the view of this node, -1 before the first
  /// is: servers of stage s + 1
  /// are started when every node of stage s says s or more; clients begin when all say `lastStage`.
  public var stage: Int
  /// The index of the node that this one takes for the leader, or nil.
  public var leader: Int?
  /// The term (epoch) of that leader, or nil.
  public var term: Int64?
  /// The version of the server, where it says it.
  public var version: String?

  /// What a node says; nil where it does not say it.
  public init(stage: Int, leader: Int? = nil, term: Int64? = nil, version: String? = nil) {
    self.stage = stage
    self.leader = leader
    self.term = term
    self.version = version
  }
}
