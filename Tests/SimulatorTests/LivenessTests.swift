import Base
import Experiments
import Protocols
import Testing

@testable import Simulator

/// Answers a client once every other node has answered: no harm, and no patience with anybody's
/// absence either.
private struct UnanimousNode: ProtocolNode {
  typealias Message = RaftMessage
  typealias Timer = RaftNode.Timer

  struct Safety: SafetyInvariants {
    struct Nothing: Sendable {}
    func glance(at node: UnanimousNode) -> Nothing { Nothing() }
    func kind(of node: UnanimousNode) -> UInt64 { 1 + UInt64(min(node.waiting.count, 3)) }
    func news(of node: UnanimousNode, since before: Nothing) -> Nothing? { nil }
    mutating func check(_ news: Nothing) -> Breach? { nil }
  }

  private let name: String
  private let peers: [String]
  private var round: Int64 = 0
  private var waiting: [Int64: (request: ClientRequest, missing: Set<String>)] = [:]

  init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure) {
    name = setup.name
    peers = setup.members.filter { $0 != setup.name }
  }

  mutating func receive(_ input: Input, at now: Int64) -> [Effect] {
    switch input {
    case .start, .ask, .timer: return []
    case .request(let request):
      round += 1
      waiting[round] = (request, Set(peers))
      let ask = RaftMessage.vote(term: round, isGranted: true, isPreVote: false)
      return peers.map { .send(to: $0, ask) }
    case .message(let sender, .vote(let term, _, _)):
      return [.send(to: sender, .appended(term: term, round: 0, match: 0))]
    case .message(let sender, .appended(let term, _, _)):
      waiting[term]?.missing.remove(sender)
      guard let (request, missing) = waiting[term], missing.isEmpty else { return [] }
      waiting[term] = nil
      let error = OperationResult.error(.keyDoesNotExist, text: "there are no keys")
      return [
        .reply(
          client: request.client, request: request.id,
          Reply(result: error, evidence: nil, node: name))
      ]
    case .message: return []
    }
  }
}

struct LivenessTests {
  private static func plan(_ faults: [String], _ seed: UInt64) -> Plan {
    Simulated.plan {
      $0.faults = faults
      $0.seed = seed
      $0.nodes = 3
      $0.mix = WorkloadMix()
      $0.mix.write = 0
      $0.mix.cas = 0
      $0.recoveryLimitNanoseconds = 2_000_000_000
    }
  }

  /// All answer once all is healed; while one is gone nobody does, although two of three are a
  /// quorum.
  @Test(arguments: ["kill", "pause", "partition"])
  func whoNeedsEverybodyIsStuckWithoutAMinority(_ fault: String) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let run = try Simulator.run(Self.plan([fault], seed), UnanimousNode.self)
      #expect(run.stuck.count == 2)
      let words = try #require(run.shortcomings.first)
      let struck = Set(["n1", "n2", "n3"]).subtracting(run.stuck).first ?? ""
      #expect(
        words == "no answer from \(run.stuck.joined(separator: ", ")) within 2 s, although only "
          + "\(struck) was struck (\(fault))")
      #expect(run.faultsVerified == run.faultsMade)
    }
  }

  /// Faults that do not single anybody out leave nobody to outlive.
  @Test func withoutSuchAFaultNothingMoreIsAsked() throws {
    let run = try Simulator.run(Self.plan(["delay"], 1), UnanimousNode.self)
    #expect(run.stuck == [] && run.shortcomings == [])
  }

  /// Votes that a minority holds may be needed: then nobody says that the cluster is stuck.
  @Test func whereTheRestIsNoQuorumNothingIsAsked() throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      var plan = Self.plan(["kill"], seed)
      plan.protocolName = "quorum-register"
      plan.votes = "3,1,1"
      let run = try Simulator.run(plan)
      #expect(run.stuck == [] && run.shortcomings == [], "seed \(seed)")
    }
  }
}
