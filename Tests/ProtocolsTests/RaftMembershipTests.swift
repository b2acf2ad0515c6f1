import Base
import Testing

@testable import Protocols

/// Changes of members and of leaders, one node at a time driven by hand.
struct RaftMembershipTests {
  typealias Bench = RaftNodeTests.Bench
  static let second = RaftNodeTests.second

  /// A leader of term 1 whose opening entry is committed.
  static func leader(of count: Int = 5, _ knobs: [String: String] = [:]) throws -> Bench {
    var leader = try Bench(of: count, knobs: knobs)
    leader.elect()
    leader.hear("n2", .appended(term: 1, round: 1, match: 1))
    leader.hear("n3", .appended(term: 1, round: 1, match: 1))
    return leader
  }

  static func ask(_ number: Int64, _ wish: OperatorRequest.Wish) -> RaftNode.Input {
    .ask(OperatorRequest(number: number, wish))
  }

  static func appended(_ match: Int64, round: Int64 = 1) -> RaftMessage {
    .appended(term: 1, round: round, match: match)
  }

  // MARK: one at a time

  @Test func aRemovalCountsAtOnceAndIsSettledOnceItIsCommitted() throws {
    var leader = try Self.leader(of: 4)
    leader.take(Self.ask(1, .remove("n4")), at: Self.second)
    #expect(leader.node.membership.voters == ["n1", "n2", "n3"])
    #expect(leader.node.settledMembers?.names.count == 4)
    #expect(leader.node.peers == ["n2", "n3"])
    // Two of three: with four voters it would take one more.
    leader.hear("n2", Self.appended(2))
    #expect(leader.node.settledMembers == SettledMembers(names: ["n1", "n2", "n3"], request: 1))
  }

  @Test func whoIsOutDoesNotCount() throws {
    var leader = try Self.leader(of: 4)
    leader.take(Self.ask(1, .remove("n4")), at: Self.second)
    leader.hear("n4", Self.appended(2))
    #expect(leader.node.commit == 1)
  }

  /// Ongaro, raft-dev, 10 July 2015.
  @Test func nothingChangesBeforeAnEntryOfTheTermIsCommitted() throws {
    var leader = try Bench()
    leader.elect()
    leader.take(Self.ask(1, .remove("n4")), at: Self.second)
    #expect(leader.node.membership.voters.count == 5)
  }

  @Test func oneChangeAtATimeAndNoneThatCameBefore() throws {
    var leader = try Self.leader()
    leader.take(Self.ask(2, .remove("n4")), at: Self.second)
    leader.take(Self.ask(3, .remove("n5")), at: Self.second)
    #expect(leader.node.membership.voters == ["n1", "n2", "n3", "n5"])
    for peer in ["n2", "n3"] { leader.hear(peer, Self.appended(2)) }
    leader.take(Self.ask(1, .remove("n3")), at: Self.second)
    #expect(leader.node.log.lastIndex == 2)
    // What is so already is written down, so that nothing that was asked before it can follow.
    leader.take(Self.ask(4, .remove("n4")), at: Self.second)
    #expect(leader.node.membership.request == 4 && leader.node.log.lastIndex == 3)
  }

  @Test func whoLeadsAndIsTakenOutStepsDownOnceThatIsCommitted() throws {
    var leader = try Self.leader()
    leader.take(Self.ask(1, .remove("n1")), at: Self.second)
    leader.hear("n2", Self.appended(2))
    leader.hear("n3", Self.appended(2))
    // Two of four, itself no longer counted.
    #expect(leader.node.role == .leader && leader.node.commit == 1)
    leader.hear("n4", Self.appended(2))
    #expect(leader.node.role == .follower && leader.node.commit == 2)
    leader.take(.timer(.election), at: 9 * Self.second)
    #expect(leader.node.role == .follower && leader.sent == [])
  }

  @Test func whatIsTruncatedIsUndone() throws {
    var node = try Bench()
    let out = RaftMembership(["n1", "n2", "n3"], request: 1, epoch: 5)
    let change = RaftEntry(term: 1, request: nil, membership: out)
    let opening = RaftEntry(term: 1, request: nil)
    node.hear("n2", Self.append(term: 1, after: (0, 0), [opening, change]))
    #expect(node.node.membership == out)
    let restarted = try Bench(disk: node.disk)
    #expect(restarted.node.membership == out)
    node.hear("n3", Self.append(term: 2, after: (1, 1), [RaftEntry(term: 2, request: nil)]))
    #expect(node.node.membership.voters.count == 5)
  }

  static func append(
    term: Int64, after previous: (Int64, Int64), commit: Int64 = 0, _ entries: [RaftEntry]
  ) -> RaftMessage {
    .appendEntries(
      .init(
        term: term, round: 1, previous: RaftPosition(index: previous.0, term: previous.1),
        commit: commit, entries: entries))
  }

  // MARK: those who join

  @Test func whoJoinsCatchesUpBeforeItVotes() throws {
    var leader = try Self.leader(of: 4)
    leader.take(Self.ask(1, .remove("n4")), at: Self.second)
    leader.hear("n2", Self.appended(2))
    leader.take(Self.ask(2, .add("n4")), at: Self.second)
    #expect(leader.node.membership.voters.count == 3 && leader.node.peers.contains("n4"))
    // What the former n4 says late is not what this one has.
    leader.hear("n4", Self.appended(2, round: 1))
    #expect(leader.node.membership.voters.count == 3)
    leader.hear("n4", Self.appended(1, round: 2))
    #expect(leader.node.membership.voters.count == 3)
    leader.hear("n4", Self.appended(2, round: 2))
    #expect(leader.node.membership.voters == ["n1", "n2", "n3", "n4"])
  }

