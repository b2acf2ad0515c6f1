import Base

/// Gifford's votes: how much each member counts, and how many votes make a quorum.
///
/// D. Gifford, “Weighted voting for replicated data”, SOSP 1979, doi:10.1145/800215.806583: with
/// `read + write > total` every read quorum meets every write quorum.
public struct QuorumVotes: Sendable, Equatable {
  /// The votes of each member, in membership order; none is negative.
  public var votes: [Int]
  /// The votes that a read quorum has at least.
  public var read: Int
  /// The votes that a write quorum has at least.
  public var write: Int

  /// All votes.
  public var total: Int { votes.reduce(0, +) }
  /// Whether every read quorum surely meets every write quorum.
  public var overlaps: Bool { read + write > total }

  /// Makes quorums; what is left out becomes one vote each, a majority for writes, and for reads
  /// the fewest that meet every write.
  ///
  /// - Throws: a usage `Failure` for another number of votes than members, and for quorums that
  ///   nobody or everybody by themselves could be.
  public init(
    members: Int, votes: [Int]? = nil, read: Int? = nil, write: Int? = nil
  ) throws(Failure) {
    self.votes = votes ?? [Int](repeating: 1, count: members)
    guard self.votes.count == members else {
      throw Failure(
        .usage, "--votes names \(self.votes.count) nodes; expected one number each of \(members)")
    }
    guard self.votes.allSatisfy({ (0...1_000_000).contains($0) }) else {
      throw Failure(.usage, "--votes: each node has from 0 to 1000000 votes")
    }
    let total = self.votes.reduce(0, +)
    guard total > 0 else { throw Failure(.usage, "--votes: nobody has a vote") }
    self.write = write ?? read.map { max(total + 1 - $0, total / 2 + 1) } ?? total / 2 + 1
    self.read = read ?? max(1, total + 1 - self.write)
    for (option, needed) in [("read", self.read), ("write", self.write)] {
      guard (1...total).contains(needed) else {
        throw Failure(
          .usage, "--\(option) \(needed): a quorum needs from 1 to \(total) votes, all there are")
      }
    }
  }

  /// What a trace says of them when a node starts.
  func traced(_ members: [String]) -> [JSON.Member] {
    [
      .init("ep", .integer(0)), .init("voters", .array(members.map { .string($0) })),
      .init("votes", .array(votes.map { JSON($0) })), .init("read", JSON(read)),
      .init("write", JSON(write)),
    ]
  }

  /// The votes of some members, by their places.
  ///
  /// - Complexity: O(places).
  package func weight(_ places: some Sequence<Int>) -> Int {
    places.reduce(0) { $0 + votes[$1] }
  }
}
