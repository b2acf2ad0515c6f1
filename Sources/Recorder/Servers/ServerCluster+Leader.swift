import Drivers
import Experiments

extension ServerCluster {
  /// Whom the nodes take for the leader: the one of the highest term, else the one most name.
  func electLeader() {
    // The user's command says it.
    guard !(way.commands?.has("leader") ?? false) else { return }
    let statuses = nodes.filter { $0.state == .up }.compactMap(\.probe.status)
      .filter { $0.leader != nil }
    let highest = statuses.compactMap(\.term).max()
    let votes = statuses.filter { $0.term == highest }.compactMap(\.leader)
    let found = Set(votes).sorted().max { left, right in
      votes.count { $0 == left } < votes.count { $0 == right }
    }
    guard let found else { return }
    if found != leader { log.write("leader: \(nodes[found].name)") }
    leader = found
  }
}
