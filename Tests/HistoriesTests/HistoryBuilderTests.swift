import Base
import Histories
import TestSupport
import Testing

@Suite("The rules of a history")
struct HistoryBuilderTests {
  @Test("events become operations in the order of the invocations")
  func pairing() throws {
    let history = try History.text(
      """
      1 invoke write 3 x
      2 invoke read nil x
      nemesis info start-kill [1,2]
      2 ok read 3 x
      1 info write 3
      3 invoke read nil y
      3 fail read nil y
      4 invoke write 5
      """)
    #expect(history.processes == [1, 2, 3, 4])
    #expect((0..<4).map { history.functionName($0) } == ["write", "read", "read", "write"])
    #expect(history.outcome == [.indeterminate, .ok, .fail, .indeterminate])
    #expect(history.invoked == [0, 1, 5, 7])
    #expect(history.completed == [4, 3, 6, History.never])
    #expect((0..<4).map { history.returned($0) } == [History.never, 3, 6, History.never])
    #expect(history.line == [1, 2, 6, 8])
    #expect(history.completedLine == [5, 4, 7, 0])
    #expect(history.key.map { history.values.describe($0) } == ["\"x\"", "\"x\"", "\"y\"", "nil"])
    #expect(history.input.map { history.values.describe($0) } == ["3", "nil", "nil", "5"])
    #expect(history.output[3] == ValueTable.none)
    #expect(history.isKeyed)
    #expect(history.eventCount == 8)
    #expect(history.nemesis.map(\.rank) == [2])
    #expect(
      Array(history.steps()) == [
        .invocation(0), .invocation(1), .nemesis(0), .completion(1), .completion(0),
        .invocation(2), .completion(2), .invocation(3),
      ])
  }

  @Test(
    "each broken rule has its own words and names both lines",
    arguments: [
      (
        "1 invoke read nil\n1 invoke write 3",
        "2: process 1 invokes “write” while its “read” of line 1 is still open; a process has one "
          + "operation open at a time"
      ),
      (
        "1 ok read 3",
        "1: process 1 completes “read” (ok) but has no operation open; an invoke must come first"
          + " (--lone-completions earliest takes it as begun before)"
      ),
      (
        "1 invoke read nil\n1 ok read 3\n1 fail read 3",
        "3: process 1 completes “read” (fail) but has no operation open; an invoke must come first"
          + " (--lone-completions earliest takes it as begun before)"
      ),
      (
        "1 invoke read nil\n1 info read nil\n1 invoke read nil",
        "3: process 1 invokes “read” after its operation ended as info on line 2; after an info a "
          + "process must not be used again (go on under a new number)"
      ),
      (
        "-9 invoke read nil\n-9 info read nil\n-9 ok read 3",
        "3: process -9 completes “read” (ok) a second time; it ended as info on line 2"
      ),
      (
        "99999999 invoke read nil\n99999999 ok write 3",
        "2: process 99999999 completes “write” but invoked “read” on line 1"
      ),
      (
        "1 invoke read nil x\n1 ok read 3 y",
        "2: process 1 completes “read” of key \"y\" but invoked it on key \"x\" on line 1"
      ),
    ])
  func rules(text: String, message: String) {
    do throws(HistoryError) {
      _ = try History.text(text)
      Issue.record("was accepted: \(text)")
    } catch {
      #expect(error.description == message)
    }
  }

  @Test("further fields stay with their events")
  func extras() throws {
    var builder = HistoryBuilder()
    let read = builder.function("read")
    try builder.add(Event(.invoke, process: .client(0), function: read, line: 1))
    let node = builder.values.intern(string: "n1")
    builder.keep("node", node)
    builder.keep("term", ValueTable.null)
    try builder.add(Event(.ok, process: .client(0), function: read, value: node, line: 2))
    try builder.add(Event(.invoke, process: .client(0), function: read, line: 3))
    let history = builder.build()
    #expect(history.evidence("node", of: 0) == node)
    #expect(history.evidence("leader", of: 0) == nil)
    #expect(history.evidence("node", of: 1) == nil)
    #expect(history.extraFields(at: 1).map(\.name) == ["node", "term"])
    #expect(history.extraFields(at: 0).isEmpty)
    #expect(history.extraFields(at: 2).isEmpty)
  }
}

@Suite("Coverage")
struct CoverageTests {
  private static let run = """
    0 invoke write 1 x
    1 invoke read nil x
    0 ok write 1 x
    1 ok read 1 x
    nemesis invoke start-kill
    nemesis info start-kill
    0 invoke write 2 x
    2 invoke read nil y
    2 ok read nil y
    0 info write 2 x
    nemesis info stop-kill
    3 invoke read nil x
    3 fail read nil x
    3 invoke read nil x
    3 ok read 2 x
    """

