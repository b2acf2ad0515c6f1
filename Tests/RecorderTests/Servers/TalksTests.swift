import Base
import Drivers
import Testing

@testable import Recorder

/// A session that answers reads at once, and anything else when nobody waits any more.
private struct HastySession: Session {
  mutating func ask(_ question: Question, _ effects: inout [SessionEffect]) {
    if case .read = question { effects.append(.answer(Answer(.refused("no connection")))) }
  }

  mutating func opened(_ endpoint: Endpoint, _ effects: inout [SessionEffect]) {}
  mutating func received(
    _ bytes: UnsafeRawBufferPointer, _ endpoint: Endpoint, _ effects: inout [SessionEffect]
  ) {}
  mutating func closed(
    _ endpoint: Endpoint, _ closure: Closure, _ effects: inout [SessionEffect]
  ) {}
  mutating func abandon(_ effects: inout [SessionEffect]) {
    effects.append(.answer(Answer(.refused("too late"))))
  }
}

/// The host of sessions: whose answer is whose.
struct TalksTests {
  private func talks() throws -> Talks {
    let talks = Talks(poller: try Poller()) { _ in "127.0.0.1" }
    for _ in 0..<2 { _ = talks.add(HastySession()) }
    return talks
  }

  @Test func anAnswerIsHeardOnce() throws {
    let talks = try talks()
    talks.ask(1, .read(key: "k"), at: 0)
    #expect(!talks.isAsking(1))
    let heard = talks.takeHeard()
    #expect(heard.map(\.talk) == [1])
    #expect(heard.map(\.answer) == [Answer(.refused("no connection"))])
    #expect(talks.takeHeard().isEmpty)
  }

  /// The answer of a question that was given up is nobody's, though it was there already: taken for
  /// that of the next, it would say of a write under way that it certainly did not happen.
  @Test func whatAnAbandonedQuestionWasAnsweredIsNotForTheNext() throws {
    let talks = try talks()
    talks.ask(0, .read(key: "k"), at: 0)
    talks.ask(1, .read(key: "k"), at: 0)
    talks.abandon(0)
    talks.ask(0, .write(key: "k", value: 1), at: 0)
    #expect(talks.isAsking(0))
    #expect(talks.takeHeard().map(\.talk) == [1])
    talks.abandon(0)
    #expect(talks.takeHeard().isEmpty)
  }
}
