import Base

/// Redis 7: one server, Sentinel, or Cluster.
public struct Redis: Driver {
  /// It has no state: what a run chooses is in its site.
  public init() {}

  /// `redis`.
  public var name: String { "redis" }
  /// What it is.
  public var summary: String { "Redis 7: one server, Sentinel with failover, or Cluster" }
  /// How many nodes `mode=standalone` has; see ``defaultNodes(_:)``.
  public var defaultNodes: Int { 1 }
  /// 6379.
  public var clientPort: Int { RedisSettings.serverPort }
  /// Where Debian has it.
  public var packages: [String] { ["redis-server"] }
  /// What a local cluster runs; sentinels are the same program.
  public var programs: [String] { ["redis-server"] }
  /// 1: sentinels start when the replicas are online.
  public var lastStage: Int { 1 }

  /// The knobs.
  public var knobs: [Knob] {
    [
      Knob(
        "mode", ["standalone", "sentinel", "cluster"],
        help: "standalone: 1 node; sentinel: a server and a sentinel a node; cluster: 6 nodes"),
      Knob(
        "target", ["follow", "pinned", "replica"],
        help: "sentinel mode: follow the master; pinned (unsafe): each client its own node; "
          + "replica (unsafe): reads at the client's own node"),
      Knob(
        "wait", ["0", "1", "2"],
        help: "how many replicas WAIT asks to confirm a write; with fewer the outcome is unknown"),
      Knob(
        "appendfsync", ["no-persistence", "everysec", "always"],
        help: "what is on disk: nothing (unsafe), all but the last second (unsafe), everything"),
      Knob(
        "downAfter", text: "1s", help: "how long a master is silent until it is held for dead"),
      Knob("masterName", text: "mymaster", help: "the name that the sentinels know the master by"),
      Knob("user", text: "", help: "who the clients are at the servers; empty: the default user"),
      Knob("password", secret: "where the user's password is"),
      Knob("sentinelUser", text: "", help: "who the clients are at the sentinels"),
      Knob("sentinelPassword", secret: "where the password for the sentinels is"),
    ]
  }

  /// 1, 3 or 6 nodes, by mode.
  public func defaultNodes(_ knobs: [String: String]) -> Int {
    switch knobs["mode"] {
    case "sentinel": 3
    case "cluster": 6
    default: 1
    }
  }

  /// Refuses numbers of nodes, and durations, that a mode cannot have.
  public func validate(_ site: Site) throws(Failure) {
    for (user, password) in [("user", "password"), ("sentinelUser", "sentinelPassword")]
    where !site.knob(user).isEmpty && site.knob(password).isEmpty {
      throw Failure(.usage, "redis: the knob “\(user)” is of no use without “\(password)”")
    }
    let settings = RedisSettings(site)
    let nodes = site.nodes.count
    switch settings.mode {
    case .standalone where nodes != 1:
      throw Failure(
        .usage,
        "redis: mode=standalone has 1 node, not \(nodes); more take mode=sentinel or"
          + " mode=cluster")
    case .standalone where settings.wait > 0:
      throw Failure(
        .usage, "redis: wait=\(settings.wait), but mode=standalone has no replicas to wait for")
    case .sentinel where nodes < 3:
      throw Failure(
        .usage,
        "redis: mode=sentinel takes 3 nodes or more, not \(nodes): sentinels need a"
          + " majority without the one that failed")
    case .cluster where nodes < 3:
      throw Failure(.usage, "redis: mode=cluster takes 3 nodes or more, not \(nodes)")
    default: break
    }
    if settings.mode != .sentinel, settings.target != .follow {
      throw Failure(
        .usage, "redis: target=\(settings.target.rawValue) is for mode=sentinel only")
    }
    guard let downAfter = site.milliseconds("downAfter"), (100...60_000).contains(downAfter) else {
      throw Failure(
        .usage,
        "redis: downAfter=\(site.knob("downAfter")), expected whole milliseconds from"
          + " 100ms to 60s")
    }
    let name = settings.masterName.utf8
    guard !name.isEmpty, name.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\"") }) else {
      throw Failure(
        .usage, "redis: masterName=\(settings.masterName), expected a word of printable ASCII")
    }
  }

  /// The servers, and the sentinels when the servers are ready.
  public func processes(_ site: Site) -> [ServerProcess] { RedisFiles(site).processes() }

  /// A client.
  public func session(_ site: Site, client: Int, node: Int) -> any Session {
    RedisSession(site, node: node)
  }
}
