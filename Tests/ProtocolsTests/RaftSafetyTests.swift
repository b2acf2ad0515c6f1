import Base
import Foundation
import Testing

@testable import Protocols

struct RaftSafetyTests {
  @Test func explore() throws {
    let bug = ProcessInfo.processInfo.environment["BUG"] ?? ""
    let seeds = Int(ProcessInfo.processInfo.environment["SEEDS"] ?? "5") ?? 5
    var options = World.Options()
    options.seconds = Double(ProcessInfo.processInfo.environment["SECONDS"] ?? "3") ?? 3
    if ProcessInfo.processInfo.environment["LIVE"] != nil {
      options.clients = 10
      options.keys = 5
      options.thinkNanoseconds = 10_000_000
      options.faultIntervalNanoseconds = 1_000_000_000
    }
    options.overlaps = ProcessInfo.processInfo.environment["OVERLAPS"] != nil
    options.bugs = bug.isEmpty ? [] : [bug]
    for seed in 0..<seeds {
      var world = try World(seed: UInt64(seed), options)
      try world.run()
      let violations = FrontierOracle.violations(in: world.history)
      print(
        "seed", seed, "ops", world.history.operations.count, "ok", world.history.completed,
        "unknown", world.history.operations.count { $0.outcome == .unknown }, "steps", world.steps,
        "term", world.hosts.compactMap { $0.node?.term }.max() ?? 0, "commit",
        world.hosts.compactMap { $0.node?.commit }.max() ?? 0,
        world.invariants.broken, "keys", violations)
    }
  }
}
