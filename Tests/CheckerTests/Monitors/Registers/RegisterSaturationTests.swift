import Base
import Histories
import TestSupport
import Testing

@testable import Checker

@Suite struct RegisterSaturationTests {
  /// Every interval structure, pending subset and labelling of three operations over two values,
  /// of which one is the initial one: what is answered is right.
  @Test(arguments: [2, 3]) func everySmallHistory(count: Int) throws {
    var cases = try RegisterCases()
    var answers: [Answered: Int] = [:]
    let labels: [Deed] = [
      .write(0), .write(1), .read(0), .read(1), .cas(0, 1), .cas(1, 0), .write(2), .read(2),
    ]
    let used = count == 3 ? Array(labels.prefix(6)) : labels
    for structure in everyStructure(count) {
      for pending in 0..<(1 << count) {
        for number in 0..<Int(pow(used.count, count)) {
          var rest = number
          let all = structure.indices.map { operation in
            let deed = used[rest % used.count]
            rest /= used.count
            let isPending = pending >> operation & 1 == 1
            return Case(
              deed: deed, invoked: structure[operation].invoked,
              returned: isPending ? nil : structure[operation].returned)
          }
          answers[try judge(.registerSaturation, cases.task(all)), default: 0] += 1
        }
      }
    }
    let sum = answers.values.reduce(0, +)
    #expect(answers[.passed, default: 0] * 5 < sum, "\(answers)")
    #expect(answers[.linearizable, default: 0] > 0 && answers[.violation, default: 0] > 0)
  }

  private func pow(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  /// Values repeat, the initial one too; half of the histories crash often.
  @Test(arguments: 0..<8) func isRight(variant: Int) throws {
    var random = SplitMix64(seed: 300 + UInt64(variant))
    var answers: [Answered: Int] = [:]
    for round in 0..<trials(1000) {
      var cases = try RegisterCases(
        initial: variant & 4 == 4 ? nil : ValueTable.none, ignoresNullReads: variant & 2 == 2)
      var shape = RegisterShape(operations: 3 + round % 7)
      shape.domain = 1 + round % 3
      shape.writesInitial = round % 2 == 0
      shape.pending = [0, 0.15, 0.5][round % 3]
      shape.noise = [0, 0.1, 0.3][round / 3 % 3]
      shape.swaps = [0, 0.4][variant & 1]
      shape.mismatches = round % 5 == 0 ? 0.3 : 0
      let all =
        round % 4 == 0
        ? arbitraryRegister(shape, &random) : simulatedRegister(shape, &random)
      answers[try judge(.registerSaturation, cases.task(all)), default: 0] += 1
    }
    #expect(answers[.violation, default: 0] > 40, "\(answers)")
    // When the initial value is unknown, most is passed on.
    guard variant & 4 == 0 else { return }
    #expect(answers[.linearizable, default: 0] > 150, "\(answers)")
    RungQuota.expect("register-saturation", decided: decided(answers), of: 4)
  }
}
