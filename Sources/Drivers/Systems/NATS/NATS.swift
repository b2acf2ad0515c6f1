import Base

/// NATS JetStream as a key-value store.
public struct NATS: Driver {
  /// It has no state: what a run chooses is in its site.
  public init() {}

  /// `nats`.
  public var name: String { "nats" }
  /// What it is.
  public var summary: String { "NATS JetStream key-value: one replicated stream, a subject a key" }
  /// 3.
  public var defaultNodes: Int { 3 }
  /// 4222.
  public var clientPort: Int { 4222 }
  /// Where Debian has it.
  public var packages: [String] { ["nats-server"] }
  /// What a local cluster runs.
  public var programs: [String] { ["nats-server"] }
  /// The sequence of the last message is compared, not the value.
  public var refusedComparison: RefusedComparison { .saysNothing }

  /// The port that tells the state of a server over HTTP.
  static let monitorPort = 8222
  /// The bucket, as `nats kv` names it.
  static let bucket = "plumbline"

  /// The knobs.
  public var knobs: [Knob] {
    [
      Knob(
        "reads", ["leader", "direct"],
        help: "leader: from the stream's leader (unsafe where it is cut off: it asks nobody); "
          + "direct (unsafe): from any replica"),
      Knob(
        "sync", ["default", "always"],
        help: "when messages are on disk: every two minutes (unsafe without power), or each at once"
      ),
      Knob("token", secret: "where the token is that a connection begins with"),
    ] + Knob.credentials()
  }

  /// Refuses numbers of nodes that JetStream has no replicas for.
  public func validate(_ site: Site) throws(Failure) {
    try site.validateLogin(self)
    if !site.knob("token").isEmpty, !site.knob("user").isEmpty {
      throw Failure(.usage, "nats: “token” and “user” are two answers to one question")
    }
    guard [1, 3, 5].contains(site.nodes.count) else {
      throw Failure(
        .usage, "nats: a stream has 1, 3 or 5 replicas, one a node, not \(site.nodes.count)")
    }
  }

  /// One server a node.
  public func processes(_ site: Site) -> [ServerProcess] {
    site.nodes.indices.map { index in
      let node = site.nodes[index]
      var text = """
        server_name: \(node.name)
        listen: "\(node.clientAddress):\(clientPort)"
        http: "\(node.clientAddress):\(NATS.monitorPort)"
        jetstream {
          store_dir: \(quoted("\(node.data)/jetstream"))
          max_mem: 64MB
          max_file: 1GB

        """
      if site.knob("sync") == "always" { text += "  sync_interval: always\n" }
      text += "}\n"
      if site.nodes.count > 1 {
        let routes = site.nodes.indices.filter { $0 != index }
          .map { "\"nats://\(site.nodes[$0].peerAddress):6222\"" }.joined(separator: ", ")
        text += """
          cluster {
            name: plumbline
            listen: "\(node.peerAddress):6222"
            routes: [\(routes)]
          }

          """
      }
      let path = "\(node.data)/nats.conf"
      return ServerProcess(
        node: index, role: "nats", program: "nats-server", arguments: ["-c", path],
        files: [.init(path: path, text: text)], honoursPreload: false)
    }
  }

  private func quoted(_ text: String) -> String {
    "\"" + text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
  }

  /// A client.
  public func session(_ site: Site, client: Int, node: Int) -> any Session {
    NATSSession(site, node: node, port: site.port(node, self))
  }
}
