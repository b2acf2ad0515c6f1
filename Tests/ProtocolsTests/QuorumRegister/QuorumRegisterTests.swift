import Base
import Testing

@testable import Protocols

struct QuorumRegisterTests {
  private func node(_ bugs: [String] = []) throws -> QuorumRegisterNode {
    try QuorumRegisterNode(
      NodeSetup(name: "n1", members: ["n1", "n2", "n3"], seed: 1, bugs: bugs), recovering: [])
  }

  private let write = ClientRequest(client: "c1", id: 1, operation: .write(key: "x", value: 7))

  @Test func aWriteAsksThenStoresThenAnswers() throws {
    var node = try node()
    _ = node.receive(.start, at: 0)
    let asked = node.receive(.request(write), at: 0)
    let query = QuorumRegisterMessage.query(operation: 1, key: "x")
    #expect(asked.contains(.send(to: "n2", query)) && asked.contains(.send(to: "n3", query)))
    let stored = node.receive(.message(from: "n3", .state(operation: 1, .none)), at: 1)
    let state = Versioned(version: RegisterVersion(timestamp: 1, writer: 0), value: 7)
    let store = QuorumRegisterMessage.store(operation: 1, key: "x", state)
    #expect(stored.contains(.send(to: "n2", store)) && stored.contains(.send(to: "n3", store)))
    let persisted = stored.firstIndex { if case .persist = $0 { true } else { false } }
    let sent = stored.firstIndex(of: .send(to: "n2", store))
    #expect(try #require(persisted) < #require(sent))
    #expect(
      node.receive(.message(from: "n2", .stored(operation: 1)), at: 2) == [
        .reply(
          client: "c1", request: 1,
          Reply(
            result: .done,
            evidence: Evidence(term: nil, leader: nil, revision: 3, acks: ["n1", "n2"]),
            node: "n1"))
      ])
  }

  @Test func aTimestampIsNeverGivenOutTwice() throws {
    var node = try node()
    _ = node.receive(.start, at: 0)
    var disk: [[UInt8]] = []
    func keep(_ effects: [QuorumRegisterNode.Effect]) {
      for case .persist(let record) in effects { disk.append(record) }
    }
    keep(node.receive(.request(write), at: 0))
    keep(node.receive(.message(from: "n3", .state(operation: 1, .none)), at: 1))
    let recovered = try QuorumRegisterNode(
      NodeSetup(name: "n1", members: ["n1", "n2", "n3"], seed: 1), recovering: disk)
    #expect(recovered.issued.timestamp >= node.issued.timestamp)
    #expect(recovered.issued.operation >= node.issued.operation)
    #expect(recovered.state(of: "x").value == 7)
    let amnesiac = try QuorumRegisterNode(
      NodeSetup(name: "n1", members: ["n1", "n2", "n3"], seed: 1, bugs: ["forgets-version"]),
      recovering: [])
    #expect(amnesiac.state(of: "x") == .none)
  }

  @Test func compareAndSetIsRefusedForGood() throws {
    var node = try node()
    let swap = ClientRequest(
      client: "c1", id: 1, operation: .compareAndSet(key: "x", from: 1, to: 2))
    let text = "a quorum register has no compare-and-set"
    #expect(
      node.receive(.request(swap), at: 0) == [
        .reply(
          client: "c1", request: 1,
          Reply(result: .error(.malformedRequest, text: text), evidence: nil, node: "n1"))
      ])
  }

  @Test func whatNobodyAnsweredNeverHappened() throws {
    var node = try node()
    _ = node.receive(.request(write), at: 0)
    let late = node.receive(.timer(.retry), at: 2_000_000_000)
    let text = "too few members answered"
    #expect(
      late == [
        .reply(
          client: "c1", request: 1,
          Reply(
            result: .error(.temporarilyUnavailable, text: text), evidence: nil, node: "n1"))
      ])
  }
}

struct QuorumVotesTests {
  @Test func whatIsLeftOutMakesQuorumsThatMeet() throws {
    for members in 1...9 {
      let quorums = try QuorumVotes(members: members)
      #expect(quorums.overlaps && 2 * quorums.write > quorums.total)
    }
    let weighted = try QuorumVotes(members: 3, votes: [3, 1, 1], read: 2)
    #expect(weighted == (try QuorumVotes(members: 3, votes: [3, 1, 1], read: 2, write: 4)))
  }

  @Test func impossibleQuorumsAreRefusedInWords() {
    for (votes, read, write, message) in [
      ([1, 1], nil, nil, "--votes names 2 nodes; expected one number each of 3"),
      ([0, 0, 0], nil, nil, "--votes: nobody has a vote"),
      ([1, -1, 1], nil, nil, "--votes: each node has from 0 to 1000000 votes"),
      (nil, 4, nil, "--read 4: a quorum needs from 1 to 3 votes, all there are"),
      (nil, nil, 9, "--write 9: a quorum needs from 1 to 3 votes, all there are"),
    ] as [([Int]?, Int?, Int?, String)] {
      do throws(Failure) {
        _ = try QuorumVotes(members: 3, votes: votes, read: read, write: write)
        Issue.record("\(message): not refused")
      } catch {
        #expect(error.message == message)
      }
    }
  }
}

struct QuorumRegisterMessageTests {
  static let state = Versioned(version: RegisterVersion(timestamp: 9, writer: 2), value: ["a", 1])
  static let messages: [QuorumRegisterMessage] = [
    .query(operation: 4, key: "x"), .state(operation: 4, state),
    .state(operation: 4, .none), .store(operation: 5, key: ["k", 1], state), .stored(operation: 5),
  ]

  @Test(arguments: messages)
  func everyMessageReadsBack(message: QuorumRegisterMessage) throws {
    let text = message.body.description
    #expect(try QuorumRegisterMessage(body: try JSONParser.parse(text)) == message)
    #expect(QuorumRegisterMessage.types.contains(message.body["type"]?.string ?? ""))
  }

  @Test(arguments: [
    (#"{"type":"query","key":1}"#, "query has no “operation”"),
    (
      #"{"type":"gossip"}"#,
      "“gossip” is no message of the quorum register; expected query, state, store, stored"
    ),
    (
      #"{"type":"state","operation":1,"timestamp":1,"writer":99999,"value":1}"#,
      "state: “writer” is 99999, expected a member's place"
    ),
  ])
  func whatIsNoMessageIsSaidInWords(text: String, words: String) throws {
    let body = try JSONParser.parse(text)
    do throws(MalformedMessage) {
      _ = try QuorumRegisterMessage(body: body)
      Issue.record("not refused")
    } catch {
      #expect(error.description == words)
    }
  }
}
