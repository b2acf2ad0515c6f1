import Base
import Testing

@testable import Protocols

struct PaxosMessageTests {
  private static let decree = Decree(
    value: ["deep": [1, nil]], tags: [.init(client: "c\"1", request: 4, version: 7)])
  private static let chosen = Chosen(version: 7, decree: decree)
  private static let instance = PaxosMessage.Instance(key: ["a", 1], version: 8)
  private static let ballot = Ballot(round: 1 << 51, proposer: 2)
  private static let accepted = Accepted(ballot: ballot, decree: decree)

  static let messages: [PaxosMessage] = [
    .prepare(key: "x", base: .none, ballot), .prepare(key: "x", base: chosen, ballot),
    .promise(instance, ballot, nil), .promise(instance, ballot, accepted),
    .accept(key: 3, base: chosen, accepted, learners: [0, 2]), .accepted(instance, accepted),
    .refused(instance, ballot, promised: ballot.next(of: 0)),
    .query(key: "x", base: chosen, number: 5), .state(instance, number: 5, nil),
    .state(instance, number: 5, accepted), .learned(key: "x", chosen),
    .learned(key: "x", Chosen(version: 1, decree: Decree(value: .null))),
  ]

  @Test(arguments: messages)
  func everyMessageReadsBack(message: PaxosMessage) throws {
    let text = message.body.description
    #expect(try PaxosMessage(body: try JSONParser.parse(text)) == message)
    #expect(PaxosMessage.types.contains(message.body["type"]?.string ?? ""))
    #expect(!message.sketch.words.isEmpty)
  }

  @Test(arguments: [
    (
      #"{"type":"prepare","key":1,"base":{"version":0,"tags":[]},"ballot":[1]}"#,
      "prepare: “ballot” is no [round, place of the proposer]"
    ),
    (
      #"{"type":"accept","key":1,"base":{"version":0,"tags":[[1]]}}"#,
      "accept: a tag is no [client, request, version]"
    ),
    (
      #"{"type":"lease"}"#,
      "“lease” is no message of paxos; expected prepare, promise, accept, accepted, refused, "
        + "query, state, learned"
    ),
  ])
  func whatIsNoMessageIsSaid(text: String, words: String) throws {
    let body = try JSONParser.parse(text)
    let error = #expect(throws: MalformedMessage.self) { try PaxosMessage(body: body) }
    #expect(error?.description.contains(words.split(separator: ": ").last ?? "") == true)
  }

  @Test func ballotsAreOrderedByRoundAndThenByProposer() {
    let (one, other) = (Ballot(round: 1, proposer: 2), Ballot(round: 2, proposer: 0))
    #expect(.none < one && one < other && one.next(of: 0) == other)
    #expect(one.number(among: 3) < other.number(among: 3) && "\(one)" == "1.3")
    let last = Ballot(round: Ballot.lastRound, proposer: 0)
    #expect(last.next(of: 1) == Ballot(round: Ballot.lastRound, proposer: 1))
  }

  /// Numbers of an earlier process are never given out again.
  @Test func reservedNumbersAreGivenOutOnce() {
    var numbers = Reservation()
    let first = numbers.next()
    #expect(first.number == 1 && first.mustReserve != nil)
    #expect(numbers.next().mustReserve == nil)
    var again = Reservation()
    again.recover(first.mustReserve ?? 0)
    #expect(again.next().number > 2)
  }
}
