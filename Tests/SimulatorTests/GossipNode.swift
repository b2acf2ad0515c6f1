import Base
import Protocols

/// What a gossip says: the how-manieth word it is of its sender to its receiver.
struct GossipMessage: PeerMessage {
  static let types = ["gossip"]
  var number: Int64

  init(number: Int64) { self.number = number }

  init(body: JSON) throws(MalformedMessage) {
    guard let number = body["number"]?.integer else {
      throw MalformedMessage(type: "gossip", "gossip without a number")
    }
    self.number = number
  }

  var body: JSON { ["type": "gossip", "number": .integer(number)] }
}

/// Whether links may lose what they carry.
protocol GossipLinks: Sendable {
  static var areSafe: Bool { get }
}

enum SafeLinks: GossipLinks { static let areSafe = true }
enum LossyLinks: GossipLinks { static let areSafe = false }

/// A protocol that is the referee of cuts: what nodes remember is what they sent and took, so that
/// each cut shows whether it could have been. All of it is durable.
struct GossipNode<Links: GossipLinks>: ProtocolNode {
  typealias Message = GossipMessage
  enum Timer: Hashable, Sendable, CaseIterable { case talk }

  struct Memory: CutView {
    /// How many words were sent to each member, itself included.
    var sent: [Int64]
    /// The words that were taken from each.
    var taken: [[Int64]]

    init(sent: [Int64], taken: [[Int64]]) {
      self.sent = sent
      self.taken = taken
    }

    init(reading json: JSON) throws(MalformedMessage) {
      throw MalformedMessage(type: "gossip", "memories stay in the simulator")
    }

    var json: JSON { .null }
  }

  struct Safety: SafetyInvariants {
    struct Nothing: Sendable {}
    func glance(at node: GossipNode) -> Nothing { Nothing() }
    func kind(of node: GossipNode) -> UInt64 { 1 }
    func news(of node: GossipNode, since before: Nothing) -> Nothing? { nil }
    mutating func check(_ news: Nothing) -> Breach? { nil }
    func view(of node: GossipNode) -> Memory { node.memory }

    func breach(in cut: GlobalState<GossipNode>) -> Breach? {
      for (from, sender) in cut.nodes.enumerated() {
        for (to, receiver) in cut.nodes.enumerated() {
          let taken = receiver.taken[from]
          let underWay = cut.underWay.filter { $0.from == from && $0.to == to }
            .map(\.message.number)
          if let early = (taken + underWay).first(where: { $0 > sender.sent[to] }) {
            return Breach("consistency", "word \(early) from \(from) to \(to) was not sent yet")
          }
          let known = Set(taken)
          let missing = (0..<sender.sent[to]).map { $0 + 1 }.filter { !known.contains($0) }
          let isExact =
            Links.areSafe
            ? underWay == missing
            : underWay == missing.filter { underWay.contains($0) }
          if !isExact {
            return Breach("exactness", "\(underWay) under way from \(from) to \(to), \(missing)")
          }
        }
      }
      return nil
    }
  }

  private let members: [String]
  private(set) var memory: Memory
  private var random: SplitMix64

  init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure) {
    members = setup.members
    random = SplitMix64(seed: setup.seed)
    memory = Memory(
      sent: Array(repeating: 0, count: members.count),
      taken: Array(repeating: [], count: members.count))
    for record in records {
      let words = String(decoding: record, as: UTF8.self).split(separator: " ")
      let peer = Int(words[1]) ?? 0
      let number = Int64(words[2]) ?? 0
      if words[0] == "sent" {
        memory.sent[peer] = number
      } else {
        memory.taken[peer].append(number)
      }
    }
  }

  mutating func receive(_ input: Input, at now: Int64) -> [Effect] {
    switch input {
    case .start:
      // What is said before everybody is up is lost.
      return [.setTimer(.talk, afterNanoseconds: 30_000_000)]
    case .timer:
      let words = talk() + (random.chance(0.5) ? talk() : [])
      return words + [.setTimer(.talk, afterNanoseconds: 1_000_000)]
    case .message(let sender, let message):
      let peer = members.firstIndex(of: sender) ?? 0
      memory.taken[peer].append(message.number)
      return [.persist(Array("taken \(peer) \(message.number)".utf8))]
        + (random.chance(0.2) ? talk() : [])
    case .request, .ask: return []
    }
  }

  private mutating func talk() -> [Effect] {
    let peer = random.draw(0..<members.count)
    memory.sent[peer] += 1
    return [
      .persist(Array("sent \(peer) \(memory.sent[peer])".utf8)),
      .send(to: members[peer], GossipMessage(number: memory.sent[peer])),
    ]
  }
}
