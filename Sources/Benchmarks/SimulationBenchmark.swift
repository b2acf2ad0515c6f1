import Base
import Experiments
import Simulator

/// How fast virtual time goes, on one core, by the processor's clock.
enum SimulationBenchmark {
  static func run(_ suite: Suite) throws -> [Measurement] {
    var busy = Plan.simulated
    busy.rate = 0
    busy.faults = []
    busy.durationNanoseconds = suite.isQuick ? 500_000_000 : 5_000_000_000
    let seeds = UInt64(suite.size(100))
    let swarm = (1...max(2, seeds)).map { Swarm.draw($0, from: .simulated) }
    return [
      try deliveries("simulated Raft, 5 nodes, 10 clients, no faults", [busy], suite),
      try deliveries("simulated Raft, swarm of \(swarm.count) seeds", swarm, suite),
      try steps(busy, suite),
    ]
  }

  /// The physical limit: what the nodes' own steps cost, and how many times that a run costs.
  private static func steps(_ plan: Plan, _ suite: Suite) throws -> Measurement {
    var whole = Int64.max
    var alone = Int64.max
    var count = 0
    for _ in 0..<suite.rounds {
      let start = Ruler.processorTime
      count = try Simulator.run(plan).deliveries
      whole = min(whole, Ruler.processorTime - start)
      alone = min(alone, try Simulator.steps(of: plan) { Ruler.processorTime }.took)
    }
    let seconds = Double(max(alone, 1)) / 1e9
    return Measurement(
      name: "a run of simulated Raft, in the time of its nodes' steps alone",
      value: Double(whole) / Double(max(alone, 1)), unit: "×",
      note: "the steps alone would be \(Int(Double(count) / seconds)) messages/s")
  }

  private static func deliveries(
    _ name: String, _ plans: [Plan], _ suite: Suite
  ) throws -> Measurement {
    var best = Int64.max
    var count = 0
    var operations = 0
    var seconds = 0.0
    for _ in 0..<suite.rounds {
      (count, operations, seconds) = (0, 0, 0)
      let start = Ruler.processorTime
      for plan in plans {
        let run = try Simulator.run(plan)
        count += run.deliveries
        operations += run.ok
        seconds += Double(run.nanoseconds) / 1e9
      }
      best = min(best, Ruler.processorTime - start)
    }
    let took = Double(max(best, 1)) / 1e9
    return Measurement(
      name: name, value: Double(count) / took, unit: "messages/s", bound: .atLeast(1_000_000),
      note: "\(operations) operations, \(Int(seconds / took)) virtual seconds in one of the "
        + "processor's, checking not included")
  }
}
