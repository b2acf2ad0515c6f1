import Base
import Protocols

/// What a history says of the run that it is of.
extension Plan {
  /// The members of the header of a history.
  package var historyHeader: [(String, JSON)] {
    var header: [(String, JSON)] = [
      ("model", .string(workloadKind.model)), ("initial", workloadKind.initial),
      ("name", .string(runName)),
      ("seed", PlanOption.named("seed")?.json(of: self) ?? .null),
      ("nodes", .array(nodeNames.map { .string($0) })),
      ("clients", JSON(clients)),
    ]
    if driver != nil {
      header.append(("cluster", .string(cluster)))
      if !knobs.isEmpty { header.append(("knobs", .array(knobs.map { .string($0) }))) }
    }
    if let quorums { header.append(("quorums", quorums)) }
    return header
  }

  /// How much each node of the embedded protocol counts, and what a quorum is; one vote each and
  /// majorities where nothing is said, as in protocols without votes.
  ///
  /// - Throws: a usage ``Failure`` for votes and quorums that cannot be.
  package func quorumVotes() throws(Failure) -> QuorumVotes {
    try QuorumVotes(
      members: nodes, votes: votes.isEmpty ? nil : Plan.votes(votes),
      read: readVotes == 0 ? nil : readVotes, write: writeVotes == 0 ? nil : writeVotes)
  }

  /// The votes of the embedded protocol's nodes, and how many a read and a write need; nil for
  /// programs of others.
  private var quorums: JSON? {
    guard nodeCommand.isEmpty, driver == nil, let quorums = try? quorumVotes() else {
      return nil
    }
    return [
      "votes": .array(quorums.votes.map { JSON($0) }), "read": JSON(quorums.read),
      "write": JSON(quorums.write),
    ]
  }
}
