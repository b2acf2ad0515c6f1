import Base
import Drivers
import Experiments

/// What the way of having the servers has, and their driver.
extension ServerCluster: WipedDisks {
  var witness: String? { way.witness }
  var deeds: Set<ClusterFacet> { way.deeds }
  /// Drivers have no word for it.
  var leadership: (any LeadershipChanging)? { nil }
  var machines: NodeMachines? { way.machines }
  /// Servers of others do not record themselves.
  var cuts: LiveCuts? { nil }
  var disks: (any WipedDisks)? { way.canWipe ? self : nil }
  var members: (any MemberChanging)? { way.laysOut && driver.hasMembership ? self : nil }

  var isWorking: Bool {
    if way.commands?.isBusy ?? false { return true }
    // A cluster may refuse to lose a member as long as another has not been there for a while.
    if let change, !change.isOut, !change.isWantedBack { return true }
    // What happens elsewhere takes a moment to be seen.
    return nodes.contains { node in
      node.isBeingWiped
        || way.seesLate && (node.state == .ending || node.isPaused && !way.isStopped(node))
    }
  }

  // MARK: disks

  func wipe(_ index: Int) { nodes[index].wipe = .wanted }

  func isWiped(_ index: Int) -> Bool { nodes[index].wipe == .done }

  /// Empties disks of nodes that are down.
  func advanceWipes() throws(Failure) {
    for index in nodes.indices
    where nodes[index].wipe == .wanted && nodes[index].state == .down {
      try way.wipe(&nodes[index])
      log.write("\(nodes[index].name): its disk is emptied")
    }
  }
}
