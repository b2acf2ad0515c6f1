import Base
import Experiments
import Protocols
import Testing

@testable import Simulator

/// How a Raft from outside the house is configured.
private protocol RaftSize: Sendable {
  static func configuration(_ setup: NodeSetup) throws(Failure) -> RaftConfiguration
}

private enum UsualSize: RaftSize {
  static func configuration(_ setup: NodeSetup) throws(Failure) -> RaftConfiguration {
    try RaftConfiguration(knobs: setup.knobs)
  }
}

/// Little room: clients' results are forgotten, and snapshots are taken, all the time.
private enum CrampedSize: RaftSize {
  static func configuration(_ setup: NodeSetup) throws(Failure) -> RaftConfiguration {
    var configuration = RaftConfiguration()
    configuration.compactionThreshold = 60
    configuration.maximumSessions = 8
    return configuration
  }
}

/// A protocol from outside the house: Raft whose messages travel as JSON, as between processes.
private struct TravellingRaft<Size: RaftSize>: ProtocolNode {
  typealias Message = RaftMessage
  typealias Timer = RaftNode.Timer

  struct Safety: SafetyInvariants {
    private var inner = RaftSafety()
    func glance(at node: TravellingRaft) -> RaftSafety.Glance { inner.glance(at: node.inner) }
    func kind(of node: TravellingRaft) -> UInt64 { inner.kind(of: node.inner) }
    enum News: Sendable {
      case damage(String)
      case step(RaftSafety.News)
    }
    func news(of node: TravellingRaft, since before: RaftSafety.Glance) -> News? {
      if let damage = node.damage { return .damage(damage) }
      return inner.news(of: node.inner, since: before).map { .step($0) }
    }
    mutating func check(_ news: News) -> Breach? {
      switch news {
      case .damage(let message): Breach("a message survives its way", message)
      case .step(let news): inner.check(news)
      }
    }
  }

  var inner: RaftNode
  var damage: String?

  init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure) {
    inner = try RaftNode(
      setup, configuration: try Size.configuration(setup), recovering: records)
  }

  mutating func receive(_ input: Input, at now: Int64) -> [Effect] {
    guard case .message(let sender, let message) = input else {
      return inner.receive(input, at: now)
    }
    guard let json = try? JSONParser.parse(message.body.description),
      let read = try? RaftMessage(body: json), read == message
    else {
      damage = "\(message)"
      return []
    }
    return inner.receive(.message(from: sender, read), at: now)
  }
}

struct OutsideProtocolTests {
  /// A protocol that the simulator has never heard of does what it does elsewhere, and its own
  /// invariants are looked at.
  @Test func anyNodeIsSimulatedAsItIs() throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let plan = Swarm.draw(seed, from: Simulated.plan())
      let known = try Simulator.run(plan)
      let travelled = try Simulator.run(plan, TravellingRaft<UsualSize>.self)
      #expect(travelled.breached == nil)
      #expect(travelled.fingerprint == known.fingerprint)
    }
  }

  @Test func aCorrectClusterWithLittleRoomIsSafe() throws {
    for seed in 1_000..<1_006 as Range<UInt64> {
      let run = try Simulator.run(
        Simulated.plan { $0.seed = seed }, TravellingRaft<CrampedSize>.self)
      #expect(run.breached == nil)
      #expect(run.reached["snapshot-taken"] ?? 0 > 0)
      #expect(FrontierOracle.violations(in: try SeenOperation.all(of: run)) == [], "seed \(seed)")
    }
  }
}
