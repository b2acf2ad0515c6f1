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
  /// What must hold of all nodes at every moment.
  associatedtype Safety: SafetyInvariants where Safety.Node == Self

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
  ///   - now: nanoseconds on the host's monotonic clock; only differences matter. The simulator's
  ///     fault `clock` has it jump, back too: see ``SteadyClock``.
  /// - Returns: what the host must do, in this order.
  mutating func receive(_ input: Input, at now: Int64) -> [Effect]

  /// Whether this node leads, as far as it knows; never where there are no leaders.
  var leads: Bool { get }
  /// The members as far as this node knows them to be settled; nil where they cannot change.
  var settledMembers: SettledMembers? { get }
}

extension ProtocolNode {
  /// There are no leaders.
  public var leads: Bool { false }
  /// The members cannot change.
  public var settledMembers: SettledMembers? { nil }
}

/// Who is a member of a cluster, after all of an operator's requests up to one.
public struct SettledMembers: Sendable, Equatable {
  /// In the order of the plan.
  public var names: [String]
  /// The number of the last request that it answers.
  public var request: Int64

  /// Those, after that many requests.
  public init(names: [String], request: Int64) {
    self.names = names
    self.request = request
  }
}

/// What an operator asks of whoever leads a cluster. All nodes are told; who does not lead, or
/// cannot do it yet, does nothing, and it is asked again.
public struct OperatorRequest: Sendable, Equatable {
  /// What is to be.
  public enum Wish: Sendable, Equatable {
    /// That node leads.
    case lead(String)
    /// That node is a member; it comes with an empty disk (``NodeSetup/joins``), or as it was.
    case add(String)
    /// That node is none.
    case remove(String)
  }

  /// Later requests have higher numbers, so that none undoes what came after it.
  public var number: Int64
  /// What is to be.
  public var wish: Wish

  /// The request as a message, for hosts that send it.
  public var body: JSON {
    let (word, node) =
      switch wish {
      case .lead(let node): ("lead", node)
      case .add(let node): ("add", node)
      case .remove(let node): ("remove", node)
      }
    return [
      "type": "operator", "number": .integer(number), "wish": .string(word),
      "node": .string(node),
    ]
  }

  /// Reads such a message.
  ///
  /// - Throws: ``MalformedMessage`` when a member is missing, of the wrong type or out of range.
  public init(body: JSON) throws(MalformedMessage) {
    let reader = try BodyReader(body)
    number = try reader.count("number")
    let node = try reader.text("node")
    switch try reader.text("wish") {
    case "lead": wish = .lead(node)
    case "add": wish = .add(node)
    case "remove": wish = .remove(node)
    case let word:
      throw MalformedMessage(
        type: reader.type, "operator: “wish” is “\(word)”, expected lead, add or remove")
    }
  }

  /// A request that follows all with lower numbers.
  public init(number: Int64, _ wish: Wish) {
    self.number = number
    self.wish = wish
  }
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
  /// The protocol's knobs that were set, by name.
  public var knobs: [String: String] = [:]
  /// Whether the node says what happens inside it (``ProtocolEffect/trace(_:)``).
  public var traces = false
  /// Whether it comes with an empty disk to a cluster that is there already, and is to be told whom
  /// it is among.
  public var joins = false

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
  /// The operator asks the cluster for something.
  case ask(OperatorRequest)
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
  /// A branch that is rarely taken was taken: one of the names in the protocol's row. For campaigns
  /// that ask what their seeds never reached; other hosts drop it.
  case reached(String)
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
  /// The message for people; by default what the body's plain members say.
  var sketch: MessageSketch { get }
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
