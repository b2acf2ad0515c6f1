import Base
import Experiments
import Protocols
import Testing

@testable import Simulator

/// The same plan gives the same bytes: again, from its file, on any thread, in any build.
struct DeterminismTests {
  @Test(arguments: Protocols.all.map(\.name))
  func equalPlansGiveEqualBytes(_ name: String) throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      let plan = Swarm.draw(seed, from: Simulated.plan { $0.protocolName = name })
      let first = try Simulator.run(plan)
      #expect(first.isSame(as: try Simulator.run(plan)), "seed \(seed)")
    }
    let one = try Simulated.run { $0.protocolName = name }
    let other = try Simulated.run {
      $0.protocolName = name
      $0.seed = 2
    }
    #expect(one.history != other.history)
    #expect(one.fingerprint != other.fingerprint)
  }

  /// A seed is repeated by its plan alone, whatever a swarm would draw for it later.
  @Test func aPlanFromItsFileRepeatsTheSeed() throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      let plan = Swarm.draw(seed, from: Simulated.plan())
      var read = Plan()
      read.isSimulated = true
      read = try #require(try? Plan(reading: Array(plan.json5.utf8), file: "p"))
      read.isSimulated = true
      #expect(try Simulator.run(read).fingerprint == Simulator.run(plan).fingerprint)
    }
  }

  @Test func theNumberOfThreadsChangesNothing() {
    var reports: [FNV1a] = []
    for threads in [1, 3] {
      var campaign = Simulated.campaign()
      campaign.threads = threads
      var report = CampaignReport(campaign.plan)
      campaign.run(from: 5, count: 8) {
        report.take($0)
        return true
      }
      reports.append(report.fingerprint)
    }
    #expect(reports[0] == reports[1])
  }

  /// Whoever says that it is enough is heard, however many seeds there might have been.
  @Test func aCampaignEndsWhenItIsTold() {
    var campaign = Simulated.campaign { $0.durationNanoseconds = 100_000_000 }
    campaign.threads = 2
    var seeds: [UInt64] = []
    campaign.run(from: 3, count: .max) { result in
      seeds.append(result.plan.seed)
      return seeds.count < 5
    }
    #expect(seeds == [3, 4, 5, 6, 7])
  }

  /// What a build made once, every build makes: it changes with the protocol or the simulator, and
  /// then on purpose.
  @Test func theBytesAreTheSameInEveryBuild() throws {
    let prints = try (1...3 as ClosedRange<UInt64>).map { seed in
      try Simulator.run(Swarm.draw(seed, from: Simulated.plan())).fingerprint.description
    }
    #expect(prints == ["d1c39ac83b80cccb", "b39a0345f54b55c7", "b8361cb2100a9339"])
  }

  /// What two seeds have in common counts once.
  @Test func statesAreCountedOnceAndGrow() throws {
    let campaign = Simulated.campaign()
    var report = CampaignReport(campaign.plan)
    for seed in 1...5 as ClosedRange<UInt64> { report.take(campaign.result(of: seed)) }
    let growth = report.behaviours.growth
    #expect(growth.map(\.seeds) == [1, 2, 4, 5])
    #expect(zip(growth, growth.dropFirst()).allSatisfy { $0.states < $1.states })
    for seed in 1...3 as ClosedRange<UInt64> { report.take(campaign.result(of: seed)) }
    #expect(report.behaviours.growth.map(\.seeds) == [1, 2, 4, 8])
    #expect(report.behaviours.growth.last?.states == growth.last?.states)
    #expect(report.behaviours.words.hasSuffix("after 8 \(growth.last?.states ?? 0)"))
  }

  @Test func whoIsNotRepeatableIsFailing() {
    var result = Simulated.campaign().result(of: 1)
    #expect(!result.isFailing)
    result.isRepeatable = false
    #expect(result.isFailing)
  }
}
