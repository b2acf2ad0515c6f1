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
      let found: Bool
      do { found = try agree(history, model, CheckOptions()) } catch {
        Issue.record("round \(round): \(error):\n\(describe(history))")
        continue
      }
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
        case .impasse:
          #expect(!found, "the monitor:\n\(describe(history))")
          try isFirst(task, history)
        case .pass: passes += 1
        case .positions: #expect(found, "the monitor:\n\(describe(history))")
        default: #expect(!found, "the monitor:\n\(describe(history))")
        }
      }
    }
    return verdicts + [passes]
  }

  /// The completion at which the rung is stuck is the first for which it is, unless it passes on
  /// what was known at another.
  private func isFirst(_ task: KeyTask, _ history: History) throws {
    let answer = try Ladder.decide(task, .etcd, [EtcdRevisions.rung])
    guard case .impasse(let impasse) = answer.finding,
      let place = task.operations.firstIndex(of: impasse.culprit)
    else {
      Issue.record("no impasse:\n\(describe(history))")
      return
    }
    let end = task.calls[place].returned
    let ends = task.calls.filter { $0.end != .pending }.map(\.returned)
    let earliest = Earliest(task: task, decide: EtcdRevisions.rung.decide)
    var isStuck = false
    for other in ends {
      switch try EtcdRevisions.rung.decide(earliest.prefix(through: other).task) {
      case .pass: return
      case .impasse: isStuck = isStuck || other < end
      default: break
      }
    }
    #expect(!isStuck, "\(impasse.culprit) is not the first:\n\(describe(history))")
  }

  /// A lease that is granted and revoked at the same time may be there afterwards, or not.
  @Test func aLeaseRevokedWhileItIsGranted() throws {
    let history = try History.text(
      """
      1 invoke grant 1
      0 invoke revoke 1
      0 ok revoke {"revision":1}
      1 ok grant {"revision":1}
      0 invoke transact {"then":[["put","a","v3",1]]}
      0 ok transact {"results":[null],"revision":2,"succeeded":true}
      """)
    #expect(try agree(history, .etcd, CheckOptions()))
    let apart = try History.text(
      """
      1 invoke grant 1
      1 ok grant {"revision":1}
      0 invoke revoke 1
      0 ok revoke {"revision":1}
      0 invoke transact {"then":[["put","a","v3",1]]}
      0 ok transact {"results":[null],"revision":2,"succeeded":true}
      """)
    #expect(try !agree(apart, .etcd, CheckOptions()))
  }

  /// A range of a member that lags does not show what comes after what it knows.
  @Test func aSerializableRangeKnowsWhatItShows() throws {
    let old = #"{"end":"d","revision":1,"serializable":true,"start":"a"}"#
    let newest = #"{"end":"d","serializable":true,"start":"a"}"#
    for (range, revision, isRight) in [
      (old, 0, false), (old, 1, true), (newest, 0, false), (newest, 1, true), (newest, 2, false),
    ] {
      let history = try History.text(
        """
        0 invoke transact {"then":[["delete","a","c"]]}
        2 invoke range \(range)
        0 ok transact {"results":[null],"revision":1,"succeeded":true}
        2 ok range {"count":0,"kvs":[],"revision":\(revision)}
        """)
      #expect(try agree(history, .etcd, CheckOptions()) == isRight)
    }
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