  @Test("what completed is counted before, during and after the faults")
  func counts() throws {
    let coverage = Coverage(of: try History.text(Self.run))
    #expect(
      coverage.functions.map {
        "\($0.name) \($0.beforeFaults) \($0.duringFaults) \($0.afterFaults)"
      } == ["write 1 0 0", "read 1 1 1"])
    #expect(coverage.faults.map { "\($0.name) \($0.made) \($0.verified)" } == ["kill 1 0"])
    #expect(
      [coverage.invoked, coverage.completed, coverage.indeterminate, coverage.failed]
        == [6, 4, 1, 1])
    #expect(coverage.finalReads == 0)
  }

  @Test("operations of one key that touch each other overlap")
  func overlap() throws {
    let apart = try History.text("0 invoke f 1\n0 ok f 1\n1 invoke f 1\n1 ok f 1")
    #expect(Coverage(of: apart).overlap == 0)
    let together = try History.text("0 invoke f 1\n1 invoke f 1\n0 ok f 1\n1 ok f 1")
    #expect(Coverage(of: together).overlap == 1)
    let keys = try History.text("0 invoke f 1 x\n1 invoke f 1 y\n0 ok f 1\n1 ok f 1")
    #expect(Coverage(of: keys).overlap == 0)
    #expect(Coverage(of: try History.text("")).overlap == 0)
  }

  @Test("the overlapping are those that a look at all pairs finds")
  func overlapOfAllPairs() throws {
    var random = SplitMix64(seed: 11)
    var sum = 0
    for _ in 0..<trials(2000) {
      var (lines, open): ([String], [Int: String]) = ([], [:])
      var isOver: Set<Int> = []
      for _ in 0..<Int.random(in: 2...16, using: &random) {
        var process = Int.random(in: 0..<4, using: &random)
        // A process ends with an operation of which nobody knows.
        while isOver.contains(process) { process += 4 }
        if let key = open.removeValue(forKey: process) {
          let kind = ["ok", "ok", "fail", "info"].randomElement(using: &random)!
          lines.append("\(process) \(kind) f 1 \(key)")
          if kind == "info" { isOver.insert(process) }
        } else {
          open[process] = ["x", "y"].randomElement(using: &random)!
          lines.append("\(process) invoke f 1 \(open[process]!)")
        }
      }
      let history = try History.text(lines.joined(separator: "\n"))
      let all = 0..<history.count
      let overlapping = all.count { one in
        history.outcome[one] == .ok
          && all.contains { other in
            one != other && history.key[one] == history.key[other]
              && history.invoked[one] < history.completed[other]
              && history.invoked[other] < history.completed[one]
          }
      }
      #expect(Coverage(of: history).overlapping == overlapping, "\(lines)")
      sum += overlapping
    }
    #expect(sum > trials(2000))
  }

  @Test("verified faults and final reads are told by their fields")
  func fields() throws {
    var builder = HistoryBuilder()
    builder.keep("verified", ValueTable.true)
    try builder.add(
      Event(.info, process: .nemesis, function: builder.function("start-kill"), line: 1))
    builder.keep("final", ValueTable.true)
    let read = builder.function("read")
    try builder.add(Event(.invoke, process: .client(0), function: read, line: 2))
    try builder.add(Event(.ok, process: .client(0), function: read, line: 3))
    let coverage = Coverage(of: builder.build())
    #expect(coverage.faults.map { "\($0.name) \($0.made) \($0.verified)" } == ["kill 1 1"])
    #expect(coverage.finalReads == 1)
  }

  @Test("a fault was verified where an event of its own says so, and is on from its start")
  func verifiedLater() throws {
    let coverage = Coverage(
      of: try History.text(
        """
        nemesis info verified-kill
        nemesis info start-kill
        0 invoke write 1
        0 ok write 1
        nemesis info verified-kill
        nemesis info verified-kill
        0 invoke write 2
        0 ok write 2
        nemesis info stop-kill
        nemesis info start-kill
        nemesis info stop-kill
        """))
    #expect(coverage.faults.map { "\($0.name) \($0.made) \($0.verified)" } == ["kill 2 1"])
    #expect(coverage.functions.map { "\($0.name) \($0.duringFaults)" } == ["write 2"])
  }

  @Test("what a run lacks is said in sentences")
  func shortcomings() throws {
    let coverage = Coverage(of: try History.text(Self.run))
    #expect(CoverageRequirement().shortcomings(of: coverage) == [])
    let strict = CoverageRequirement(
      completed: 5, completedPerFunction: 2, duringFaults: 2, overlap: 0.9, faults: ["kill"],
      finalReads: 1)
    #expect(
      strict.shortcomings(of: coverage) == [
        "4 operations completed, at least 5 are needed",
        "1 of 2 “write” completed, at least 2 are needed",
        "1 operations completed while a fault was on, at least 2 are needed",
        "\(Int(coverage.overlap * 100)) % of the operations were concurrent with another, at "
          + "least 90 % are needed",
        "the fault “kill” never verifiably took effect",
        "0 final reads completed, at least 1 is needed",
      ])
  }
}
