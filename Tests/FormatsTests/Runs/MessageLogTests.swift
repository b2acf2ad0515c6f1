import Base
import Testing

@testable import Formats

/// `messages.jsonl`: what the simulator writes, `explain` reads.
struct MessageLogTests {
  static let log = MessageLog(
    nodes: ["n1", "n2"], from: 5,
    entries: [
      .happening(.init(time: 1, node: "n1", event: "started", state: .up)),
      .happening(.init(time: 6, node: "n2", event: "leads term \"2\"")),
      .message(
        .init(time: 7, from: .client(3), to: .node("n1"), name: "request", fate: .arrived(8))),
      .message(
        .init(
          time: 8, from: .node("n1"), to: .node("n2"), name: "append", words: "term 2",
          body: ["type": "append_entries", "entries": [1]], fate: .down(9), isCopy: true)),
      .message(.init(time: 9, from: .node("n2"), to: .node("n1"), name: "vote", fate: .lost)),
      .message(.init(time: 9, from: .node("n2"), to: .node("n1"), name: "vote", fate: .cut)),
      .message(.init(time: 9, from: .node("n1"), to: .client(3), name: "answer")),
    ], cut: .init(time: 10, messages: 12))

  @Test func whatWasWrittenIsReadAgain() throws {
    #expect(try MessageLog(reading: Self.log.bytes(), file: "m") == Self.log)
    let text = String(decoding: Self.log.bytes(), as: UTF8.self)
    #expect(
      text.hasPrefix(
        """
        {"messages":1,"nodes":["n1","n2"],"from":5,"until":null}
        {"time":1,"node":"n1","event":"started","state":"up"}

        """))
    #expect(
      text.contains(
        #"{"time":7,"client":3,"to":"n1","name":"request","words":"","fate":"arrived","at":8}"#))
    #expect(text.hasSuffix("{\"time\":10,\"cut\":12}\n"))
  }

  @Test func whatWouldBeTooLongIsCutAndThatIsSaid() throws {
    let short = try MessageLog(reading: Self.log.bytes(limit: 150), file: "m")
    #expect(short.entries == Array(Self.log.entries.prefix(2)))
    #expect(short.cut == .init(time: 7, messages: 5 + 12))
    #expect(short.warnings == [])
  }

  @Test func aTornLastLineIsLeftOutWithAWarning() throws {
    let bytes = Self.log.bytes()
    let whole = bytes.split(separator: UInt8(ascii: "\n"))
    let torn = try MessageLog(reading: Array(bytes.dropLast(5)), file: "runs/a/messages.jsonl")
    #expect(torn.entries == Self.log.entries)
    #expect(torn.cut == nil)
    #expect(
      torn.warnings == [
        "runs/a/messages.jsonl:\(whole.count): the last line is torn, and was left out"
      ])
  }

  @Test(arguments: [
    ("", "m:1: expected {\"messages\":1,\"nodes\":[…]}"),
    ("{\"time\":1}\n", "m:1: expected {\"messages\":1,\"nodes\":[…]}"),
    ("{\"messages\":1,\"nodes\":[],\"from\":0}\n", "m:1: expected {\"messages\":1,\"nodes\":[…]}"),
    ("{\"messages\":1,\"nodes\":[1],\"from\":0}\n", "m:1: “nodes” must be an array of strings"),
    ("{\"messages\":1,\"nodes\":[\"a\"],\"from\":-1}\n", "m:1: “from” must be a count"),
  ])
  func theFirstLineSaysWhatItIs(_ text: String, _ message: String) {
    #expect(throws: Failure(.badInput, message)) {
      try MessageLog(reading: Array(text.utf8), file: "m")
    }
  }

  @Test(arguments: [
    (#"{"a":1,"a":2}"#, "“a” is given twice in column 8"),
    ("[]", "“time” must be a count"),
    (#"{"time":"1","node":"n1","event":"x"}"#, "“time” must be a count"),
    (#"{"time":1,"node":2,"event":"x"}"#, "“node” must be a string"),
    (
      #"{"time":1,"node":"n1","event":"x","state":"gone"}"#,
      "“state” is “gone”, expected up, paused or down"
    ),
    (#"{"time":1,"from":"n1","name":"a","fate":"lost"}"#, "“to” must be a string"),
    (#"{"time":1,"client":"c","to":"n1"}"#, "“client” must not be a string"),
    (
      #"{"time":1,"from":"n1","to":"n2","name":"a","fate":"eaten"}"#,
      "“fate” is “eaten”, expected arrived, down, lost, cut or under way"
    ),
    (
      #"{"time":5,"from":"n1","to":"n2","name":"a","fate":"arrived","at":4}"#,
      "“at” is before “time”"
    ),
    (#"{"time":5,"from":"n1","to":"n2","name":"a","fate":"down"}"#, "“at” must be a count"),
    (#"{"time":5,"cut":"many"}"#, "“cut” must be a count"),
  ])
  func whatIsNotAsItMustBeIsToldWithItsLine(_ line: String, _ message: String) {
    let text = "{\"messages\":1,\"nodes\":[\"n1\"],\"from\":0}\n\(line)\n{\"time\":9,\"cut\":1}\n"
    #expect(throws: Failure(.badInput, "m:2: \(message)")) {
      try MessageLog(reading: Array(text.utf8), file: "m")
    }
  }
}
