import Base
import Testing

@testable import Protocols

/// Moments of a quorum register that cannot be, and their neighbours that can.
struct QuorumRegisterCutTests {
  private static func state(_ timestamp: Int64, _ value: JSON = 1) -> Versioned {
    Versioned(version: RegisterVersion(timestamp: timestamp, writer: 0), value: value)
  }

  private static func member(
    _ place: Int, _ kept: Versioned? = nil, _ operations: [QuorumRegisterView.Operation] = []
  ) -> QuorumRegisterView {
    QuorumRegisterView(
      name: "n\(place + 1)", kept: kept.map { ["\"x\"": $0] } ?? [:], operations: operations)
  }

  private static func store(
    _ state: Versioned, keepers: [Int] = [], isStoring: Bool = true
  ) -> QuorumRegisterView.Operation {
    .init(number: 5, key: "\"x\"", latest: state, isStoring: isStoring, keepers: keepers)
  }

  /// The invariant that two members, and messages from the first to the second, break.
  private static func broken(
    _ members: [QuorumRegisterView], _ messages: [QuorumRegisterMessage] = []
  ) -> String? {
    let underWay = messages.map {
      GlobalState<QuorumRegisterNode>.UnderWay(from: 0, to: 1, message: $0)
    }
    let found = QuorumRegisterSafety().breach(in: .init(nodes: members, underWay: underWay))
    // What live members say of themselves says the same.
    let told = members.compactMap { try? QuorumRegisterView(reading: $0.json) }
    #expect(QuorumRegisterSafety().breach(in: .init(nodes: told, underWay: underWay)) == found)
    return found?.invariant
  }

  @Test func aVersionStandsForOneValueUnderWayToo() {
    let first = Self.member(0, Self.state(3))
    #expect(Self.broken([first, Self.member(1, Self.state(3))]) == nil)
    #expect(Self.broken([first, Self.member(1, Self.state(4, 2))]) == nil)
    let invariant = "one value a version"
    #expect(Self.broken([first, Self.member(1, Self.state(3, 2))]) == invariant)
    let told = Self.member(1, nil, [Self.store(Self.state(3, 2), isStoring: false)])
    #expect(Self.broken([first, told]) == invariant)
    for message in [
      QuorumRegisterMessage.state(operation: 1, Self.state(3, 2)),
      .store(operation: 1, key: "x", Self.state(3, 2)),
    ] { #expect(Self.broken([first, Self.member(1)], [message]) == invariant) }
    let nothing = QuorumRegisterMessage.state(operation: 1, .none)
    #expect(Self.broken([first, Self.member(1)], [nothing, nothing]) == nil)
  }

  @Test func whoSaidThatHeKeepsSomethingDoes() {
    let invariant = "what is acknowledged is kept"
    let asks = Self.member(1, Self.state(3), [Self.store(Self.state(3), keepers: [0, 1])])
    #expect(Self.broken([Self.member(0, Self.state(3)), asks]) == nil)
    #expect(Self.broken([Self.member(0, Self.state(4, 2)), asks]) == nil)
    #expect(Self.broken([Self.member(0, Self.state(2, 2)), asks]) == invariant)
    #expect(Self.broken([Self.member(0), asks]) == invariant)
    // The same while the word is under way; a word of another operation says nothing.
    let waits = Self.member(1, Self.state(3), [Self.store(Self.state(3), keepers: [1])])
    #expect(Self.broken([Self.member(0), waits]) == nil)
    #expect(Self.broken([Self.member(0), waits], [.stored(operation: 5)]) == invariant)
    #expect(Self.broken([Self.member(0, Self.state(3)), waits], [.stored(operation: 5)]) == nil)
    #expect(Self.broken([Self.member(0), waits], [.stored(operation: 4)]) == nil)
  }

  /// What a cut keeps is what the member is.
  @Test func aViewIsOfTheMember() throws {
    var node = try QuorumRegisterNode(
      NodeSetup(name: "n1", members: ["n1", "n2", "n3"], seed: 1), recovering: [])
    let write = ClientRequest(client: "c1", id: 1, operation: .write(key: "x", value: 7))
    _ = node.receive(.request(write), at: 0)
    #expect(QuorumRegisterSafety().view(of: node).operations.map(\.isStoring) == [false])
    _ = node.receive(.message(from: "n3", .state(operation: 1, .none)), at: 1)
    let view = QuorumRegisterSafety().view(of: node)
    let state = Versioned(version: RegisterVersion(timestamp: 1, writer: 0), value: 7)
    #expect(view.name == "n1" && view.kept == ["\"x\"": state])
    let operation = try #require(view.operations.first)
    #expect(operation.number == 1 && operation.key == "\"x\"" && operation.latest == state)
    #expect(operation.isStoring && operation.keepers == [0])
  }
}
