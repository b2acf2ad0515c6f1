import Base
import Experiments
import Formats
import Histories
import Protocols

/// The simulator as the host of faults: each is exact, so what shows it is what was done.
extension Simulation: FaultHost {
  var now: Int64 { time }
  var counts: Traffic.Counts { fates.counts }
  var witness: String? { nil }
  var isWorking: Bool { !operatorWork.wishes.isEmpty }
  func isGone(_ node: Int) -> Bool { hosts[node].state == .down }
  func isStopped(_ node: Int) -> Bool { hosts[node].isPaused }
  func isWiped(_ node: Int) -> Bool { hosts[node].isWiped }
  func isRemoved(_ node: Int) -> Bool { hosts[node].isOut }
  func isMember(_ node: Int) -> Bool {
    hosts[node].state == .up && !hosts[node].isOut && operatorWork.wishes.isEmpty
  }
  func isLeading(_ node: Int) -> Bool { hosts[node].node?.leads ?? false }
  func isCut(_ link: Link) -> Bool { fates.isCut(link) }
  func standing(of links: [Link]) -> LinkStanding? { nil }
  func sendProbe(_ link: Link) -> UInt64? { nil }
  func hasArrived(_ probe: UInt64) -> Bool { false }
  func clockShift(_ node: Int) -> Int64? { hosts[node].clock.shift(at: time) }

  func refusal(of node: Int) -> JSON? {
    hosts[node].refused.map {
      ["node": .string(names[node]), "record": JSON($0.record), "of": JSON($0.records)]
    }
  }

  func carryOut(_ effect: FaultEffect) throws(Failure) {
    switch effect {
    case .end(let node, _): kill(node)
    case .start(let node): start(node)
    case .pause(let node):
      hosts[node].isPaused = hosts[node].state != .down
      if hosts[node].isPaused { recorder?.happened(node, "paused", .paused, at: time) }
    case .resume(let node): resume(node)
    case .cut(let links):
      fates.cut(links)
      isolated = fates.isolated
    case .heal(let links):
      fates.heal(links)
      isolated = fates.isolated
    case .traffic(let kind, let amount): fates.traffic.set(kind, amount)
    case .wipe(let node):
      hosts[node].disk.wipe()
      hosts[node].isWiped = true
      wasWiped = true
      hosts[node].refused = nil
      recorder?.happened(node, "wiped", at: time)
    case .disk(let node, let trouble, let isOn): set(trouble, of: node, isOn: isOn)
    case .damage(let node, let damage): self.damage(damage, of: node)
    case .repair(let node): repair(node)
    case .clock(let node, let change): self.change(change, of: node)
    case .expectEnd: break
    case .removeMember(let node): want(.remove(names[node]))
    case .addMember(let node): add(node)
    case .transferLeadership(let node): want(.lead(names[node]))
    case .leaveLeadership: operatorWork.leaveLeadership()
    }
  }

  func loseUnsynced(_ nodes: [Int]) -> JSON? {
    let writes = nodes.reduce(0) { $0 + hosts[$1].lost }
    return ["gone": JSON(nodes.count), "writesLost": JSON(writes)]
  }

  func probe(_ trouble: FaultEffect.DiskTrouble, of node: Int) -> String? {
    let host = hosts[node]
    return switch trouble {
    case .slow(let milliseconds):
      host.slowSyncNanoseconds > 0 ? "syncs take \(milliseconds) ms" : nil
    case .full: host.isFull ? "no space" : nil
    case .failing: host.failsSyncs ? "sync failed" : nil
    }
  }
}

extension Simulation: Chronicle {
  func record(_ entry: HistoryEntry) {
    JSONLinesEncoder.write(entry, time: time, into: &history)
  }

  func note(_ step: JSON, _ words: String) throws(Failure) {
    faultLines.write(step)
    faultLines.write(byte: UInt8(ascii: "\n"))
  }
}
