import Base

/// What a node is doing, as far as its host knows.
package enum NodeState: Equatable, Sendable {
  /// No process.
  case down
  /// Started, and not yet known to work.
  case starting
  /// Answered.
  case up
  /// Was killed on purpose and is not yet reaped.
  case ending
}

/// What knows the state of each node.
package protocol NodeStates {
  /// What a node is doing.
  func state(_ node: Int) -> NodeState
}

/// What a fault does, or takes back. The host carries it out.
package enum FaultEffect: Equatable, Sendable {
  /// How a node is ended.
  package enum End: Equatable, Sendable {
    /// At once.
    case kill
    /// As it likes.
    case stop
    /// At once, and what it had not made durable is lost: ``FaultHost/loseUnsynced(_:)``.
    case powerLoss
  }

  /// A trouble of a disk.
  package enum DiskTrouble: Equatable, Sendable {
    /// Nothing may grow.
    case full
    /// Syncs take that long.
    case slow(milliseconds: Int)
    /// Syncs fail.
    case failing
  }

  /// What is wrong with a disk that does not give back what was written.
  package enum Damage: Equatable, Sendable {
    /// A record that is on it has changed.
    case bitRot
    /// The next record is written over another one, and not where it belongs.
    case misdirectedWrite
  }

  /// What happens to a clock.
  package enum ClockChange: Equatable, Sendable {
    case jump(nanoseconds: Int64)
    case drift(factor: Double)
    /// It is right again.
    case reset
  }

  case end(Int, End)
  /// Starts a node that is down, or ending.
  case start(Int)
  case pause(Int)
  case resume(Int)
  case cut([Link])
  case heal([Link])
  case traffic(Traffic.Kind, Double)
  /// Empties the disk of a node that was ended, before it is started again.
  case wipe(Int)
  /// Takes a node out of the cluster, through another node.
  case removeMember(Int)
  /// Adds it again, with an empty disk.
  case addMember(Int)
  /// Has the cluster make that node its leader.
  case transferLeadership(to: Int)
  /// Whoever leads may go on.
  case leaveLeadership
  /// From now on a node may end by itself without that being a problem.
  case expectEnd(Int)
  case disk(Int, FaultEffect.DiskTrouble, isOn: Bool)
  case clock(Int, FaultEffect.ClockChange)
  case damage(Int, FaultEffect.Damage)
  /// Every record of a node's disk is again what was written.
  case repair(Int)
}

/// Whoever has the nodes and what is between them: the recorder, or the simulator. It carries out
/// what faults want, and sees what came of it.
///
/// What a host cannot do it says beforehand (``FaultFamily/obstacle(in:)``), so that no plan asks.
package protocol FaultHost: AnyObject, NodeStates {
  /// The nodes' names, in order.
  var names: [String] { get }
  /// The node that the evidence of the highest term names as leader.
  var leader: Int? { get }
  /// Nanoseconds of the run's clock.
  var now: Int64 { get }
  /// Does what a fault wants.
  func carryOut(_ effect: FaultEffect) throws(Failure)

  /// Whether all of a node's processes were seen to be gone.
  func isGone(_ node: Int) -> Bool
  /// Whether all of a node is stopped.
  func isStopped(_ node: Int) -> Bool
  /// Whether its disk was emptied.
  func isWiped(_ node: Int) -> Bool
  /// Whether it is out of the cluster, and its servers are gone.
  func isRemoved(_ node: Int) -> Bool
  /// Whether it leads.
  func isLeading(_ node: Int) -> Bool
  /// Whether it is a member and answers.
  func isMember(_ node: Int) -> Bool
  /// What became of messages so far.
  var counts: Traffic.Counts { get }
  /// Whether a message would be dropped on that link now.
  func isCut(_ link: Link) -> Bool
  /// How far cuts are that others than the host make; nil where it makes them itself.
  func standing(of links: [Link]) -> LinkStanding?
  /// Sends a datagram over a link, the way of the nodes' own messages, to see whether it arrives;
  /// nil where nodes have no wires.
  func sendProbe(_ link: Link) -> UInt64?
  /// Whether a probe has arrived.
  func hasArrived(_ probe: UInt64) -> Bool
  /// Has the disks of nodes that are gone lose what was not synced, and says how much; nil as long
  /// as that cannot be done.
  func loseUnsynced(_ nodes: [Int]) -> JSON?
  /// How far a node's clock is off; nil as long as not all of its processes are told so.
  func clockShift(_ node: Int) -> Int64?
  /// Which record of its disk kept a node from starting; nil as long as none does.
  func refusal(of node: Int) -> JSON?
  /// What a write of the host's own on a node's disk meets; nil where it does not meet the trouble.
  func probe(_ trouble: FaultEffect.DiskTrouble, of node: Int) -> String?
  /// What tells of processes and links that the host itself does not see, for the evidence; nil
  /// where it sees them.
  var witness: String? { get }
  /// Whether commands that hurt are still under way; they end within their limit.
  var isWorking: Bool { get }
}

extension FaultHost {
  /// Evidence with who vouches for it, where that is not the host.
  package func vouched(_ evidence: JSON) -> JSON {
    guard let witness, let members = evidence.members else { return evidence }
    return .object(members + [JSON.Member("by", .string(witness))])
  }
}
