import Base

/// What a cut keeps of a Raft node.
public struct RaftView: CutView {
  var name: String
  var role: RaftNode.Role
  var term: Int64
  var vote: String?
  var leader: String?
  /// Who voted for it in its term, in the order of their names; nobody where it does not stand.
  var voters: [String]
  var commit: Int64
  var log: RaftLog
  /// Up to where each member said that it has the log of a leader, in membership order; empty for
  /// who does not lead.
  var matches: [Int64]
}

extension RaftView {
  /// One object, the log from its snapshot on.
  public var json: JSON {
    let entries = log.entries(from: log.base.index + 1)
    return [
      "name": .string(name), "role": .string(role.rawValue), "term": .integer(term),
      "vote": vote.map { .string($0) } ?? .null, "leader": leader.map { .string($0) } ?? .null,
      "voters": .array(voters.map { .string($0) }), "commit": .integer(commit),
      "base_index": .integer(log.base.index), "base_term": .integer(log.base.term),
      "entries": .array(entries.map(\.json)), "matches": .array(matches.map { .integer($0) }),
    ]
  }

  /// Reads one.
  public init(reading json: JSON) throws(MalformedMessage) {
    let reader = try BodyReader(json, inside: "view")
    guard let role = RaftNode.Role(rawValue: try reader.text("role")) else {
      throw MalformedMessage(type: "view", "view: “role” is none of Raft's")
    }
    var log = RaftLog()
    log.compact(
      to: RaftPosition(
        index: try reader.count("base_index"), term: try reader.count("base_term")))
    let entries = try reader.list("entries") { (item) throws(MalformedMessage) in
      try RaftEntry(reading: item)
    }
    for entry in entries { log.append(entry) }
    self.init(
      name: try reader.text("name"), role: role, term: try reader.count("term"),
      vote: reader.optional("vote")?.string, leader: reader.optional("leader")?.string,
      voters: try reader.names("voters"), commit: try reader.count("commit"), log: log,
      matches: try reader.counts("matches"))
  }
}

extension RaftSafety {
  /// Its term, votes, log and what it knows of others' logs.
  public func view(of node: RaftNode) -> RaftView {
    let stands = node.role == .candidate || node.role == .leader
    return RaftView(
      name: node.name, role: node.role, term: node.term, vote: node.vote, leader: node.leader,
      voters: stands ? node.votes.sorted() : [], commit: node.commit, log: node.log,
      matches: node.role == .leader ? node.leading.followers.map(\.match) : [])
  }
}
