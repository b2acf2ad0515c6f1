import Base

/// What a system does next in the talk about one question.
public enum HTTPStep: Sendable, Equatable {
  /// Sends a request; `isHead` when it is one without a body in its response. `to` is another
  /// endpoint than the session's own, to which a response referred.
  case send([UInt8], isHead: Bool = false, to: Endpoint? = nil)
  /// The question is answered.
  case answer(Answer)
  /// Nothing yet: a response is due that comes first.
  case wait
}

/// A system that speaks HTTP: what it sends for a question, and what responses mean.
///
/// Of the requests of one question only the last may have an effect on the cluster, so that a
/// request that could not be sent leaves nothing done.
public protocol HTTPTalk {
  /// The first step for a question.
  mutating func begin(_ question: Question) -> HTTPStep
  /// The next step after a whole response.
  mutating func proceed(_ response: borrowing HTTPResponse) -> HTTPStep
  /// The open question is given up.
  ///
  /// - Returns: whether the response that is due is wanted all the same: it is about the
  ///   connection's user, not about data. ``begin(_:)`` may say ``HTTPStep/wait`` until it comes.
  mutating func abandon() -> Bool
  /// The response that was due does not come.
  mutating func lost()
}

extension HTTPTalk {
  /// Wants nothing.
  public mutating func abandon() -> Bool { false }
  /// Nothing to forget.
  public mutating func lost() {}
}

/// The session of every system that speaks HTTP/1.1: one connection to one node that is kept, one
/// request at a time. Where a response refers to another node, it has a connection of its own.
///
/// A connection that ends while a response is due leaves the outcome unknown; one that never
/// opened leaves nothing done. A response that is no HTTP closes the connection.
public struct HTTPSession<Talk: HTTPTalk>: Session {
  private enum State {
    case closed, opening, open
  }

  private var talk: Talk
  /// The connections, the session's own first.
  private var links: [(endpoint: Endpoint, state: State)]
  /// The one that the last request went to.
  private var current = 0
  private var response = HTTPResponse()
  /// The request that waits for its connection.
  private var waiting: [UInt8]?
  private var isHead = false
  /// Whether a question is open.
  private var isAsked = false
  /// Whether a request was sent whose response is not whole.
  private var isDue = false
  /// How many questions were given up while the same response was due.
  private var patience = 0
  /// How many may be: a connection that is silent for longer is taken for dead.
  private static var maximumPatience: Int { 8 }

  /// Opens nothing yet: the first question connects to the endpoint, and that connection is kept.
  public init(_ talk: Talk, _ endpoint: Endpoint) {
    self.talk = talk
    links = [(endpoint, .closed)]
  }

  /// Asks a question; opens the connection where there is none.
  public mutating func ask(_ question: Question, _ effects: inout [SessionEffect]) {
    isAsked = true
    perform(talk.begin(question), &effects)
  }

  /// Sends the request that waits.
  public mutating func opened(_ endpoint: Endpoint, _ effects: inout [SessionEffect]) {
    guard let link = link(endpoint), links[link].state == .opening else { return }
    links[link].state = .open
    if link == current, let request = waiting { send(request, &effects) }
  }

  /// Takes bytes of the response; bytes that nobody asked for close the connection.
  public mutating func received(
    _ bytes: UnsafeRawBufferPointer, _ endpoint: Endpoint, _ effects: inout [SessionEffect]
  ) {
    guard let link = link(endpoint), links[link].state == .open else { return }
    guard isDue, link == current else { return close(link, &effects) }
    switch response.take(bytes) {
    case .needsMore: break
    case .complete: complete(&effects)
    case .malformed(let reason):
      close(current, &effects)
      talk.lost()
      guard isAsked else { return }
      answer(Answer(.unknown("no HTTP response: \(reason)")), &effects)
    }
  }

  /// Takes the end of the connection.
  public mutating func closed(
    _ endpoint: Endpoint, _ closure: Closure, _ effects: inout [SessionEffect]
  ) {
    guard let link = link(endpoint), links[link].state != .closed else { return }
    links[link].state = .closed
    // Another connection that was kept is gone, and nobody waits for it.
    guard link == current else { return }
    waiting = nil
    guard isAsked else {
      isDue = false
      return talk.lost()
    }
    switch closure {
    case .neverOpened(let reason):
      talk.lost()
      answer(Answer(.refused("no connection: \(reason)")), &effects)
    case .lost(let reason):
      if isDue, response.end() == .complete { return complete(&effects) }
      talk.lost()
      let place = response.hasBegun ? "within the response" : "before the response"
      answer(Answer(.unknown("connection lost \(place): \(reason)")), &effects)
    }
  }

  /// Closes the connection where a response could still come, or the connection itself hangs.
  public mutating func abandon(_ effects: inout [SessionEffect]) {
    guard isAsked else { return }
    isAsked = false
    patience += 1
    if talk.abandon(), patience < Self.maximumPatience { return }
    close(current, &effects)
    talk.lost()
  }

  private func link(_ endpoint: Endpoint) -> Int? {
    links.firstIndex { $0.endpoint == endpoint }
  }

  private mutating func perform(_ step: HTTPStep, _ effects: inout [SessionEffect]) {
    // Nobody waits for what follows from a response that came late.
    guard isAsked else { return }
    switch step {
    case .wait: break
    case .answer(let answer): self.answer(answer, &effects)
    case .send(let request, let isHead, let other):
      self.isHead = isHead
      turn(to: other)
      switch links[current].state {
      case .open: send(request, &effects)
      case .opening: waiting = request
      case .closed:
        waiting = request
        links[current].state = .opening
        patience = 0
        effects.append(.open(links[current].endpoint))
      }
    }
  }

  /// Talks to another endpoint from now on, or to the session's own.
  private mutating func turn(to other: Endpoint?) {
    current = other.map { link($0) ?? links.count } ?? 0
    if let other, current == links.count { links.append((other, .closed)) }
  }

  private mutating func send(_ request: [UInt8], _ effects: inout [SessionEffect]) {
    waiting = nil
    isDue = true
    response.reset(isAnswerToHead: isHead)
    effects.append(.send(request, links[current].endpoint))
  }

  private mutating func complete(_ effects: inout [SessionEffect]) {
    isDue = false
    patience = 0
    if !response.keepsAlive { close(current, &effects) }
    perform(talk.proceed(response), &effects)
  }

  private mutating func answer(_ answer: Answer, _ effects: inout [SessionEffect]) {
    isAsked = false
    isDue = false
    effects.append(.answer(answer))
  }

  private mutating func close(_ link: Int, _ effects: inout [SessionEffect]) {
    if link == current {
      waiting = nil
      isDue = false
    }
    guard links[link].state != .closed else { return }
    links[link].state = .closed
    effects.append(.close(links[link].endpoint))
  }
}
