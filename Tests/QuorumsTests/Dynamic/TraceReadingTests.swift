import Base
import Testing

@testable import Quorums

struct TraceReadingTests {
  private static let config =
    "{\"n\":\"a\",\"q\":0,\"t\":1,\"event\":\"config\",\"voters\":[\"a\"]}\n"

  private func message(_ text: String) -> String {
    do {
      _ = try PlantedTrace.check([text])
      return "no error"
    } catch let failure as Failure {
      guard failure.code == .badInput else { return "code \(failure.code)" }
      // The folder has a new name each time.
      return failure.message.split(separator: "/").last.map(String.init) ?? ""
    } catch { return "\(error)" }
  }

  @Test(arguments: [
    ("[]", "0.jsonl:2:1: found “[”, expected an object"),
    ("{\"n\":\"a\",}", "0.jsonl:2:10: found “}”, expected a name in quotes"),
    ("{\"n\":\"a\" 1}", "0.jsonl:2:10: found “1”, expected “,” or “}”"),
    ("{\"n\":a}", "0.jsonl:2:6: found “a”, expected a value (strings need quotes)"),
    ("{\"n\":\"a\",\"n\":\"b\",\"event\":\"x\"}", "0.jsonl:2:10: “n” is given twice"),
    ("{\"n\":\"a\"}", "0.jsonl:2:1: “event” is missing, which “event” events have"),
    (
      "{\"n\":7,\"event\":\"boot\"}", "0.jsonl:2:6: “n” is 7, expected the name of a node"
    ),
    (
      "{\"n\":\"a\",\"q\":0,\"event\":\"crash\"}",
      "0.jsonl:2:1: “q” is 0 after 0 of the same node, expected it to grow"
    ),
    (
      "{\"n\":\"a\",\"event\":\"ack\",\"leader\":\"b\",\"term\":\"one\",\"match\":1}",
      "0.jsonl:2:44: “term” is one, expected a whole number of at most 2^62"
    ),
    (
      "{\"n\":\"a\",\"event\":\"append\",\"term\":1,\"leader\":\"a\",\"prev\":[0,0],"
        + "\"entries\":[[1,1]],\"ok\":true}",
      "0.jsonl:2:73: “entries” is [1,1], expected [index, term, hash]"
    ),
    (
      "{\"n\":\"a\",\"event\":\"vote\",\"term\":1,\"cand\":\"a\"}",
      "0.jsonl:2:1: “granted” is missing, which “vote” events have"
    ),
    (
      "{\"n\":\"a\",\"t\":99999999999999999999,\"event\":\"crash\"}",
      "0.jsonl:2:14: “t” is 99999999999999999999, expected a whole number of at most 2^62"
    ),
    (
      "{\"n\":\"a\",\"event\":\"crash\"\n{}",
      "0.jsonl:2:25: found the end of the line, expected “,” or “}”"
    ),
  ])
  func saysWhatAndWhere(line: String, expected: String) {
    #expect(message(Self.config + line + "\n") == expected)
  }

  @Test func aLineThatAKilledNodeBrokeOffIsSkipped() throws {
    let torn = "{\"n\":\"a\",\"q\":1,\"event\":\"ap"
    let restart = Self.config.replacing("\"q\":0", with: "\"q\":2")
    for text in [Self.config + torn, Self.config + torn + "\n" + restart] {
      #expect(
        try PlantedTrace.check([text]).notes
          == ["1 unfinished last lines of killed nodes were skipped"])
    }
  }

  @Test func unknownKindsAreKeptAndCounted() throws {
    let text = (1...3).map {
      "{\"n\":\"a\",\"q\":\($0),\"event\":\"\($0 < 3 ? "zab" : "elect")\"}\n"
    }
    let report = try PlantedTrace.check([Self.config + "\n" + text.joined()])
    #expect(report.unknown.map(\.kind) == ["elect", "zab"])
    #expect(report.unknown.map(\.times) == [1, 2])
    #expect(report.holds == nil && report.events == 4)
  }

  /// Files of nodes are one trace: the order of their names does not matter.
  @Test func filesAreMergedByTime() throws {
    let vote = { (node: String, time: Int, candidate: String) in
      "{\"n\":\"\(node)\",\"q\":1,\"t\":\(time),\"event\":\"vote\",\"term\":1,"
        + "\"cand\":\"\(candidate)\","
        + "\"granted\":true}\n"
    }
    let leader =
      "{\"n\":\"b\",\"q\":2,\"t\":5,\"event\":\"leader\",\"term\":1,\"votes\":[\"a\",\"b\"],"
      + "\"lastIndex\":0}\n"
    let files = [vote("a", 3, "b"), vote("b", 2, "b") + leader]
    for order in [files, files.reversed()] {
      let report = try PlantedTrace.check(Array(order))
      #expect(report.violations == [])
    }
    let other = try PlantedTrace.check([vote("a", 3, "c"), files[1]])
    #expect(
      other.violations.map(\.sentence)
        == ["b leads term 1 and counts a vote of a, which voted for c"])
  }

  /// Whatever a file holds: violations or an error with its place, never a trap.
  @Test func nothingTraps() throws {
    let traces = [
      RaftTraceTests.correct, RegisterTraceTests.correct, PaxosTraceTests.correct,
      ByzantineTraceTests.correct,
    ].map { Array($0.json.utf8) }
    let numbers = [
      "9223372036854775807", "-9223372036854775808", "4611686018427387904", "0", "-1", "null", "[]",
      "\"z\"", "{}", "1e9", "true",
    ]
    var (refused, checked) = (0, 0)
    for seed in 0..<1_000 {
      var random = SplitMix64(seed: UInt64(seed))
      var text = traces[seed % traces.count]
      for _ in 0...Int.random(in: 0..<3, using: &random) {
        let place = Int.random(in: 0..<text.count, using: &random)
        let digit = text[place...].firstIndex { (0x30...0x39).contains($0) }
        if let digit, Bool.random(using: &random) {
          let number = numbers[Int.random(in: 0..<numbers.count, using: &random)]
          text.replaceSubrange(digit...digit, with: Array(number.utf8))
        } else if Bool.random(using: &random) {
          text.remove(at: place)
        } else {
          let end = text[place...].firstIndex(of: 0x0A) ?? text.count - 1
          text.removeSubrange(place...end)
        }
      }
      do {
        _ = try PlantedTrace.check([String(decoding: text, as: UTF8.self)])
        checked += 1
      } catch let failure as Failure {
        #expect(failure.code == .badInput, "seed \(seed)")
        refused += 1
      }
    }
    #expect(refused > 200 && checked > 50)
  }

  @Test func aGivenSystemCounts() throws {
    let text =
      Self.config
      + "{\"n\":\"a\",\"q\":1,\"t\":4,\"event\":\"vote\",\"term\":1,"
      + "\"cand\":\"a\",\"granted\":true}\n"
      + "{\"n\":\"a\",\"q\":2,\"t\":5,\"event\":\"leader\",\"term\":1,"
      + "\"votes\":[\"a\"],\"lastIndex\":0}\n"
    let system = QuorumSystem(
      nodes: ["a", "b", "c"].map { QuorumNode($0) }, votes: [1, 1, 1], read: 2, write: 2)
    #expect(try PlantedTrace.check([text]).broken.isEmpty)
    let report = try PlantedTrace.check([text], system: system)
    #expect(report.broken.map(\.rule) == [.E4])
    #expect(report.notes == ["the quorums are those given"])
  }
}
