import Base
import Findings
import Formats
import Histories
import TestSupport
import Testing

@testable import Report

/// The space–time diagram in a terminal, on the page and for programs.
struct SpaceTimeTests {
  private static func log(_ second: String = "n2", _ event: String = "leads term 1") -> MessageLog {
    let own: JSON = ["client": "c1", "id": 1, "key": 0]
    let append = { (time: Int64, words: String, fate: MessageLog.Fate) in
      MessageLog.Entry.message(
        .init(
          time: time, from: .node("n1"), to: .node(second), name: "append", words: words, body: own,
          fate: fate))
    }
    let heartbeat = { (time: Int64) in
      MessageLog.Entry.message(
        .init(
          time: time, from: .node("n1"), to: .node(second), name: "heartbeat",
          fate: .arrived(time + 10)))
    }
    return MessageLog(
      nodes: ["n1", second],
      entries: [
        .happening(.init(time: 100_000, node: "n1", event: "started", state: .up)),
        .happening(.init(time: 100_000, node: second, event: "started", state: .up)),
        .happening(.init(time: 500_000, node: "n1", event: event)),
        .message(
          .init(
            time: 1_000_000, from: .client(0), to: .node("n1"), name: "request", body: own,
            fate: .arrived(1_100_000))),
        append(1_100_000, "write x 1", .arrived(2_100_000)),
        .message(
          .init(
            time: 3_100_000, from: .node("n1"), to: .client(0), name: "answer",
            fate: .arrived(3_200_000))), heartbeat(4_000_000), heartbeat(5_000_000),
        heartbeat(6_000_000), append(6_200_000, "write x 2", .lost),
        append(6_300_000, "write x 3", .cut), append(6_400_000, "write x 4", .down(7_400_000)),
        .happening(.init(time: 7_000_000, node: second, event: "killed", state: .down)),
        .happening(.init(time: 8_500_000, node: second, event: "started anew", state: .up)),
      ])
  }

  private func findings(_ log: MessageLog?) throws -> HistoryFindings {
    var findings = try Investigate().bytes(Array(forgottenWrite.utf8), name: "y.jsonl")
    findings.messages = log
    return findings
  }

  private func text(
    _ log: MessageLog, width: Int = 100, ascii: Bool = false, color: Bool = false
  ) throws -> [Substring] {
    let text = ExplainText(palette: Palette(color: color), width: width, ascii: ascii)
      .text(Investigated(file: "y.jsonl", .judged(try findings(log))))
    return text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private func drawn(_ lines: [Substring], from head: String) throws -> String {
    let start = try #require(lines.firstIndex { $0.contains(head) })
    return lines[start...].prefix { !$0.isEmpty }.joined(separator: "\n")
  }

  @Test func theTerminalShowsLanesAndArrows() throws {
    #expect(
      try drawn(text(Self.log()), from: "client 0 client 1") == """
                      client 0 client 1   n1    n2
          0.000500 s      │        │       ●     │   n1 leads term 1
          0.001000 s      ┝━━━━━━━━┿━━━━━━▶│     │   write 1 begins
          0.001100 s      │        │       ├────▶│   append  write x 1
          0.003200 s      │◀━━━━━━━┿━━━━━━━┥     │   write 1: ok
          0.004000 s      │        │       ├────▶│   heartbeat
                          ┆        ┆       ┆     ┆   … 2 × heartbeat …
          0.006200 s      │        │       ├──✗  │   append  write x 2 – lost
          0.006300 s      │        │       ├──✗  │   append  write x 3 – cut
          0.006400 s      │        │       ├┄┄┄┄┄│   append  write x 4 …
          0.007000 s      │        │       │     ✗   kill (n2) begins
          0.007400 s      │        │       │┄┄┄┄▶✗   … append  write x 4 – n2 is down
          0.008500 s      │        │       │     │   kill (n2) ends
          0.008500 s      │        │       │     ●   n2 started anew
          0.009000 s      │        ●       │     │   read begins
          0.009200 s      │        │◀━━━━━━┿━━━━━┥   read → nil – cannot be explained
          Left out: 2 events that say nothing new, are about other keys, or are farther away.
        """)
  }

