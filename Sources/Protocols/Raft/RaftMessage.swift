import Base

/// What Raft nodes say to each other (figures 2 and 13 of the extended paper; `forward` and
/// `forward_reply` carry clients' requests to the leader and its answers back).
public enum RaftMessage: Sendable, Equatable {
  /// A candidate asks for a vote, or whether it would get one. `term` is the term of the election.
  case requestVote(term: Int64, lastIndex: Int64, lastTerm: Int64, VoteKind)
  /// The answer. A granted pre-vote repeats the term asked for, otherwise it is the voter's own.
  case vote(term: Int64, isGranted: Bool, isPreVote: Bool)
  /// A leader replicates entries, or just lets itself be heard.
  case appendEntries(AppendEntries)
  /// The follower has everything up to `match`, the same as the leader.
  case appended(term: Int64, round: Int64, match: Int64)
  /// The follower's log does not continue at the leader's point: it should go back to
  /// `conflictIndex`, the first entry of `conflictTerm` (0: its log is shorter than that).
  case refused(term: Int64, round: Int64, conflictIndex: Int64, conflictTerm: Int64)
  /// A leader sends a part of a snapshot to a follower whose next entry is no longer in its log.
  case installSnapshot(SnapshotChunk)
  /// The follower has that many bytes of the snapshot that ends with the entry at `index`.
  case chunkTaken(term: Int64, round: Int64, index: Int64, offset: Int64)
  /// The leader wants to be succeeded: the receiver is to stand at once (dissertation, section
  /// 3.10).
  case timeoutNow(term: Int64)
  /// A node passes a client's request to the leader.
  case forward(ClientRequest)
  /// The leader's answer on its way back to the node that was asked.
  case forwardReply(client: String, request: Int64, OperationResult, Evidence)

  /// How a vote is asked for.
  public enum VoteKind: String, Sendable, Equatable, CaseIterable {
    /// As in the paper.
    case plain
    /// Would it be granted (dissertation, section 9.6)?
    case preVote
    /// The leader itself wants it: no lease stands against it, and it is never heard too soon.
    case invited
  }

  /// The arguments of InstallSnapshot.
  public struct SnapshotChunk: Sendable, Equatable {
    /// The leader's term.
    public var term: Int64
    /// As in ``AppendEntries/round``.
    public var round: Int64
    /// The last entry that the snapshot contains.
    public var position: RaftPosition
    /// Where in the snapshot the bytes belong.
    public var offset: Int64
    /// Whole characters of UTF-8.
    public var bytes: [UInt8]
    /// Nothing follows.
    public var isLast: Bool
  }

  /// The arguments of AppendEntries.
  public struct AppendEntries: Sendable, Equatable {
    /// The leader's term.
    public var term: Int64
    /// The number of the leader's latest round of heartbeats, echoed by the answer (ReadIndex).
    public var round: Int64
    /// The index and the term of the entry before the first of `entries`.
    public var previous: RaftPosition
    /// The leader's commit index.
    public var commit: Int64
    /// The entries; none in a heartbeat.
    public var entries: [RaftEntry]
  }
}

/// A place in a log.
public struct RaftPosition: Sendable, Equatable {
  /// The index, from 1; 0 is before the first entry.
  public var index: Int64
  /// The term of the entry there; 0 at index 0.
  public var term: Int64
}

/// One entry of the log.
public struct RaftEntry: Sendable, Equatable {
  /// The term of the leader that created it.
  public var term: Int64
  /// The client's write or compare-and-set; nil for the entry that opens a leader's term, or
  /// changes the members.
  public var request: ClientRequest?
  /// Who votes from here on; nil for entries that change nothing about that.
  public var membership: RaftMembership?

  init(term: Int64, request: ClientRequest?, membership: RaftMembership? = nil) {
    self.term = term
    self.request = request
    self.membership = membership
  }
}

extension RaftMessage: PeerMessage {
  /// The `type` of every message.
  public static let types = [
    "request_vote", "vote", "append_entries", "appended", "refused", "install_snapshot",
    "chunk_taken", "timeout_now", "forward", "forward_reply",
  ]

