import Base

/// Consul's key-value store. No Debian package has the program: a local cluster needs the user's.
public struct Consul: Driver {
  /// The port that servers replicate by.
  static let serverPort = 8300

  /// It has no state: what a run chooses is in its site.
  public init() {}

  /// `consul`.
  public var name: String { "consul" }
  /// What it is.
  public var summary: String { "Consul's key-value store" }
  /// How reads are served.
  public var knobs: [Knob] {
    [
      Knob(
        "reads", ["consistent", "default", "stale"],
        help: "default: by a leader that does not ask whether it still is (unsafe while leaders"
          + " change); stale: by any server from its own store (unsafe)"),
      Knob("token", secret: "where the token is that every request carries"),
    ]
  }
  /// Three.
  public var defaultNodes: Int { 3 }
  /// 8500.
  public var clientPort: Int { 8500 }
  /// None.
  public var packages: [String] { [] }
  /// The agent.
  public var programs: [String] { ["consul"] }
  /// It compares by index: a comparison that fails has lost a race and observed nothing.
  public var refusedComparison: RefusedComparison { .saysNothing }

  /// One server agent a node.
  public func processes(_ site: Site) -> [ServerProcess] {
    site.nodes.indices.map { index in
      let node = site.nodes[index]
      let file = "\(node.data)/consul.json"
      let text: JSON = [
        "server": true, "bootstrap_expect": JSON(site.nodes.count), "node_name": .string(node.name),
        "data_dir": .string("\(node.data)/consul"), "bind_addr": .string(node.peerAddress),
        "client_addr": .string(node.clientAddress),
        "retry_join": .array(site.nodes.map { .string($0.peerAddress) }), "retry_interval": "1s",
        "disable_host_node_id": true, "disable_update_check": true, "log_level": "WARN",
        "performance": ["raft_multiplier": 1],
        "ports": [
          "http": JSON(site.port(index, self)), "server": JSON(Consul.serverPort), "dns": -1,
          "grpc": -1, "serf_wan": -1,
        ],
      ]
      return ServerProcess(
        node: index, role: "consul", program: "consul",
        arguments: ["agent", "-config-file", file],
        files: [.init(path: file, text: text.description + "\n")], honoursPreload: false)
    }
  }

  /// A session that sends everything to its own node, which passes on what the leader must do.
  public func session(_ site: Site, client: Int, node: Int) -> any Session {
    let port = site.port(node, self)
    return HTTPSession(
      ConsulTalk(site, node: node, port: port), Endpoint(node: node, port: port))
  }
}
