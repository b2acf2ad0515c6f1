import Base
import Testing

@testable import Protocols

/// Reads by a lease (dissertation, section 6.4.1), driven by hand: the least election time-out is
/// 150 ms.
struct RaftLeaseTests {
  typealias Bench = RaftNodeTests.Bench
  static let second = RaftNodeTests.second
  static let millisecond: Int64 = 1_000_000

  /// A read of its own client.
  private static func read(_ client: String) -> RaftNode.Input {
    .request(ClientRequest(client: client, id: 1, operation: .read(key: "x")))
  }

  /// A leader since one second whose first round, sent then, was answered 40 ms later.
  private static func leader(_ bug: RaftBug? = nil) throws -> Bench {
    var leader = try Bench(bug: bug, knobs: ["reads": "lease"])
    leader.elect()
    for peer in ["n2", "n3"] {
      leader.hear(
        peer, .appended(term: leader.node.term, round: 1, match: 1), at: second + 40 * millisecond)
    }
    return leader
  }

  @Test func aLeaseLastsFromWhenTheRoundWasSent() throws {
    var leader = try Self.leader()
    leader.take(Self.read("c1"), at: Self.second + 134 * Self.millisecond)
    #expect(leader.replies == [.missing("x")])
    leader.take(Self.read("c2"), at: Self.second + 135 * Self.millisecond)
    #expect(leader.replies == [])
    #expect(leader.sent.count == 4)
  }

  @Test func itIsVouchedForByThoseWhoAnswered() throws {
    var leader = try Self.leader()
    leader.take(Self.read("c1"), at: Self.second + 50 * Self.millisecond)
    let evidence = leader.effects.compactMap { effect -> [String]? in
      if case .reply(_, _, let reply) = effect { return reply.evidence?.acks }
      return nil
    }
    #expect(evidence == [["n1", "n2", "n3"]])
  }

  @Test func withoutACommittedOpeningThereIsNone() throws {
    var leader = try Bench(knobs: ["reads": "lease"])
    leader.elect()
    for peer in ["n2", "n3"] {
      leader.hear(peer, .appended(term: leader.node.term, round: 1, match: 0))
    }
    leader.take(Self.read("c1"), at: Self.second)
    #expect(leader.replies == [])
  }

  /// Counted in heartbeats, of which one was due, a lease lasts however long the pause was.
  @Test func aMistakenLeaseOutlivesAPause() throws {
    var leader = try Self.leader(.leaseOverPause)
    let later = Self.second + 5_000 * Self.millisecond
    leader.take(.timer(.heartbeat), at: later)
    leader.take(Self.read("c1"), at: later)
    #expect(leader.replies == [.missing("x")])
    var honest = try Self.leader()
    honest.take(.timer(.heartbeat), at: later)
    honest.take(Self.read("c1"), at: later)
    #expect(honest.replies == [])
  }

  /// Who has heard a leader elects nobody else until its lease is over, and who has just started
  /// may have heard one before.
  @Test(arguments: ["index", "lease"]) func whoConfirmedElectsNobody(_ reads: String) throws {
    let ask = RaftMessage.requestVote(term: 9, lastIndex: 9, lastTerm: 8, .plain)
    let heard = RaftMessage.appendEntries(
      .init(
        term: 2, round: 1, previous: RaftPosition(index: 0, term: 0), commit: 0, entries: []))
    for isHeard in [true, false] {
      var voter = try Bench("n5", knobs: ["reads": reads])
      var began: Int64 = 0
      if isHeard {
        began = Self.second
        voter.hear("n1", heard, at: began)
      }
      let term: Int64 = isHeard ? 2 : 0
      voter.hear("n2", ask, at: began + 149 * Self.millisecond)
      let isGranted = reads == "index"
      #expect(
        voter.sent == [.vote(term: isGranted ? 9 : term, isGranted: isGranted, isPreVote: false)])
      voter.hear("n2", ask, at: began + 150 * Self.millisecond)
      #expect(voter.sent == [.vote(term: 9, isGranted: true, isPreVote: false)])
    }
  }
}
