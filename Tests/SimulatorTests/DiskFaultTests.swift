import Base
import Experiments
import Formats
import Histories
import Protocols
import TestSupport
import Testing

@testable import Simulator

/// Disks that are full, fail, or do not give back what was written.
struct DiskFaultTests {
  private static func events(_ run: SimulatedRun) throws -> [String] {
    try MessageLog(reading: run.messages, file: "m").entries.compactMap { entry in
      if case .happening(let happening) = entry { happening.event } else { nil }
    }
  }

  @Test func aDamagedRecordStaysUntilItIsRepaired() {
    var random = SplitMix64(seed: 1)
    var disk = SimulatedDisk()
    disk.rot(&random)
    #expect(disk.damaged == [])
    for byte in 1...4 as ClosedRange<UInt8> { disk.append([byte]) }
    disk.sync()
    disk.rot(&random)
    #expect(disk.damaged.count == 1)
    disk.append([5])
    disk.sync()
    #expect(disk.damaged.count == 1)
    disk.repair()
    #expect(disk.damaged == [] && disk.records == (1...5).map { [$0] })
    disk.rot(&random)
    disk.replace([[9]])
    #expect(disk.damaged.count == 1)
    disk.sync()
    #expect(disk.damaged == [])
    disk.rot(&random)
    disk.wipe()
    #expect(disk.damaged == [] && disk.records == [])
  }

  /// What it lands on is damaged, and so is its own place; alone it only leaves a hole.
  @Test func aStrayWriteDamagesTwoPlaces() {
    var random = SplitMix64(seed: 1)
    var hit: Set<Int> = []
    for _ in 0..<50 {
      var disk = SimulatedDisk()
      for byte in 1...3 as ClosedRange<UInt8> { disk.append([byte]) }
      disk.sync()
      disk.misdirect(&random)
      #expect(disk.damaged == [])
      disk.append([4])
      disk.append([5])
      disk.sync()
      #expect(disk.damaged.count == 2 && disk.damaged.contains(3))
      hit.formUnion(disk.damaged)
    }
    #expect(hit == [0, 1, 2, 3])
    var disk = SimulatedDisk()
    disk.misdirect(&random)
    disk.append([1])
    disk.sync()
    #expect(disk.damaged == [0])
    disk.repair()
    disk.misdirect(&random)
    disk.repair()
    disk.append([2])
    disk.sync()
    #expect(disk.damaged == [])
  }

  /// A node that does not start from damage has broken no promise, and comes back later.
  @Test(arguments: Protocols.all.map(\.name))
  func correctProtocolsAreSafeOnAnyDisk(_ name: String) throws {
    var verified: [String: Int] = [:]
    let faults = ["bit-rot", "misdirected-write", "disk-full", "fsync-error", "kill", "partition"]
    for seed in 1...UInt64(trials(12)) {
      let run = try Simulated.run {
        $0.protocolName = name
        $0.seed = seed
        $0.nodes = seed % 2 == 0 ? 3 : 5
        $0.faults = faults
        $0.durationNanoseconds = 4_000_000_000
      }
      #expect(run.breached == nil && run.stuck == [], "seed \(seed)")
      #expect(FrontierOracle.violations(in: try SeenOperation.all(of: run)) == [], "seed \(seed)")
      #expect(run.ok > 50, "seed \(seed) made no progress")
      for line in run.faults.split(separator: 0x0A) {
        let step = try JSONParser.parse(line)
        guard step["step"] == "verified", let fault = step["name"]?.string else { continue }
        verified[fault, default: 0] += 1
      }
    }
    for fault in faults { #expect(verified[fault, default: 0] > 2, "\(fault): \(verified)") }
  }

  /// The node says which record it is, stays down while the damage lasts and comes back after.
  @Test(arguments: ["bit-rot", "misdirected-write"])
  func aNodeDoesNotStartFromADamagedRecord(_ fault: String) throws {
    let plan = Simulated.plan {
      $0.schedule = [
        ScheduledFault(
          number: 1, family: fault, startNanoseconds: 500_000_000,
          stopNanoseconds: 1_500_000_000, target: .leader, partition: nil, seed: 1)
      ]
    }
    let run = try Simulator.run(plan, recording: MessageRecording())
    #expect(run.isSame(as: try Simulator.run(plan)))
    #expect(run.faultsMade == 1 && run.faultsVerified == 1 && run.stuck == [])
    let steps = try run.faults.split(separator: 0x0A).map { try JSONParser.parse($0) }
    let evidence = try #require(steps.first { $0["step"] == "verified" }?["evidence"])
    let refusal = try #require(evidence["refusedToStart"]?.array?.first)
    let node = try #require(refusal["node"]?.string)
    let record = try #require(refusal["record"]?.integer)
    let count = try #require(refusal["of"]?.integer)
    let entries = try MessageLog(reading: run.messages, file: "m").entries
    let happened = entries.compactMap { entry -> MessageLog.Happening? in
      if case .happening(let happening) = entry, happening.node == node { happening } else { nil }
    }
    let words = "does not start: record \(record) of \(count) is damaged"
    let place = try #require(happened.firstIndex { $0.event == words })
    #expect(happened[place].state == .down)
    let back = try #require(happened[place...].first { $0.state == .up })
    #expect(back.time - happened[place].time > 500_000_000)
    #expect(back.event == "started with \(count) records on its disk")
    let isAstray = happened.contains { $0.event == "a write landed on another record" }
    #expect(isAstray == (fault == "misdirected-write"))
  }

  /// As a live node does: it ends when it cannot write, and is started when it can.
  @Test(arguments: [
    ("disk-full", "ended: no space on its disk"), ("fsync-error", "ended: its disk failed to sync"),
  ])
  func aNodeEndsThatCannotWrite(_ fault: String, _ words: String) throws {
    let plan = Simulated.plan { $0.faults = [fault] }
    let run = try Simulator.run(plan, recording: MessageRecording())
    let events = try Self.events(run)
    #expect(events.contains(words) && !events.contains("killed"))
    #expect(run.faultsMade > 2 && run.faultsVerified == run.faultsMade)
    #expect(run.stuck == [] && run.lostWrites > 0)
    let starts = events.count { $0.hasPrefix("started with ") }
    #expect(starts == plan.nodes + events.count { $0 == words })
  }
}
