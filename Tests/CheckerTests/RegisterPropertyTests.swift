import Base
import Histories
import Testing

@testable import Checker

@Suite struct RegisterPropertyTests {
  /// Thousands of histories for each reading of the options, half of them with lies.
  @Test(arguments: 0..<8) func agreesWithTheReferee(variant: Int) throws {
    var random = SplitMix64(seed: UInt64(variant) &+ 1)
    var options = CheckOptions()
    if variant & 1 == 1 { options.initial = .unknown }
    if variant & 2 == 2 { options.nullRead = .any }
    if variant & 4 == 4 { options.failedCas = .observes }
    var verdicts = [0, 0]
    for round in 0..<2500 {
      var shape = Shape(operations: 3 + round % 5, clients: 2 + round % 3)
      shape.lies = round % 3 == 0 ? 0 : 0.2
      let object = SimulatedRegister(domain: 2 + Int64(round % 3))
      let history = try randomHistory(object, shape, &random)
      let found = try agree(history, .casRegister, options)
      verdicts[found ? 1 : 0] += 1
      if shape.lies == 0 { #expect(found) }
    }
    #expect(verdicts[0] > 100 && verdicts[1] > 600)
  }
}
