import Base
import Experiments
import Formats
import Histories
import Protocols
import Testing

@testable import Simulator

/// Messages are written down beside the run, and the run is the same.
struct MessageRecorderTests {
  private func log(_ run: SimulatedRun) throws -> MessageLog {
    try MessageLog(reading: run.messages, file: "seed \(run.plan.seed)")
  }

  private func messages(_ log: MessageLog) -> [MessageLog.Message] {
    log.entries.compactMap { if case .message(let message) = $0 { message } else { nil } }
  }

  @Test(arguments: Protocols.all.map(\.name))
  func whoLooksOnChangesNothing(_ name: String) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      let plan = Swarm.draw(seed, from: Simulated.plan { $0.protocolName = name })
      let bare = try Simulator.run(plan)
      #expect(bare.messages.isEmpty)
      let watched = try Simulator.run(plan, recording: MessageRecording())
      #expect(watched.isSame(as: bare))
      let again = try Simulator.run(plan, recording: MessageRecording())
      #expect(again.messages == watched.messages)
      #expect(try log(watched).nodes == plan.nodeNames)
    }
  }

  /// Each message that the run counts as delivered is one that arrived in the log.
  @Test func everyMessageHasItsFate() throws {
    let plan = Simulated.plan {
      $0.faults = ["partition", "kill", "pause", "loss", "duplicate"]
      $0.durationNanoseconds = 6_000_000_000
    }
    let run = try Simulator.run(plan, recording: MessageRecording(most: .max))
    let log = try log(run)
    #expect(log.cut == nil)
    let between = messages(log).filter {
      if case .node = $0.from, case .node = $0.to { true } else { false }
    }
    #expect(between.count { $0.fate.time != nil } == run.deliveries)
    #expect(between.allSatisfy { $0.body["type"]?.string != nil && !$0.name.isEmpty })
    let fates = Set(between.map(\.fate.name))
    #expect(fates.isSuperset(of: ["arrived", "down", "lost", "cut"]), "\(fates)")
    #expect(between.contains { $0.isCopy })
    #expect(log.entries.map(\.time) == log.entries.map(\.time).sorted())
    let events = log.entries.compactMap { entry -> String? in
      if case .happening(let happening) = entry { happening.event } else { nil }
    }
    for event in ["started with nothing on its disk", "killed", "paused", "resumed"] {
      #expect(events.contains(event), "\(event)")
    }
    #expect(events.contains { $0.hasPrefix("leads term ") })
    #expect(
      events.contains { $0.hasPrefix("started with ") && $0.hasSuffix("records on its disk") })
  }

  /// Of each operation there is the request at the time of its invocation.
  @Test func clientsAreInTheLogAsInTheHistory() throws {
    let run = try Simulator.run(
      Simulated.plan { $0.durationNanoseconds = 300_000_000 }, recording: MessageRecording())
    let history = try HistoryReader.read(run.history, file: "h")
    let asked = Set(
      messages(try log(run)).compactMap { message -> String? in
        guard case .client(let process) = message.from else { return nil }
        return "\(process) \(message.time)"
      })
    #expect(history.count > 20)
    for operation in 0..<history.count {
      let line = "\(history.processes[operation]) \(history.invokedTime[operation])"
      #expect(asked.contains(line))
    }
  }

  @Test func theLogIsBoundedAndSaysWhereItWasCut() throws {
    let plan = Simulated.plan { $0.durationNanoseconds = 500_000_000 }
    let whole = messages(try log(Simulator.run(plan, recording: MessageRecording(most: .max))))
    let from = whole[whole.count / 2].time
    let later = whole.filter { $0.time >= from }
    let cut = try log(Simulator.run(plan, recording: MessageRecording(from: from, most: 10)))
    #expect(cut.from == from)
    #expect(messages(cut) == Array(later.prefix(10)))
    #expect(cut.cut == .init(time: later[10].time, messages: later.count - 10))
  }

  @Test func aSeedGivesItsMessagesWhenAskedAgain() throws {
    let result = Simulated.campaign { $0.bugs = ["stale-reads"] }.result(of: 3)
    let bytes = try result.messages(MessageRecording(from: 1_000_000_000))
    #expect(try MessageLog(reading: bytes, file: "m").from == 1_000_000_000)
    var other = result
    other.plan.seed = 4
    #expect(throws: Failure.self) { try other.messages(MessageRecording()) }
  }
}
