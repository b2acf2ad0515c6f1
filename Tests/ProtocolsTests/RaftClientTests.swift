import Base
import Testing

@testable import Protocols

/// What clients are told, and when.
struct RaftClientTests {
  typealias Bench = RaftNodeTests.Bench
  static let second = RaftNodeTests.second
  static let write = RaftNodeTests.write
  static let read = ClientRequest(client: "c2", id: 1, operation: .read(key: "x"))

  /// A follower that knows the leader n2.
  private func follower() throws -> Bench {
    var bench = try Bench()
    bench.hear(
      "n2",
      .appendEntries(
        .init(
          term: 1, round: 1, previous: RaftPosition(index: 0, term: 0), commit: 0, entries: [])))
    return bench
  }

  @Test func withoutALeaderTheAnswerIsDefinite() throws {
    var bench = try Bench()
    bench.take(.request(RaftClientTests.write), at: 0)
    #expect(bench.sent == [])
    bench.take(.timer(.retry), at: 500_000_000)
    #expect(bench.replies == [])
    bench.take(.timer(.retry), at: 600_000_000)
    #expect(
      bench.replies == [.error(.temporarilyUnavailable, text: "no leader could be asked in time")])
  }

  @Test func onceALeaderWasAskedNobodyKnows() throws {
    var bench = try follower()
    bench.take(.request(RaftClientTests.write), at: RaftClientTests.second)
    #expect(bench.sent == [.forward(RaftClientTests.write)])
    bench.take(.request(RaftClientTests.read), at: RaftClientTests.second)
    bench.take(.timer(.retry), at: RaftClientTests.second + 2_000_000_000)
    #expect(
      bench.replies == [
        .error(.timeout, text: "a leader was asked and did not answer in time"),
        .error(.temporarilyUnavailable, text: "no leader could be asked in time"),
      ])
  }

  @Test func theAnswerTravelsBackOnce() throws {
    var bench = try follower()
    bench.take(.request(RaftClientTests.write), at: RaftClientTests.second)
    let evidence = Evidence(term: 1, leader: "n2", revision: 2, acks: ["n2", "n3", "n4"])
    let answer = RaftMessage.forwardReply(client: "c1", request: 1, .done, evidence)
    bench.hear("n2", answer)
    #expect(
      bench.effects == [
        .reply(client: "c1", request: 1, Reply(result: .done, evidence: evidence, node: "n1"))
      ])
    bench.hear("n2", answer)
    #expect(bench.effects == [])
  }

  @Test func aRepeatedRequestIsAppliedOnce() throws {
    var bench = try Bench(of: 1)
    bench.take(.timer(.election), at: RaftClientTests.second)
    func ask(_ id: Int64, _ operation: Operation) -> [OperationResult] {
      bench.take(
        .request(ClientRequest(client: "c1", id: id, operation: operation)),
        at: RaftClientTests.second)
      return bench.replies
    }
    let swap = Operation.compareAndSet(key: "x", from: 1, to: 2)
    #expect(ask(1, .write(key: "x", value: 1)) == [.done])
    #expect(ask(2, swap) == [.done])
    #expect(ask(2, swap) == [.done])
    #expect(ask(1, .write(key: "x", value: 1)) == [])
    #expect(ask(3, .read(key: "x")) == [.value(2)])
    #expect(
      ask(4, swap) == [
        .error(.preconditionFailed, text: #"key "x" has the value 2, expected 1"#)
      ])
    #expect(
      ask(5, .read(key: "y")) == [.error(.keyDoesNotExist, text: #"key "y" does not exist"#)])
    #expect(bench.node.log.lastIndex == 4)
  }

  @Test func sessionsAreBoundedAndTheOldestGoesFirst() {
    var machine = KeyValueMachine(maximumSessions: 2)
    for (index, client) in ["a", "b", "a", "c"].enumerated() {
      let request = ClientRequest(
        client: client, id: Int64(index), operation: .write(key: "x", value: 1))
      _ = machine.apply(request, at: Int64(index) + 1)
    }
    #expect(machine.sessions.keys.sorted() == ["a", "c"])
  }

  @Test func aReadWaitsForTheOpeningEntryAndForARoundSentAfterIt() throws {
    var bench = try Bench()
    bench.elect()
    bench.take(.request(RaftClientTests.read), at: RaftClientTests.second)
    for peer in ["n2", "n3"] { bench.hear(peer, .appended(term: 1, round: 1, match: 1)) }
    #expect(bench.node.applied == 1)
    #expect(bench.replies == [])
    bench.hear("n2", .appended(term: 1, round: 2, match: 1))
    #expect(bench.replies == [])
    bench.hear("n4", .appended(term: 1, round: 2, match: 0))
    let evidence = Evidence(term: 1, leader: "n1", revision: 1, acks: ["n1", "n2", "n4"])
    let reply = Reply(
      result: .error(.keyDoesNotExist, text: #"key "x" does not exist"#), evidence: evidence,
      node: "n1")
    #expect(bench.effects.contains(.reply(client: "c2", request: 1, reply)))
  }

  /// What was asked for one read answers no read that came later.
  @Test(arguments: [nil, RaftBug.reusesReadContext])
  func anAnswerIsOfTheReadThatWasAskedFor(bug: RaftBug?) throws {
    var bench = try Bench(bug: bug)
    bench.hear(
      "n2",
      .appendEntries(
        .init(
          term: 1, round: 1, previous: RaftPosition(index: 0, term: 0), commit: 0, entries: [])))
    var asked: [String] = []
    for client in ["c1", "c2"] {
      let read = ClientRequest(client: client, id: 1, operation: .read(key: "x"))
      bench.take(.request(read), at: RaftClientTests.second)
      if bench.effects.contains(.send(to: "n2", .forward(read))) { asked.append(client) }
    }
    #expect(asked == (bug == nil ? ["c1", "c2"] : ["c1"]))
    let evidence = Evidence(term: 1, leader: "n2", revision: 1, acks: ["n2", "n3", "n4"])
    bench.hear("n2", .forwardReply(client: "c1", request: 1, .value(7), evidence))
    #expect(bench.replies == (bug == nil ? [.value(7)] : [.value(7), .value(7)]))
  }

  @Test func aLeaderThatHearsNoQuorumStepsDown() throws {
    var bench = try Bench()
    bench.elect()
    bench.take(.timer(.heartbeat), at: RaftClientTests.second + 290_000_000)
    #expect(bench.node.role == .leader)
    bench.take(.timer(.heartbeat), at: RaftClientTests.second + 310_000_000)
    #expect(bench.node.role == .follower)
    #expect(bench.node.leader == nil)
  }

  @Test func followersAreBroughtBackByWholeTerms() throws {
    let disk = [#"{"type":"entries","from":1,"entries":[{"term":1},{"term":2},{"term":2}]}"#]
      .map { Array($0.utf8) }
    var bench = try Bench(disk: disk)
    bench.hear(
      "n2",
      .appendEntries(
        .init(
          term: 4, round: 1, previous: RaftPosition(index: 3, term: 3), commit: 0, entries: [])))
    #expect(bench.sent == [.refused(term: 4, round: 1, conflictIndex: 2, conflictTerm: 2)])
    bench.hear(
      "n2",
      .appendEntries(
        .init(
          term: 4, round: 2, previous: RaftPosition(index: 9, term: 3), commit: 0, entries: [])))
    #expect(bench.sent == [.refused(term: 4, round: 2, conflictIndex: 4, conflictTerm: 0)])
  }
}
