import Base
import Formats
import Histories
import Testing

@testable import Experiments

/// Operations one by one, as a plan says them.
struct ScriptTests {
  private func read(_ text: String) throws -> Plan {
    try Plan(reading: Array(text.utf8), file: "p.json5")
  }

  /// What clients did is a script that does the same; without one operation it does the others.
  @Test(arguments: ["register", "set", "queue", "counter", "lock", "unique-ids"])
  func whatWasDoneIsDoneAgain(_ workload: String) throws {
    let drawn = try ClientsBench {
      $0.workload = workload
      $0.clients = 3
      $0.rate = 100
    }
    drawn.run(to: 500_000_000, answeringAfter: 1_000_000)
    let script = drawn.clients.done
    #expect(script.count > 10)
    let again = try ClientsBench {
      $0.workload = workload
      $0.clients = 3
      $0.script = script
    }
    again.run(to: 500_000_000, answeringAfter: 1_000_000)
    #expect(again.clients.done == script)
    let shorter = Array(script[..<5] + script[6...])
    let part = try ClientsBench {
      $0.workload = workload
      $0.clients = 3
      $0.script = shorter
    }
    part.run(to: 500_000_000, answeringAfter: 1_000_000)
    #expect(part.clients.done == shorter)
  }

  @Test func aScriptIsWrittenAndReadAgain() throws {
    let bench = try ClientsBench {
      $0.clients = 4
      $0.mix = WorkloadMix(read: 3, write: 3, cas: 3)
    }
    bench.run(to: 20_000_000, answeringAfter: 777_777)
    var plan = Plan()
    plan.nodes = 3
    plan.clients = 4
    plan.script = bench.clients.done
    let again = try read(plan.json5)
    #expect(again.script == plan.script)
    try again.validate()
    #expect(try read("{}").script == nil)
    #expect(try read("{script: []}").script == [])
  }

  /// Who is not free at the time of an operation begins it as soon as he is.
  @Test func operationsOfAClientWaitForEachOther() throws {
    let bench = try ClientsBench {
      $0.clients = 1
      $0.script = [1, 2, 30].map {
        ScriptedOperation(
          at: $0 * 1_000_000, client: 0, node: 2, key: 0, function: "write", value: .integer($0))
      }
    }
    bench.run(to: 100_000_000, answeringAfter: 10_000_000)
    #expect(bench.clients.done.map(\.at) == [1_000_000, 11_000_000, 30_000_000])
    #expect(bench.clients.done.map(\.node) == [2, 2, 2])
  }

  @Test(arguments: [
    "[{client: 0, f: 'read'}]", "[{at: '1ms', client: -1, f: 'read'}]", "[{at: 1, f: 'read'}]",
    "[{at: '1ms', f: 'read', extra: 1}]", "[{at: '1ms'}]", "[3]", "3",
  ])
  func whatIsNoScriptIsRefused(_ text: String) {
    #expect(throws: Failure.self) { try read("{script: \(text)}") }
  }

  @Test(arguments: [
    (
      "{at: '1ms', f: 'add', value: 1}",
      "--script: operation 1, add with the value 1: the workload register has none such; it has "
        + "read, write, cas"
    ),
    (
      "{at: '1ms', f: 'read', client: 10}",
      "--script: operation 1, read: there is no client 10, the first of 10 is 0"
    ),
    (
      "{at: '1ms', f: 'write', value: 1, node: 5}",
      "--script: operation 1, write: there is no node 5, the first of 5 is 0"
    ),
    (
      "{at: '15s', f: 'read'}",
      "--script: operation 1, read: it begins at 15 s, when --duration is over"
    ),
    (
      "{at: '1ms', f: 'cas', value: 1}",
      "--script: operation 1, cas with the value 1: the workload register has none such; it has "
        + "read, write, cas"
    ),
  ])
  func anOperationThatCannotBeIsNamed(_ operation: String, _ words: String) throws {
    let plan = try read("{script: [\(operation)]}")
    do throws(Failure) {
      try plan.validate()
      Issue.record("it was accepted")
    } catch {
      #expect(error.message == words)
    }
  }

  /// A schedule says which faults a run makes, whatever would have been drawn without it.
  @Test func aScheduleHasItsOwnFamilies() throws {
    let drawn = try read("{faults: ['kill', 'pause']}")
    #expect(drawn.families == ["kill", "pause"])
    #expect(drawn.requirement.duringFaults == 1)
    let listed = try read(
      """
      {faults: ['kill'], schedule: [{fault: 'pause', start: '2s', stop: '3s'},
      {fault: 'partition', start: '1s', stop: '2s'}, {fault: 'pause', start: '4s', stop: '5s'}]}
      """)
    #expect(listed.families == ["partition", "pause"])
    let none = try read("{schedule: []}")
    #expect(none.families == [] && !none.faults.isEmpty)
    #expect(none.requirement.duringFaults == 0)
  }
}
