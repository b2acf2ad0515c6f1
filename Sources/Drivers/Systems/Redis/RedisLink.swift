/// One connection of a ``RedisSession``, and what it owes.
struct RedisLink {
  enum State { case closed, opening, open }

  let endpoint: Endpoint
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

  init(_ endpoint: Endpoint) { self.endpoint = endpoint }

  /// Sends a request that has `replies` replies, as soon as that can be.
  mutating func request(_ bytes: [UInt8], replies: Int, _ effects: inout [SessionEffect]) {
    expected = replies
    self.replies.removeAll(keepingCapacity: true)
    switch state {
    case .open: effects.append(.send(bytes, endpoint))
    case .opening: waiting = bytes
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
