import Base
import Experiments
import Glibc

/// The system under test: nodes that are started and hurt, and answer clients. Nothing here waits.
///
/// ``PipeCluster`` is made of programs that talk through their standard streams, ``ServerCluster``
/// of servers that listen. Every cluster does all that is a function here. What one has and another
/// lacks is a facet, a value that may be nil; a fault that reaches for one that is not there is a
/// defect, as the plan should have been refused.
protocol Cluster: AnyObject, NodeStates {
  /// How many nodes there are.
  var count: Int { get }
  /// The node that the evidence of the highest term names as leader.
  var leader: Int? { get }
  /// What went wrong that the report must tell.
  var problems: [String] { get }
  /// What went wrong with the servers so that the run says less than it should: a server that died
  /// unasked.
  var shortcomings: [String] { get }
  /// Whether every node has answered, and clients may begin.
  var isUp: Bool { get }
  /// When ``advance(at:)`` has something to do, or nil.
  var nextDue: Int64? { get }
  /// What tells of processes and links that this kernel does not know of, for the evidence of
  /// faults; nil where it does.
  var witness: String? { get }
  /// Whether what hurts is still under way; it ends within its limit.
  var isWorking: Bool { get }

  func name(_ index: Int) -> String
  /// The version of a node's server, where it has said it.
  func version(_ index: Int) -> String?

  // MARK: nodes

  /// The processes of a node on this machine, those that they started included; empty where
  /// nobody knows.
  func processes(_ index: Int) -> [pid_t]
  /// Starts a node that is down.
  func start(_ index: Int) throws(Failure)
  /// Sends SIGKILL or SIGTERM to all of a node; ``advance(at:)`` notices when it is gone.
  func end(_ index: Int, by signal: Int32) throws(Failure)
  /// Stops a node with SIGSTOP.
  func pause(_ index: Int) throws(Failure)
  /// Lets a node go on with SIGCONT.
  func resume(_ index: Int) throws(Failure)
  /// Whether the kernel says that all of a node is stopped.
  func isStopped(_ index: Int) -> Bool
  /// Whether all of a node's processes were seen to be gone.
  func isGone(_ index: Int) -> Bool

  // MARK: facets

  /// What can be done to the processes of a node: of ``ClusterFacet/ends(by:)`` and
  /// ``ClusterFacet/pauses`` those that there are.
  var deeds: Set<ClusterFacet> { get }
  /// Who carries messages between the nodes; nil where the recorder has no say in that.
  var carrier: Carrier? { get }
  /// Disks that can be emptied.
  var disks: (any WipedDisks)? { get }
  /// Members that can be taken out and added again.
  var members: (any MemberChanging)? { get }
  /// Leaders that hand over when they are told to.
  var leadership: (any LeadershipChanging)? { get }
  /// Disks and clocks of the nodes' own.
  var machines: NodeMachines? { get }
  /// Consistent cuts, where nodes record themselves and the plan asks for them.
  var cuts: LiveCuts? { get }

  // MARK: clients

  /// Prepares a request; ``flush()`` sends it.
  func ask(_ asked: Asked)
  /// Nobody waits for the answer any more.
  func abandon(slot: Int)
  /// What was answered since the last call.
  func takeAnswers() -> [Answered]

  // MARK: a turn of the loop

  /// Passes on the messages between nodes that have arrived by that time.
  func deliver(at time: Int64)
  /// Writes what waits.
  func flush()
  /// Handles a descriptor that is ready.
  func handle(_ token: UInt64) throws(Failure)
  /// Notices who ended, who is late, who leads.
  func advance(at time: Int64) throws(Failure)
  /// Ends every process and waits until all are gone.
  func end()
}

extension Cluster {
  /// The names of the nodes, in order.
  var names: [String] { (0..<count).map { name($0) } }
}
