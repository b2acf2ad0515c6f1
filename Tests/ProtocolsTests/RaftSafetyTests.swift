import Base
import Testing

@testable import Protocols

/// Clusters in virtual time under faults: the correct protocol keeps every property on every seed,
/// and every named bug breaks one that clients can see.
struct RaftSafetyTests {
  private func run(_ seed: UInt64, _ options: World.Options) throws -> World {
    var world = try World(seed: seed, options)
    try world.run()
    return world
  }

  /// What is wrong with a run: broken invariants, and keys whose history is not linearizable.
  private func faults(of world: World) -> [String] {
    world.invariants.broken
      + FrontierOracle.violations(in: world.history).map { "k\($0) is not linearizable" }
  }

  @Test(arguments: [3, 5])
  func correctClusterIsSafeUnderEveryFault(nodes: Int) throws {
    var options = World.Options()
    options.nodes = nodes
    options.seconds = 2.6
    options.configuration.compactionThreshold = 60
    for seed in 0..<50 as Range<UInt64> {
      options.overlaps = seed % 2 == 0
      let world = try run(seed, options)
      #expect(faults(of: world) == [], "seed \(seed)")
      #expect(world.history.completed > 50, "seed \(seed) made no progress")
    }
  }

  @Test func correctClusterIsSafeWhenMessagesTravelAsJSON() throws {
    var options = World.Options()
    options.travelsAsJSON = true
    options.seconds = 2
    options.configuration.compactionThreshold = 60
    options.configuration.maximumSessions = 8
    for seed in 1_000..<1_006 as Range<UInt64> {
      #expect(faults(of: try run(seed, options)) == [], "seed \(seed)")
    }
  }

  @Test func equalSeedsGiveEqualRuns() throws {
    let first = try run(7, World.Options())
    let second = try run(7, World.Options())
    let other = try run(8, World.Options())
    #expect(first.digest == second.digest)
    #expect(first.steps == second.steps)
    #expect(first.digest != other.digest)
  }

  @Test(arguments: RaftBug.allCases)
  func everyBugIsCaught(bug: RaftBug) throws {
    var options = World.Options()
    options.bugs = [bug.rawValue]
    options.clients = 10
    options.seconds = 4
    options.overlaps = true
    for seed in 0..<60 as Range<UInt64> {
      let world = try run(seed, options)
      // Why: two leaders of a term show in the cluster long before they show to a client.
      let broken =
        bug == .forgetsVote
        ? world.invariants.broken.filter { $0.hasPrefix("election safety") }
        : FrontierOracle.violations(in: world.history).map { "k\($0)" }
      if !broken.isEmpty { return }
    }
    Issue.record("\(bug.rawValue) was not caught within 60 seeds")
  }

  /// The evidence alone proves the order: revisions respect real time, and replaying the log by
  /// revision gives every answer.
  @Test func evidenceOfAnswersIsTrue() throws {
    for seed in 0..<12 as Range<UInt64> {
      let world = try run(seed, World.Options())
      let answered = world.history.operations.filter { $0.outcome == .ok }
      var latest: Int64 = 0
      var ends: [(time: Int64, revision: Int64)] = []
      for operation in answered {
        let evidence = try #require(operation.evidence)
        #expect(evidence.acks.isEmpty || evidence.acks.count >= 3)
        #expect(evidence.acks.isEmpty || evidence.leader.map(evidence.acks.contains) == true)
        ends.append((operation.completedAt, evidence.revision))
      }
      ends.sort { ($0.time, $0.revision) < ($1.time, $1.revision) }
      var next = 0
      for operation in answered {
        while next < ends.count, ends[next].time < operation.invokedAt {
          latest = max(latest, ends[next].revision)
          next += 1
        }
        // Why: what ended before this began is in the log before it.
        #expect((operation.evidence?.revision ?? 0) >= latest, "seed \(seed)")
      }
    }
  }
}
