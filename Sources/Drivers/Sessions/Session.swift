import Base

/// Where a session sends bytes: a TCP port of a node.
public struct Endpoint: Sendable, Hashable {
  /// The node's index.
  public var node: Int
  /// The TCP port on the node's address for clients.
  public var port: Int

  /// Names an endpoint.
  public init(node: Int, port: Int) {
    self.node = node
    self.port = port
  }
}

/// What a session wants done, in order.
public enum SessionEffect: Sendable, Equatable {
  /// Opens a connection unless one is open or being opened. The host says ``Session/opened(_:_:)``
  /// or ``Session/closed(_:_:_:)``. There is at most one connection for an endpoint at a time.
  case open(Endpoint)
  /// Sends bytes on a connection that has said `opened`.
  case send([UInt8], Endpoint)
  /// Closes a connection at once; `closed` is not said for it.
  case close(Endpoint)
  /// The open question is answered.
  case answer(Answer)
}

/// Why a connection is gone.
public enum Closure: Sendable, Equatable {
  /// It was never made, so nothing was sent: refused, unreachable, or not made in time.
  case neverOpened(String)
  /// It was made and ended: by the server (“closed by the server”), or by an error.
  case lost(String)
}

/// One client's talk with a cluster: a pure state machine.
///
/// The host asks one question at a time, and waits for its answer or calls ``abandon(_:)``.
public protocol Session {
  /// Asks a question. The answer may come at once, as an effect.
  mutating func ask(_ question: Question, _ effects: inout [SessionEffect])
  /// A connection is made.
  mutating func opened(_ endpoint: Endpoint, _ effects: inout [SessionEffect])
  /// Bytes have come; any number, cut anywhere.
  mutating func received(
    _ bytes: UnsafeRawBufferPointer, _ endpoint: Endpoint, _ effects: inout [SessionEffect])
  /// A connection is gone.
  mutating func closed(
    _ endpoint: Endpoint, _ closure: Closure, _ effects: inout [SessionEffect])
  /// Nobody waits for the answer of the open question any more (the time is over).
  mutating func abandon(_ effects: inout [SessionEffect])
  /// Nothing was asked for a while (about a second): a wire that needs signs of life sends one.
  mutating func idle(_ effects: inout [SessionEffect])
}

extension Session {
  /// Sends nothing.
  public mutating func idle(_ effects: inout [SessionEffect]) {}
}
