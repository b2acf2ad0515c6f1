import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// Initial values that nobody knows, against every value that they may have had.
@Suite struct UnknownInitialTests {
  /// The referee accepts a history of transactions just when some initial values explain it.
  @Test func someInitialValuesExplain() throws {
    let model = Model.multiRegister
    var random = SplitMix64(seed: 23)
    var verdicts = [0, 0]
    for round in 0..<trials(250) {
      var shape = Shape(operations: 2 + round % 5, clients: 2 + round % 3, lies: 0.3)
      shape.crashes = round % 2 == 0 ? 0.2 : 0
      let object = SimulatedRegisters(held: round % 2 == 0 ? [:] : ["x": 1, "z": 0])
      let history = try randomHistory(object, shape, &random)
      var values = history.values
      var settings = Settings(
        initial: nil, observesFailedCas: false, ignoresNullReads: round % 5 == 0, permits: 1)
      let calls = (0..<history.count).compactMap {
        Call($0, of: history, as: Call.functions(of: history), settings)
      }
      let found = model.referee(calls, settings, values)
      verdicts[found ? 1 : 0] += 1
      var isExplained = false
      let choices: [JSON] = [.null, 0, 1, 2]
      for number in 0..<64 where !isExplained {
        let held = ["x", "y", "z"].enumerated().map { place, key in
          JSON.Member(key, choices[number >> (2 * place) & 3])
        }
        settings.initial = values.intern(.object(held))
        isExplained = model.referee(calls, settings, values)
      }
      #expect(found == isExplained, "\(describe(history))")
    }
    #expect(verdicts[0] > 20 && verdicts[1] > 20)
  }

  /// Each register has an unknown value of its own.
  @Test func registersUnderKeys() throws {
    var builder = HistoryBuilder()
    func add(_ kind: Event.Kind, _ process: Int64, _ key: String, _ value: ValueID) throws {
      try builder.add(
        Event(
          kind, process: .client(process), function: builder.function("read"),
          key: builder.values.intern(string: key), value: value, line: 1))
    }
    for (process, key) in [(Int64(0), "x"), (1, "y"), (2, "x")] {
      try add(.invoke, process, key, ValueTable.null)
      try add(.ok, process, key, builder.values.intern(integer: key == "x" ? 7 : 8))
    }
    var options = CheckOptions()
    options.initial = .unknown
    options.model = "register"
    #expect(try Checker.check(builder.build(), options).verdict == .holds)
    try add(.invoke, 3, "y", ValueTable.null)
    try add(.ok, 3, "y", builder.values.intern(integer: 7))
    #expect(try Checker.check(builder.build(), options).verdict == .violation)
  }
}
