import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// What is called sound to leave out never turns a linearizable history into a violation.
@Suite struct RemovalTests {
  private func leavesLinearizable<Object: SimulatedObject>(
    _ name: String, _ object: Object, permits: Int = 1, initial: JSON? = nil,
    isUnknown: Bool = false
  ) throws {
    let model = try Models.named(name)
    var random = SplitMix64(seed: 7)
    var settings = Settings(
      initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false,
      permits: permits)
    var tried = 0
    for round in 0..<trials(600) {
      let shape = Shape(operations: 4 + round % 5, clients: 2 + round % 3, lies: 0.1)
      let history = try randomHistory(object, shape, &random)
      var values = history.values
      if let initial { settings.initial = values.intern(initial) }
      if isUnknown { settings.initial = nil }
      let calls = (0..<history.count).compactMap {
        Call($0, of: history, as: Call.functions(of: history), settings)
      }
      guard model.referee(calls, settings, values) else { continue }
      var groups = model.removal.groups(of: calls, settings, values)
      // Any of them at once, as a reduction tries them.
      for _ in 0..<2 { groups.append(groups.filter { _ in random.chance(0.5) }.flatMap { $0 }) }
      for group in groups {
        let rest = calls.indices.filter { !group.contains($0) }.map { calls[$0] }
        tried += 1
        #expect(
          model.referee(rest, settings, values),
          "\(name) without \(group):\n\(describe(history))")
      }
      var grown = Reduction.Proof(
        positions: Array(calls.indices), calls: calls, values: values)
      for piece in model.removal.pieces(of: calls, settings, &grown.values) {
        let rest = grown.without(piece)
        tried += 1
        #expect(
          model.referee(rest.calls, settings, rest.values),
          "\(name) without \(piece.calls):\n\(describe(history))")
      }
    }
    #expect(tried > 300, "\(name) \(tried)")
  }

  @Test func groupsAreSound() throws {
    try leavesLinearizable("cas-register", SimulatedRegister())
    try leavesLinearizable("multi-register", SimulatedRegisters())
    try leavesLinearizable("multi-register", SimulatedRegisters(), isUnknown: true)
    try leavesLinearizable("cas-register", SimulatedRegister(), isUnknown: true)
    try leavesLinearizable("set", SimulatedSet())
    for initial in [[1], [0, 1]] as [JSON] {
      try leavesLinearizable(
        "stack", SimulatedContainer(.back, put: "push", take: "pop", domain: 2), initial: initial)
      try leavesLinearizable(
        "bag", SimulatedContainer(.any, put: "enqueue", take: "dequeue", domain: 2),
        initial: initial)
    }
    for domain in [2, 3, 99] {
      try leavesLinearizable(
        "queue", SimulatedContainer(.front, put: "enqueue", take: "dequeue", domain: domain))
      try leavesLinearizable(
        "bag", SimulatedContainer(.any, put: "enqueue", take: "dequeue", domain: domain))
      try leavesLinearizable(
        "stack", SimulatedContainer(.back, put: "push", take: "pop", domain: domain))
      try leavesLinearizable(
        "priority-queue",
        SimulatedContainer(.least, put: "insert", take: "delete-min", domain: domain))
    }
    try leavesLinearizable("counter", SimulatedCounter())
    try leavesLinearizable("lock", SimulatedLock())
    try leavesLinearizable("reentrant-lock", SimulatedLock(isReentrant: true))
    try leavesLinearizable("fenced-lock", SimulatedLock(isFenced: true))
    try leavesLinearizable("semaphore", SimulatedLock(permits: 2), permits: 2)
    try leavesLinearizable("append-log", SimulatedLog(isText: false))
    try leavesLinearizable("text", SimulatedLog(isText: true))
    try leavesLinearizable("unique-ids", SimulatedIDs())
  }
}
