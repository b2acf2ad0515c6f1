import Base
import Experiments
import Testing

@testable import Simulator

/// The parts of the world.
struct WorldTests {
  /// A crash in the middle of a sync leaves a prefix of what was written, never a hole.
  @Test func aDiskLosesOnlyTheEnd() {
    var random = SplitMix64(seed: 1)
    var lengths: Set<Int> = []
    for _ in 0..<200 {
      var disk = SimulatedDisk()
      disk.append([1])
      disk.sync()
      for byte in 2...5 as ClosedRange<UInt8> { disk.append([byte]) }
      let lost = disk.lose(&random)
      #expect(disk.records == (1...UInt8(5 - lost)).map { [$0] })
      #expect(!disk.isDirty)
      lengths.insert(disk.records.count)
    }
    #expect(lengths == [1, 2, 3, 4, 5])
  }

  @Test func recordsAreReplacedAllOrNot() {
    var random = SplitMix64(seed: 1)
    var kinds: Set<[[UInt8]]> = []
    for _ in 0..<100 {
      var disk = SimulatedDisk()
      disk.append([1])
      disk.append([2])
      disk.sync()
      disk.replace([[9]])
      _ = disk.lose(&random)
      kinds.insert(disk.records)
    }
    #expect(kinds == [[[1], [2]], [[9]]])
  }

  /// What the user said himself is not drawn.
  @Test func aSwarmLeavesAloneWhatIsFixed() {
    let base = Simulated.plan {
      $0.nodes = 4
      $0.clients = 3
      $0.faults = ["kill"]
      $0.rate = 77
    }
    var clients: Set<Int> = []
    for seed in 1...50 as ClosedRange<UInt64> {
      let plan = Swarm.draw(seed, from: base, fixed: [.nodes, .faults, .rate])
      #expect(plan.nodes == 4 && plan.faults == ["kill"] && plan.rate == 77)
      #expect(plan.seed == seed)
      clients.insert(plan.clients)
    }
    #expect(clients.count > 5)
  }

  /// A script names nodes, clients and keys, so these are not drawn.
  @Test func aSwarmLeavesAloneWhatAScriptNames() throws {
    let base = Simulated.plan {
      $0.script = [
        ScriptedOperation(at: 5, client: 9, node: 4, key: 4, function: "read", value: .null)
      ]
    }
    for seed in 1...30 as ClosedRange<UInt64> {
      let plan = Swarm.draw(seed, from: base)
      try plan.validate()
      #expect(plan.nodes == 5 && plan.clients == 10 && plan.keys == 5)
    }
  }

  /// Every drawn plan can be carried out.
  @Test func everyDrawnPlanIsPossible() throws {
    for seed in 1...300 as ClosedRange<UInt64> {
      for duration in [500_000_000, 10_000_000_000] as [Int64] {
        try Swarm.draw(seed, from: Simulated.plan { $0.durationNanoseconds = duration }).validate()
      }
    }
  }

  /// Nodes that cannot answer although all is healed are told: without a majority nobody leads.
  @Test func whoIsStuckIsTold() throws {
    let run = try Simulator.run(Simulated.plan { $0.recoveryLimitNanoseconds = 1_000 })
    #expect(run.stuck == ["n1", "n2", "n3", "n4", "n5"])
    var result = Simulated.campaign().result(of: 1)
    result.note(run, Judgement())
    #expect(result.witnesses == [.liveness])
  }
}
