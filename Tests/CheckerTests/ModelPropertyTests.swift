import Base
import Histories
import Testing

@testable import Checker

/// Engine against referee on random histories of every model.
@Suite struct ModelPropertyTests {
  private func compare<Object: SimulatedObject>(
    _ name: String, rounds: Int = 1500, least: Int = 80, _ objects: [Object],
    permits: Int? = nil, initial: CheckOptions.Initial? = nil
  ) throws {
    let model = try Models.named(name)
    var options = CheckOptions()
    options.permits = permits
    options.initial = initial
    var random = SplitMix64(seed: 42)
    var verdicts = [0, 0]
    for round in 0..<rounds {
      var shape = Shape(operations: 3 + round % 5, clients: 2 + round % 3)
      shape.lies = round % 3 == 0 ? 0 : 0.2
      shape.crashes = round % 2 == 0 ? 0.1 : 0.25
      let history = try randomHistory(objects[round % objects.count], shape, &random)
      let found = try agree(history, model, options)
      verdicts[found ? 1 : 0] += 1
      try searchAgrees(history, model, options, found)
      if shape.lies == 0 {
        #expect(found, "\(name) refuses an honest history:\n\(describe(history))")
      }
    }
    #expect(verdicts[0] > least && verdicts[1] > least)
  }

  /// The search by itself says the same as the ladder.
  private func searchAgrees(
    _ history: History, _ model: Model, _ options: CheckOptions, _ expected: Bool
  ) throws {
    var values = history.values
    let settings = try Settings(options, header: nil, values: &values)
    for (_, task) in Checker.partition(history, values: values, settings, options) {
      var found = false
      if case .order(let steps) = try model.solve(task).finding {
        found = true
        let places = steps.map { step in
          Int32(task.operations.firstIndex(of: step.operation) ?? -1)
        }
        let claim = ProposedOrder(
          order: places, results: steps.map(\.result), calls: task.calls, settings: settings,
          values: values)
        #expect(model.verify(claim) == nil, "\(describe(history))")
      }
      #expect(found == expected, "\(model.name)'s search:\n\(describe(history))")
    }
  }

  @Test func sets() throws { try compare("set", [SimulatedSet()]) }

  @Test func multiRegisters() throws { try compare("multi-register", [SimulatedRegisters()]) }

  /// Honest histories of registers that held something at first.
  @Test func multiRegistersOfUnknownValues() throws {
    try compare(
      "multi-register", rounds: 3000,
      [SimulatedRegisters(), SimulatedRegisters(held: ["x": 1, "y": 0])], initial: .unknown)
  }

  @Test func queues() throws {
    try compare(
      "queue", rounds: 3000,
      [2, 3, 99].map { SimulatedContainer(.front, put: "enqueue", take: "dequeue", domain: $0) })
  }

  @Test func bags() throws {
    try compare(
      "bag", rounds: 3000,
      [2, 3, 99].map { SimulatedContainer(.any, put: "enqueue", take: "dequeue", domain: $0) })
  }

  @Test func stacks() throws {
    try compare(
      "stack", rounds: 3000,
      [2, 3, 99].map { SimulatedContainer(.back, put: "push", take: "pop", domain: $0) })
  }

  @Test func priorityQueues() throws {
    try compare(
      "priority-queue", rounds: 3000,
      [2, 3, 99].map {
        SimulatedContainer(.least, put: "insert", take: "delete-min", domain: $0)
      })
  }

  @Test func counters() throws { try compare("counter", [SimulatedCounter()]) }

  @Test func locks() throws {
    try compare("lock", [SimulatedLock()])
    try compare("reentrant-lock", [SimulatedLock(isReentrant: true)])
    try compare("fenced-lock", [SimulatedLock(isFenced: true)])
    try compare("semaphore", [SimulatedLock(permits: 2)], permits: 2)
  }

  @Test func logsAndTexts() throws {
    try compare("append-log", rounds: 3000, least: 40, [SimulatedLog(isText: false)])
    try compare("text", rounds: 3000, least: 40, [SimulatedLog(isText: true)])
  }

  @Test func uniqueIDs() throws { try compare("unique-ids", [SimulatedIDs()]) }
}
