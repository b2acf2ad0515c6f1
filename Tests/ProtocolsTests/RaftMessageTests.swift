import Base
import Testing

@testable import Protocols

struct RaftMessageTests {
  static let write = ClientRequest(
    client: "c1", id: 4, operation: .write(key: "x", value: ["deep": [1, 2.5.json, nil]]))
  static let swap = ClientRequest(
    client: "c\"2", id: 9_007_199_254_740_993, operation: .compareAndSet(key: 1, from: nil, to: 2))
  static let evidence = Evidence(term: 3, leader: "n2", revision: 12, acks: ["n1", "n2"])

  static let messages: [RaftMessage] = [
    .requestVote(term: 4, lastIndex: 10, lastTerm: 3, .preVote),
    .vote(term: 4, isGranted: false, isPreVote: true),
    .appendEntries(
      .init(
        term: 4, round: 17, previous: RaftPosition(index: 9, term: 3), commit: 8,
        entries: [RaftEntry(term: 4, request: nil), RaftEntry(term: 4, request: write)])),
    .appendEntries(
      .init(
        term: 4, round: 17, previous: RaftPosition(index: 9, term: 3), commit: 8,
        entries: [
          RaftEntry(
            term: 4, request: nil,
            membership: RaftMembership(["n1"], old: ["n1", "n2"], request: 3, epoch: 4 << 24))
        ])),
    .appended(term: 4, round: 17, match: 11),
    .refused(term: 4, round: 17, conflictIndex: 5, conflictTerm: 2),
    .installSnapshot(
      .init(
        term: 4, round: 1, position: RaftPosition(index: 20, term: 3), offset: 2,
        bytes: Array("{“ü”".utf8), isLast: false)),
    .chunkTaken(term: 4, round: 1, index: 20, offset: 11),
    .requestVote(term: 4, lastIndex: 10, lastTerm: 3, .invited), .timeoutNow(term: 4),
    .forward(swap),
    .forward(ClientRequest(client: "c", id: 0, operation: .read(key: ["a", 1]))),
    .forwardReply(client: "c1", request: 4, .value(nil), evidence),
    .forwardReply(client: "c1", request: 4, .done, evidence),
    .forwardReply(
      client: "c1", request: 4, .error(.preconditionFailed, text: "found 3"), evidence),
  ]

  @Test(arguments: messages)
  func everyMessageReadsBack(message: RaftMessage) throws {
    let text = message.body.description
    #expect(try RaftMessage(body: try JSONParser.parse(text)) == message)
    #expect(RaftMessage.types.contains(message.body["type"]?.string ?? ""))
  }

  @Test func aBodyIsOneObjectWithItsTypeFirst() {
    #expect(
      RaftMessageTests.messages[2].body.description
        == #"{"type":"append_entries","term":4,"round":17,"prev_index":9,"prev_term":3,"#
        + #""commit":8,"entries":[{"term":4},{"term":4,"client":"c1","id":4,"op":"write","#
        + #""key":"x","value":{"deep":[1,2.5,null]}}]}"#)
  }

  static let malformed: [(String, String)] = [
    ("3", "the body is a number, expected an object"),
    ("{}", "the body has no “type” that is a string"),
    (#"{"type":"gossip"}"#, "“gossip” is no message of raft"),
    (#"{"type":"vote","term":1,"granted":true}"#, "vote has no “pre_vote”"),
    (
      #"{"type":"vote","term":"1","granted":true,"pre_vote":false}"#,
      "vote: “term” is a string, expected a 64-bit integer"
    ),
    (
      #"{"type":"appended","term":1,"round":1,"match":-1}"#,
      "appended: “match” is -1, expected a number from 0 to 2^53"
    ),
    (
      #"{"type":"appended","term":1,"round":1,"match":9223372036854775807}"#,
      "appended: “match” is 9223372036854775807, expected a number from 0 to 2^53"
    ),
    (
      #"{"type":"append_entries","prev_index":0,"prev_term":0,"entries":[7]}"#,
      "append_entries: found a number, expected an object"
    ),
    (
      #"{"type":"append_entries","prev_index":0,"prev_term":0,"#
        + #""entries":[{"term":1,"client":"c","id":1,"op":"read","key":1}]}"#,
      "append_entries: an entry holds a read"
    ),
    (
      #"{"type":"forward","request":{"client":"c","id":1,"op":"drop","key":1}}"#,
      "forward: “op” is “drop”, expected read, write or cas"
    ),
    (
      #"{"type":"install_snapshot","term":1,"round":1,"index":1,"last_term":1,"offset":0,"#
        + #""data":[3],"done":true}"#,
      "install_snapshot: “data” is an array, expected a string"
    ),
    (
      #"{"type":"request_vote","term":1,"last_index":0,"last_term":0,"kind":"postal"}"#,
      "request_vote: “kind” is “postal”, expected plain, preVote, invited"
    ),
    (
      #"{"type":"append_entries","prev_index":0,"prev_term":0,"#
        + #""entries":[{"term":1,"members":{"voters":["a",2],"request":1,"epoch":1}}]}"#,
      "append_entries: “voters” is a number, expected an array of strings"
    ),
    (
      #"{"type":"forward_reply","client":"c","id":1,"result":{"code":99,"text":""}}"#,
      "forward_reply: “code” is 99, which is no known code"
    ),
  ]

  @Test(arguments: malformed)
  func malformedBodiesAreErrorsInWords(text: String, message: String) throws {
    let body = try JSONParser.parse(text)
    let error = #expect(throws: MalformedMessage.self) { try RaftMessage(body: body) }
    #expect(error?.description == message)
  }

  /// Numbers at the limits that a stranger may send reach no arithmetic that traps.
  @Test func extremeNumbersDoNotTrap() throws {
    let limit: Int64 = 1 << 53
    for role in [false, true] {
      var node = try RaftNode(
        NodeSetup(name: "n1", members: role ? ["n1"] : ["n1", "n2", "n3"], seed: 1),
        recovering: [])
      _ = node.receive(.start, at: 0)
      _ = node.receive(.timer(.election), at: 1_000_000_000)
      let extremes: [RaftMessage] = [
        .requestVote(term: limit, lastIndex: limit, lastTerm: limit, .plain),
        .appended(term: limit, round: limit, match: limit),
        .refused(term: limit, round: limit, conflictIndex: limit, conflictTerm: limit),
        .appendEntries(
          .init(
            term: limit, round: limit, previous: RaftPosition(index: limit, term: limit),
            commit: limit, entries: [RaftEntry(term: limit, request: nil)])),
        .appendEntries(
          .init(
            term: limit, round: limit, previous: RaftPosition(index: 0, term: 0),
            commit: limit, entries: [])),
        .installSnapshot(
          .init(
            term: limit, round: limit, position: RaftPosition(index: limit, term: limit),
            offset: limit, bytes: [], isLast: true)),
        .chunkTaken(term: limit, round: limit, index: limit, offset: limit),
        .timeoutNow(term: limit),
      ]
      for message in extremes { _ = node.receive(.message(from: "n2", message), at: 2_000_000_000) }
      // The follower was told to stand in the next.
      #expect(node.term == (role ? 1 : limit + 1))
    }
  }
}

extension Double {
  fileprivate var json: JSON { JSON(self) }
}
