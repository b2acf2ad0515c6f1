import Base
import Histories
import Testing

@testable import Checker

/// When the depth-first engine runs out of memory, what it held is the frontier's.
@Suite struct EngineMemoryTests {
  /// Rounds of six additions at once to a counter, each of another amount, then a read that no
  /// order explains: depth first, all configurations of all rounds are remembered.
  private func task(rounds: Int, read: Int64, _ budget: Budget) throws -> KeyTask {
    var builder = HistoryBuilder()
    var line = 0
    func add(
      _ kind: Event.Kind, _ process: Int, _ function: String, _ value: Int64
    ) throws {
      line += 1
      var event = Event(
        kind, process: .client(Int64(process)), function: builder.function(function), line: line)
      event.value = builder.values.intern(integer: value)
      try builder.add(event)
    }
    for _ in 0..<rounds {
      for process in 0..<6 { try add(.invoke, process, "add", 1 << Int64(process)) }
      for process in 0..<6 { try add(.ok, process, "add", 1 << Int64(process)) }
    }
    try add(.invoke, 0, "read", 0)
    try add(.ok, 0, "read", read)
    let history = builder.build()
    let settings = Settings(
      initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false, permits: 1)
    let functions = Call.functions(of: history)
    let calls = (0..<history.count).compactMap {
      Call($0, of: history, as: functions, settings)
    }
    return KeyTask(
      operations: Array(0..<history.count), calls: calls, values: history.values,
      settings: settings, budget: budget)
  }

  private func solve(
    rounds: Int, read: Int64, bytes: Int64? = nil, engine: String? = nil
  ) throws -> KeyAnswer {
    let budget = Budget(bytes: bytes)
    var task = try task(rounds: rounds, read: read, budget)
    task.engine = engine
    let answer = try Model.counter.solve(task)
    if let bytes { #expect(budget.reserve(bytes: bytes), "memory was not given back") }
    return answer
  }

  @Test func theFrontierIsAskedWhenTheOtherHasNoMemory() throws {
    let alone = try solve(rounds: 100, read: -1, bytes: 500_000, engine: Engine.depthFirst)
    guard case .stopped(let account) = alone.finding else {
      Issue.record("decided, so this test shows nothing: \(alone)")
      return
    }
    #expect(account.reason == .memory(limit: 500_000))
    #expect(account.reached == [.init(algorithm: Engine.depthFirst, explained: 600)])
    let answer = try solve(rounds: 100, read: -1, bytes: 500_000)
    #expect(answer.algorithm == Engine.frontier)
    guard case .impasse(let impasse) = answer.finding else {
      Issue.record("not refused: \(answer)")
      return
    }
    #expect(impasse.culprit == 600)
  }

  @Test func howFarEachGotIsSaid() throws {
    let answer = try solve(rounds: 100, read: -1, bytes: 300_000)
    guard case .stopped(let account) = answer.finding else {
      Issue.record("decided: \(answer)")
      return
    }
    #expect(account.reason == .memory(limit: 300_000))
    #expect(
      account.reached == [
        .init(algorithm: Engine.depthFirst, explained: 600),
        .init(algorithm: Engine.frontier, explained: 390),
      ])
    #expect(account.explained == 600 && account.completions == 601)
  }

  /// A machine that was refused memory in the first engine spoils nothing in the second.
  @Test(arguments: [-1, 63 * 20]) func noLimitMakesAVerdict(read: Int64) throws {
    var decided = 0
    for bytes in stride(from: Int64(500), to: 200_000, by: 1_500) {
      switch try solve(rounds: 20, read: read, bytes: bytes).finding {
      case .stopped: continue
      case .order: #expect(read > 0, "\(bytes) bytes")
      case .impasse: #expect(read < 0, "\(bytes) bytes")
      default: Issue.record("\(bytes) bytes: neither engine")
      }
      decided += 1
    }
    #expect(decided > 10)
  }

  /// A machine that was refused memory before the first engine began decides nothing at all.
  @Test func aSpoiledMachineDecidesNothing() throws {
    try sweep("append-log", SimulatedLog(isText: false))
    try sweep("text", SimulatedLog(isText: true))
    try sweep("set", SimulatedSet())
    try sweep("multi-register", SimulatedRegisters())
    try sweep(
      "queue", SimulatedContainer(.front, put: "enqueue", take: "dequeue", domain: 3))
    try sweep("cas-register", SimulatedRegister())
  }

  private func sweep(_ name: String, _ object: some SimulatedObject) throws {
    let model = try Models.named(name)
    for seed in 0..<4 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let shape = Shape(operations: 9, clients: 3, lies: seed % 2 == 0 ? 0 : 0.4)
      let history = try randomHistory(object, shape, &random)
      var values = history.values
      let settings = try Settings(CheckOptions(), header: nil, values: &values)
      let all = Checker.partition(history, values: values, settings, CheckOptions())
      var task = try #require(all.first).task
      let truth = model.referee(task.calls, settings, values)
      for bytes in stride(from: Int64(800), to: 16_000, by: 100) {
        task.budget = Budget(bytes: bytes)
        switch try model.solve(task).finding {
        case .stopped: continue
        case .order: #expect(truth, "\(name), seed \(seed), \(bytes) bytes")
        case .impasse: #expect(!truth, "\(name), seed \(seed), \(bytes) bytes")
        default: Issue.record("\(name): neither engine")
        }
      }
    }
  }
}
