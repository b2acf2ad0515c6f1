import Base
import Drivers
import Glibc
import Testing

@testable import Experiments
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

/// A session that knows of no status, whatever is said to it.
private struct PuzzledSession: Session {
  let port: Int

  mutating func ask(_ question: Question, _ effects: inout [SessionEffect]) {
    effects.append(.open(Endpoint(node: 0, port: port)))
  }

  mutating func opened(_ endpoint: Endpoint, _ effects: inout [SessionEffect]) {}
  mutating func received(
    _ bytes: UnsafeRawBufferPointer, _ endpoint: Endpoint, _ effects: inout [SessionEffect]
  ) {
    effects.append(.answer(Answer(.unknown("503"))))
  }
  mutating func closed(
    _ endpoint: Endpoint, _ closure: Closure, _ effects: inout [SessionEffect]
  ) {
    effects.append(.answer(Answer(.refused("no connection"))))
  }
  mutating func abandon(_ effects: inout [SessionEffect]) {}
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

  /// A listener of a port of the loopback network that is free.
  private func listener() -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, length)
        _ = listen(descriptor, 4)
        _ = getsockname(descriptor, $0, &length)
      }
    }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  private func hear(_ talks: Talks, _ poller: Poller) -> Talks.Heard? {
    for _ in 0..<500 {
      if let heard = talks.takeHeard().first { return heard }
      for token in poller.wait(nanoseconds: 20_000_000) { talks.handle(token) }
    }
    return nil
  }

  /// A server that answers with an error is not dead, and one that cannot be reached said nothing.
  @Test func whoAnswersWithAnErrorHasSpoken() throws {
    let (descriptor, port) = listener()
    let poller = try Poller()
    let talks = Talks(poller: poller) { _ in "127.0.0.1" }
    let talk = talks.add(PuzzledSession(port: port))
    talks.ask(talk, .status, at: 0)
    let server = accept(descriptor, nil, nil)
    _ = write(server, "no", 2)
    #expect(hear(talks, poller)?.isSpoken == true)
    close(server)
    close(descriptor)
    for token in poller.wait(nanoseconds: 1_000_000_000) { talks.handle(token) }
    talks.ask(talk, .status, at: 0)
    #expect(hear(talks, poller)?.isSpoken == false)
  }
}
