import Base
import Testing

@testable import Protocols

/// Snapshots that are sent in parts.
struct RaftSnapshotTests {
  typealias Bench = RaftNodeTests.Bench
  static let second = RaftNodeTests.second

  /// A leader that has compacted what n3 lacks.
  private func leader(_ chunk: Int) throws -> Bench {
    var leader = try Bench(of: 3, knobs: ["compaction": "5", "snapshot-chunk": "\(chunk)"])
    leader.elect()
    for number in 1...8 as ClosedRange<Int64> {
      let value = JSON.string(String(repeating: "ü€", count: 3) + "\(number)")
      leader.take(
        .request(
          ClientRequest(
            client: "c\(number)", id: 1, operation: .write(key: .integer(number), value: value))),
        at: Self.second)
      leader.hear("n2", .appended(term: 1, round: 1, match: number + 1))
    }
    leader.hear("n3", .refused(term: 1, round: 1, conflictIndex: 1, conflictTerm: 0))
    return leader
  }

  private func chunks(_ bench: Bench) -> [RaftMessage.SnapshotChunk] {
    bench.sent.compactMap {
      if case .installSnapshot(let chunk) = $0 { return chunk }
      return nil
    }
  }

  /// Every size of a chunk brings the same state, whole characters at a time; late copies and lost
  /// parts change nothing.
  @Test(arguments: [16, 17, 19, 64, 300, 100_000])
  func whateverTheSizeTheStateArrives(_ size: Int) throws {
    var leader = try leader(size)
    var follower = try Bench("n3", of: 3)
    var chunk = try #require(chunks(leader).first)
    var count = 1
    while true {
      #expect(chunk.bytes.count <= size)
      #expect(String(validating: chunk.bytes, as: UTF8.self) != nil)
      follower.hear("n1", .installSnapshot(chunk))
      let answer = try #require(follower.sent.first)
      // The same part again is answered in the same way.
      if !chunk.isLast {
        follower.hear("n1", .installSnapshot(chunk))
        #expect(follower.sent == [answer])
      }
      leader.hear("n3", answer)
      guard let next = chunks(leader).first else { break }
      // An answer that comes twice asks for nothing more.
      let before = chunks(leader)
      leader.hear("n3", answer)
      #expect(before.count == 1 && chunks(leader) == [])
      chunk = next
      count += 1
    }
    #expect((count == 1) == (size > 1000))
    #expect(follower.node.commit == leader.node.snapshot?.position.index)
    #expect(follower.node.snapshot == leader.node.snapshot)
    let restarted = try Bench("n3", of: 3, disk: follower.disk)
    #expect(restarted.node.machine.json == follower.node.machine.json)
  }

  /// Who restarts in the middle has nothing, says so, and gets it from the beginning.
  @Test func whoLosesHalfOfItGetsItAgain() throws {
    var leader = try leader(64)
    var follower = try Bench("n3", of: 3)
    for _ in 1...3 {
      follower.hear("n1", .installSnapshot(try #require(chunks(leader).first)))
      leader.hear("n3", try #require(follower.sent.first))
    }
    let third = try #require(chunks(leader).first)
    #expect(third.offset > 64)
    var restarted = try Bench("n3", of: 3, disk: follower.disk)
    restarted.hear("n1", .installSnapshot(third))
    #expect(restarted.sent == [.chunkTaken(term: 1, round: third.round, index: 5, offset: 0)])
    leader.hear("n3", try #require(restarted.sent.first))
    #expect(chunks(leader) == [])
    leader.take(.timer(.heartbeat), at: Self.second)
    #expect(chunks(leader).map(\.offset) == [0])
  }

  @Test func whatIsNoSnapshotIsNotTaken() throws {
    var follower = try Bench("n3", of: 3)
    let position = RaftPosition(index: 6, term: 1)
    for text in [
      "", "{", "{}", #"{"index":6,"term":1,"state":{"map":[],"sessions":[]}}"#,
      #"{"index":5,"term":1,"members":{"voters":[],"request":0,"epoch":0},"#
        + #""state":{"map":[],"sessions":[]}}"#,
      #"{"index":6,"term":1,"members":{"voters":[],"request":0,"epoch":0},"#
        + #""state":{"map":[3],"sessions":[]}}"#,
    ] {
      let chunk = RaftMessage.SnapshotChunk(
        term: 1, round: 1, position: position, offset: 0, bytes: Array(text.utf8), isLast: true)
      follower.hear("n1", .installSnapshot(chunk))
      #expect(follower.sent == [.chunkTaken(term: 1, round: 1, index: 6, offset: 0)], "\(text)")
      #expect(follower.node.commit == 0)
    }
  }

  /// What a snapshot says of the members outlives the entries that said it.
  @Test func aSnapshotKnowsTheMembers() throws {
    var leader = try RaftMembershipTests.leader(of: 4, ["compaction": "5"])
    leader.take(RaftMembershipTests.ask(1, .remove("n4")), at: Self.second)
    leader.hear("n2", .appended(term: 1, round: 1, match: 2))
    for number in 1...6 as ClosedRange<Int64> {
      leader.take(
        .request(
          ClientRequest(client: "c", id: number, operation: .write(key: 1, value: 2))),
        at: Self.second)
      leader.hear("n2", .appended(term: 1, round: 1, match: number + 2))
    }
    #expect(leader.node.log.base.index > 2)
    let restarted = try Bench(of: 4, disk: leader.disk)
    #expect(restarted.node.membership.voters == ["n1", "n2", "n3"])
    #expect(restarted.node.membership.request == 1)
  }
}
