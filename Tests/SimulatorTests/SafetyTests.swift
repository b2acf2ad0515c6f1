import Base
import Experiments
import Protocols
import TestSupport
import Testing

@testable import Simulator

/// Clusters in virtual time under faults: the correct protocols keep every promise on every seed,
/// and every named bug breaks one that somebody sees.
struct SafetyTests {
  /// Without a mix of its own a seed has every fault; who judges shares nothing with the product.
  @Test(arguments: [
    ("raft", 3, 13, ["compaction=60"]), ("raft", 5, 13, ["compaction=60"]),
    ("raft", 3, 13, ["compaction=60", "reads=lease"]), ("raft", 5, 13, ["reads=lease"]),
    ("quorum-register", 3, 6, []), ("paxos", 3, 6, []), ("paxos", 5, 6, ["learning=set"]),
    ("paxos", 5, 6, ["one-round=off", "learning=distinguished"]),
  ])
  func correctProtocolsAreSafeUnderEveryFault(
    _ name: String, _ nodes: Int, _ seeds: Int, _ knobs: [String]
  ) throws {
    for seed in 1...UInt64(trials(seeds)) {
      let run = try Simulated.run {
        $0.protocolName = name
        $0.nodes = nodes
        $0.seed = seed
        $0.knobs = knobs
      }
      #expect(run.breached == nil, "seed \(seed)")
      #expect(run.stuck == [], "seed \(seed)")
      #expect(FrontierOracle.violations(in: try SeenOperation.all(of: run)) == [], "seed \(seed)")
      #expect(run.ok > 50, "seed \(seed) made no progress")
    }
  }

  @Test(arguments: Protocols.all.map(\.name))
  func swarmsOfCorrectProtocolsKeepEveryPromise(_ name: String) throws {
    let campaign = Simulated.campaign { $0.protocolName = name }
    for seed in 1...UInt64(trials(10)) {
      let result = campaign.result(of: seed)
      #expect(!result.isFailing, "seed \(seed): \(result.words)")
      #expect(result.run.ok > 10, "seed \(seed) made no progress")
      #expect(result.run.faultsMade == 0 || result.run.faultsVerified > 0, "seed \(seed)")
    }
  }

  /// An entry of an earlier term that was committed in a later one: whoever is elected late, in a
  /// term between the two, may lack it.
  @Test func whoIsElectedAfterHisSuccessorNeedNotHaveWhatThatOneCommitted() throws {
    let run = try Simulator.run(Swarm.draw(7046, from: .simulated))
    #expect(run.breached == nil && run.ok > 100)
  }

  @Test(arguments: Protocols.all.filter(\.hasVotes).map(\.name))
  func unevenVotesAreQuorumsToo(_ name: String) throws {
    let campaign = Simulated.campaign {
      $0.protocolName = name
      $0.nodes = 4
      $0.votes = "3,1,1,0"
    }
    for seed in 1...10 as ClosedRange<UInt64> {
      let result = campaign.result(of: seed)
      #expect(!result.isFailing, "seed \(seed): \(result.words)")
    }
  }

  /// A node that ends while its disk syncs may have forgotten what nobody has heard of: the same
  /// place of a log, or the same time stamp, then stands for something else.
  @Test(arguments: [("raft", 1), ("raft", 3), ("quorum-register", 3), ("paxos", 3)])
  func whatNeverBecameDurableNeverHappened(_ name: String, _ nodes: Int) throws {
    var lost = 0
    for seed in 1...12 as ClosedRange<UInt64> {
      let run = try Simulated.run {
        $0.protocolName = name
        $0.nodes = nodes
        $0.seed = seed
        $0.faults = ["kill", "slow-disk"]
      }
      #expect(run.breached == nil, "seed \(seed)")
      lost += run.lostWrites
    }
    #expect(lost > 0)
  }

  private static let bugs = Protocols.all.flatMap { row in
    row.bugs.filter { !$0.isRare }.map { (row.name, $0.name) }
  }

  /// Clients see each of those that are not rare; what only the nodes' own state shows is not
  /// enough.
  @Test(arguments: bugs) func clientsSeeEveryBug(_ name: String, _ bug: String) throws {
    let campaign = Simulated.campaign {
      $0.protocolName = name
      $0.bugs = [bug]
      $0.durationNanoseconds = 4_000_000_000
    }
    let most: UInt64 = name == "quorum-register" ? 20 : 60
    let seen = (1...most).lazy.map { campaign.result(of: $0) }
      .first { $0.witnesses.contains(.clients) }
    let run = try #require(seen?.run, "\(bug) was not seen within \(most) seeds")
    #expect(FrontierOracle.violations(in: try SeenOperation.all(of: run)) != [])
  }

  /// The bugs that break what a protocol's paper promises are seen inside as well, by the property
  /// that they are about.
  @Test(arguments: [
    ("raft", "lost-log", ["leader completeness", "state machine safety", "log matching"]),
    ("raft", "forgets-vote", ["election safety"]),
    ("raft", "acks-before-quorum", ["leader completeness", "state machine safety"]),
    ("paxos", "ignores-promise", ["promises are kept", "agreement"]),
    ("paxos", "forgets-promise", ["promises are kept", "agreement", "one value a ballot"]),
    ("paxos", "drops-promise", ["promises are kept", "agreement"]),
    ("paxos", "counts-old-promises", ["agreement"]), ("paxos", "own-value", ["agreement"]),
  ])
  func invariantsSeeWhatTheyAreAbout(
    _ name: String, _ bug: String, _ invariants: [String]
  ) throws {
    let campaign = Simulated.campaign {
      $0.protocolName = name
      $0.bugs = [bug]
      $0.durationNanoseconds = 4_000_000_000
    }
    let broken = (1...80 as ClosedRange<UInt64>).lazy
      .compactMap { campaign.result(of: $0).run.breached?.breach.invariant }.first
    #expect(broken.map(invariants.contains) == true, "\(broken ?? "none") within 80 seeds")
  }

  /// Snapshots, truncated logs, lost elections: the seeds of a small campaign take every rare
  /// branch that the protocol names.
  @Test(arguments: ["raft", "paxos"]) func rareBranchesAreTaken(_ name: String) throws {
    let campaign = Simulated.campaign {
      $0.protocolName = name
      $0.durationNanoseconds = 3_000_000_000
    }
    var report = CampaignReport(campaign.plan)
    campaign.run(from: 1, count: 60) { result in
      report.take(result)
      return !report.neverReached.isEmpty
    }
    #expect(report.neverReached == [])
  }
}
