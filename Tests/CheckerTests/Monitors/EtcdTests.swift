import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// The monitor and the search against the referee, on small histories of etcd's map.
@Suite struct EtcdTests {
  private func compare(_ isWild: Bool, rounds: Int, seed: UInt64) throws -> [Int] {
    let model = Model.etcd
    var random = SplitMix64(seed: seed)
    var verdicts = [0, 0]
    var passes = 0
    for round in 0..<rounds {
      var object = SimulatedEtcd()
      object.isWild = isWild
      var shape = Shape(operations: 3 + round % 6, clients: 2 + round % 3)
      shape.lies = round % 3 == 0 ? 0 : 0.15
      shape.crashes = round % 2 == 0 ? 0.1 : 0.25
      let history = try randomHistory(object, shape, &random)
      let found = try agree(history, model, CheckOptions())
      verdicts[found ? 1 : 0] += 1
      if shape.lies == 0 {
        #expect(found, "refuses an honest history:\n\(describe(history))")
      }
      var values = history.values
      let settings = try Settings(CheckOptions(), header: nil, values: &values)
      for (_, task) in Checker.partition(history, values: values, settings, CheckOptions()) {
        let answer = try model.solve(task)
        var isFound = false
        if case .order = answer.finding { isFound = true }
        #expect(isFound == found, "the search:\n\(describe(history))")
        switch try EtcdRevisions.rung.decide(task) {
        case .pass: passes += 1
        case .positions: #expect(found, "the monitor:\n\(describe(history))")
        default: #expect(!found, "the monitor:\n\(describe(history))")
        }
      }
    }
    return verdicts + [passes]
  }

  @Test func everyClaimIsComparedWithTheReferee() throws {
    let found = try compare(false, rounds: trials(2200), seed: 7)
    #expect(found[0] > trials(300) && found[1] > trials(700), "\(found)")
    RungQuota.expect("revision-order", decided: trials(2200) - found[2], of: 2)
  }

  @Test func leasesCompactionsAndSerializableRangesToo() throws {
    let found = try compare(true, rounds: trials(2200), seed: 8)
    #expect(found[0] > trials(300) && found[1] > trials(700), "\(found)")
    RungQuota.expect("revision-order", decided: trials(2200) - found[2], of: 2)
  }
}
