import Base
import Checker
import Findings
import Histories
import Report
import TestSupport
import Testing

@Suite struct TextReportTests {
  private let plain = TextReport(palette: Palette(color: false), width: 84)

  private func file(_ pair: (History, CheckResult)) throws -> Investigated {
    try Sample.file(pair.0, pair.1)
  }

  @Test func violationWhole() throws {
    let checked = try file(try Sample.stale())
    #expect(
      plain.line(checked, fileWidth: 10)
        == "✗ violation    y.jsonl     cas-register, 4 operations, 1 unknown, 400 µs, search")
    #expect(
      plain.details(checked) == """

        Stale read on key "x"
          Client 3 read 1 (lines 6–8), although it began after client 2’s compare-and-set
          from 1 to 3 had been acknowledged (lines 4–5). 1 was written before that began, by
          client 0 (lines 1–3), and never again, so 3 or something newer should have been
          found. Nobody ever saw 3.

          client 0  ├─ write 1 ─┤
          client 1   ├┄ write 7 ? ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▶
          client 2                ├─ cas 1→3 ─┤
          client 3                              ┣━ read → 1 ━┫
                    ┣━━┫ cannot be explained · ├┄┄▶ outcome unknown: may take effect later

            lines  client  operation
              1–3       0  write 1
              2–7       1  write 7 ?
              4–5       2  cas 1→3
          >   6–8       3  read → 1
            No operation of these can be left out: they prove it alone.

          The search had 3 states left just before line 8:
          • 3  after write 1, cas 1→3
              read → 1 (lines 6–8): can't read 1 from a register that holds 3
          • 7  after write 1, cas 1→3, write 7 ?
              read → 1 (lines 6–8): can't read 1 from a register that holds 7
          • … and 1 other

        """)
  }

  @Test func asciiIsASCII() throws {
    var (history, result) = try Sample.stale()
    result.violations[0].dilemmas[0].state += " Überall “é”."
    let report = TextReport(palette: Palette(color: false), ascii: true)
    let text = report.details(try file((history, result)))
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
    #expect(
      text.split(separator: "\n").filter { $0.hasPrefix("  client") }.joined(separator: "\n")
        == """
          client 0  |- write 1 -|
          client 1   |. write 7 ? ...............................>
          client 2                |- cas 1->3 -|
          client 3                               |= read -> 1 =|
        """)
  }

  @Test func colourAddsNothingButColour() throws {
    let checked = try file(try Sample.stale())
    var text = TextReport(palette: Palette(color: true), width: 84).details(checked)
    #expect(text.contains("\u{1B}[1;31mStale read on key \"x\"\u{1B}[0m"))
    for code in ["1;31", "33", "32", "2", "1", "0"] {
      text = text.split(separator: "\u{1B}[\(code)m", omittingEmptySubsequences: false).joined()
    }
    #expect(text == plain.details(checked))
  }

  @Test func otherVerdicts() throws {
    let history = try History.text("0 invoke write 1\n0 ok write 1\n1 invoke read nil")
    let good = try file((history, Sample.result(.holds, history)))
    #expect(
      plain.line(good)
        == "✓ linearizable y.jsonl  cas-register, 2 operations, 1 unknown, 400 µs, search")
    #expect(plain.details(good).isEmpty)
    let undecided = [
      Undecided(
        key: ValueTable.none, reason: .memory(limit: 2 << 30), deepest: 0, explained: 12_345,
        completions: 20_000, mostOpen: 31)
    ]
    let unsure = try file((history, Sample.result(.undecided, history, undecided: undecided)))
    #expect(
      plain.details(unsure) == """

        Undecided
          The memory budget of 2 GiB was reached before an order was found or ruled out;
          12,345 of 20,000 completed operations could be explained. At the worst moment
          (line 1) 1 operation was open at once. The search got as far as line 2.
          1 operation of this key ended without an answer, and each stays open to the end:
          give clients longer timeouts, or end the faults sooner.

        """)
    let bad = Investigated(
      file: "z\u{1B}[2J.jsonl", .failed(Failure(.badInput, "z: 3:1: expected {")))
    #expect(plain.line(bad) == "! error        z\\u{1B}[2J.jsonl  z: 3:1: expected {")
    #expect(plain.details(bad).isEmpty)
    var tally = VerdictTally()
    for checked in [good, good, unsure, bad] { tally.add(checked) }
    #expect(tally.line == "4 histories: 2 linearizable, 1 undecided, 1 error")
    #expect(VerdictTally().line == "0 histories")
  }

  @Test func neverWiderThanTheTerminal() throws {
    let (history, result) = try Sample.stale()
    for width in [40, 60, 80, 100] {
      let text = TextReport(palette: Palette(color: false), width: width).details(
        try file((history, result)))
      let drawn = text.split(separator: "\n").filter { $0.hasPrefix("  client") }
      #expect(!drawn.isEmpty)
      for line in drawn { #expect(Legible.width(String(line)) <= width, "\(line)") }
    }
  }

  @Test func totalOnOddHistories() throws {
    let empty = try History.text("")
    let one = try History.text("0 invoke read nil\n0 ok read 3")
    let open = try History.text("0 invoke write 3")
    for history in [empty, one, open] {
      for culprit in [-1, 0, 7, Int.max] {
        let violation = Sample.violation([culprit, 0, 99], culprit: culprit)
        let result = Sample.result(.violation, history, violations: [violation])
        let text = plain.details(try file((history, result)))
        let isStory = history.outcome.first == .ok
        #expect(text.contains(isStory ? "but nobody ever wrote 3" : "  No order explains it.\n"))
        _ = VerdictJSON.object(try file((history, result))).description
      }
    }
    let first = Sample.result(.violation, one, violations: [Sample.violation([0], culprit: 0)])
    #expect(
      plain.details(try file((one, first))) == """

        Value out of nowhere
          Client 0 read 3 (lines 1–2), but nobody ever wrote 3 in this history.

          client 0  ┣━ read → 3 ━┫
                    ┣━━┫ cannot be explained

            lines  client  operation
          >   1–2       0  read → 3

        """)
  }

  @Test func aThousandAtOnce() throws {
    var lines = (0..<1000).map { "\($0) invoke write \($0)" }
    lines += (0..<1000).map { "\($0) ok write \($0)" }
    let history = try History.text(lines.joined(separator: "\n"))
    let violation = Sample.violation(Array(0..<1000), culprit: 500)
    let result = Sample.result(.violation, history, violations: [violation])
    let text = plain.details(try file((history, result)))
    #expect(text.contains("client 500  ┣━ write 500 ━"))
    #expect(text.contains("farther away not drawn"))
    #expect(text.split(separator: "\n").count < 60)
    #expect(text.utf8.count < 20_000)
  }

  @Test func megabyteValues() throws {
    let long = String(repeating: "é\u{1B}", count: 400_000)
    let history = try History.text(
      "0 invoke write \(long)\n0 ok write \(long)\n1 invoke read nil\n1 ok read \(long)")
    var violation = Sample.violation([0, 1], culprit: 1)
    violation.explanation = long
    violation.dilemmas = [
      Dilemma(state: long, path: [0], refusals: [Refusal(operation: 1, reason: long)])
    ]
    let result = Sample.result(.violation, history, violations: [violation])
    let text = plain.details(try file((history, result)))
    #expect(text.utf8.count < 20_000)
    #expect(!text.utf8.contains(0x1B))
    #expect(VerdictJSON.object(try file((history, result))).description.utf8.count > 3_000_000)
  }

  @Test func manyKeysAreCounted() throws {
    let (history, result) = try Sample.stale()
    var many = result
    many.violations = (0..<5).map { _ in result.violations[0] }
    #expect(
      plain.details(try file((history, many))).hasSuffix("\n2 further keys also broke the model.\n")
    )
  }
}
