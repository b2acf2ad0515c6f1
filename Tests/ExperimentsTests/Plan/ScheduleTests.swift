import Base
import Testing

@testable import Experiments

/// The schedule is a pure function of the plan.
struct ScheduleTests {
  @Test func equalSeedsGiveEqualSchedules() {
    for seed in 0..<50 {
      var plan = Plan()
      plan.seed = UInt64(seed)
      #expect(Schedule.faults(of: plan) == Schedule.faults(of: plan))
    }
    var other = Plan()
    other.seed = 2
    #expect(Schedule.faults(of: Plan()) != Schedule.faults(of: other))
  }

  @Test func everyFamilyComesUpInADefaultRun() {
    for seed in 0..<200 {
      var plan = Plan()
      plan.seed = UInt64(seed)
      #expect(Set(Schedule.faults(of: plan).map(\.family)) == Set(plan.faults), "seed \(seed)")
    }
  }

  @Test func faultsLieInTheRunAndOverlapOnlyWhereTheyMay() {
    for seed in 0..<200 {
      var plan = Plan()
      plan.seed = UInt64(seed)
      let faults = Schedule.faults(of: plan)
      for fault in faults {
        #expect(fault.startNanoseconds < fault.stopNanoseconds, "seed \(seed)")
        #expect(fault.stopNanoseconds <= plan.durationNanoseconds)
        #expect((fault.target != nil) == ["kill", "pause"].contains(fault.family))
        #expect((fault.partition != nil) == (fault.family == "partition"))
      }
      for (index, left) in faults.enumerated() {
        for right in faults[(index + 1)...] where right.startNanoseconds < left.stopNanoseconds {
          #expect((left.target == nil) != (right.target == nil), "seed \(seed)")
        }
      }
    }
  }

  @Test func theLeaderIsCutOffOnceAKilledMajorityIsBack() {
    var pairs = 0
    for seed in 0..<50 {
      var plan = Plan()
      plan.seed = UInt64(seed)
      let faults = Schedule.faults(of: plan)
      for (kill, next) in zip(faults, faults.dropFirst())
      where kill.family == "kill" && (kill.target == .majority || kill.target == .all) {
        #expect(next.partition == .isolateLeader, "seed \(seed)")
        #expect(kill.stopNanoseconds < next.startNanoseconds, "seed \(seed)")
        pairs += 1
      }
      plan.partitions = [.halves]
      #expect(!Schedule.faults(of: plan).contains { $0.partition == .isolateLeader })
    }
    #expect(pairs >= 50)
  }

  @Test func noFaultsMeansNone() {
    var plan = Plan()
    plan.faults = []
    #expect(Schedule.faults(of: plan) == [])
  }

  @Test func aLineOfTheDryRun() {
    let fault = ScheduledFault(
      number: 1, family: "kill", startNanoseconds: 900_000_000, stopNanoseconds: 2_250_000_000,
      target: .leader, partition: nil, seed: 7)
    #expect(fault.description == "0.9 s – 2.25 s  kill (leader)")
  }
}
