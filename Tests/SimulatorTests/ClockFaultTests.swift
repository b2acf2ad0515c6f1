import Base
import Experiments
import Formats
import Histories
import Protocols
import TestSupport
import Testing

@testable import Simulator

/// Clocks of nodes that jump, and run too fast or too slowly.
struct ClockFaultTests {
  /// No promise of theirs rests on clocks, whatever those do; and once all is healed they answer.
  @Test(arguments: Protocols.all.map(\.name))
  func whoTrustsNoClockIsSafeWithAny(_ name: String) throws {
    var verified = 0
    for seed in 1...UInt64(trials(12)) {
      let campaign = Simulated.campaign {
        $0.protocolName = name
        $0.faults = ["clock", "kill", "partition"]
        $0.durationNanoseconds = 4_000_000_000
        if name == "raft" { $0.knobs = ["reads=index", "compaction=60"] }
        $0.hits.clockShiftNanoseconds = seed % 2 == 0 ? 30_000_000_000 : 40_000_000
      }
      let plan = Swarm.draw(seed, from: campaign.plan, fixed: [.faults, .hits])
      let result = campaign.result(of: plan, keeps: true)
      #expect(!result.isFailing, "seed \(seed): \(result.words)")
      #expect(result.run.ok > 10, "seed \(seed) made no progress")
      verified += try Self.words(of: result.run).count { $0 == "verified-clock" }
    }
    #expect(verified > trials(12))
  }

  /// Each clock within a twentieth: that is what a lease allows for.
  @Test func leasesHoldWithinTheirAssumption() throws {
    var made = 0
    for seed in 1...UInt64(trials(12)) {
      let run = try Simulated.run {
        $0.seed = seed
        $0.nodes = seed % 2 == 0 ? 3 : 5
        $0.faults = ["clock", "kill", "partition", "pause"]
        $0.knobs = ["reads=lease"]
        $0.hits.clockShiftNanoseconds = 0
        $0.hits.clockRate = 1.05
      }
      try run.plan.validate()
      #expect(run.breached == nil && run.stuck == [], "seed \(seed)")
      #expect(FrontierOracle.violations(in: try SeenOperation.all(of: run)) == [], "seed \(seed)")
      made += try Self.words(of: run).count { $0 == "verified-clock" }
    }
    #expect(made > trials(6))
  }

  /// The leader is cut off with a lease that its clock lets last too long, or the others believe
  /// that their time has come.
  private static func plan(_ seed: UInt64, _ reads: String, jumps: Bool) -> Plan {
    Simulated.plan {
      $0.seed = seed
      $0.knobs = ["reads=\(reads)"]
      $0.keys = 2
      $0.rate = 400
      $0.hits.clockShiftNanoseconds = jumps ? 30_000_000_000 : 0
      $0.hits.clockRate = jumps ? 1 : 5
      let cut = ScheduledFault(
        number: 1, family: "partition", startNanoseconds: 600_000_000,
        stopNanoseconds: 1_600_000_000, target: nil, partition: .isolateLeader, seed: seed)
      let clocks = ScheduledFault(
        number: 2, family: "clock", startNanoseconds: 601_000_000,
        stopNanoseconds: 1_900_000_000, target: jumps ? .majority : .leader, partition: nil,
        seed: seed)
      $0.schedule = [cut, clocks]
    }
  }

  @Test(arguments: [false, true])
  func otherClocksBreakLeasesAndNothingElse(jumps: Bool) throws {
    var stale: [UInt64] = []
    for seed in 1...30 as ClosedRange<UInt64> where stale.isEmpty {
      let run = try Simulator.run(Self.plan(seed, "lease", jumps: jumps))
      if FrontierOracle.violations(in: try SeenOperation.all(of: run)) != [] { stale.append(seed) }
    }
    let seed = try #require(stale.first)
    let run = try Simulator.run(Self.plan(seed, "index", jumps: jumps))
    #expect(FrontierOracle.violations(in: try SeenOperation.all(of: run)) == [], "seed \(seed)")
    #expect(run.stuck == [] && run.breached == nil)
  }

  @Test func thePlanIsRepeatedByteForByte() throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let plan = Swarm.draw(
        seed, from: Simulated.plan { $0.faults = ["clock", "kill", "partition"] }, fixed: .faults)
      let run = try Simulator.run(plan)
      #expect(run.isSame(as: try Simulator.run(plan)))
      #expect(try Simulator.run(plan, recording: MessageRecording()).isSame(as: run))
      let read = try Plan(reading: Array(plan.json5.utf8), file: "p")
      #expect(read.hits == plan.hits && read.knobs == plan.knobs)
    }
  }

  /// A swarm gives clocks to leases that leases allow for, and such leases to clocks of the user's.
  @Test func aSwarmNeverBreaksALeaseByAClock() throws {
    var leases = 0
    var shifts = 0
    for seed in 1...300 as ClosedRange<UInt64> {
      for fixed in [[], .hits] as [Swarm.Fixed] {
        let base = Simulated.plan { $0.faults = ["clock", "kill"] }
        let plan = Swarm.draw(seed, from: base, fixed: fixed)
        try plan.validate()
        guard plan.faults.contains("clock") else { continue }
        let hasLease = plan.knobs.contains("reads=lease")
        if hasLease { leases += 1 }
        if plan.hits.clockShiftNanoseconds > 0 { shifts += 1 }
        #expect(!hasLease || fixed == [] && plan.hits.clockRate <= 1.05)
      }
    }
    #expect(leases > 20 && shifts > 200)
  }

  /// The history and the evidence have the words that they have of real clocks.
  @Test func theHistorySaysWhatWasDone() throws {
    let run = try Simulated.run {
      $0.faults = ["clock"]
      $0.targets = [.majority]
    }
    #expect(run.faultsVerified == run.faultsMade && run.faultsMade > 2)
    let lines = try run.faults.split(separator: 0x0A).map { try JSONParser.parse($0) }
    let planned = lines.filter { $0["step"] == "planned" }
    #expect(planned.allSatisfy { $0["jump"] != nil || $0["rate"] != nil })
    let evidence = lines.filter { $0["step"] == "verified" }.compactMap {
      $0["evidence"]?["offNanoseconds"]?.array?.compactMap(\.integer)
    }
    #expect(evidence.count == run.faultsMade)
    for (plan, shifts) in zip(planned, evidence) {
      #expect(shifts.count == 3)
      guard let jump = plan["jump"]?.string else { continue }
      let isBack = jump.hasPrefix("-")
      #expect(shifts.allSatisfy { $0 == (isBack ? -30_000_000_000 : 30_000_000_000) }, "\(jump)")
    }
    let words = try Self.words(of: run)
    for word in ["start-clock", "verified-clock", "stop-clock"] { #expect(words.contains(word)) }
  }

  /// What the faults' entries of a history are called.
  private static func words(of run: SimulatedRun) throws -> [String] {
    try run.history.split(separator: 0x0A).compactMap {
      let line = try JSONParser.parse($0)
      return line["process"] == "nemesis" ? line["f"]?.string : nil
    }
  }
}