  @Test func whoTakesLongToCatchUpBeginsAnotherRound() throws {
    var leader = try Self.leader(of: 4)
    leader.take(Self.ask(1, .remove("n4")), at: Self.second)
    leader.hear("n2", Self.appended(2))
    leader.take(Self.ask(2, .add("n4")), at: Self.second)
    leader.hear("n4", Self.appended(2, round: 2), at: 2 * Self.second)
    #expect(leader.node.membership.voters.count == 3)
    leader.hear("n4", Self.appended(2, round: 2), at: 2 * Self.second + 1)
    #expect(leader.node.membership.voters.count == 4)
  }

  @Test func whoJoinsVotesForNobodyUntilItIsTold() throws {
    var setup = NodeSetup(name: "n4", members: ["n1", "n2", "n3", "n4"], seed: 1)
    setup.joins = true
    var node = try RaftNode(setup, recovering: [])
    _ = node.receive(.start, at: 0)
    let ask = RaftMessage.requestVote(term: 3, lastIndex: 9, lastTerm: 2, .plain)
    #expect(node.receive(.message(from: "n2", ask), at: 1) == [])
    _ = node.receive(.timer(.election), at: 9 * Self.second)
    #expect(node.role == .follower && node.term == 0)
    let members = RaftMembership(["n1", "n2", "n3", "n4"], request: 2, epoch: 7)
    let told = Self.append(
      term: 3, after: (0, 0), [RaftEntry(term: 3, request: nil, membership: members)])
    _ = node.receive(.message(from: "n1", told), at: 10 * Self.second)
    // An earlier node of its name may have voted in this term.
    #expect(node.vote == "n1" && node.membership == members)
  }

  // MARK: joint consensus

  @Test func jointConsensusNeedsBothMajorities() throws {
    var leader = try Self.leader(of: 3, ["membership": "joint"])
    leader.take(Self.ask(1, .remove("n3")), at: Self.second)
    #expect(leader.node.membership.old == ["n1", "n2", "n3"])
    leader.hear("n3", Self.appended(2))
    // Two of three and one of two.
    #expect(leader.node.commit == 1)
    leader.hear("n2", Self.appended(2))
    #expect(leader.node.commit == 2)
    #expect(leader.node.membership.old == nil && leader.node.log.lastIndex == 3)
    #expect(leader.node.settledMembers?.names.count == 3)
    leader.hear("n2", Self.appended(3))
    #expect(leader.node.settledMembers == SettledMembers(names: ["n1", "n2"], request: 1))
  }

  // MARK: handing over

  @Test func theLeaderHandsOverOnceTheOtherHasEverything() throws {
    var leader = try Self.leader(of: 3)
    leader.take(.request(RaftNodeTests.write), at: Self.second)
    leader.take(Self.ask(1, .lead("n3")), at: Self.second)
    #expect(!leader.sent.contains(.timeoutNow(term: 1)))
    // Requests wait for whoever leads then.
    let waiting = ClientRequest(client: "c9", id: 1, operation: .write(key: "y", value: 1))
    leader.hear("n2", .forward(waiting))
    #expect(leader.node.log.lastIndex == 2)
    leader.hear("n3", Self.appended(2))
    #expect(leader.sent.contains(.timeoutNow(term: 1)))
    // Nobody took over: it goes on.
    leader.take(.timer(.heartbeat), at: Self.second + 150_000_000)
    leader.hear("n2", .forward(waiting))
    #expect(leader.node.log.lastIndex == 3)
  }

  @Test func whoIsInvitedStandsAtOnceAndNoLeaseStandsAgainstIt() throws {
    var follower = try Bench("n3", of: 3)
    follower.hear("n1", Self.append(term: 1, after: (0, 0), []))
    follower.hear("n2", .timeoutNow(term: 1))
    #expect(follower.node.role == .follower)
    follower.hear("n1", .timeoutNow(term: 1))
    #expect(follower.node.role == .candidate && follower.node.term == 2)
    for kind in [RaftMessage.VoteKind.plain, .invited] {
      var voter = try Bench("n2", of: 3, knobs: ["reads": "lease"])
      voter.hear("n1", Self.append(term: 1, after: (0, 0), []))
      voter.hear("n3", .requestVote(term: 2, lastIndex: 0, lastTerm: 0, kind))
      #expect(voter.node.vote == (kind == .invited ? "n3" : nil))
    }
  }

  @Test func whoHasInvitedReadsByNoLeaseAnyMore() throws {
    let read = ClientRequest(client: "c2", id: 1, operation: .read(key: "x"))
    for invites in [false, true] {
      var leader = try Self.leader(of: 3, ["reads": "lease"])
      if invites {
        leader.hear("n3", Self.appended(1))
        leader.take(Self.ask(1, .lead("n3")), at: Self.second)
        leader.take(.timer(.heartbeat), at: Self.second + 150_000_000)
        for peer in ["n2", "n3"] {
          leader.hear(peer, Self.appended(1, round: 9), at: Self.second + 150_000_001)
        }
      }
      leader.take(.request(read), at: Self.second + 150_000_002 * (invites ? 1 : 0))
      #expect(leader.replies.isEmpty == invites)
    }
  }
}
