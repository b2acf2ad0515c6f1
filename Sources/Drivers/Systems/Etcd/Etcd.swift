import Base

/// etcd 3.3 and later, through the JSON gateway that it has built in.
public struct Etcd: Driver {
  /// The port that nodes use among themselves.
  static let peerPort = 2380

  /// It has no state: what a run chooses is in its site.
  public init() {}

  /// `etcd`.
  public var name: String { "etcd" }
  /// What it is.
  public var summary: String { "etcd 3 through its JSON gateway" }
  /// How reads are served, the Raft timers, the path of the gateway.
  public var knobs: [Knob] {
    [
      Knob(
        "reads", ["linearizable", "serializable"],
        help: "serializable: from the node's own store, without asking the others (unsafe)"),
      Knob("heartbeat", text: "100ms", help: "how often a leader shows that it is there"),
      Knob("election", text: "1s", help: "how long without a leader until an election"),
      Knob(
        "api", ["v3", "v3beta", "v3alpha"],
        help: "the path of the gateway: v3beta for etcd 3.3, v3alpha for 3.2"),
    ] + Knob.credentials()
  }
  /// Three.
  public var defaultNodes: Int { 3 }
  /// 2379.
  public var clientPort: Int { 2379 }
  /// Debian's.
  public var packages: [String] { ["etcd-server"] }
  /// The server.
  public var programs: [String] { ["etcd"] }
  /// A member can be taken out and added again, with empty data.
  public var hasMembership: Bool { true }

  /// Refuses timers that etcd itself would refuse at its start.
  public func validate(_ site: Site) throws(Failure) {
    try site.validateLogin(self)
    let heartbeat = try Etcd.milliseconds("heartbeat", site)
    let election = try Etcd.milliseconds("election", site)
    guard election >= 5 * heartbeat else {
      throw Failure(
        .usage,
        "etcd: election=\(site.knob("election")) is less than five times"
          + " heartbeat=\(site.knob("heartbeat")), which etcd refuses")
    }
    guard election <= 50_000 else {
      throw Failure(.usage, "etcd: election=\(site.knob("election")), at most 50s")
    }
  }

  private static func milliseconds(_ knob: String, _ site: Site) throws(Failure) -> Int64 {
    guard let nanoseconds = Units.nanoseconds(site.knob(knob)), nanoseconds >= 1_000_000,
      nanoseconds % 1_000_000 == 0
    else {
      throw Failure(
        .usage,
        "etcd: \(knob)=\(site.knob(knob)), expected whole milliseconds such as 100ms")
    }
    return nanoseconds / 1_000_000
  }

  /// One server a node. A node that was added again begins with empty data in a folder of its own
  /// and joins the members there are.
  public func processes(_ site: Site) -> [ServerProcess] {
    let peers = site.nodes.filter(\.isMember)
      .map { "\($0.name)=\(Etcd.peerURL($0))" }.joined(separator: ",")
    return site.nodes.indices.map { index in
      let node = site.nodes[index]
      let client = "http://\(node.clientAddress):\(site.port(index, self))"
      let peer = Etcd.peerURL(node)
      let isNew = node.generation == 0
      let milliseconds = { (knob: String) in
        String((Units.nanoseconds(site.knob(knob)) ?? 0) / 1_000_000)
      }
      return ServerProcess(
        node: index, role: "etcd", program: "etcd",
        arguments: [
          "--name", node.name,
          "--data-dir", node.data + (isNew ? "/etcd" : "/etcd-\(node.generation)"),
          "--listen-client-urls", client, "--advertise-client-urls", client,
          "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
          "--initial-cluster", peers,
          "--initial-cluster-state", isNew ? "new" : "existing",
          "--initial-cluster-token", "plumbline",
          "--heartbeat-interval", milliseconds("heartbeat"),
          "--election-timeout", milliseconds("election"),
          "--logger", "zap", "--log-level", "warn",
        ], honoursPreload: false)
    }
  }

  /// The address that other nodes reach a node by.
  static func peerURL(_ node: Site.Node) -> String { "http://\(node.peerAddress):\(peerPort)" }

  /// A session that sends everything to its own node, which passes on what the leader must do.
  public func session(_ site: Site, client: Int, node: Int) -> any Session {
    let port = site.port(node, self)
    return HTTPSession(
      EtcdTalk(site, node: node, port: port, defaultPort: clientPort),
      Endpoint(node: node, port: port))
  }
}
