import Base
import Drivers
import Experiments
import Glibc

/// How a run has its servers: all that differs between ``StartedServers`` on this machine,
/// ``HostedServers`` on others, and ``ExistingServers`` that were there.
///
/// A way does things to a node and notes on it what it did; what comes of that, and what it means,
/// is the same for all and ``ServerCluster``'s to say.
protocol ServerWay {
  /// What tells of processes that this kernel does not know of; nil where it does.
  var witness: String? { get }
  /// Whether what is done to a node takes a moment to be seen.
  var seesLate: Bool { get }
  /// The commands that are run for nodes; nil when there are none.
  var commands: CommandRunner? { get }

  // MARK: facets

  /// What can be done to the processes of a node.
  var deeds: Set<ClusterFacet> { get }
  /// Whether the disk of a node that is down can be emptied.
  var canWipe: Bool { get }
  /// Whether the run lays servers out, and so can do it anew for a member that comes back.
  var laysOut: Bool { get }
  /// The networks of the nodes' own.
  var wires: (any NodeWires)? { get }
  /// The disks and clocks of the nodes' own.
  var machines: NodeMachines? { get }

  // MARK: nodes

  /// What is started for a node of a site; empty where nothing is.
  func programs(of node: Int, at site: Site) -> [ServerProgram]
  /// What a person calls the place of a node.
  func place(of node: Int, at site: Site) -> String
  /// The processes of a node on this machine.
  func processes(of node: ServerNode) -> [pid_t]

  /// Gets a node that is wanted ready to be started.
  ///
  /// - Returns: whether it can be started now, and not only once all of it has ended.
  func prepareStart(_ node: inout ServerNode) throws(Failure) -> Bool
  /// Starts the programs of a node up to a stage that do not run yet.
  func spawn(_ node: inout ServerNode, upTo stage: Int) throws(Failure)
  /// Ends all of a node by SIGKILL or SIGTERM.
  func end(_ node: inout ServerNode, by signal: Int32) throws(Failure)
  /// Whether a node that is ending is seen to have ended.
  func hasEnded(_ node: ServerNode) -> Bool
  /// Stops a node where it is.
  func pause(_ node: inout ServerNode) throws(Failure)
  /// Lets it go on.
  func resume(_ node: inout ServerNode, at time: Int64) throws(Failure)
  /// Whether all of it is stopped.
  func isStopped(_ node: ServerNode) -> Bool
  /// Begins to empty the disk of a node that is down.
  func wipe(_ node: inout ServerNode) throws(Failure)

  // MARK: silence

  /// Looks after a node whose silence would show that it was hurt.
  ///
  /// - Returns: whether the node is such a one.
  func watch(_ node: inout ServerNode, at time: Int64) -> Bool
  /// Hears what such a node says, or that it could not be reached.
  ///
  /// - Returns: whether the node is such a one.
  func hear(_ heard: Talks.Heard, from node: inout ServerNode) -> Bool
}