  /// The body, one object with `type` first.
  public var body: JSON {
    switch self {
    case .requestVote(let term, let lastIndex, let lastTerm, let kind):
      [
        "type": "request_vote", "term": .integer(term), "last_index": .integer(lastIndex),
        "last_term": .integer(lastTerm), "kind": .string(kind.rawValue),
      ]
    case .vote(let term, let isGranted, let isPreVote):
      [
        "type": "vote", "term": .integer(term), "granted": .bool(isGranted),
        "pre_vote": .bool(isPreVote),
      ]
    case .appendEntries(let append):
      [
        "type": "append_entries", "term": .integer(append.term), "round": .integer(append.round),
        "prev_index": .integer(append.previous.index), "prev_term": .integer(append.previous.term),
        "commit": .integer(append.commit), "entries": .array(append.entries.map(\.json)),
      ]
    case .appended(let term, let round, let match):
      [
        "type": "appended", "term": .integer(term), "round": .integer(round),
        "match": .integer(match),
      ]
    case .refused(let term, let round, let conflictIndex, let conflictTerm):
      [
        "type": "refused", "term": .integer(term), "round": .integer(round),
        "conflict_index": .integer(conflictIndex), "conflict_term": .integer(conflictTerm),
      ]
    case .installSnapshot(let chunk):
      [
        "type": "install_snapshot", "term": .integer(chunk.term), "round": .integer(chunk.round),
        "index": .integer(chunk.position.index), "last_term": .integer(chunk.position.term),
        "offset": .integer(chunk.offset),
        "data": .string(String(decoding: chunk.bytes, as: UTF8.self)), "done": .bool(chunk.isLast),
      ]
    case .chunkTaken(let term, let round, let index, let offset):
      [
        "type": "chunk_taken", "term": .integer(term), "round": .integer(round),
        "index": .integer(index), "offset": .integer(offset),
      ]
    case .timeoutNow(let term): ["type": "timeout_now", "term": .integer(term)]
    case .forward(let request): ["type": "forward", "request": request.json]
    case .forwardReply(let client, let request, let result, let evidence):
      [
        "type": "forward_reply", "client": .string(client), "id": .integer(request),
        "result": result.json, "evidence": evidence.json,
      ]
    }
  }

  /// Reads a body.
  ///
  /// - Throws: ``MalformedMessage`` when a member is missing, of the wrong type or out of range.
  public init(body: JSON) throws(MalformedMessage) {
    let reader = try BodyReader(body)
    switch reader.type {
    case "request_vote":
      let name = try reader.text("kind")
      guard let kind = VoteKind(rawValue: name) else {
        throw MalformedMessage(
          type: reader.type,
          "\(reader.type): “kind” is “\(name)”, expected "
            + VoteKind.allCases.map(\.rawValue).joined(separator: ", "))
      }
      self = .requestVote(
        term: try reader.count("term"), lastIndex: try reader.count("last_index"),
        lastTerm: try reader.count("last_term"), kind)
    case "vote":
      self = .vote(
        term: try reader.count("term"), isGranted: try reader.bool("granted"),
        isPreVote: try reader.bool("pre_vote"))
    case "append_entries":
      let previous = RaftPosition(
        index: try reader.count("prev_index"), term: try reader.count("prev_term"))
      let entries = try reader.list("entries") { (item) throws(MalformedMessage) in
        try RaftEntry(reading: item)
      }
      self = .appendEntries(
        AppendEntries(
          term: try reader.count("term"), round: try reader.count("round"), previous: previous,
          commit: try reader.count("commit"), entries: entries))
    case "appended":
      self = .appended(
        term: try reader.count("term"), round: try reader.count("round"),
        match: try reader.count("match"))
    case "refused":
      self = .refused(
        term: try reader.count("term"), round: try reader.count("round"),
        conflictIndex: try reader.count("conflict_index"),
        conflictTerm: try reader.count("conflict_term"))
    case "install_snapshot":
      self = .installSnapshot(
        SnapshotChunk(
          term: try reader.count("term"), round: try reader.count("round"),
          position: RaftPosition(
            index: try reader.count("index"), term: try reader.count("last_term")),
          offset: try reader.count("offset"), bytes: Array(try reader.text("data").utf8),
          isLast: try reader.bool("done")))
    case "chunk_taken":
      self = .chunkTaken(
        term: try reader.count("term"), round: try reader.count("round"),
        index: try reader.count("index"), offset: try reader.count("offset"))
    case "timeout_now": self = .timeoutNow(term: try reader.count("term"))
    case "forward":
      self = .forward(try ClientRequest(reading: try reader.object("request")))
    case "forward_reply":
      self = .forwardReply(
        client: try reader.text("client"), request: try reader.integer("id"),
        try OperationResult(reading: try reader.object("result")),
        try Evidence(reading: try reader.object("evidence")))
    default:
      throw MalformedMessage(
        type: reader.type, "“\(reader.type)” is no message of raft")
    }
  }
}
