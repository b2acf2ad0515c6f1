import Base

/// The number of an attempt to have a value chosen: whose round is later, wins; equal rounds by
/// proposer. Every proposer has ballots of its own.
///
/// L. Lamport, “Paxos made simple”, ACM SIGACT News 32(4), 2001, section 2.2, where they are
/// proposal numbers.
public struct Ballot: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// From 1; 0 is the ballot of who has promised nobody anything.
  public var round: Int64
  /// The place of the proposer in the membership.
  public var proposer: Int

  /// Before all others.
  public static let none = Ballot(round: 0, proposer: 0)

  /// As people read it: `3.2`, round and proposer, both from 1.
  public var description: String { "\(round).\(proposer + 1)" }

  /// Whether the left ballot is earlier.
  public static func < (left: Ballot, right: Ballot) -> Bool {
    (left.round, left.proposer) < (right.round, right.proposer)
  }

  /// Nobody comes so far, and what names it is no ballot.
  static let lastRound: Int64 = 1 << 52

  /// A ballot of a proposer after this one.
  func next(of proposer: Int) -> Ballot {
    Ballot(round: min(round, Self.lastRound - 1) + 1, proposer: proposer)
  }

  /// The ballot as one number, later ones higher.
  func number(among members: Int) -> Int64 {
    round.multipliedReportingOverflow(by: Int64(members)).partialValue &+ Int64(proposer)
  }

  /// `[round, proposer]`.
  var json: JSON { [.integer(round), .integer(Int64(proposer))] }

  init(round: Int64, proposer: Int) {
    self.round = round
    self.proposer = proposer
  }

  /// Reads ``json`` from a member of a body.
  init(_ reader: BodyReader, _ name: String) throws(MalformedMessage) {
    let numbers = try reader.counts(name)
    guard numbers.count == 2, numbers[0] < Self.lastRound, numbers[1] < 1 << 16 else {
      throw MalformedMessage(
        type: reader.type, "\(reader.type): “\(name)” is no [round, place of the proposer]")
    }
    self.init(round: numbers[0], proposer: Int(numbers[1]))
  }
}
