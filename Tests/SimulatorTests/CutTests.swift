import Base
import Experiments
import Formats
import Protocols
import TestSupport
import Testing

@testable import Simulator

/// Cuts through simulated clusters: exact on links that keep their order, and claimed nowhere else.
struct CutTests {
  private static func plan(_ seed: UInt64, _ faults: [String]) -> Plan {
    Simulated.plan {
      $0.seed = seed
      $0.faults = faults
      $0.nodes = 4
      $0.durationNanoseconds = 1_200_000_000
      $0.faultIntervalNanoseconds = 200_000_000
      $0.recoveryLimitNanoseconds = 300_000_000
      $0.snapshotsNanoseconds = 60_000_000
      $0.hits.delayNanoseconds = 5_000_000
    }
  }

  /// What became of the cuts of so many seeds, none of which broke anything that is claimed; each
  /// seed's first hint is noted.
  private static func cuts(
    of node: any ProtocolNode.Type, _ seeds: Int, _ faults: [String],
    hints: inout Set<String>
  ) throws -> CutCounts {
    var counts = CutCounts()
    for seed in 1...UInt64(trials(seeds)) {
      let run = try Simulator.run(plan(seed, faults), node)
      #expect(run.breached == nil, "seed \(seed)")
      counts.add(run.cuts)
      if let hint = run.cuts.hint { hints.insert(String(hint.prefix { $0 != ":" })) }
    }
    return counts
  }

  @Test func nothingIsMissingAndNothingIsEarlyWhereNothingIsLost() throws {
    let faults = ["pause", "delay", "slow-disk", "throttle"]
    var hints: Set<String> = []
    let counts = try Self.cuts(of: GossipNode<SafeLinks>.self, 6, faults, hints: &hints)
    #expect(counts.claimed > 20 && counts.unclaimed == 0 && hints == [])
    #expect(counts.underWay > counts.claimed)
  }

  /// Markers are lost as messages are; a cut that ends has none of that in it.
  @Test func whatIsLostEndsCutsAndSpoilsNone() throws {
    let faults = ["kill", "partition", "loss", "pause", "delay", "slow-disk"]
    var hints: Set<String> = []
    let counts = try Self.cuts(of: GossipNode<LossyLinks>.self, 8, faults, hints: &hints)
    #expect(counts.claimed > 20 && counts.unclaimed == 0 && hints == [])
    #expect(counts.abandoned > 10)
  }

  /// Without the label a moment would be told that never could have been.
  @Test(arguments: [("reorder", "consistency"), ("duplicate", "exactness")])
  func whereOrderIsNotKeptNothingIsClaimed(_ fault: String, _ wrong: String) throws {
    var hints: Set<String> = []
    let counts = try Self.cuts(of: GossipNode<SafeLinks>.self, 8, [fault], hints: &hints)
    #expect(hints.contains(wrong), "\(hints)")
    #expect(counts.hints > 0 && counts.unclaimed >= counts.hints)
    #expect(counts.claimed > 20 && counts.broken == 0)
  }

  @Test(arguments: [
    ("raft", ["compaction=60"]), ("raft", ["pre-vote=off"]), ("quorum-register", []), ("paxos", []),
  ])
  func correctProtocolsAreNotBlamed(_ name: String, _ knobs: [String]) throws {
    let campaign = Simulated.campaign {
      $0.protocolName = name
      $0.knobs = knobs
      $0.snapshotsNanoseconds = 50_000_000
    }
    var report = CampaignReport(campaign.plan)
    for seed in 1...UInt64(trials(8)) { report.take(campaign.result(of: seed)) }
    #expect(report.failing.map(\.words) == [])
    #expect(report.cuts.claimed > 50 && report.cuts.underWay > report.cuts.claimed)
    #expect(report.cuts.broken == 0)
    #expect(report.json["cuts"]?["completed"]?.integer == Int64(report.cuts.claimed))
  }

  /// After a disk has lost what was durable, members may rightly have forgotten what they said.
  @Test func whoseDiskIsWipedIsNotBlamed() throws {
    var counts = CutCounts()
    for seed in 1...6 as ClosedRange<UInt64> {
      counts.add(
        try Simulated.run {
          $0.seed = seed
          $0.protocolName = "quorum-register"
          $0.faults = ["wipe"]
          $0.snapshotsNanoseconds = 20_000_000
        }.cuts)
    }
    #expect(counts.unclaimed > 50 && counts.broken == 0)
  }

  /// What a moment shows of the bugs that break promises about moments.
  @Test(arguments: ["lost-log", "forgets-vote"])
  func cutsSeeWhatIsForgotten(_ bug: String) throws {
    let broken = (1...40 as ClosedRange<UInt64>).lazy.compactMap { seed -> Int? in
      let run = try? Simulated.run {
        $0.bugs = [bug]
        $0.seed = seed
        $0.faults = ["kill", "partition"]
        $0.snapshotsNanoseconds = 20_000_000
      }
      return run.flatMap { $0.cuts.broken > 0 ? $0.cuts.broken : nil }
    }.first
    #expect(broken != nil)
  }

  @Test func thePlanAloneRepeatsASeedWithItsCuts() throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let plan = Swarm.draw(
        seed, from: Simulated.plan { $0.snapshotsNanoseconds = 50_000_000 })
      let run = try Simulator.run(plan)
      #expect(run.cuts.begun > 10)
      var read = try Plan(reading: Array(plan.json5.utf8), file: "p")
      read.isSimulated = true
      #expect(try Simulator.run(read).isSame(as: run))
      #expect(try Simulator.run(plan, recording: MessageRecording()).isSame(as: run))
    }
    #expect(try Simulated.run().cuts == CutCounts())
  }
}
