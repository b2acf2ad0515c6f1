import Base
import Checker
import Findings
import Histories
import Report
import TestSupport

/// Small histories with hand-made findings.
enum Sample {
  /// A read that sees a value which was overwritten before it began; one write never answered.
  static func stale() throws -> (History, CheckResult) {
    let history = try History.text(
      """
      0 invoke write 1 x
      1 invoke write 7 x
      0 ok write 1 x
      2 invoke cas [1,3] x
      2 ok cas [1,3] x
      3 invoke read nil x
      1 info write 7 x
      3 ok read 1 x
      """)
    let violation = Violation(
      key: history.key[0], operations: [0, 1, 2, 3], isMinimal: true, culprit: 3,
      dilemmas: [
        Dilemma(
          state: "3", path: [0, 2],
          refusals: [Refusal(operation: 3, reason: "can't read 1 from a register that holds 3")]),
        Dilemma(
          state: "7", path: [0, 2, 1],
          refusals: [Refusal(operation: 3, reason: "can't read 1 from a register that holds 7")]),
      ], omittedDilemmas: 1,
      explanation: "Process 3 read 1, but cas 1→3 had completed before the read began and nothing "
        + "wrote 1 afterwards.")
    return (history, result(.violation, history, violations: [violation]))
  }

  static func result(
    _ verdict: Verdict, _ history: History, violations: [Violation] = [],
    undecided: [Undecided] = []
  ) -> CheckResult {
    CheckResult(
      claim: Claim(model: "cas-register", reach: .key), verdict: verdict, operations: history.count,
      indeterminate: history.outcome.count { $0 == .indeterminate }, keys: 1, algorithm: "search",
      seconds: 0.0004, violations: violations, undecided: undecided,
      statistics: SearchStatistics(steps: 12, configurations: 5, peakBytes: 640))
  }

  /// What is known of a history, its verdict and its run.
  static func findings(
    _ history: History, _ result: CheckResult?, file: String = "y.jsonl", run: RunInfo? = nil,
    lacks: [String] = [], measures: Bool = false
  ) throws -> HistoryFindings {
    var investigate = Investigate()
    investigate.measures = measures
    investigate.seeksRepairs = false
    var findings = try investigate.judge(history, result, file: file)
    findings.run = run
    findings.lacks += lacks
    findings.ending = Ending(result?.verdict ?? .holds, lacks: findings.lacks)
    return findings
  }

  /// The same as of a file.
  static func file(
    _ history: History, _ result: CheckResult?, file: String = "y.jsonl", measures: Bool = false
  ) throws -> Investigated {
    Investigated(
      file: file, .judged(try findings(history, result, file: file, measures: measures)))
  }

  static func violation(
    _ operations: [Int], culprit: Int, key: ValueID = ValueTable.none
  ) -> Violation {
    Violation(
      key: key, operations: operations, isMinimal: false, culprit: culprit, dilemmas: [],
      omittedDilemmas: 0, explanation: "No order explains it.")
  }

  /// A run of writes and reads by ten clients with times, partitions and unknown outcomes.
  static func large(_ operations: Int) throws -> History {
    var builder = HistoryBuilder()
    var random = SplitMix64(seed: 7)
    let functions = ["write", "read", "cas"].map { builder.function($0) }
    let faults = ["start-partition", "stop-partition"].map { builder.function($0) }
    var clients: [(process: Int64, event: Event?)] = (0..<10).map { (Int64($0), nil) }
    var time: Int64 = 0
    var started = 0
    while started < operations || clients.contains(where: { $0.event != nil }) {
      time += 20_000 + Int64(random.next() % 60_000)
      let client = Int(random.next() % 10)
      if var event = clients[client].event {
        event.kind = random.next() % 200 == 0 ? .info : .ok
        event.time = time
        if event.function == functions[1], event.kind == .ok {
          event.value = builder.values.intern(integer: Int64(started))
        }
        try builder.add(event)
        clients[client].event = nil
        if event.kind == .info { clients[client].process += 10 }
      } else if started < operations {
        let choice = Int(random.next() % 3)
        var event = Event(
          .invoke, process: .client(clients[client].process), function: functions[choice],
          key: builder.values.intern(string: "k\(random.next() % 5)"), time: time,
          line: builder.eventCount + 1)
        if choice == 0 { event.value = builder.values.intern(integer: Int64(started)) }
        if choice == 2 {
          let pair = [Int64(started), Int64(started + 1)].map {
            builder.values.intern(integer: $0)
          }
          event.value = builder.values.intern(list: pair)
        }
        try builder.add(event)
        clients[client].event = event
        started += 1
        if started % 4000 == 1000 || started % 4000 == 2000 {
          if started % 4000 == 1000 { builder.keep("verified", ValueTable.true) }
          try builder.add(
            Event(
              .info, process: .nemesis, function: faults[started % 4000 / 2000], time: time,
              line: builder.eventCount + 1))
        }
      }
    }
    return builder.build()
  }

  static let info = RunInfo(
    name: "raft", seed: 42, cluster: "5 embedded raft nodes, bug stale-reads",
    workload: "read, write and cas on 5 keys", faults: "partition, kill, pause", clients: 10,
    durationNanoseconds: 15_000_000_000, folder: "runs/raft-20250101T120000",
    startedAt: "2025-01-01 12:00:00",
    replayCommand: "plumbline test --plan runs/raft-20250101T120000/plan.json5",
    moreCommand: "plumbline explain runs/raft-20250101T120000/history.jsonl",
    plan: "{\n  // everything needed to repeat the run\n  seed: 42,\n}\n")
}
