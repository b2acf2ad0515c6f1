import Base

extension RedisSession {
  mutating func beginStatus(_ effects: inout [SessionEffect]) {
    phase = .status
    var server = [["PING"], ["INFO", "replication"]]
    if settings.mode == .cluster { server.append(["CLUSTER", "NODES"]) }
    var requests = [(link: home, commands: server)]
    if settings.mode == .sentinel {
      let commands = [["SENTINEL", "MASTER", settings.masterName]]
      requests.append((link: nodes + home, commands: commands))
    }
    gather(requests, &effects)
  }

  mutating func concludeStatus(_ effects: inout [SessionEffect]) {
    let server = gathered[home]
    let sentinel = settings.mode == .sentinel ? gathered[nodes + home]?[0].elements : nil
    for link in [home] + (settings.mode == .sentinel ? [nodes + home] : []) {
      guard let message = RedisRefusal.denial(gathered[link]?[0]) else { continue }
      denial = "\(name(link)): \(message)"
    }
    if let denial { return answer(.denied(denial), &effects) }
    guard server != nil || sentinel != nil else {
      return answer(Answer(.refused(gatheringProblem)), &effects)
    }
    var status = NodeStatus(stage: -1)
    // While it reads its data set it answers PING with LOADING.
    let isUp = server?[0] == .simple("PONG")
    let replication = RedisInfo(server?[1].text ?? "")
    switch settings.mode {
    case .standalone:
      status.stage = isUp ? 1 : -1
      status.leader = home
    case .cluster:
      status.stage = isUp ? 1 : -1
      if case .bulk? = server?[2] {
        let owner = RedisClusterNode.all(server?[2].text ?? "").first { $0.owns(slot: 0) }
        status.leader = owner.flatMap { $0.isMyself ? home : node($0.address, port: $0.port) }
        status.term = owner?.epoch
      }
    case .sentinel:
      let view = RedisInfo(pairs: sentinel ?? [])
      if isUp, isReplicated(replication) { status.stage = 0 }
      let others = String(nodes - 1)
      if status.stage == 0, view["num-slaves"] == others, view["num-other-sentinels"] == others {
        status.stage = 1
      }
      if let address = view["ip"] {
        status.leader = node(address, port: view["port"].flatMap { Int($0) } ?? 0)
        status.term = view["config-epoch"].flatMap { Int64($0) }
      } else {
        let port = replication["master_port"].flatMap { Int($0) } ?? 0
        status.leader =
          replication["role"] == "master"
          ? home : node(replication["master_host"] ?? "", port: port)
      }
    }
    answer(Answer(.ok(.null), status: status), &effects)
  }

  /// Whether a master has all its replicas on line, or a replica its master.
  func isReplicated(_ replication: RedisInfo) -> Bool {
    replication["role"] == "master"
      ? replication.count(containing: "state=online") == nodes - 1
      : replication["master_link_status"] == "up"
  }
}

/// The lines `name:value` of a reply to `INFO`, or the names and values of `SENTINEL MASTER`.
struct RedisInfo {
  private var fields: [(name: Substring, value: Substring)] = []

  init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields.append((line[..<colon], line[line.index(after: colon)...]))
    }
  }

  init(pairs: [RESP]) {
    for index in stride(from: 0, to: pairs.count - 1, by: 2) {
      guard let name = pairs[index].text, let value = pairs[index + 1].text else { continue }
      fields.append((name[...], value[...]))
    }
  }

  /// The value of that name, or nil.
  subscript(name: String) -> String? {
    fields.first { $0.name == name }.map { String($0.value) }
  }

  /// How many values hold that word among their comma-separated parts.
  func count(containing part: String) -> Int {
    fields.count { $0.value.split(separator: ",").contains(part[...]) }
  }
}
