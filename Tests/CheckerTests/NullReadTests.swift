import Base
import Histories
import Testing

@testable import Checker

/// Reads of null where an object is never absent: their results are unknown, whoever looks.
@Suite struct NullReadTests {
  @Test(arguments: ["counter", "set", "append-log", "text"])
  func theyAreUnknownInBatchStreamAndReferee(model name: String) throws {
    switch name {
    case "counter": try compare(name, SimulatedCounter())
    case "set": try compare(name, SimulatedSet())
    default: try compare(name, SimulatedLog(isText: name == "text"))
    }
  }

  private func compare(_ name: String, _ object: some SimulatedObject) throws {
    let model = try Models.named(name)
    var options = CheckOptions()
    options.model = name
    var random = SplitMix64(seed: 77)
    var verdicts = [0, 0]
    var unknown = 0
    for round in 0..<400 {
      let shape = Shape(operations: 3 + round % 5, clients: 2 + round % 3, lies: 0.3)
      let history = try randomHistory(Forgetful(object: object), shape, &random)
      unknown += (0..<history.count).count {
        history.output[$0] == ValueTable.null && history.outcome[$0] == .ok
      }
      var values = history.values
      let settings = try Settings(options, header: nil, values: &values, model: model.nullRead)
      let columns = CallColumns(history, Call.functions(of: history), settings)
      let calls = (0..<history.count).compactMap { Call($0, columns) }
      let truth = model.referee(calls, settings, values)
      let found = try Checker.check(history, options).verdict
      #expect(found == (truth ? .holds : .violation), "\(describe(history))")
      var stream = StreamChecker(options)
      let alarm = try stream.take(Stretch(history: history)) ?? stream.finish()
      #expect((alarm == nil) == truth, "\(describe(history))")
      verdicts[truth ? 1 : 0] += 1
    }
    #expect(verdicts[0] > 3 && verdicts[1] > 15 && unknown > 25)
  }
}

/// An object some of whose reads answer null.
private struct Forgetful<Object: SimulatedObject>: SimulatedObject {
  var object: Object
  private var count = 0

  init(object: Object) { self.object = object }

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    object.request(&random, process: process)
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    let answer = object.answer(request, process: process)
    guard ["read", "get"].contains(request.function) else { return answer }
    count += 1
    return count % 2 == 0 ? .null : answer
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    object.lie(&random, request)
  }
}
