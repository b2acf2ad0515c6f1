import Base
import Experiments
import Formats
import Glibc
import Histories
import Sandbox

/// The recorder as the host of faults: what they want is done to the cluster and its facets, and
/// what came of it is looked up there.
///
/// What a fault reaches for is there: a plan whose faults do not find it is refused at the start.
final class ClusterHost: FaultHost {
  let names: [String]
  private let cluster: any Cluster
  private let network: Network
  private let clock: () -> Int64

  /// Makes the host of a plan's faults.
  ///
  /// - Throws: a defect where the cluster lacks what one of them reaches for.
  init(
    _ plan: Plan, cluster: any Cluster, network: Network, now: @escaping () -> Int64
  ) throws(Failure) {
    try cluster.require(facetsOf: plan)
    self.cluster = cluster
    self.network = network
    names = cluster.names
    clock = now
  }

  var leader: Int? { cluster.leader }
  var now: Int64 { clock() }
  var counts: Traffic.Counts { network.fates.counts }
  var witness: String? { cluster.witness }
  var isWorking: Bool { cluster.isWorking }
  func state(_ node: Int) -> NodeState { cluster.state(node) }
  func isGone(_ node: Int) -> Bool { cluster.isGone(node) }
  func isStopped(_ node: Int) -> Bool { cluster.isStopped(node) }
  func isCut(_ link: Link) -> Bool { network.fates.isCut(link) }

  // What a cluster lacks is never seen to be so.
  func isWiped(_ node: Int) -> Bool { cluster.disks?.isWiped(node) ?? false }
  func isRemoved(_ node: Int) -> Bool { cluster.members?.isRemoved(node) ?? false }
  func isMember(_ node: Int) -> Bool { cluster.members?.isMember(node) ?? false }
  func isLeading(_ node: Int) -> Bool { cluster.leadership?.isLeading(node) ?? false }
  func refusal(of node: Int) -> JSON? { nil }
  func standing(of links: [Link]) -> LinkStanding? { cluster.carrier?.standing(of: links) }
  func sendProbe(_ link: Link) -> UInt64? { cluster.carrier?.wires?.sendProbe(link) }
  func hasArrived(_ probe: UInt64) -> Bool { cluster.carrier?.wires?.hasArrived(probe) ?? false }

  func carryOut(_ effect: FaultEffect) throws(Failure) {
    switch effect {
    case .end(let node, let end): try cluster.end(node, by: end == .stop ? SIGTERM : SIGKILL)
    case .start(let node): try cluster.start(node)
    case .pause(let node): try cluster.pause(node)
    case .resume(let node): try cluster.resume(node)
    case .cut(let links): try there(cluster.carrier, .links).cut(links, in: network)
    case .heal(let links): try there(cluster.carrier, .links).heal(links, in: network)
    case .traffic(let kind, let amount):
      try there(cluster.carrier, .traffic(kind)).set(kind, amount, in: network)
    case .wipe(let node): try there(cluster.disks, .wiping).wipe(node)
    case .removeMember(let node): try there(cluster.members, .members).removeMember(node)
    case .addMember(let node): try there(cluster.members, .members).addMember(node)
    case .transferLeadership(let node):
      try there(cluster.leadership, .leadership).transferLeadership(to: node)
    case .leaveLeadership: try there(cluster.leadership, .leadership).leaveLeadership()
    case .expectEnd(let node): try there(cluster.machines, .disks).expectEnd(of: node)
    case .disk(let node, let trouble, let isOn):
      try set(there(cluster.machines, .disks).disk(node), trouble, isOn)
    case .clock(let node, let change):
      set(try there(cluster.machines, .clocks).clock(node), change)
    case .damage, .repair: throw cluster.lack("a fault", .records)
    }
  }

  /// A facet that a fault reaches for.
  private func there<Facet>(
    _ facet: Facet?, _ name: ClusterFacet
  ) throws(Failure) -> Facet {
    guard let facet else { throw cluster.lack("a fault", name) }
    return facet
  }

  private func set(
    _ disk: Disk, _ trouble: FaultEffect.DiskTrouble, _ isOn: Bool
  ) throws(Failure) {
    switch trouble {
    case .full: try disk.setFull(isOn)
    case .slow(let milliseconds): try disk.slowSyncs(milliseconds: isOn ? milliseconds : 0)
    case .failing: try disk.failSyncs(isOn)
    }
  }

  private func set(_ clock: ShiftedClock, _ change: FaultEffect.ClockChange) {
    switch change {
    case .jump(let nanoseconds): clock.jump(nanoseconds: nanoseconds)
    case .drift(let factor): clock.drift(factor: factor)
    case .reset: clock.reset()
    }
  }

  func loseUnsynced(_ nodes: [Int]) -> JSON? {
    var (files, bytes, names) = (0, 0, 0)
    for node in nodes {
      guard let loss = try? cluster.machines?.disk(node).lose() else { return nil }
      files += loss.files
      bytes += loss.bytes
      names += loss.names
    }
    return [
      "gone": JSON(nodes.count), "filesLost": JSON(files), "bytesLost": JSON(bytes),
      "namesLost": JSON(names),
    ]
  }

  /// How far off it is, once every process of the node has the library, whose trial showed that
  /// this is what it is told.
  func clockShift(_ node: Int) -> Int64? {
    guard let clock = try? cluster.machines?.clock(node) else { return nil }
    let processes = cluster.processes(node)
    let isTold = !processes.isEmpty && processes.allSatisfy { clock.isTold(to: $0) }
    return isTold ? clock.shiftNanoseconds : nil
  }

  /// What a write and a sync of a small file come to, if that is the trouble.
  func probe(_ trouble: FaultEffect.DiskTrouble, of node: Int) -> String? {
    guard let mount = try? cluster.machines?.disk(node).mount else { return nil }
    let path = mount + "/.plumbline-probe"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return trouble == .full && errno == ENOSPC ? "no space" : nil }
    defer {
      close(file)
      unlink(path)
    }
    let written = write(file, "probe", 5)
    let wroteFully = written == 5
    switch trouble {
    case .full: return !wroteFully && errno == ENOSPC ? "no space" : nil
    // A slow sync would hold up the recorder itself; that one is as the disk said.
    case .slow(let milliseconds): return wroteFully ? "syncs take \(milliseconds) ms" : nil
    case .failing: return fsync(file) != 0 && errno == EIO ? "sync failed" : nil
    }
  }
}

/// Where a recording writes faults down: the history, the faults' file, the recorder's log.
final class RunChronicle: Chronicle {
  private let history: HistoryLog
  private let file: AppendFile
  private let log: RunLog

  init(_ folder: RunFolder, history: HistoryLog, log: RunLog) throws(Failure) {
    self.history = history
    self.log = log
    file = try AppendFile(folder[.faults])
  }

  func record(_ entry: HistoryEntry) { history.add(entry) }

  func note(_ step: JSON, _ words: String) throws(Failure) {
    try file.write(step)
    log.write(words)
  }
}
