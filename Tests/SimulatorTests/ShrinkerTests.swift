import Base
import Experiments
import Testing

@testable import Simulator

/// What fails is made small, and still fails by itself.
struct ShrinkerTests {
  @Test(arguments: [("stale-reads", 3, 2), ("lost-log", 6, 3), ("acks-before-quorum", 8, 4)])
  func aFailingSeedBecomesSmall(_ bug: String, _ operations: Int, _ faults: Int) throws {
    let campaign = Simulated.campaign {
      $0.bugs = [bug]
      $0.durationNanoseconds = 4_000_000_000
    }
    let failing = try #require(
      (1...80 as ClosedRange<UInt64>).lazy.map { campaign.result(of: $0) }
        .first { $0.witnesses.contains(.clients) })
    let small = Shrinker(campaign) { _, _ in true }.smallest(of: failing)
    #expect(small.result.witnesses.contains(.clients))
    #expect(small.result.run.script.count <= operations)
    #expect(Schedule.faults(of: small.result.plan).count <= faults)
    #expect(small.tried > 10)
    // From its file alone it fails again, in the same bytes.
    var read = try Plan(reading: Array(small.result.plan.json5.utf8), file: "p")
    read.isSimulated = true
    let again = campaign.result(of: read, keeps: true)
    #expect(again.witnesses.contains(.clients))
    #expect(again.run.fingerprint == small.result.run.fingerprint)
  }

  /// Keys that give way to others have numbers beyond the plan's.
  @Test func operationsOnKeysThatGaveWayAreShrunkToo() throws {
    let campaign = Simulated.campaign {
      $0.bugs = ["stale-reads"]
      $0.operationsPerKey = 10
    }
    let failing = try #require(
      (1...20 as ClosedRange<UInt64>).lazy.map { campaign.result(of: $0) }
        .first { $0.witnesses.contains(.clients) && $0.run.script.contains { $0.key > 20 } })
    let small = Shrinker(campaign) { _, _ in true }.smallest(of: failing)
    #expect(small.result.run.script.count <= 6)
  }

  @Test func whatPassesStaysAsItIs() {
    let campaign = Simulated.campaign()
    let passing = campaign.result(of: 1)
    let found = Shrinker(campaign) { _, _ in true }.smallest(of: passing)
    #expect(found.tried == 0 && found.result.plan == passing.plan)
  }

  @Test func whoSaysStopIsObeyed() throws {
    let campaign = Simulated.campaign { $0.bugs = ["stale-reads"] }
    let failing = campaign.result(of: 1)
    let found = Shrinker(campaign) { tried, _ in tried < 3 }.smallest(of: failing)
    #expect(found.tried == 3)
  }
}
