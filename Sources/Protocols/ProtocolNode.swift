import Base

/// One node of a replicated key-value service as a pure state machine (“sans IO”).
///
/// The host owns the clock, the network, the disk and the timers; the node owns the decisions.
/// Every input yields the effects that the host must carry out, in order. Equal inputs at equal
/// times, from an equal seed, yield equal effects: the simulator and the live node are two hosts of
/// the same code.
public protocol ProtocolNode: Sendable {
  /// What one node says to another.
  associatedtype Message: PeerMessage
  /// The timers that the node may have running, at most one of each.
  associatedtype Timer: Hashable, Sendable, CaseIterable

  /// The effects of this protocol.
  typealias Effect = ProtocolEffect<Message, Timer>
  /// The inputs of this protocol.
  typealias Input = ProtocolInput<Message, Timer>

  /// Makes a node, from nothing or from what it had made durable before it stopped.
  ///
  /// - Parameters:
  ///   - setup: who this node is, among whom.
  ///   - records: every record that was persisted, in order (after the last replacement).
  /// - Throws: a usage `Failure` for an unknown bug or an impossible membership, an input `Failure`
  ///   for a durable record that cannot be read.
  init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure)

  /// Takes one input and says what follows from it. The first input must be `.start`.
  ///
  /// - Parameters:
  ///   - input: what happened.
  ///   - now: nanoseconds on the host's monotonic clock; only differences matter.
  /// - Returns: what the host must do, in this order.
  mutating func receive(_ input: Input, at now: Int64) -> [Effect]
}

/// What a node is told when it is made.
public struct NodeSetup: Sendable, Equatable {
  /// This node's name.
  public var name: String
  /// The names of all nodes, this one included; the same list in the same order everywhere.
  public var members: [String]
  /// The seed of the node's own draws (election timeouts).
  public var seed: UInt64
  /// The named bugs that are switched on, in the catalogue's names.
  public var bugs: [String]
  /// The votes of each member, in membership order, for protocols with quorums of votes.
  public var votes: [Int]?
  /// The votes that a read needs, for protocols with quorums of votes.
  public var readVotes: Int?
  /// The votes that a write needs, for protocols with quorums of votes.
  public var writeVotes: Int?
  /// Whether the node says what happens inside it (``ProtocolEffect/trace(_:)``).
  public var traces = false

  /// Makes a setup; without bugs it is the correct protocol.
  public init(name: String, members: [String], seed: UInt64, bugs: [String] = []) {
    self.name = name
    self.members = members
    self.seed = seed
    self.bugs = bugs
  }
}

/// What can happen to a node.
public enum ProtocolInput<Message: PeerMessage, Timer: Hashable & Sendable>: Sendable, Equatable {
  /// The host is ready: the first input, exactly once.
  case start
  /// A message of another node arrived; it may be late, repeated or out of order.
  case message(from: String, Message)
  /// A client asks this node for an operation.
  case request(ClientRequest)
  /// A timer that was set has run out. A timer that was meanwhile set anew or cancelled may still
  /// be reported: the node checks.
  case timer(Timer)
}

/// What the host must do, in the order of the list.
public enum ProtocolEffect<Message: PeerMessage, Timer: Hashable & Sendable>: Sendable, Equatable {
  /// Hand the message to the network; it may get lost.
  case send(to: String, Message)
  /// Answer the client's request.
  case reply(client: String, request: Int64, Reply)
  /// Append the record to the durable log. It must be durable before any later effect is carried
  /// out; a host may carry out the persists of several inputs at once (one fsync) before the rest.
  case persist([UInt8])
  /// Replace the whole durable log by these records, atomically and durably, before later effects.
  case replaceDurable([[UInt8]])
  /// Report the timer after that many nanoseconds; a running one of that kind is replaced.
  case setTimer(Timer, afterNanoseconds: Int64)
  /// Do not report the timer.
  case cancelTimer(Timer)
  /// Something that happened inside, for a trace: an object with `event` first. Only from nodes
  /// that were set up to trace; a host that keeps no trace drops it.
  case trace(JSON)
}

/// A message between nodes, as it travels in the `body` of a Maelstrom envelope.
public protocol PeerMessage: Sendable, Equatable {
  /// The `type` member of every body of this protocol, so that a host can tell peers' messages from
  /// clients' requests.
  static var types: [String] { get }
  /// Reads a body.
  ///
  /// - Throws: ``MalformedMessage`` when a member is missing, of the wrong type or out of range.
  init(body: JSON) throws(MalformedMessage)
  /// The body, one object with `type` first.
  var body: JSON { get }
}

/// A body that is not a message of the protocol: which member, what was found, what was expected.
public struct MalformedMessage: Error, Sendable, Equatable, CustomStringConvertible {
  /// The `type` of the body, or nil when it has none.
  public var type: String?
  /// One sentence without a full stop.
  public var description: String

  /// The reason names what the bytes have that no message has.
  public init(type: String?, _ description: String) {
    self.type = type
    self.description = description
  }
}
