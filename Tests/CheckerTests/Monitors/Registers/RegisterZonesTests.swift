import Base
import Histories
import TestSupport
import Testing

@testable import Checker

@Suite struct RegisterZonesTests {
  /// Every interval structure, pending subset and labelling of three operations, writer `i` writing
  /// `i + 1`: zones decide each, and rightly.
  @Test(arguments: [1, 2, 3]) func everySmallHistory(count: Int) throws {
    var cases = try RegisterCases()
    var answers: [Answered: Int] = [:]
    let values = Array(0...count)
    for structure in everyStructure(count) {
      for pending in 0..<(1 << count) {
        var choice = [Int](repeating: 0, count: count)
        repeat {
          let all = choice.indices.map { operation in
            let label = choice[operation]
            let deed: Deed =
              label == 0
              ? .write(operation + 1)
              : label <= values.count
                ? .read(label - 1) : .cas(label - 1 - values.count, operation + 1)
            let isPending = pending >> operation & 1 == 1
            return Case(
              deed: deed, invoked: structure[operation].invoked,
              returned: isPending ? nil : structure[operation].returned)
          }
          guard isTelling(all) else { continue }
          answers[try judge(.registerZones, cases.task(all)), default: 0] += 1
        } while advance(&choice, below: 1 + 2 * values.count)
      }
    }
    #expect(answers[.passed] == nil)
    #expect(answers[.linearizable, default: 0] > 0)
    if count > 1 { #expect(answers[.violation, default: 0] > 0) }
  }

  /// Leaves out what is trivial and symmetric: observing what nobody installs, pending reads of
  /// several values, a compare-and-set of a value for itself.
  private func isTelling(_ cases: [Case]) -> Bool {
    var installed: Set<Int> = [0]
    for one in cases {
      switch one.deed {
      case .write(let new), .cas(_, let new): installed.insert(new)
      default: break
      }
    }
    return cases.allSatisfy { one in
      switch one.deed {
      case .read(let value): installed.contains(value) && (one.returned != nil || value == 0)
      case .cas(let old, let new): installed.contains(old) && old != new
      default: true
      }
    }
  }

  private func advance(_ choice: inout [Int], below limit: Int) -> Bool {
    for place in choice.indices {
      choice[place] += 1
      if choice[place] < limit { return true }
      choice[place] = 0
    }
    return false
  }

  /// Values are unique and the initial value is known: zones decide every history.
  @Test(arguments: 0..<4) func decidesUniqueValues(variant: Int) throws {
    var random = SplitMix64(seed: 100 + UInt64(variant))
    var answers: [Answered: Int] = [:]
    for round in 0..<trials(1500) {
      var cases = try RegisterCases()
      var shape = RegisterShape(operations: 2 + round % 9)
      shape.pending = [0, 0.15, 0.35, 0.6][round % 4]
      shape.swaps = [0, 0.3, 0.6, 0.9][variant]
      shape.noise = [0, 0.05, 0.2][round % 3]
      let all =
        round % 3 == 0
        ? arbitraryRegister(shape, &random) : simulatedRegister(shape, &random)
      answers[try judge(.registerZones, cases.task(all)), default: 0] += 1
    }
    #expect(answers[.passed] == nil)
    #expect(answers[.linearizable, default: 0] > 500)
    #expect(answers[.violation, default: 0] > 200)
    RungQuota.expect("register-zones", decided: decided(answers), of: 8)
  }

  /// Mismatches, an unknown initial value and reads of null that say nothing: what is answered is
  /// right, and little passes.
  @Test(arguments: 0..<4) func isRightAboutVariants(variant: Int) throws {
    var random = SplitMix64(seed: 200 + UInt64(variant))
    var answers: [Answered: Int] = [:]
    for round in 0..<trials(1500) {
      var cases = try RegisterCases(
        initial: variant & 1 == 1 ? nil : ValueTable.none, ignoresNullReads: variant & 2 == 2)
      var shape = RegisterShape(operations: 2 + round % 8)
      shape.pending = [0, 0.15, 0.35][round % 3]
      shape.mismatches = 0.4
      shape.noise = [0, 0.05, 0.2][round / 3 % 3]
      let all =
        round % 4 == 0
        ? arbitraryRegister(shape, &random) : simulatedRegister(shape, &random)
      answers[try judge(.registerZones, cases.task(all)), default: 0] += 1
    }
    #expect(answers[.passed, default: 0] < trials(450), "\(answers)")
    #expect(answers[.linearizable, default: 0] > 400)
    #expect(answers[.violation, default: 0] > 100)
    RungQuota.expect("register-zones", decided: decided(answers), of: 8)
  }

  /// The key has few of many values, so that they are numbered by a table.
  @Test func fewValuesOfMany() throws {
    var random = SplitMix64(seed: 250)
    var cases = try RegisterCases(others: 5000)
    var answers: [Answered: Int] = [:]
    for round in 0..<trials(300) {
      let shape = RegisterShape(operations: 2 + round % 9)
      answers[
        try judge(.registerZones, cases.task(simulatedRegister(shape, &random))), default: 0] += 1
    }
    #expect(answers[.passed] == nil)
    #expect(answers.count == 2)
  }

  /// An unknown initial value may be the one that a mismatch expects, although it is written later.
  @Test func theUnknownInitialValueMayBeWrittenLater() throws {
    var cases = try RegisterCases(initial: nil)
    let task = cases.task([
      Case(deed: .cas(2, 4), invoked: 0, returned: nil),
      Case(deed: .write(2), invoked: 3, returned: 7),
      Case(deed: .read(2), invoked: 4, returned: 5),
      Case(deed: .mismatch(2), invoked: 6, returned: 9),
      Case(deed: .write(5), invoked: 8, returned: nil),
      Case(deed: .read(2), invoked: 10, returned: 11),
    ])
    #expect(try judge(.registerZones, task) == .passed)
  }

  /// What is shown is as small as it can be: the stale read, what it read, and what came between.
  @Test func certificatesAreSmall() throws {
    var cases = try RegisterCases()
    var all: [Case] = []
    for number in 1...40 {
      all.append(Case(deed: .write(number), invoked: number * 4, returned: number * 4 + 1))
      all.append(Case(deed: .read(number), invoked: number * 4 + 2, returned: number * 4 + 3))
    }
    all.append(Case(deed: .read(20), invoked: 200, returned: 201))
    guard case .violation(let certificate) = try Rung.registerZones.decide(cases.task(all)) else {
      Issue.record("no violation")
      return
    }
    #expect(certificate.calls.count == 3)
    #expect(certificate.calls.contains(38) && certificate.calls.contains(80))
    #expect(certificate.anomaly == .staleRead)
    #expect(certificate.asWrites == [])
  }
}
