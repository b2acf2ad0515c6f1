import Base
import Formats
import Foundation
import Histories
import TestSupport
import Testing

@testable import Findings

/// What is shown of a run beside its counterexample.
struct SpaceTimeTests {
  @Test func whatMattersIsShownAndWhatRepeatsIsFolded() throws {
    let diagram = try #require(try SpaceTimeSample.diagram(try SpaceTimeSample.log()))
    #expect(diagram.lanes == [.client(0), .client(1), .node("n1"), .node("n2")])
    #expect(
      diagram.rows.map { SpaceTimeSample.line($0, diagram) } == [
        "500 node n1 leads term 1",
        "1000 begins c0→n1 write 1 (arrived)",
        "1100 message n1→n2 append  write x 1 (arrived)",
        "2100 message n2→n1 appended  up to 1 (arrived)",
        "3200 ends n1→c0 write 1: ok",
        "4000 message n1→n2 heartbeat (arrived)",
        "5000 folded -→- 2 × heartbeat",
        "6200 message n1→n2 append  write x 2 (lost)",
        "6400 leaves n1→n2 append  write x 3 (down)",
        "7000 fault n2 kill (n2) begins",
        "7400 arrives n1→n2 append  write x 3 (down)",
        "8500 fault -→- kill (n2) ends",
        "8500 node n2 started with nothing on its disk",
        "9000 begins c1→n2 read (arrived)",
        "9200 ends n2→c1 read → nil",
      ])
    #expect(diagram.rows.map { $0.states[3] }.firstIndex(of: .down) == 9)
    #expect(diagram.rows.last?.operation == diagram.culprit)
    #expect(diagram.rows.allSatisfy { $0.states.count == 4 })
    #expect(
      diagram.notes == [
        "Left out: 2 events that say nothing new, are about other keys, or are farther away."
      ])
  }

  /// However much happened: the operations, the faults and what carried them come first.
  @Test func thereAreAtMostSixtyRows() throws {
    var log = try SpaceTimeSample.log()
    for number in 0..<5000 {
      let body: JSON = ["key": JSON(number % 2)]
      log.entries.append(
        .message(
          .init(
            time: 3_300_000 + Int64(number) * 500, from: .node("n1"), to: .node("n2"),
            name: number % 3 == 0 ? "append" : "vote", words: "\(number)", body: body,
            fate: .arrived(3_400_000 + Int64(number) * 500))))
    }
    let diagram = try #require(try SpaceTimeSample.diagram(log))
    #expect(diagram.rows.count <= SpaceTime.mostRows)
    let lines = diagram.rows.map { SpaceTimeSample.line($0, diagram) }
    for line in [
      "1000 begins c0→n1 write 1 (arrived)", "1100 message n1→n2 append  write x 1 (arrived)",
      "7000 fault n2 kill (n2) begins", "9200 ends n2→c1 read → nil",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    let folded = diagram.rows.filter { $0.kind == .folded }
    #expect(folded.contains { $0.words.contains(" × vote, ") })
    #expect(diagram.rows.map(\.time) == diagram.rows.map(\.time).sorted())
  }

  @Test func whatTheLogDoesNotHaveIsSaid() throws {
    var log = try SpaceTimeSample.log()
    log.from = 2_000_000
    log.until = 5_000_000
    log.cut = .init(time: 4_500_000, messages: 12)
    log.entries.removeAll { $0.time < 2_000_000 || $0.time > 4_500_000 }
    log.entries.append(
      .happening(.init(time: 4_600_000, node: "n1", event: "paused", state: .paused)))
    let diagram = try #require(try SpaceTimeSample.diagram(log))
    #expect(
      diagram.notes == [
        "Messages before 0.002000 s were not kept.", "Messages after 0.005000 s were not kept.",
        "The log was cut at 0.004500 s: 12 messages from then on were not kept.",
      ])
    // An operation whose request is not there goes where the history says, or nowhere.
    #expect(
      diagram.rows.map { SpaceTimeSample.line($0, diagram) }.first == "1000 begins c0→- write 1")
    log.entries = []
    #expect(try SpaceTimeSample.diagram(log) == nil)
  }

  @Test func aHistoryWithoutTimesHasNoDiagram() throws {
    let text = forgottenWrite.replacing(/,"time":\d+/, with: "")
    #expect(try SpaceTimeSample.diagram(try SpaceTimeSample.log(), text) == nil)
  }

  @Test func nodesThatTheLogDoesNotNameAreCountedAndNotDrawn() throws {
    var log = try SpaceTimeSample.log()
    log.nodes = (1...12).map { "n\($0)" }
    log.entries.append(
      .message(.init(time: 4_000_000, from: .node("n12"), to: .node("zz"), name: "odd")))
    let diagram = try #require(try SpaceTimeSample.diagram(log))
    #expect(diagram.lanes.count == 2 + 9)
    #expect(diagram.notes.contains("3 nodes not drawn."))
    #expect(diagram.rows.contains { $0.kind == .folded && $0.words.contains("1 × odd") })
  }

  // MARK: the file

  private func findings(_ messages: String?) throws -> HistoryFindings {
    let base = FileManager.default.temporaryDirectory.appending(path: "messages-\(UUID())")
    try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: base) }
    let folder = RunFolder(path: base.path)
    try File.replace(folder.history, with: Array(forgottenWrite.utf8))
    if let messages { try File.replace(folder[.messages], with: Array(messages.utf8)) }
    var signal: Int32?
    let found = Investigate().file(FoundHistory(folder.history, .run), signal: &signal)
    #expect(found.ending == .violation)
    var findings = try #require(found.findings)
    findings.history.warnings = findings.history.warnings.map {
      $0.replacing(base.path, with: "RUN")
    }
    return findings
  }

  @Test func theLogIsReadFromBesideTheHistory() throws {
    let whole = try findings(SpaceTimeSample.messages)
    #expect(whole.messages == (try SpaceTimeSample.log()))
    #expect(whole.history.warnings == [])
    let without = try findings(nil)
    #expect(without.messages == nil)
    #expect(without.history.warnings == [])
    #expect(without.told(key: nil).flatMap { without.spaceTime($0.violation, $0.words) } == nil)
  }

  @Test(arguments: [
    (
      String(SpaceTimeSample.messages.dropLast(9)),
      "RUN/messages.jsonl:17: the last line is torn, and was left out", true
    ),
    (
      SpaceTimeSample.messages.replacing("\"name\":\"appended\"", with: "\"name\":7"),
      "RUN/messages.jsonl:7: “name” must be a string", false
    ),
    ("", "RUN/messages.jsonl:1: expected {\"messages\":1,\"nodes\":[…]}", false),
  ])
  func whatIsWrongWithTheLogIsToldAndTheVerdictStands(
    _ messages: String, _ warning: String, _ isRead: Bool
  ) throws {
    let findings = try findings(messages)
    #expect(findings.history.warnings == [warning])
    #expect((findings.messages != nil) == isRead)
  }
}
