import Base

/// Where a cluster lives: what a driver needs to know to lay it out and to talk to it.
public struct Site: Sendable, Equatable {
  /// One node.
  public struct Node: Sendable, Equatable {
    /// `n1`, `n2`, ….
    public var name: String
    /// The IPv4 address that other nodes reach it by.
    public var peerAddress: String
    /// The IPv4 address that clients reach it by; may be the same.
    public var clientAddress: String
    /// What the user calls its place, where that is not an address: `db1.example.org`.
    public var hostName: String?
    /// An existing, writable folder of the node's own that survives restarts.
    public var data: String
    /// Whether it is a member of the cluster; not between ``Question/removeMember(_:)`` and
    /// ``Question/addMember(_:)``.
    public var isMember = true
    /// How often it was added again. A node that is added again begins with empty data: drivers
    /// with membership keep the data of each generation in a folder of its own inside ``data``.
    public var generation = 0

    /// A founding member: of generation 0, and known to the user by its addresses. `data` must
    /// exist.
    public init(name: String, peerAddress: String, clientAddress: String, data: String) {
      self.name = name
      self.peerAddress = peerAddress
      self.clientAddress = clientAddress
      self.data = data
    }
  }

  /// The nodes, in order.
  public var nodes: [Node]
  /// The values of the driver's knobs; every knob has one (its default where none was given).
  public var knobs: [String: String]
  /// Whether somebody else lays the servers out, so that one cannot know whom they let in:
  /// ``Question/prepare`` tries it.
  public var isForeign = false
  /// What the answer to ``Question/prepare`` told of the servers; null before it.
  public var learned = JSON.null
  /// The secrets, by the names of the knobs that say where they are.
  public var secrets: [String: Secret] = [:]
  /// The client port of each node where the cluster exists already and the driver's own port is
  /// not meant; nil for the driver's.
  public var ports: [Int]?

  /// A site without secrets, laid out by the run itself.
  public init(nodes: [Node], knobs: [String: String], ports: [Int]? = nil) {
    self.nodes = nodes
    self.knobs = knobs
    self.ports = ports
  }

  /// The value of a knob; empty when there is no such knob.
  public func knob(_ name: String) -> String { knobs[name] ?? "" }

  /// The text of a secret, or nil where there is none.
  func secret(_ name: String) -> String? { secrets[name]?.revealed }

  /// The user and the password, where there are both.
  var login: (user: String, password: String)? {
    guard let password = secret("password"), !knob("user").isEmpty else { return nil }
    return (knob("user"), password)
  }

  /// Refuses a user without a password, and a password without its user.
  func validateLogin(_ driver: any Driver) throws(Failure) {
    for (given, missing) in [("user", "password"), ("password", "user")]
    where !knob(given).isEmpty && knob(missing).isEmpty {
      throw Failure(
        .usage, "\(driver.name): the knob “\(given)” is of no use without “\(missing)”")
    }
  }

  /// The client port of a node.
  public func port(_ node: Int, _ driver: any Driver) -> Int { ports?[node] ?? driver.clientPort }

  /// The index of the node with that address (peer or client), or nil.
  public func node(at address: String) -> Int? {
    nodes.firstIndex { $0.peerAddress == address || $0.clientAddress == address }
  }
}

/// One server process of a node.
public struct ServerProcess: Sendable, Equatable {
  /// A file that must be there before it starts, written anew only where it is absent.
  public struct ConfigurationFile: Sendable, Equatable {
    /// The path, inside the node's data folder.
    public var path: String
    /// What is in it.
    public var text: String
    /// A file that the run writes before the server starts.
    public init(path: String, text: String) {
      self.path = path
      self.text = text
    }
  }

  /// The node's index.
  public var node: Int
  /// A short name for logs: `etcd`, `redis`, `sentinel`. Unique within its node.
  public var role: String
  /// The program: a name to be found in PATH, or a path.
  public var program: String
  /// Its arguments.
  public var arguments: [String]
  /// Variables beside the inherited ones, `NAME=value`.
  public var environment: [String]
  /// Files that it reads.
  public var files: [ConfigurationFile]
  /// The stage of start-up it belongs to, from 0; see ``NodeStatus/stage``.
  public var stage: Int
  /// Whether the wall clock of the program can be shifted through a preloaded library (false for
  /// statically linked programs such as those in Go, with the reason in the docs).
  public var honoursPreload: Bool

  /// A process of the first stage, unless another is named.
  public init(
    node: Int, role: String, program: String, arguments: [String], environment: [String] = [],
    files: [ConfigurationFile] = [], stage: Int = 0, honoursPreload: Bool = true
  ) {
    self.node = node
    self.role = role
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.files = files
    self.stage = stage
    self.honoursPreload = honoursPreload
  }
}
