/// One connection of a ``RedisSession``, and what it owes.
struct RedisLink {
  enum State {
    case closed, opening
    /// `AUTH` was sent. Nothing else is before its answer: a server that refuses it could carry
    /// out what follows for its default user.
    case greeting
    case open
  }

  let endpoint: Endpoint
  /// What a connection begins with: `AUTH`, or nothing.
  let greeting: [UInt8]
  var state = State.closed
  var reader = RESPReader()
  /// Bytes for when it is open.
  var waiting: [UInt8] = []
  /// How many replies the request under way has; 0: nothing is under way.
  var expected = 0
  /// The replies that have come.
  var replies: [RESP] = []
  /// Whether the server has said on this connection that it is a master.
  var isVerified = false

  init(_ endpoint: Endpoint, greeting: [UInt8]) {
    self.endpoint = endpoint
    self.greeting = greeting
  }

  /// The connection is made.
  mutating func opened(_ effects: inout [SessionEffect]) {
    guard greeting.isEmpty else {
      state = .greeting
      return effects.append(.send(greeting, endpoint))
    }
    begin(&effects)
  }

  /// Sends what waits.
  mutating func begin(_ effects: inout [SessionEffect]) {
    state = .open
    guard !waiting.isEmpty else { return }
    effects.append(.send(waiting, endpoint))
    waiting = []
  }

  /// Sends a request that has `replies` replies, as soon as that can be.
  mutating func request(_ bytes: [UInt8], replies: Int, _ effects: inout [SessionEffect]) {
    expected = replies
    self.replies.removeAll(keepingCapacity: true)
    switch state {
    case .open: effects.append(.send(bytes, endpoint))
    case .opening, .greeting: waiting = bytes
    case .closed:
      waiting = bytes
      state = .opening
      effects.append(.open(endpoint))
    }
  }

  /// Forgets everything; the connection is gone.
  mutating func reset() {
    state = .closed
    reader = RESPReader()
    waiting = []
    expected = 0
    replies = []
    isVerified = false
  }

  /// Closes it where replies are still owed: they would be taken for those of another request.
  mutating func abandon(_ effects: inout [SessionEffect]) {
    guard expected > 0 else { return }
    effects.append(.close(endpoint))
    reset()
  }
}
