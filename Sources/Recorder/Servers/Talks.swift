import Base
import Drivers

/// The talks with the servers: sessions, and the connections that each of them has.
///
/// A session is pure; this is its host. A talk is known by its number.
final class Talks {
  private struct Talk {
    var session: any Session
    var lines: [(endpoint: Endpoint, connection: Int)] = []
    var isAsking = false
    var lastAsked: Int64 = 0
    /// Whether a byte has come since the last question.
    var hasSpoken = false
  }

  /// The question of a talk is answered.
  struct Heard {
    var talk: Int
    var answer: Answer
    /// Whether a server said anything at all: a session may answer for one that cannot be reached.
    var isSpoken: Bool
  }

  private let connections: Connections
  private let address: (Int) -> String
  private var talks: [Talk] = []
  private var heard: [Heard] = []
  private var effects: [SessionEffect] = []

  /// Makes no talk yet; `address` is where clients reach a node.
  init(poller: Poller, address: @escaping (Int) -> String) {
    connections = Connections(poller: poller)
    self.address = address
  }

  /// Adds a talk and returns its number.
  func add(_ session: any Session) -> Int {
    talks.append(Talk(session: session))
    return talks.count - 1
  }

  /// Whether a question is open.
  func isAsking(_ talk: Int) -> Bool { talks[talk].isAsking }

  /// Asks; the answer comes from ``takeHeard()``.
  func ask(_ talk: Int, _ question: Question, at now: Int64) {
    talks[talk].isAsking = true
    talks[talk].lastAsked = now
    talks[talk].hasSpoken = false
    talks[talk].session.ask(question, &effects)
    perform(talk)
  }

  /// Gives up the open question.
  func abandon(_ talk: Int) {
    // Why first: the answer may be here already and not yet taken, as a connection that is refused
    // at once says so at once. It would be taken for that of the next question.
    defer { heard.removeAll { $0.talk == talk } }
    guard talks[talk].isAsking else { return }
    talks[talk].isAsking = false
    talks[talk].session.abandon(&effects)
    perform(talk)
  }

  /// Lets talks that were silent for a second send signs of life.
  func idle(at now: Int64) {
    for talk in talks.indices
    where !talks[talk].isAsking && now - talks[talk].lastAsked > 1_000_000_000 {
      talks[talk].lastAsked = now
      talks[talk].session.idle(&effects)
      perform(talk)
    }
  }

  /// The answers since the last call.
  func takeHeard() -> [Heard] {
    defer { heard.removeAll(keepingCapacity: true) }
    return heard
  }

  /// Writes what waits.
  func flush() { connections.flush() }

  /// Handles a connection that is ready.
  func handle(_ token: UInt64) {
    guard let (talk, endpoint, happening) = connections.handle(token) else { return }
    switch happening {
    case .opened: talks[talk].session.opened(endpoint, &effects)
    case .received(let count):
      let bytes = UnsafeRawBufferPointer(rebasing: connections.buffer[..<count])
      talks[talk].hasSpoken = true
      talks[talk].session.received(bytes, endpoint, &effects)
    case .closed(let closure):
      forget(talk, endpoint)
      talks[talk].session.closed(endpoint, closure, &effects)
    }
    perform(talk)
  }

  private func line(_ talk: Int, _ endpoint: Endpoint) -> Int? {
    talks[talk].lines.firstIndex { $0.endpoint == endpoint }
  }

  private func forget(_ talk: Int, _ endpoint: Endpoint) {
    if let line = line(talk, endpoint) { talks[talk].lines.remove(at: line) }
  }

  /// Does what a session wants; what it says to that is done as well.
  private func perform(_ talk: Int) {
    var next = 0
    while next < effects.count {
      let effect = effects[next]
      next += 1
      switch effect {
      case .open(let endpoint): open(talk, endpoint)
      case .send(let bytes, let endpoint):
        if let line = line(talk, endpoint) {
          connections.send(bytes, on: talks[talk].lines[line].connection)
        }
      case .close(let endpoint):
        if let line = line(talk, endpoint) {
          connections.end(talks[talk].lines[line].connection)
          talks[talk].lines.remove(at: line)
        }
      case .answer(let answer):
        guard talks[talk].isAsking else { continue }
        talks[talk].isAsking = false
        heard.append(Heard(talk: talk, answer: answer, isSpoken: talks[talk].hasSpoken))
      }
    }
    effects.removeAll(keepingCapacity: true)
  }

  private func open(_ talk: Int, _ endpoint: Endpoint) {
    guard line(talk, endpoint) == nil else { return }
    switch connections.open(address(endpoint.node), endpoint, owner: talk) {
    case .success(let id): talks[talk].lines.append((endpoint, id))
    case .failure(let refusal):
      talks[talk].session.closed(endpoint, .neverOpened(refusal.cause), &effects)
    }
  }
}
