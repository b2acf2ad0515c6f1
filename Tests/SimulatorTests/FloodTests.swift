import Base
import Experiments
import Protocols
import Testing

@testable import Simulator

/// Nodes that say more the more they hear: each message begets so many.
private protocol Manners: Sendable {
  static var answers: Int { get }
}

private enum Multiplying: Manners { static let answers = 2 }
private enum Repeating: Manners { static let answers = 1 }

/// Answers everything that peers say, and no client.
private struct ChattyNode<Style: Manners>: ProtocolNode {
  typealias Message = RaftMessage
  typealias Timer = RaftNode.Timer

  struct Safety: SafetyInvariants {
    struct Nothing: Sendable {}
    func glance(at node: ChattyNode) -> Nothing { Nothing() }
    func kind(of node: ChattyNode) -> UInt64 { 1 }
    func news(of node: ChattyNode, since before: Nothing) -> Nothing? { nil }
    mutating func check(_ news: Nothing) -> Breach? { nil }
  }

  private let peers: [String]

  init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure) {
    peers = setup.members.filter { $0 != setup.name }
  }

  mutating func receive(_ input: Input, at now: Int64) -> [Effect] {
    let word = RaftMessage.vote(term: 1, isGranted: true, isPreVote: false)
    switch input {
    case .start: return peers.map { .send(to: $0, word) }
    case .message(let sender, _):
      return Array(repeating: .send(to: sender, word), count: Style.answers)
    case .request, .ask, .timer: return []
    }
  }
}

struct FloodTests {
  private static var plan: Plan {
    Simulated.plan {
      $0.faults = []
      $0.nodes = 3
      $0.recoveryLimitNanoseconds = 1_000_000_000
    }
  }

  /// The run ends, and says why, in place of taking all time and memory.
  @Test func whatMultipliesWithoutEndIsStuck() throws {
    let run = try Simulator.run(Self.plan, ChattyNode<Multiplying>.self)
    #expect(run.stuck == ["n1", "n2", "n3"])
    let words = try #require(run.shortcomings.first { $0.hasPrefix("messages multiply: ") })
    #expect(words.contains(" are under way, and "))
  }

  /// Who only keeps talking is not stopped for that.
  @Test func whatGoesOnIsNot() throws {
    let run = try Simulator.run(Self.plan, ChattyNode<Repeating>.self)
    #expect(!run.shortcomings.contains { $0.hasPrefix("messages multiply") })
    #expect(run.deliveries > 1_000)
  }
}
