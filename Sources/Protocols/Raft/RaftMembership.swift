import Base

/// Who votes, as an entry of the log says (dissertation, chapter 4).
public struct RaftMembership: Sendable, Equatable {
  /// Who votes, in the order of the plan; nobody where a node was not told yet.
  public var voters: [String]
  /// During joint consensus those who voted before: both need a majority (section 4.3).
  public var old: [String]?
  /// The operator's request that it answers; 0 for what the nodes were started with.
  public var request: Int64
  /// What tells it from every other: made of the term and the index of its entry; 0 for what the
  /// nodes were started with.
  public var epoch: Int64

  init(_ voters: [String], old: [String]? = nil, request: Int64 = 0, epoch: Int64 = 0) {
    self.voters = voters
    self.old = old
    self.request = request
    self.epoch = epoch
  }

  /// The epoch of the entry at a place.
  static func epoch(term: Int64, index: Int64) -> Int64 { term << 24 | index & 0xFF_FFFF }
}

extension RaftMembership {
  var json: JSON {
    var members: [JSON.Member] = [
      .init("voters", .array(voters.map { .string($0) })), .init("request", .integer(request)),
      .init("epoch", .integer(epoch)),
    ]
    if let old { members.append(.init("old", .array(old.map { .string($0) }))) }
    return .object(members)
  }

  init(reading reader: BodyReader) throws(MalformedMessage) {
    voters = try reader.names("voters")
    old = reader.optional("old") == nil ? nil : try reader.names("old")
    request = try reader.count("request")
    epoch = try reader.integer("epoch")
  }

  /// For people.
  var words: String {
    let names = voters.joined(separator: ", ")
    return old == nil ? "members are \(names)" : "members become \(names)"
  }
}

/// The places of the members by name. They are few: to compare names is faster than to hash one.
struct MemberPlaces: Sendable {
  private let names: [String]

  init(_ names: [String]) { self.names = names }

  /// The place of a member, or nil.
  subscript(name: String) -> Int? { names.firstIndex(of: name) }
}

/// The voters by their places, and what a majority of them is.
struct Electorate: Sendable {
  private let voters: [Int]
  private let old: [Int]
  private let isJoint: Bool

  init(_ membership: RaftMembership, _ places: MemberPlaces) {
    voters = membership.voters.compactMap { places[$0] }
    old = (membership.old ?? []).compactMap { places[$0] }
    isJoint = membership.old != nil
  }

  /// Nobody: the node does not know yet whom it is among.
  var isEmpty: Bool { voters.isEmpty }

  /// Whether the member there votes.
  func includes(_ place: Int) -> Bool {
    voters.contains(place) || isJoint && old.contains(place)
  }

  /// Whether those for whom it holds are a majority, or one of each in joint consensus.
  func isQuorum(_ holds: (Int) -> Bool) -> Bool {
    Electorate.isMajority(voters, holds) && (!isJoint || Electorate.isMajority(old, holds))
  }

  /// The highest value that a quorum has reached; the least there is where there is no quorum.
  func quorumValue(_ value: (Int) -> Int64) -> Int64 {
    let reached = Electorate.reached(voters, value)
    return isJoint ? min(reached, Electorate.reached(old, value)) : reached
  }

  private static func isMajority(_ voters: [Int], _ holds: (Int) -> Bool) -> Bool {
    voters.count(where: holds) > voters.count / 2
  }

  private static func reached(_ voters: [Int], _ value: (Int) -> Int64) -> Int64 {
    guard !voters.isEmpty else { return .min }
    var values = voters.map(value)
    values.sort(by: >)
    return values[voters.count / 2]
  }
}
