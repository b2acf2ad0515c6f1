import Base
import Testing

@testable import Protocols

/// Moments of Paxos that cannot be, and their neighbours that can.
struct PaxosCutTests {
  private static let early = Ballot(round: 1, proposer: 0)
  private static let late = Ballot(round: 2, proposer: 1)
  private static let instance = PaxosMessage.Instance(key: "x", version: 2)

  private static func chosen(_ value: JSON) -> Chosen {
    Chosen(version: 1, decree: Decree(value: value))
  }

  private static func node(
    _ place: Int, _ chosen: Chosen = chosen(1), promised: Ballot = .none,
    accepted: Accepted? = nil
  ) -> PaxosView {
    let register = PaxosNode.Register(
      key: "x", chosen: chosen, promised: promised, accepted: accepted)
    var view = PaxosView(of: bare)
    view.name = "n\(place + 1)"
    view.registers = [register]
    return view
  }

  // Why: a view is made of a node, or read.
  private static let bare: PaxosNode = {
    guard
      let node = try? PaxosNode(
        NodeSetup(name: "n1", members: ["n1", "n2"], seed: 1), recovering: [])
    else { preconditionFailure("a plain node can be made") }
    return node
  }()

  /// The invariant that two nodes, and messages from the first to the second, break.
  private static func broken(_ nodes: [PaxosView], _ messages: [PaxosMessage] = []) -> String? {
    let underWay = messages.map {
      GlobalState<PaxosNode>.UnderWay(from: 0, to: 1, message: $0)
    }
    let found = PaxosSafety().breach(in: .init(nodes: nodes, underWay: underWay))
    // What live nodes say of themselves says the same.
    let told = nodes.compactMap { try? PaxosView(reading: $0.json) }
    #expect(PaxosSafety().breach(in: .init(nodes: told, underWay: underWay)) == found)
    return found?.invariant
  }

  @Test func aVersionHasOneDecree() {
    #expect(Self.broken([Self.node(0), Self.node(1)]) == nil)
    #expect(Self.broken([Self.node(0), Self.node(1, Self.chosen(2))]) == "agreement")
    #expect(Self.broken([Self.node(0), Self.node(1, .none)]) == nil)
    for message in [
      PaxosMessage.learned(key: "x", Self.chosen(2)),
      .prepare(key: "x", base: Self.chosen(2), .none),
      .query(key: "x", base: Self.chosen(2), number: 1),
    ] { #expect(Self.broken([Self.node(0), Self.node(1)], [message]) == "agreement") }
  }

  @Test func aBallotHasOneValue() {
    let one = Accepted(ballot: Self.early, decree: Decree(value: 5))
    let other = Accepted(ballot: Self.early, decree: Decree(value: 6))
    let first = Self.node(0, promised: Self.early, accepted: one)
    #expect(Self.broken([first, Self.node(1, promised: Self.early, accepted: one)]) == nil)
    let second = Self.node(1, promised: Self.early, accepted: other)
    #expect(Self.broken([first, second]) == "one value a ballot")
    let proposes = PaxosMessage.accept(
      key: "x", base: Self.chosen(1), other, learners: [])
    #expect(Self.broken([first, Self.node(1)], [proposes]) == "one value a ballot")
  }

  @Test func whoSaidSomethingKeepsToIt() {
    let accepted = Accepted(ballot: Self.late, decree: Decree(value: 5))
    let says = PaxosMessage.accepted(Self.instance, accepted)
    let second = Self.node(1)
    #expect(
      Self.broken([Self.node(0, promised: Self.late, accepted: accepted), second], [says]) == nil)
    #expect(
      Self.broken([Self.node(0, promised: Self.late), second], [says])
        == "what is accepted is kept")
    // The version may be decided by now.
    let on = Self.node(0, Chosen(version: 2, decree: Decree(value: 5)), promised: Self.late)
    #expect(Self.broken([on, second], [says]) == nil)
    let promises = PaxosMessage.promise(Self.instance, Self.late, nil)
    #expect(Self.broken([Self.node(0, promised: Self.late), second], [promises]) == nil)
    #expect(
      Self.broken([Self.node(0, promised: Self.early), second], [promises])
        == "promises are kept")
  }
}
