import Base

/// A setting of a driver, such as how reads are served.
public struct Knob: Sendable, Equatable {
  /// The name: `reads`.
  public var name: String
  /// The words it may have, the default first; empty: any text, and ``defaultValue`` counts.
  public var values: [String]
  /// The value without the user's.
  public var defaultValue: String
  /// What it does, in one line; says which values are unsafe.
  public var help: String
  /// Whether its value names the place of a secret; see ``Secret/Place``.
  public var isSecret = false

  /// A knob that has one of these words, the default first.
  public init(_ name: String, _ values: [String], help: String) {
    self.name = name
    self.values = values
    defaultValue = values.first ?? ""
    self.help = help
  }

  /// A knob that has any text; this one without the user's word.
  public init(_ name: String, text: String, help: String) {
    self.name = name
    values = []
    defaultValue = text
    self.help = help
  }

  /// A knob that names the place of a secret, and none without the user's word; how a place is
  /// written is added to the help.
  public init(_ name: String, secret help: String) {
    self.init(name, text: "", help: "\(help): env:NAME or file:PATH")
    isSecret = true
  }

  /// The name of a user of servers that ask for one, and where the password is.
  static func credentials(_ help: String = "who the clients are at the servers") -> [Knob] {
    [
      Knob("user", text: "", help: help),
      Knob("password", secret: "where the user's password is"),
    ]
  }
}

/// What a compare-and-set of a driver can say when it was refused.
public enum RefusedComparison: Sendable {
  /// It observed another value at one point in time: `ok` with `false`.
  case observes
  /// It lost a race by version, and says nothing about the value: `.refused`.
  case saysNothing
}

/// One system: how its servers are started and how one talks to them. One line of ``Drivers/all``.
public protocol Driver: Sendable {
  /// The name on the command line: `etcd`.
  var name: String { get }
  /// What it is, in one line.
  var summary: String { get }
  /// Its knobs.
  var knobs: [Knob] { get }
  /// How many nodes it has without the user's word.
  var defaultNodes: Int { get }
  /// How many nodes it has without the user's word, given the values of its knobs; the default is
  /// ``defaultNodes``.
  func defaultNodes(_ knobs: [String: String]) -> Int
  /// The TCP port that clients use.
  var clientPort: Int { get }
  /// The Debian packages that have its servers; empty when there is none to start.
  var packages: [String] { get }
  /// The programs that a local cluster needs, by name.
  var programs: [String] { get }
  /// What a refused compare-and-set says.
  var refusedComparison: RefusedComparison { get }
  /// Whether it has compare-and-set at all.
  var hasCompareAndSet: Bool { get }
  /// Whether it has compare-and-set with these values of its knobs; the default is
  /// ``hasCompareAndSet``.
  func hasCompareAndSet(_ knobs: [String: String]) -> Bool
  /// Whether it can take members out and add them again.
  var hasMembership: Bool { get }
  /// The stage at which clients may begin; see ``NodeStatus/stage``.
  var lastStage: Int { get }

  /// Refuses knobs or numbers of nodes that cannot work together.
  ///
  /// - Throws: a usage ``Failure``: which knob, why, and what would do.
  func validate(_ site: Site) throws(Failure)
  /// The processes of a local cluster. Called again for a node that is started again.
  func processes(_ site: Site) -> [ServerProcess]
  /// The talk of one client that is bound to a node.
  func session(_ site: Site, client: Int, node: Int) -> any Session
}

extension Driver {
  /// Observes.
  public var refusedComparison: RefusedComparison { .observes }
  /// True.
  public var hasCompareAndSet: Bool { true }
  /// The same for all knobs.
  public func hasCompareAndSet(_ knobs: [String: String]) -> Bool { hasCompareAndSet }
  /// False.
  public var hasMembership: Bool { false }
  /// The same for all knobs.
  public func defaultNodes(_ knobs: [String: String]) -> Int { defaultNodes }
  /// 0: servers have one stage.
  public var lastStage: Int { 0 }
  /// Refuses nothing.
  public func validate(_ site: Site) throws(Failure) {}
}

/// The table of drivers.
public enum Drivers {
  /// Every driver, in the order of the documentation.
  public static let all: [any Driver] = [
    Etcd(),
    Consul(),
    HTTPService(),
    Redis(),
    ZooKeeper(),
    NATS(),
  ]

  /// The driver of that name, or nil.
  public static func named(_ name: String) -> (any Driver)? { all.first { $0.name == name } }
}
