/// The configuration files and command lines of a local Redis.
///
/// Servers get a file rather than options, because a sentinel has it rewritten (`CONFIG REWRITE`)
/// when it changes a role: a former master that starts again must come back as a replica.
struct RedisFiles {
  private let site: Site
  private let settings: RedisSettings

  init(_ site: Site) {
    self.site = site
    settings = RedisSettings(site)
  }

  func processes() -> [ServerProcess] {
    let servers = site.nodes.indices.map(server)
    return settings.mode == .sentinel ? servers + site.nodes.indices.map(sentinel) : servers
  }

  private func server(_ index: Int) -> ServerProcess {
    let node = site.nodes[index]
    var lines = common(node, port: RedisSettings.serverPort)
    let persistent = settings.appendfsync != "no-persistence"
    lines += [
      "save \"\"", "appendonly \(persistent ? "yes" : "no")",
      "appendfsync \(persistent ? settings.appendfsync : "no")",
      // Without it a replica keeps the snapshot of its first synchronization and starts with it.
      "rdb-del-sync-files yes",
      "repl-diskless-sync yes", "repl-diskless-sync-delay 0", "repl-ping-replica-period 1",
      "repl-timeout 10", "replica-announce-ip \(node.peerAddress)",
      "replica-announce-port \(RedisSettings.serverPort)",
    ]
    switch settings.mode {
    case .standalone: break
    case .sentinel:
      if index > 0 {
        lines.append("replicaof \(site.nodes[0].peerAddress) \(RedisSettings.serverPort)")
      }
    case .cluster:
      lines += [
        "cluster-enabled yes", "cluster-node-timeout \(settings.downAfterMilliseconds)",
        "cluster-config-file nodes.conf", "cluster-announce-ip \(node.peerAddress)",
      ]
    }
    return process(index, "redis", lines, arguments: [], stage: 0)
  }

  private func sentinel(_ index: Int) -> ServerProcess {
    let name = settings.masterName
    let lines =
      common(site.nodes[index], port: RedisSettings.sentinelPort) + [
        "sentinel announce-ip \(site.nodes[index].peerAddress)",
        "sentinel monitor \(name) \(site.nodes[0].peerAddress) \(RedisSettings.serverPort)"
          + " \(site.nodes.count / 2 + 1)",
        "sentinel down-after-milliseconds \(name) \(settings.downAfterMilliseconds)",
        "sentinel failover-timeout \(name) \(3 * settings.downAfterMilliseconds)",
        "sentinel parallel-syncs \(name) 1",
      ]
    return process(index, "sentinel", lines, arguments: ["--sentinel"], stage: 1)
  }

  private func common(_ node: Site.Node, port: Int) -> [String] {
    let addresses =
      node.peerAddress == node.clientAddress
      ? node.peerAddress : "\(node.peerAddress) \(node.clientAddress)"
    return [
      "port \(port)", "bind \(addresses)", "bind-source-addr \(node.peerAddress)",
      "protected-mode no", "daemonize no", "dir \(Self.quoted(node.data))",
    ]
  }

  private func process(
    _ index: Int, _ role: String, _ lines: [String], arguments: [String], stage: Int
  ) -> ServerProcess {
    let path = "\(site.nodes[index].data)/\(role).conf"
    let text = lines.joined(separator: "\n") + "\n"
    return ServerProcess(
      node: index, role: role, program: "redis-server", arguments: [path] + arguments,
      files: [.init(path: path, text: text)], stage: stage)
  }

  /// A word of a configuration file in double quotes.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { quoted.unicodeScalars.append("\\") }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}
