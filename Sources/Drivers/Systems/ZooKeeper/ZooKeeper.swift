import Base

/// Apache ZooKeeper.
public struct ZooKeeper: Driver {
  /// It has no state: what a run chooses is in its site.
  public init() {}

  /// `zookeeper`.
  public var name: String { "zookeeper" }
  /// What it is.
  public var summary: String { "Apache ZooKeeper 3.8; one znode a key" }
  /// 3.
  public var defaultNodes: Int { 3 }
  /// 2181.
  public var clientPort: Int { 2181 }
  /// Where Debian has it.
  public var packages: [String] { ["zookeeper"] }
  /// What a local cluster runs; the script stands for the package's classes.
  public var programs: [String] { ["java", "/usr/share/zookeeper/bin/zkServer.sh"] }
  /// The versions of a node of the tree are compared, not its value.
  public var refusedComparison: RefusedComparison { .saysNothing }

  /// The knobs.
  public var knobs: [Knob] {
    [
      Knob(
        "reads", ["sync", "local"],
        help: "sync: sync before each getData; local (unsafe): what the node has, maybe old"),
      Knob(
        "forceSync", ["yes", "no"],
        help: "whether a server has its log on disk before it acknowledges; no is unsafe"),
      Knob("tickTime", text: "500ms", help: "a tick, the unit of all its timeouts"),
      Knob(
        "syncLimit", text: "5",
        help: "ticks after which a follower without its leader stops serving its clients"),
    ] + Knob.credentials("who the clients are at the servers (addauth digest)")
  }

  /// Refuses durations that are none.
  public func validate(_ site: Site) throws(Failure) {
    try site.validateLogin(self)
    if site.knob("user").contains(":") {
      throw Failure(.usage, "zookeeper: user=\(site.knob("user")), a digest's user has no colon")
    }
    guard let tick = site.milliseconds("tickTime"), (50...10_000).contains(tick) else {
      throw Failure(
        .usage,
        "zookeeper: tickTime=\(site.knob("tickTime")), expected whole milliseconds from"
          + " 50ms to 10s")
    }
    guard let limit = Int(site.knob("syncLimit")), (1...1_000).contains(limit) else {
      throw Failure(
        .usage,
        "zookeeper: syncLimit=\(site.knob("syncLimit")), expected a number of ticks from 1"
          + " to 1000")
    }
  }

  /// One server a node.
  public func processes(_ site: Site) -> [ServerProcess] {
    let servers = site.nodes.enumerated().map { index, node in
      "server.\(index + 1)=\(node.peerAddress):2888:3888\n"
    }
    return site.nodes.enumerated().map { index, node in
      let configuration = """
        tickTime=\(site.milliseconds("tickTime") ?? 500)
        initLimit=10
        syncLimit=\(site.knob("syncLimit"))
        dataDir=\(node.data)
        clientPort=\(clientPort)
        clientPortAddress=\(node.clientAddress)
        maxClientCnxns=0
        admin.enableServer=false
        4lw.commands.whitelist=*
        \(site.nodes.count > 1 ? servers.joined() : "")
        """
      return ServerProcess(
        node: index, role: "zookeeper", program: "java",
        arguments: [
          "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
          "-Dzookeeper.root.logger=WARN,CONSOLE",
          "-Dzookeeper.forceSync=\(site.knob("forceSync"))",
          "-cp", "/etc/zookeeper/conf_example:/usr/share/java/zookeeper.jar",
          "org.apache.zookeeper.server.quorum.QuorumPeerMain", "\(node.data)/zoo.cfg",
        ],
        files: [
          .init(path: "\(node.data)/myid", text: "\(index + 1)\n"),
          .init(path: "\(node.data)/zoo.cfg", text: configuration),
        ])
    }
  }

  /// A client.
  public func session(_ site: Site, client: Int, node: Int) -> any Session {
    ZooKeeperSession(
      Endpoint(node: node, port: site.port(node, self)),
      name: site.nodes[node].name, syncs: site.knob("reads") != "local",
      login: site.login.map { "\($0.user):\($0.password)" }, isForeign: site.isForeign)
  }
}
