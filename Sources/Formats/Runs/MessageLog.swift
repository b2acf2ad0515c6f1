import Base

/// `messages.jsonl`: who sent what to whom in a simulated run, what became of it, and what happened
/// to the nodes meanwhile.
public struct MessageLog: Sendable, Equatable {
  /// Who sends or is sent something.
  public enum End: Hashable, Sendable {
    /// A node of the cluster, by its name.
    case node(String)
    /// A client, by its process in the history.
    case client(Int64)
  }

  /// What became of a message.
  public enum Fate: Sendable, Equatable {
    /// It came to its receiver's machine, at that time.
    case arrived(Int64)
    /// It came where no process was up to take it, at that time.
    case down(Int64)
    /// The network lost it.
    case lost
    /// Its link was cut when it was sent, or when it should have arrived.
    case cut
    /// The run ended first.
    case underWay
  }

  /// One message, or the copy of one that the network made.
  public struct Message: Sendable, Equatable {
    /// When it was sent.
    public var time: Int64
    /// Who sent it.
    public var from: End
    /// To whom.
    public var to: End
    /// What kind of message it is: `append`.
    public var name: String
    /// What it says, as far as that tells something.
    public var words: String
    /// All that it says; null where it is a client's.
    public var body: JSON
    /// What became of it.
    public var fate: Fate
    /// Whether the network made it of another.
    public var isCopy: Bool

    /// A message of that content.
    public init(
      time: Int64, from: End, to: End, name: String, words: String = "", body: JSON = .null,
      fate: Fate = .underWay, isCopy: Bool = false
    ) {
      self.time = time
      self.from = from
      self.to = to
      self.name = name
      self.words = words
      self.body = body
      self.fate = fate
      self.isCopy = isCopy
    }
  }

  /// What a node's process is like.
  public enum State: String, Sendable, CaseIterable {
    /// It runs.
    case up
    /// It is stopped, and keeps what comes.
    case paused
    /// There is none.
    case down
  }

  /// Something that happened to a node.
  public struct Happening: Sendable, Equatable {
    /// When.
    public var time: Int64
    /// The node's name.
    public var node: String
    /// What: `leads term 3`.
    public var event: String
    /// What its process is like from then on; nil where that is as before.
    public var state: State?

    /// Something that happened.
    public init(time: Int64, node: String, event: String, state: State? = nil) {
      self.time = time
      self.node = node
      self.event = event
      self.state = state
    }
  }

  /// A line.
  public enum Entry: Sendable, Equatable {
    /// A message, at the time when it was sent.
    case message(Message)
    /// What happened to a node.
    case happening(Happening)
  }

  /// Where the log was cut, because it would have become too long.
  public struct Cut: Sendable, Equatable {
    /// When the first message was sent that it lacks.
    public var time: Int64
    /// How many it lacks from there on.
    public var messages: Int

    /// So many messages from that time on are not there.
    public init(time: Int64, messages: Int) {
      self.time = time
      self.messages = messages
    }
  }

  /// The nodes, in the order of the cluster.
  public var nodes: [String]
  /// Messages that were sent before are not in it.
  public var from: Int64
  /// Messages that were sent after are not in it, where it says so.
  public var until: Int64?
  /// What happened, in that order.
  public var entries: [Entry]
  /// Where it was cut, or nil.
  public var cut: Cut?
  /// What is wrong with the file and no reason to do without it, with file and line.
  public var warnings: [String] = []

  /// A log of a cluster.
  public init(nodes: [String], from: Int64 = 0, entries: [Entry] = [], cut: Cut? = nil) {
    self.nodes = nodes
    self.from = from
    self.entries = entries
    self.cut = cut
  }
}
