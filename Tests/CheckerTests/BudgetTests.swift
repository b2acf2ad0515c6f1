import Base
import Histories
import Testing

@testable import Checker

/// Limits end a check with `undecided`, never with a crash or a wrong verdict.
@Suite struct BudgetTests {
  /// Many clients enqueue at once and one dequeues in an impossible order: exponentially many
  /// states before a violation is proved. The queue is not empty at first, so that it is the
  /// search's to decide.
  private func hard(_ clients: Int) throws -> History {
    var builder = HistoryBuilder()
    let enqueue = builder.function("enqueue")
    let dequeue = builder.function("dequeue")
    var line = 0
    func add(_ kind: Event.Kind, _ process: Int, _ function: FunctionID, _ value: ValueID) throws {
      line += 1
      try builder.add(
        Event(
          kind, process: .client(Int64(process)), function: function, value: value, line: line))
    }
    let values = (0..<clients).map { builder.values.intern(integer: Int64($0)) }
    for client in 0..<clients { try add(.invoke, client, enqueue, values[client]) }
    for client in 0..<clients { try add(.ok, client, enqueue, values[client]) }
    for value in [builder.values.intern(integer: -1), values[0], values[0]] {
      try add(.invoke, 0, dequeue, ValueTable.null)
      try add(.ok, 0, dequeue, value)
    }
    return builder.build()
  }

  private func check(_ history: History, _ budget: Budget) throws -> CheckResult {
    var options = CheckOptions(budget: budget)
    options.model = "queue"
    options.initial = .value([-1])
    return try Checker.check(history, options)
  }

  @Test func smallOnesAreDecided() throws {
    let result = try check(try hard(4), Budget())
    #expect(result.verdict == .violation)
    #expect(result.statistics.configurations > 24)
  }

  @Test(arguments: [1, 100, 5_000, 100_000, 3_000_000]) func memoryHolds(bytes: Int64) throws {
    let budget = Budget(bytes: bytes)
    let result = try check(try hard(12), budget)
    #expect(result.verdict == .undecided)
    #expect(result.undecided.map(\.reason) == [.memory(limit: bytes)])
    #expect(budget.peakBytes <= bytes)
    #expect(budget.reserve(bytes: bytes), "memory was not given back")
  }

  /// The keys that are not looked at now take next to nothing, however many there are.
  @Test func memoryIsNotThatOfAllKeys() throws {
    var builder = HistoryBuilder()
    let write = builder.function("write")
    for number in 0..<20_000 {
      let key = builder.values.intern(integer: Int64(number % 5000))
      for kind in [Event.Kind.invoke, .ok] {
        try builder.add(
          Event(
            kind, process: .client(0), function: write, key: key,
            value: builder.values.intern(integer: Int64(number)), line: 1))
      }
    }
    let history = builder.build()
    let held = Int64(history.bytes + KeyPartition.bytes(history))
    let enough = Budget(bytes: held + 20_000)
    let result = try Checker.check(history, CheckOptions(budget: enough))
    #expect(result.verdict == .holds && result.keys == 5000 && result.operations == 20_000)
    #expect(enough.reserve(bytes: held + 20_000), "memory was not given back")
    // An account of each key that does not fit would be what does not fit.
    let little = Budget(bytes: held + 100)
    let undecided = try Checker.check(history, CheckOptions(budget: little))
    #expect(undecided.verdict == .undecided)
    #expect(undecided.undecided.count + undecided.omittedUndecided == 5000)
    #expect(undecided.undecided.count == 1)
    #expect(undecided.operations == 20_000)
    #expect(little.peakBytes <= held + 100)
  }

  /// Witnesses are kept only as far as there is room.
  @Test func ordersThatDoNotFitAreUndecided() throws {
    var builder = HistoryBuilder()
    let write = builder.function("write")
    for number in 0..<100 {
      for kind in [Event.Kind.invoke, .ok] {
        try builder.add(
          Event(
            kind, process: .client(0), function: write,
            key: builder.values.intern(integer: Int64(number)), value: ValueTable.true, line: 1))
      }
    }
    let history = builder.build()
    let held = Int64(history.bytes + KeyPartition.bytes(history))
    var options = CheckOptions(budget: Budget(bytes: held + 3000))
    options.wantsWitness = true
    let result = try Checker.check(history, options)
    #expect(result.verdict == .undecided)
    #expect(result.witnesses.count > 1 && result.witnesses.count < 100)
    let others = result.undecided.count + result.omittedUndecided
    #expect(result.witnesses.count + others == 100)
  }

  @Test func timeHolds() throws {
    let result = try check(try hard(12), Budget(nanoseconds: 50_000_000))
    #expect(result.undecided.map(\.reason) == [.time(limit: 50_000_000)])
    #expect(result.undecided.first?.completions == 15)
    #expect(result.undecided.first?.mostOpen == 12)
  }

  @Test func cancellationEndsIt() throws {
    let budget = Budget()
    budget.cancel()
    let result = try check(try hard(12), budget)
    #expect(result.undecided.map(\.reason) == [.cancelled])
    #expect(result.undecided.first?.explained == 0)
  }

  /// Every limit from nothing to enough gives `undecided` or the right verdict, for every kind of
  /// arena: a machine that could not grow must not make a violation.
  @Test func memoryNeverMakesAVerdict() throws {
    var random = SplitMix64(seed: 3)
    let log = try randomHistory(
      SimulatedLog(isText: false), Shape(operations: 30, clients: 3, lies: 0), &random)
    let text = try randomHistory(
      SimulatedLog(isText: true), Shape(operations: 30, clients: 3, lies: 0), &random)
    let set = try randomHistory(
      SimulatedSet(), Shape(operations: 30, clients: 3, lies: 0), &random)
    for (name, history) in [("append-log", log), ("text", text), ("set", set)] {
      var verdicts: Set<Verdict> = []
      for bytes in stride(from: Int64(1000), to: 40_000, by: 250) {
        var options = CheckOptions(budget: Budget(bytes: bytes))
        options.model = name
        verdicts.insert(try Checker.check(history, options).verdict)
      }
      #expect(verdicts == [.undecided, .holds], "\(name)")
    }
  }
}
