import Base
import Testing

@testable import Experiments

/// Faults one by one, as a plan says them.
struct OwnScheduleTests {
  private func read(_ text: String) throws -> Plan {
    try Plan(reading: Array(text.utf8), file: "p.json5")
  }

  @Test func aDrawnScheduleIsWrittenAndReadAgain() throws {
    for seed in 1...30 as ClosedRange<UInt64> {
      var plan = Plan()
      plan.seed = seed
      plan.schedule = Schedule.faults(of: plan)
      let again = try read(plan.json5)
      #expect(again.schedule == plan.schedule)
      #expect(Schedule.faults(of: again) == plan.schedule)
    }
  }

  @Test func whatIsNotSaidIsUsual() throws {
    let plan = try read(
      "{schedule: [{fault: 'kill', start: '2s', stop: '3s'}, {fault: 'partition', start: '1s', "
        + "stop: '1500ms', partition: 'bridge'}]}")
    let faults = Schedule.faults(of: plan)
    #expect(faults.map(\.family) == ["partition", "kill"])
    #expect(faults.map(\.partition) == [.bridge, nil])
    #expect(faults.map(\.target) == [nil, .one])
    try plan.validate()
  }

  @Test(arguments: [
    "[{fault: 'kil', start: '1s', stop: '2s'}]", "[{fault: 'kill', start: '2s', stop: '2s'}]",
    "[{fault: 'kill', start: 1, stop: '2s'}]", "[{fault: 'kill', start: '1s'}]",
    "[{fault: 'kill', start: '1s', stop: '2s', targets: 'one'}]", "[3]",
    "[{fault: 'kill', start: '1s', stop: '2s', target: 'two'}]",
  ])
  func whatIsNoScheduleIsRefused(_ text: String) {
    #expect(throws: Failure.self) { try read("{schedule: \(text)}") }
  }

  @Test func aFaultThatCannotBeIsNamed() throws {
    var plan = try read("{schedule: [{fault: 'clock', start: '1s', stop: '2s'}]}")
    let found = failure { () throws(Failure) in try plan.validate() }
    #expect(found?.message.hasPrefix("--schedule: fault 1, clock: it needs real servers") == true)
    plan = try read("{schedule: [{fault: 'kill', start: '90s', stop: '91s'}]}")
    let late = failure { () throws(Failure) in try plan.validate() }
    #expect(
      late?.message
        == "--schedule: fault 1, kill: it starts at 90 s, when --duration is over")
  }

  private func failure(_ work: () throws(Failure) -> Void) -> Failure? {
    do throws(Failure) { try work() } catch { return error }
    return nil
  }
}
