import Base

/// What a system does next in the talk about one question.
public enum HTTPStep: Sendable, Equatable {
  /// Sends a request; `isHead` when it is one without a body in its response.
  case send([UInt8], isHead: Bool = false)
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
/// request at a time.
///
/// A connection that ends while a response is due leaves the outcome unknown; one that never
/// opened leaves nothing done. A response that is no HTTP closes the connection.
public struct HTTPSession<Talk: HTTPTalk>: Session {
  private enum State {
    case closed, opening, open
  }

  private var talk: Talk
  private let endpoint: Endpoint
  private var state = State.closed
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

  /// Makes a session without a connection.
  public init(_ talk: Talk, _ endpoint: Endpoint) {
    self.talk = talk
    self.endpoint = endpoint
  }

  /// Asks a question; opens the connection where there is none.
  public mutating func ask(_ question: Question, _ effects: inout [SessionEffect]) {
    isAsked = true
    perform(talk.begin(question), &effects)
  }

  /// Sends the request that waits.
  public mutating func opened(_ endpoint: Endpoint, _ effects: inout [SessionEffect]) {
    guard state == .opening else { return }
    state = .open
    if let request = waiting { send(request, &effects) }
  }

  /// Takes bytes of the response; bytes that nobody asked for close the connection.
  public mutating func received(
    _ bytes: UnsafeRawBufferPointer, _ endpoint: Endpoint, _ effects: inout [SessionEffect]
  ) {
    guard state == .open else { return }
    guard isDue else { return close(&effects) }
    switch response.take(bytes) {
    case .needsMore: break
    case .complete: complete(&effects)
    case .malformed(let reason):
      close(&effects)
      talk.lost()
      guard isAsked else { return }
      answer(Answer(.unknown("no HTTP response: \(reason)")), &effects)
    }
  }

  /// Takes the end of the connection.
  public mutating func closed(
    _ endpoint: Endpoint, _ closure: Closure, _ effects: inout [SessionEffect]
  ) {
    guard state != .closed else { return }
    state = .closed
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
    close(&effects)
    talk.lost()
  }

  private mutating func perform(_ step: HTTPStep, _ effects: inout [SessionEffect]) {
    // Nobody waits for what follows from a response that came late.
    guard isAsked else { return }
    switch step {
    case .wait: break
    case .answer(let answer): self.answer(answer, &effects)
    case .send(let request, let isHead):
      self.isHead = isHead
      switch state {
      case .open: send(request, &effects)
      case .opening: waiting = request
      case .closed:
        waiting = request
        state = .opening
        patience = 0
        effects.append(.open(endpoint))
      }
    }
  }

  private mutating func send(_ request: [UInt8], _ effects: inout [SessionEffect]) {
    waiting = nil
    isDue = true
    response.reset(isAnswerToHead: isHead)
    effects.append(.send(request, endpoint))
  }

  private mutating func complete(_ effects: inout [SessionEffect]) {
    isDue = false
    patience = 0
    if !response.keepsAlive { close(&effects) }
    perform(talk.proceed(response), &effects)
  }

  private mutating func answer(_ answer: Answer, _ effects: inout [SessionEffect]) {
    isAsked = false
    isDue = false
    effects.append(.answer(answer))
  }

  private mutating func close(_ effects: inout [SessionEffect]) {
    waiting = nil
    isDue = false
    guard state != .closed else { return }
    state = .closed
    effects.append(.close(endpoint))
  }
}
