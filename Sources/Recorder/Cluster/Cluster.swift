import Base
import Glibc

/// What a node is doing, as far as the recorder knows.
enum NodeState: Equatable {
  /// No process.
  case down
  /// Started, and not yet known to work.
  case starting
  /// Answered.
  case up
  /// Was killed on purpose and is not yet reaped.
  case ending
}

/// How far links are that are cut by other means than the recorder's network.
enum LinkStanding: Equatable {
  /// All of them are cut; with what says so.
  case cut(by: String)
  /// All of them are whole again.
  case whole
  /// Neither, as far as is known.
  case unknown
}

/// What a client asks of a node; a client has one request open.
struct Asked {
  /// The client's place among the clients, from 0.
  var slot: Int
  /// The client's process in the history.
  var process: Int64
  /// The node's index.
  var node: Int
  /// The key's number.
  var key: Int
  var request: Request
}

/// What came of it.
struct Answered {
  var slot: Int
  /// The node that was asked.
  var node: Int
  var completion: Completion
  /// What the answer said besides, for the history.
  var evidence: [JSON.Member]
  /// Whether the node said something at all, be it an error.
  var isSpoken = true
}

/// The system under test: nodes that are started and hurt, and answer clients. Nothing here waits.
///
/// ``PipeCluster`` is made of programs that talk through their standard streams, ``ServerCluster``
/// of servers that listen.
protocol Cluster: AnyObject {
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

  func name(_ index: Int) -> String
  /// The version of a node's server, where it has said it.
  func version(_ index: Int) -> String?
  func state(_ index: Int) -> NodeState

  /// The processes of a node on this machine, those that they started included; empty where
  /// nobody knows.
  func processes(_ index: Int) -> [pid_t]

  /// Starts a node that is down.
  func start(_ index: Int) throws(Failure)
  /// Sends SIGKILL or SIGTERM to all of a node; ``advance(at:)`` notices when it is gone.
  func end(_ index: Int, by signal: Int32)
  /// Stops a node with SIGSTOP.
  func pause(_ index: Int)
  /// Lets a node go on with SIGCONT.
  func resume(_ index: Int)
  /// Whether the kernel says that all of a node is stopped.
  func isStopped(_ index: Int) -> Bool

  /// From now on a node may end by itself without that being a problem.
  func expectEnd(of index: Int)

  /// Sends a datagram over a link, the way of the nodes' own messages, to see whether it arrives;
  /// nil where the cluster has no wires.
  func sendProbe(_ link: Link) -> UInt64?
  /// Whether a probe has arrived.
  func hasArrived(_ probe: UInt64) -> Bool

  /// What tells of processes and links that this kernel does not know of, for the evidence of
  /// faults; nil where it does.
  var witness: String? { get }
  /// Whether commands that hurt are still under way; they end within their limit.
  var isWorking: Bool { get }
  /// Whether all of a node's processes were seen to be gone.
  func isGone(_ index: Int) -> Bool
  /// Has whoever else carries messages between nodes treat them as the network does from now on.
  func obey(_ network: Network) throws(Failure)
  /// Cuts links by other means than the recorder's network, where the cluster has such.
  func cut(_ links: [Link])
  /// Undoes that.
  func heal(_ links: [Link])
  /// How far that is; nil where the recorder's network is what counts.
  func standing(of links: [Link]) -> LinkStanding?
  /// Empties the disk of a node that was ended, before it is started again.
  func wipe(_ index: Int)
  /// Whether that is done.
  func isWiped(_ index: Int) -> Bool
  /// Begins to take a node out of the cluster, through another node.
  func removeMember(_ index: Int)
  /// Whether it is out, and its servers are gone.
  func isRemoved(_ index: Int) -> Bool
  /// Begins to add it again, with an empty disk.
  func addMember(_ index: Int)
  /// Whether it is a member and answers.
  func isMember(_ index: Int) -> Bool

  /// Prepares a request; ``flush()`` sends it.
  func ask(_ asked: Asked)
  /// Nobody waits for the answer any more.
  func abandon(slot: Int)
  /// What was answered since the last call.
  func takeAnswers() -> [Answered]

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
  var shortcomings: [String] { [] }
  func version(_ index: Int) -> String? { nil }
  func processes(_ index: Int) -> [pid_t] { [] }
  func expectEnd(of index: Int) {}
  func sendProbe(_ link: Link) -> UInt64? { nil }
  func hasArrived(_ probe: UInt64) -> Bool { false }
  var witness: String? { nil }
  var isWorking: Bool { false }
  func isGone(_ index: Int) -> Bool { state(index) == .down }
  func obey(_ network: Network) throws(Failure) {}
  func cut(_ links: [Link]) {}
  func heal(_ links: [Link]) {}
  func standing(of links: [Link]) -> LinkStanding? { nil }
  func wipe(_ index: Int) {}
  func isWiped(_ index: Int) -> Bool { false }
  func removeMember(_ index: Int) {}
  func isRemoved(_ index: Int) -> Bool { false }
  func addMember(_ index: Int) {}
  func isMember(_ index: Int) -> Bool { state(index) == .up }

  /// Evidence with who vouches for it, where that is not this kernel.
  func vouched(_ evidence: JSON) -> JSON {
    guard let witness, let members = evidence.members else { return evidence }
    return .object(members + [JSON.Member("by", .string(witness))])
  }

  /// The names of the nodes, in order.
  var names: [String] { (0..<count).map { name($0) } }
}
