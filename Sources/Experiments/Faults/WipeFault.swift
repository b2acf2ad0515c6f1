import Base

/// The end of a node at once, and a restart with an empty disk.
///
/// One node at a time: what a system promises of it is its own affair, and with a majority
/// of empty disks nobody promises anything.
struct WipeFault: NodeFault {
  let target: ResolvedTarget
  private var node: Int { nodes[0] }

  init(_ scheduled: ScheduledFault, _ host: any FaultHost) {
    target = ResolvedTarget(scheduled, host, isSingle: true)
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] { [.end(node, .kill), .wipe(node)] }

  mutating func evidence(_ host: any FaultHost) -> JSON? {
    guard host.isWiped(node) else { return nil }
    return host.vouched(["emptied": 1])
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { [.start(node)] }

  func isUndone(_ host: any FaultHost) -> Bool { host.state(node) == .up }
}

extension FaultFamily {
  static let wipe = FaultFamily(
    name: "wipe", summary: "SIGKILL, then a restart with an empty disk, one node at a time",
    needs: "--cluster; most systems promise nothing after it, and may lose data rightly",
    needsPeers: false, hasTarget: true, isUsual: false, facet: .wiping,
    make: { scheduled, _, host in WipeFault(scheduled, host) })
}
