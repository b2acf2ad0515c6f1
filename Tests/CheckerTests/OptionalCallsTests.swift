import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// Calls that may be left out although their answers are known, as a reduction asks about them: the
/// search says what the referee says of some choice of them.
@Suite struct OptionalCallsTests {
  private func agrees<Object: SimulatedObject>(
    _ name: String, _ object: Object, _ options: CheckOptions = CheckOptions()
  ) throws {
    let model = try Models.named(name)
    var random = SplitMix64(seed: 11)
    var verdicts = [0, 0]
    for round in 0..<trials(300) {
      var shape = Shape(operations: 4 + round % 4, clients: 2 + round % 3, lies: 0.4)
      shape.crashes = 0.1
      let history = try randomHistory(object, shape, &random)
      var values = history.values
      let settings = try Settings(options, header: nil, values: &values)
      for (_, whole) in Checker.partition(history, values: values, settings, options) {
        let task = some(of: whole, &random)
        var isFound = false
        if case .order = try model.solve(task).finding { isFound = true }
        let expected = isPossible(task, model)
        verdicts[expected ? 1 : 0] += 1
        let optional = task.calls.indices.filter { task.calls[$0].isOptional }
          .map { task.operations[$0] }
        #expect(isFound == expected, "\(name) with \(optional) optional:\n\(describe(history))")
      }
    }
    #expect(verdicts[0] > 15 && verdicts[1] > 15, "\(name) \(verdicts)")
  }

  /// The task with some calls optional, of which some may come before all others.
  private func some(of task: KeyTask, _ random: inout SplitMix64) -> KeyTask {
    var early = task
    (early.operations, early.calls) = ([], [])
    var late = early
    for (operation, call) in zip(task.operations, task.calls) {
      var call = call
      if !Removal.isPure(call, task.values), random.chance(0.3) {
        call = call.optional
        if random.chance(0.5) {
          call.invoked = -1
          early.operations.append(operation)
          early.calls.append(call)
          continue
        }
      }
      late.operations.append(operation)
      late.calls.append(call)
    }
    early.operations += late.operations
    early.calls += late.calls
    early.revisions = []
    return early
  }

  /// Whether the referee finds an order with any choice of the optional calls.
  private func isPossible(_ task: KeyTask, _ model: Model) -> Bool {
    let optional = task.calls.indices.filter { task.calls[$0].isOptional }
    return (0..<1 << optional.count).contains { choice in
      let gone = Set(optional.indices.filter { choice >> $0 & 1 == 1 }.map { optional[$0] })
      let calls = task.calls.indices.filter { !gone.contains($0) }.map { task.calls[$0] }
      return model.referee(calls, task.settings, task.values)
    }
  }

  @Test func whatMayBeLeftOut() throws {
    try agrees("cas-register", SimulatedRegister())
    try agrees("multi-register", SimulatedRegisters())
    var unknown = CheckOptions()
    unknown.initial = .unknown
    try agrees("multi-register", SimulatedRegisters(), unknown)
    try agrees("set", SimulatedSet())
    try agrees("counter", SimulatedCounter())
    try agrees("append-log", SimulatedLog(isText: false))
    try agrees("text", SimulatedLog(isText: true))
  }

  @Test(arguments: [2, 99]) func whatMayBeLeftOutOfContainers(domain: Int) throws {
    try agrees(
      "queue", SimulatedContainer(.front, put: "enqueue", take: "dequeue", domain: domain))
    try agrees("bag", SimulatedContainer(.any, put: "enqueue", take: "dequeue", domain: domain))
    try agrees("stack", SimulatedContainer(.back, put: "push", take: "pop", domain: domain))
    try agrees(
      "priority-queue",
      SimulatedContainer(.least, put: "insert", take: "delete-min", domain: domain))
  }

  @Test func whatMayBeLeftOutOfEtcd() throws {
    var object = SimulatedEtcd()
    try agrees("etcd", object)
    object.isWild = true
    try agrees("etcd", object)
  }
}
