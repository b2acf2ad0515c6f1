import Base
import Drivers
import Experiments
import Glibc

/// Nodes that are taken out of the cluster, and come back.
extension ServerCluster: MemberChanging {
  private static let patience: Int64 = 2_000_000_000
  private static let pause: Int64 = 200_000_000

  func removeMember(_ index: Int) {
    guard change == nil else { return }
    change = MemberChange(index, of: count)
  }

  func isRemoved(_ index: Int) -> Bool { change?.node == index && change?.isOut ?? false }

  func addMember(_ index: Int) {
    if change?.node == index { change?.isWantedBack = true }
  }

  func isMember(_ index: Int) -> Bool { change?.node != index && state(index) == .up }

  /// Whether a node's server may end by itself: some do once they hear that they are out.
  func mayLeave(_ index: Int) -> Bool {
    guard let change, change.node == index else { return false }
    return change.step.rawValue < MemberChange.Step.joining.rawValue
  }

  /// Takes the next step of a change.
  func advanceChange(at time: Int64) throws(Failure) {
    guard let current = change else { return }
    switch current.step {
    case .removing, .confirming, .adding: ask(at: time)
    case .ending:
      if nodes[current.node].state == .down { change?.step = .out }
    case .out:
      if current.isWantedBack { change?.step = .adding }
    case .joining:
      guard nodes[current.node].state == .up else { return }
      log.write("\(nodes[current.node].name): is a member again")
      change = nil
    }
  }

  private func ask(at time: Int64) {
    guard let current = change, let question = current.question else { return }
    let talk = changeTalk(current.via)
    if talks.isAsking(talk) {
      guard time - current.asked > ServerCluster.patience else { return }
      talks.abandon(talk)
      change?.isUncertain = true
      change?.turnToNext(of: count)
    } else if current.step == .removing, current.isWantedBack, !current.isUncertain {
      log.write("\(nodes[current.node].name): stays a member: the others would not take it out")
      change = nil
    } else if time - current.asked > ServerCluster.pause {
      change?.asked = time
      talks.ask(talk, question, at: time)
    }
  }

  private func changeTalk(_ via: Int) -> Int {
    let known = owners.firstIndex {
      if case .change(let node) = $0 { node == via } else { false }
    }
    if let known { return known }
    let talk = talks.add(driver.session(site, client: -3, node: via))
    owners.append(.change(via))
    return talk
  }

  /// Hears what another node says to a step.
  func hearChange(_ answer: Answer) throws(Failure) {
    guard let current = change else { return }
    guard case .ok = answer.outcome else {
      if case .unknown = answer.outcome { change?.isUncertain = true }
      if change?.lastRefusal != answer.outcome {
        log.write(
          "change of \(nodes[current.node].name): \(nodes[current.via].name) says \(answer.outcome)"
        )
      }
      change?.lastRefusal = answer.outcome
      change?.turnToNext(of: count)
      return
    }
    let node = current.node
    switch current.step {
    case .removing: change?.step = .confirming
    case .confirming:
      log.write("\(nodes[node].name): is no member any more")
      site.nodes[node].isMember = false
      change?.step = .ending
      try end(node, by: SIGKILL)
    case .adding:
      site.nodes[node].isMember = true
      site.nodes[node].generation += 1
      // The site says otherwise than before.
      nodes[node].programs = way.programs(of: node, at: site)
      change?.step = .joining
      try start(node)
    default: break
    }
  }
}