  @Test func otherTerminalsHaveASCII() throws {
    #expect(
      try drawn(text(Self.log(), ascii: true), from: "client 0 client 1") == """
                      client 0 client 1   n1    n2
          0.000500 s      |        |       *     |   n1 leads term 1
          0.001000 s      +========+======>|     |   write 1 begins
          0.001100 s      |        |       +---->|   append  write x 1
          0.003200 s      |<=======+=======+     |   write 1: ok
          0.004000 s      |        |       +---->|   heartbeat
                          :        :       :     :   ... 2 x heartbeat ...
          0.006200 s      |        |       +--X  |   append  write x 2 - lost
          0.006300 s      |        |       +--X  |   append  write x 3 - cut
          0.006400 s      |        |       +.....|   append  write x 4 ...
          0.007000 s      |        |       |     X   kill (n2) begins
          0.007400 s      |        |       |....>X   ... append  write x 4 - n2 is down
          0.008500 s      |        |       |     |   kill (n2) ends
          0.008500 s      |        |       |     *   n2 started anew
          0.009000 s      |        *       |     |   read begins
          0.009200 s      |        |<======+=====+   read -> nil - cannot be explained
          Left out: 2 events that say nothing new, are about other keys, or are farther away.
        """)
  }

  @Test(arguments: [40, 60, 80, 100, 200])
  func itFitsTheTerminal(_ width: Int) throws {
    let lines = try text(Self.log(), width: width)
    for line in try drawn(lines, from: "0.000500 s").split(separator: "\n") {
      #expect(Legible.width(String(line)) <= width, "\(line)")
    }
  }

  /// Names come from a file that nobody vouches for.
  @Test func hostileNamesAreMadeHarmless() throws {
    let name = "</svg><script>alert(1)</script>\u{1B}[31m\u{202E}"
    let log = Self.log(name, "\u{1B}]0;x\u{7}<img src=x onerror=alert(1)>" + name)
    let lines = try text(log)
    #expect(
      lines.allSatisfy { !$0.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202E } })
    #expect(lines.allSatisfy { Legible.width(String($0)) <= 100 })
    let page = String(decoding: HTMLReport(title: "t").page(try findings(log)), as: UTF8.self)
    let svg = try #require(
      page.firstRange(of: "class=\"spacetime\"").flatMap { begin in
        page[begin.lowerBound...].firstRange(of: "</section>").map {
          page[begin.lowerBound..<$0.lowerBound]
        }
      })
    #expect(!svg.contains("<script"))
    #expect(!svg.contains("<img"))
    #expect(svg.contains("&lt;img src=x"))
    #expect(!page.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
    #expect(svg.ranges(of: "</svg>").count == 1)
  }

  @Test func thePageHasTheDrawingAsSVG() throws {
    let page = String(
      decoding: HTMLReport(title: "t").page(try findings(Self.log())), as: UTF8.self)
    for part in [
      "<h2 id=\"spacetime-title\">Messages and faults</h2>", "<g class=\"op culprit\">",
      "<g class=\"message\">", "<g class=\"message astray\">", "<g class=\"fault\">",
      "<g class=\"folded\">", ">append  write x 2 – lost</text>",
    ] {
      #expect(page.contains(part), "\(part)")
    }
    let without = String(decoding: HTMLReport(title: "t").page(try findings(nil)), as: UTF8.self)
    #expect(!without.contains("class=\"spacetime\""))
  }

  @Test func programsGetTheRows() throws {
    let found = Investigated(file: "y.jsonl", .judged(try findings(Self.log())))
    let diagram = try #require(ExplainJSON.object(found)["diagram"])
    #expect(
      diagram["lanes"] == [["client": 0], ["client": 1], ["node": "n1"], ["node": "n2"]])
    let rows = try #require(diagram["rows"]?.array)
    #expect(
      rows.contains([
        "time": 1_000_000, "kind": "begins", "words": "write 1", "until": 1_100_000, "from": 0,
        "to": 2, "fate": "arrived", "line": 1,
      ]))
    #expect(
      rows.contains([
        "time": 6_200_000, "kind": "message", "words": "append  write x 2", "from": 2, "to": 3,
        "fate": "lost",
      ]))
    #expect(rows.contains { $0["kind"] == "fault" && $0["on"] == [3] })
    #expect(diagram["notes"]?.array?.count == 1)
    let bare = Investigated(file: "y.jsonl", .judged(try findings(nil)))
    #expect(ExplainJSON.object(bare)["diagram"] == nil)
  }
}
