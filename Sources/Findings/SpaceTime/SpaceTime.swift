/// What is shown of a simulated run beside a counterexample: messages, faults and operations in the
/// order in which they happened, on a lane for each node and each client that takes part.
public struct SpaceTime: Sendable, Equatable {
  /// A column.
  public enum Lane: Sendable, Hashable {
    /// A client, by its process in the history.
    case client(Int64)
    /// A node, by its name.
    case node(String)
  }

  /// What a lane's process is like.
  public enum State: Sendable {
    /// It runs.
    case up
    /// It is stopped, and keeps what comes.
    case paused
    /// There is none.
    case down
  }

  /// What became of a message.
  public enum Fate: String, Sendable {
    /// It came to its receiver's machine.
    case arrived
    /// It came where no process was up to take it.
    case down
    /// The network lost it.
    case lost
    /// Its link was cut.
    case cut
    /// The run ended first.
    case underWay = "under way"
  }

  /// What a row shows.
  public enum Kind: String, Sendable {
    /// A client begins an operation of the counterexample.
    case begins
    /// It ends.
    case ends
    /// A message from its sender to its receiver.
    case message
    /// A message leaves, and something happens to its receiver before it arrives.
    case leaves
    /// It arrives.
    case arrives
    /// A fault begins or ends.
    case fault
    /// Something happened to nodes.
    case node
    /// What is not shown in between.
    case folded
  }

  /// One row.
  public struct Row: Sendable, Equatable {
    /// What it shows.
    public var kind: Kind
    /// When it happened: of a message when it was sent.
    public var time: Int64
    /// When a message arrived; when the last thing happened that is folded here.
    public var until: Int64?
    /// The lane that an arrow begins at.
    public var from: Int?
    /// The lane that it leads to.
    public var to: Int?
    /// The lanes on which something happened.
    public var marks: [Int] = []
    /// What happened. Not yet legible: it may hold anything that a file can.
    public var words: String
    /// What became of a message.
    public var fate: Fate?
    /// The operation that begins or ends.
    public var operation: Int?
    /// What each lane's process is like afterwards; clients are always up.
    public var states: [State] = []
  }

  /// The columns, clients first.
  public var lanes: [Lane]
  /// The rows, in the order of time.
  public var rows: [Row]
  /// The operation that cannot be explained.
  public var culprit: Int
  /// What was left out, a sentence each.
  public var notes: [String]

  /// At most so many rows are shown.
  public static let mostRows = 60
}
