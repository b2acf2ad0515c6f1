import Base

/// One line of `CLUSTER NODES`.
struct RedisClusterNode {
  let id: Substring
  let address: String
  let port: Int
  let flags: [Substring]
  let masterId: Substring
  let epoch: Int64
  let isConnected: Bool
  let slots: [ClosedRange<Int>]

  /// The nodes of a reply; lines that are none are left out.
  static func all(_ text: String) -> [RedisClusterNode] {
    text.split(whereSeparator: \.isNewline).compactMap(RedisClusterNode.init(line:))
  }

  init?(line: Substring) {
    let words = line.split(separator: " ")
    guard words.count >= 8, let epoch = Int64(words[6]) else { return nil }
    id = words[0]
    // `10.0.0.1:6379@16379,name`
    let place = words[1].prefix { $0 != "@" && $0 != "," }
    guard let colon = place.lastIndex(of: ":") else { return nil }
    address = String(place[..<colon])
    port = Int(place[place.index(after: colon)...]) ?? 0
    flags = words[2].split(separator: ",")
    masterId = words[3]
    self.epoch = epoch
    isConnected = words[7] == "connected"
    slots = words[8...].compactMap { word in
      let ends = word.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return nil }
      return first...last
    }
  }

  var isMyself: Bool { flags.contains("myself") }
  var isMaster: Bool { flags.contains("master") }
  /// Whether its name is only a placeholder.
  var isHandshaking: Bool { flags.contains("handshake") }

  func owns(slot: Int) -> Bool { isMaster && slots.contains { $0.contains(slot) } }
}

/// Forming a cluster of ours: whenever it is asked for, the nodes are told what they lack of it,
/// until they lack nothing. A cluster that exists already is looked at and never changed.
extension RedisSession {
  mutating func beginPreparing(_ effects: inout [SessionEffect]) {
    guard settings.mode == .cluster else { return beginTrial(&effects) }
    phase = .examining
    let commands = [["CLUSTER", "INFO"], ["CLUSTER", "NODES"], ["INFO", "replication"]]
    gather(site.nodes.indices.map { (link: $0, commands: commands) }, &effects)
  }

  /// Sees whether servers of others let this client read its keys, and run scripts on them.
  private mutating func beginTrial(_ effects: inout [SessionEffect]) {
    guard site.isForeign else { return answer(Answer(.ok(.null)), &effects) }
    phase = .examining
    let key = Question.foreignPrefix
    gather([(home, [["GET", key], ["EVAL", "return 1", "1", key]])], &effects)
  }

  private mutating func concludeTrial(_ effects: inout [SessionEffect]) {
    guard let replies = gathered[home] else {
      return answer(Answer(.refused(gatheringProblem)), &effects)
    }
    for reply in replies {
      guard let message = RedisRefusal.denial(reply) else { continue }
      return answer(.denied("\(name(home)): \(message)"), &effects)
    }
    answer(Answer(.ok(.null)), &effects)
  }

  mutating func form(_ effects: inout [SessionEffect]) {
    guard settings.mode == .cluster else { return concludeTrial(&effects) }
    var views: [[RedisClusterNode]] = []
    for node in 0..<nodes {
      guard let replies = gathered[node] else {
        return answer(Answer(.refused(gatheringProblem)), &effects)
      }
      for case .error(let message) in replies {
        denial = RedisRefusal.denial(.error(message))
        return answer(Answer(.refused("\(name(node)): \(message)")), &effects)
      }
      views.append(RedisClusterNode.all(replies[1].text ?? ""))
    }
    let lacking = isFormed || !isOurs ? [] : commands(views)
    if lacking.isEmpty {
      let outcome: Answer.Outcome = isFormed ? .ok(.null) : .refused("the cluster is not whole yet")
      return answer(Answer(outcome), &effects)
    }
    phase = .forming
    gather(lacking, &effects)
  }

  /// Whether the servers are started for this run, and not somebody's.
  private var isOurs: Bool { site.ports == nil }

  /// Whether every node says that all slots are served, and every replica has its data.
  private var isFormed: Bool {
    (0..<nodes).allSatisfy { node in
      guard let replies = gathered[node] else { return false }
      let cluster = RedisInfo(replies[0].text ?? "")
      let replication = RedisInfo(replies[2].text ?? "")
      let isReplica = isOurs && node >= RedisSettings.masters(of: nodes)
      return cluster["cluster_state"] == "ok"
        && cluster["cluster_known_nodes"].flatMap { Int($0) } ?? 0 >= nodes
        && (replication["role"] == "slave"
          ? replication["master_link_status"] == "up"
          : !isReplica || replication["connected_slaves"] != "0")
    }
  }

  private func commands(
    _ views: [[RedisClusterNode]]
  ) -> [(link: Int, commands: [[String]])] {
    let masters = RedisSettings.masters(of: nodes)
    var requests: [(link: Int, commands: [[String]])] = []
    for node in 0..<nodes {
      guard let me = views[node].first(where: \.isMyself) else { continue }
      var commands: [[String]] = []
      if views[node].count == 1, me.epoch == 0 {
        // Epochs that differ from the first spare the masters the settling of a conflict.
        commands.append(["CLUSTER", "SET-CONFIG-EPOCH", String(node + 1)])
      }
      if node < masters, me.isMaster, me.slots.isEmpty {
        let (first, last) = RedisSettings.slots(of: node, masters: masters)
        commands.append(["CLUSTER", "ADDSLOTSRANGE", String(first), String(last)])
      }
      if node == 0 {
        for other in 1..<nodes
        where !views[0].contains(where: { self.node($0.address, port: $0.port) == other }) {
          let port = String(links[other].endpoint.port)
          commands.append(["CLUSTER", "MEET", site.nodes[other].peerAddress, port])
        }
      }
      if node >= masters, me.isMaster, me.slots.isEmpty,
        let master = views[(node - masters) % masters].first(where: \.isMyself),
        views[node].contains(where: { $0.id == master.id && !$0.isHandshaking })
      {
        commands.append(["CLUSTER", "REPLICATE", String(master.id)])
      }
      if !commands.isEmpty { requests.append((link: node, commands: commands)) }
    }
    return requests
  }
}
