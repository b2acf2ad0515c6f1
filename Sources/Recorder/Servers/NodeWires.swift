import Base
import Experiments
import Sandbox

/// The networks of servers in a sandbox: ``SwitchedWires`` carry the frames between them,
/// ``RuledWires`` have the kernel do it.
protocol NodeWires: AnyObject {
  /// The networks.
  var wires: Wires { get }
  /// The numbers of the probes that have arrived.
  var arrived: Set<UInt64> { get set }
  /// What can be done to frames besides dropping those on links that are cut.
  static var kinds: Set<Traffic.Kind> { get }

  /// Treats frames as the network says from now on.
  func obey(_ network: Network) throws(Failure)
  /// Takes the frames that a node has sent.
  func handle(_ token: UInt64, at now: Int64)
  /// Passes on what has arrived by that time, or notes what became of it.
  func deliver(at time: Int64)
  /// Keeps what was captured so far.
  func flushCapture()
}

extension NodeWires {
  /// The addresses of a node, for its peers and for clients.
  func addresses(_ node: Int) -> (peer: String, client: String) {
    let addresses = wires.addresses(node)
    return (addresses.peer.description, addresses.client.description)
  }

  /// A descriptor of a node's network namespace.
  func namespace(_ node: Int) -> Int32 { wires.namespaceDescriptor(node) }

  /// Sends a probe over a link.
  func sendProbe(_ link: Link) -> UInt64? { wires.sendProbe(from: link.from, to: link.to) }

  /// Whether a probe has arrived.
  func hasArrived(_ probe: UInt64) -> Bool {
    for arrival in wires.arrivedProbes() { arrived.insert(arrival.number) }
    return arrived.contains(probe)
  }
}
