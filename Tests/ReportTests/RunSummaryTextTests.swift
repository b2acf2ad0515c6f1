import Base
import Checker
import Findings
import Histories
import Report
import TestSupport
import Testing

@Suite struct RunSummaryTextTests {
  private let summary = RunSummaryText(palette: Palette(color: false))

  private func history() throws -> History {
    try History.text(
      """
      0 invoke write 1
      0 ok write 1
      nemesis info start-partition nil
      0 invoke read nil
      1 invoke read nil
      0 ok read 1
      nemesis info stop-partition nil
      1 info read nil
      """)
  }

  @Test func passWhole() throws {
    let history = try history()
    let text = summary.text(
      Sample.info, try Sample.findings(history, Sample.result(.holds, history)))
    #expect(
      text == """
        raft  2025-01-01 12:00:00
        cluster    5 embedded raft nodes, bug stale-reads
        workload   read, write and cas on 5 keys, 10 clients
        faults     partition, kill, pause
        duration   15 s
        seed       42
        folder     runs/raft-20250101T120000

          completed  total  before faults  during  after
          write          1              1       0      0
          read           1              0       1      0

          fault      made  verified
          partition     1         0

          3 invoked: 2 ok, 1 unknown, 0 did not happen; 50 % concurrent with another, 0 final reads

        ✓ linearizable an order explains everything that the clients saw
          cas-register, 3 operations, 1 key, search

        see more   plumbline explain runs/raft-20250101T120000/history.jsonl
        run again  plumbline test --plan runs/raft-20250101T120000/plan.json5

        """)
  }

  @Test func inconclusiveSaysWhatIsMissing() throws {
    let history = try history()
    var info = Sample.info
    info.problems = ["node n3 printed rubbish"]
    let lacks = ["the fault “partition” never verifiably took effect"]
    let findings = try Sample.findings(history, Sample.result(.holds, history), lacks: lacks)
    let text = summary.text(info, findings)
    #expect(
      text.contains(
        """
          problem: node n3 printed rubbish

        ? inconclusive nothing wrong was seen, but too little was exercised to mean anything
          cas-register, 3 operations, 1 key, search
          - the fault “partition” never verifiably took effect

        """))
    #expect(findings.ending.exitCode == .inconclusive)
    #expect(Ending(.violation, lacks: lacks).exitCode == .violation)
  }

  @Test func whatMostlyFailedSaysWhy() throws {
    var builder = HistoryBuilder()
    for process in Int64(0)..<3 {
      for kind in [Event.Kind.invoke, process == 0 ? .ok : .info] {
        if kind == .info { builder.keep("error", builder.values.intern(string: "timeout")) }
        try builder.add(
          Event(kind, process: .client(process), function: builder.function("read"), line: 1))
      }
    }
    let history = builder.build()
    let text = summary.text(Sample.info, try Sample.findings(history, nil))
    #expect(text.contains("0 final reads\n  most often: timeout (2)\n\n"))
  }

  @Test func violationCarriesItsDetails() throws {
    let (history, result) = try Sample.stale()
    let details = TextReport(palette: Palette(color: false)).details(
      try Sample.file(history, result))
    // What the run lacked does not matter any more.
    let text = summary.text(
      Sample.info, try Sample.findings(history, result, lacks: ["0 final reads"]))
    #expect(!text.contains("  - 0 final reads"))
    #expect(text.contains(details))
    #expect(text.contains("✗ violation    no order explains what the clients saw\n"))
  }

  @Test func emptyRun() throws {
    let empty = try History.text("")
    let text = summary.text(
      Sample.info, try Sample.findings(empty, nil, lacks: ["0 operations completed"]))
    #expect(text.contains("Recorded, not checked.\n  - 0 operations completed\n"))
  }
}
