/// What a cut keeps of a Raft node.
public struct RaftView: Sendable {
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
