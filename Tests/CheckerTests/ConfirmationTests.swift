import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// The referee looks at every reduction before it is shown.
@Suite struct ConfirmationTests {
  private func task(_ history: History, permits: Int = 1) -> KeyTask {
    let settings = Settings(
      initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false,
      permits: permits)
    let functions = Call.functions(of: history)
    let kept = (0..<history.count).filter { Call($0, of: history, as: functions, settings) != nil }
    return KeyTask(
      operations: kept, calls: kept.compactMap { Call($0, of: history, as: functions, settings) },
      values: history.values, settings: settings, budget: Budget())
  }

  private func impasse(_ model: Model, _ task: KeyTask) throws -> Impasse? {
    if case .impasse(let impasse) = try model.solve(task).finding { impasse } else { nil }
  }

  /// Sound removals are always confirmed, and so is what the search says of them.
  private func confirms<Object: SimulatedObject>(
    _ name: String, _ object: Object, permits: Int = 1
  ) throws {
    let model = try Models.named(name)
    var random = SplitMix64(seed: 19)
    var tried = 0
    for round in 0..<trials(200) {
      let shape = Shape(operations: 4 + round % 8, clients: 2 + round % 3, lies: 0.25)
      let history = try randomHistory(object, shape, &random)
      let task = task(history, permits: permits)
      guard let impasse = try impasse(model, task) else { continue }
      var reduction = Reduction(model, task, steps: 100_000)
      guard let proof = reduction.proof(culprit: impasse.culprit) else { continue }
      tried += 1
      let isConfirmed = try reduction.isConfirmed(proof, culprit: impasse.culprit)
      #expect(
        isConfirmed,
        "\(name) keeps \(proof.positions) of:\n\(describe(history))")
    }
    #expect(tried > 20, "\(name) \(tried)")
  }

  @Test func soundReductionsAreConfirmed() throws {
    try confirms("cas-register", SimulatedRegister())
    try confirms("multi-register", SimulatedRegisters())
    try confirms("set", SimulatedSet())
    for domain in [2, 99] {
      try confirms(
        "queue", SimulatedContainer(.front, put: "enqueue", take: "dequeue", domain: domain))
      try confirms(
        "stack", SimulatedContainer(.back, put: "push", take: "pop", domain: domain))
      try confirms(
        "priority-queue",
        SimulatedContainer(.least, put: "insert", take: "delete-min", domain: domain))
    }
    try confirms("counter", SimulatedCounter())
    try confirms("lock", SimulatedLock())
    try confirms("semaphore", SimulatedLock(permits: 2), permits: 2)
    try confirms("append-log", SimulatedLog(isText: false))
    try confirms("text", SimulatedLog(isText: true))
  }

  private let staleRead = """
    0 invoke write 1
    0 ok write 1
    0 invoke write 2
    0 ok write 2
    1 invoke write 3
    2 invoke read nil
    2 ok read 1
    """

  /// A register whose removals are not sound: any operation goes by itself, so that in the end the
  /// read stands alone, and nobody is left who wrote what it saw.
  @Test func wrongRemovalsAreRefused() throws {
    let wrong = Model(
      "register", "", [], legal: "", illegal: "", machine: RegisterMachine.self,
      sequential: SequentialRegister.self, removal: .each)
    let history = try History.text(staleRead)
    let task = task(history)
    let impasse = try #require(try impasse(wrong, task))
    var reduction = Reduction(wrong, task, steps: 100_000)
    let reduced = reduction.proof(culprit: impasse.culprit)
    let proof = try #require(reduced)
    #expect(proof.positions == [3])
    let isConfirmed = try reduction.isConfirmed(proof, culprit: impasse.culprit)
    #expect(!isConfirmed)
    var evidence = ViolationProofs(history, values: history.values, model: wrong)
    let shown = try evidence.violation(key: ValueTable.none, impasse, task, isReduced: true)
    #expect(!shown.isMinimal)
    #expect(shown.operations != [3])
    var right = Reduction(Model.register, task, steps: 100_000)
    let sound = right.proof(culprit: impasse.culprit)
    let kept = try #require(sound)
    #expect(kept.positions == [0, 1, 3])
    let isSoundConfirmed = try right.isConfirmed(kept, culprit: impasse.culprit)
    #expect(isSoundConfirmed)
  }

  /// What a removal leaves of the time before the culprit must have an order too.
  @Test func proofsWithoutTheirCulpritAreRefused() throws {
    let history = try History.text(
      """
      0 invoke push 1
      0 ok push 1
      1 invoke pop nil
      1 ok pop 1
      2 invoke pop nil
      2 ok pop 1
      """)
    let task = task(history)
    let reduction = Reduction(Model.stack, task, steps: 100_000)
    for (kept, isSound) in [([0, 1, 2], true), ([1, 2], false), ([1], false)] {
      let proof = Reduction.Proof(
        positions: kept, calls: kept.map { task.calls[$0] }, values: task.values)
      var asked = reduction
      let isConfirmed = try asked.isConfirmed(proof, culprit: 2)
      #expect(isConfirmed == isSound)
    }
  }

  /// The search is stuck where the read of 5 completes, for what the transaction that is open there
  /// returns later. That transaction alone is impossible, so it is what is shown as such.
  @Test func theCulpritIsShown() throws {
    let history = try History.text(
      """
      0 invoke txn [[write,x,5],[read,x,nil]]
      1 invoke txn [[read,x,nil]]
      1 ok txn [[read,x,5]]
      0 ok txn [[write,x,5],[read,x,9]]
      """)
    let found = try #require(try impasse(.multiRegister, task(history)))
    #expect(found.culprit == 1)
    let violation = try #require(try Checker.check(history, CheckOptions()).violations.first)
    #expect(violation.operations == [0] && violation.culprit == 0 && violation.isMinimal)
    #expect(violation.dilemmas.map(\.state) == ["{}"])
    #expect(violation.dilemmas.flatMap(\.refusals).map(\.operation) == [0])
  }

  /// A search that refuses everything is found out, and nothing is shown.
  @Test func theRefereeContradictsAWrongSearch() throws {
    let lying = Model(
      "register", "", [], legal: "", illegal: "", machine: LyingMachine.self,
      sequential: SequentialRegister.self, removal: .register)
    let history = try History.text("0 invoke write 1\n0 ok write 1")
    let task = task(history)
    let impasse = try #require(try impasse(lying, task))
    var evidence = ViolationProofs(history, values: history.values, model: lying)
    let expected = CheckError(
      "the referee finds a reduced violation of model “register” linearizable; please report "
        + "this with the history", code: .defect)
    #expect(throws: expected) {
      try evidence.violation(key: ValueTable.none, impasse, task, isReduced: true)
    }
  }

  /// Two reads of what additions beyond the certificate have made: alone they have no order, and
  /// after what the first one saw they do.
  @Test func aBaseThatProvesNothingIsFoundOut() throws {
    let history = try History.text(
      """
      0 invoke add 4
      0 ok add 4
      0 invoke read nil
      0 ok read 4
      0 invoke read nil
      0 ok read 4
      """)
    let certificate = Certificate(calls: [1, 2], anomaly: .readsGoBack, base: 1)
    var evidence = ViolationProofs(history, values: history.values, model: .counter)
    let expected = CheckError(
      "a certificate of model “counter” is linearizable after what its first read saw; please "
        + "report this with the history", code: .defect)
    #expect(throws: expected) {
      try evidence.violation(key: ValueTable.none, certificate, task(history))
    }
  }
}

/// Allows nothing.
private struct LyingMachine: Machine {
  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError) {}
  mutating func form(of call: Call) throws(CheckError) -> Form? { Form(code: 0) }
  mutating func initialStates() -> [Int32] { [0] }
  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32 { refused }
  func describe(_ state: Int32) -> String { "" }
  func refusal(of form: Form, in state: Int32) -> String { "" }
}
