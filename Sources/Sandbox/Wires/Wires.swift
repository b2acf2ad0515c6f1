import Base
import CLinux
import Glibc

/// The networks of a cluster: a namespace for each node, and two wires to each.
///
/// On the first, `eth0`, nodes reach each other, and only through what carries frames. On the
/// second, `eth1`, clients in our own namespace reach the node; the kernel carries it and no fault
/// touches it.
public final class Wires {
  /// What carries frames from one node to another.
  public enum Carrier: Sendable {
    /// Whoever owns the wires: it reads frames at one of the ``Wires/ports`` and writes them at
    /// another.
    case ports
    /// A bridge of the kernel's, unless ``LinkRules`` in the node that a frame is for drop it.
    case rules
  }

  /// How many nodes there are.
  public var count: Int { networks.count }
  /// Our ends of the wires between nodes, by the node's number from 0; none where rules are.
  public let ports: [Port]

  private let networks: [NodeNetwork]
  private let tables: [RuleTable]
  private let probes: [ProbeSocket]
  private let links: Links
  private var lastProbe: UInt64 = 0

  /// Makes a namespace and two wires for each node: one to its peers, over which the carrier takes
  /// frames, and one to its clients.
  ///
  /// - Complexity: O(nodes²) requests to the kernel, about 10 µs each, and some milliseconds a
  ///   node for the interfaces themselves.
  /// - Precondition: `1 ≤ nodes ≤ NodeAddresses.limit`.
  /// - Throws: ``ExitCode/unavailable`` when the kernel refuses, ``ExitCode/defect`` outside of a
  ///   sandbox.
  public init(nodes: Int, carrier: Carrier = .ports) throws(Failure) {
    precondition((1...NodeAddresses.limit).contains(nodes), "\(nodes) nodes")
    guard Sandbox.isInside else {
      throw Failure(.defect, "wires were to be made outside of a sandbox")
    }
    try Wires.forbidForwarding()
    let links = try Links(carrier)
    var networks: [NodeNetwork] = []
    for node in 0..<nodes { networks.append(try NodeNetwork(node: node)) }
    let addresses = networks.map(\.addresses)
    var ports: [Port] = []
    var tables: [RuleTable] = []
    var probes: [ProbeSocket] = []
    for (node, network) in networks.enumerated() {
      if let port = try links.connect(network, node: node) {
        ports.append(port)
      } else {
        tables.append(try RuleTable(network, node: node))
      }
      try network.connect(peers: addresses)
      probes.append(try ProbeSocket(network, node: node))
    }
    try links.waitUntilRunning()
    for network in networks { try network.waitUntilRunning() }
    self.links = links
    self.networks = networks
    self.ports = ports
    self.tables = tables
    self.probes = probes
  }

  /// Why first: a namespace that goes takes its links along later, in the background, and the next
  /// wires have the same names.
  deinit { links.remove() }

  /// The addresses of a node.
  public func addresses(_ node: Int) -> NodeAddresses { networks[node].addresses }

  /// The descriptor of a node's namespace, for starting programs in it; ours to close.
  public func namespaceDescriptor(_ node: Int) -> Int32 { networks[node].descriptor }

  /// A socket that lives in a node's namespace, as if a program of the node had opened it:
  /// IPv4, `SOCK_STREAM` or `SOCK_DGRAM`, non-blocking, closed on exec; the caller's to close.
  ///
  /// - Throws: ``ExitCode/unavailable``.
  public func socket(in node: Int, type: __socket_type) throws(Failure) -> Int32 {
    try networks[node].socket(type: type)
  }

  /// Has the kernel drop, of what a node is sent by others, what the rules say, and nothing else.
  ///
  /// - Complexity: one request, some 50 µs.
  /// - Precondition: the wires were made with ``Carrier/rules``.
  /// - Throws: ``ExitCode/unavailable``; then the rules before stay.
  public func setRules(_ rules: LinkRules, of node: Int) throws(Failure) {
    try tables[node].put(rules)
  }

  /// What rules dropped so far of what a node was sent by others.
  ///
  /// - Precondition: the wires were made with ``Carrier/rules``.
  /// - Throws: ``ExitCode/unavailable``.
  public func ruleCounts(of node: Int) throws(Failure) -> RuleCounts {
    try tables[node].counts()
  }

  /// Sends a datagram from one node to another, to see whether it arrives: the real way, as any
  /// frame between them.
  ///
  /// - Returns: the probe's number, to be looked for in ``arrivedProbes()``; nil when the node's
  ///   kernel would not even send it.
  public func sendProbe(from sender: Int, to receiver: Int) -> UInt64? {
    lastProbe += 1
    let probe = Probe(sender: sender, receiver: receiver, number: lastProbe)
    return probes[sender].send(probe, to: networks[receiver].addresses) ? lastProbe : nil
  }

  /// The probes that arrived since this was last asked; one may arrive twice where frames are
  /// duplicated.
  public func arrivedProbes() -> [Probe] {
    probes.flatMap { $0.received() }
  }

  /// In our namespace and in those of nodes nothing is passed on from one interface to another.
  private static func forbidForwarding() throws(Failure) {
    let path = "/proc/sys/net/ipv4/ip_forward"
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    if descriptor >= 0 {
      _ = write(descriptor, "0", 1)
      close(descriptor)
    }
    guard try File.read(path).first != UInt8(ascii: "1") else {
      throw Failure(.unavailable, "net.ipv4.ip_forward cannot be set to 0")
    }
  }
}

/// Our ends of all wires; the nodes' ends go with them.
private final class Links {
  private let netlink: Netlink
  private var made: [String] = []
  /// The index of the bridge, where there is one.
  private var bridge: Int32?

  init(_ carrier: Wires.Carrier) throws(Failure) {
    netlink = try Netlink(network: nil)
    // Before there are interfaces: they take the setting over when they are made.
    let descriptor = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC)
    if descriptor >= 0 {
      _ = write(descriptor, "1", 1)
      close(descriptor)
    }
    guard carrier == .rules else { return }
    // It has no address: we are no neighbour of the nodes'.
    try netlink.request(
      .bridge(name: "br0", address: LinkAddress(group: 4, number: 0)),
      "a bridge between the nodes")
    made.append("br0")
    bridge = try netlink.index(of: "br0")
    try netlink.bringUp("br0")
  }

  deinit { remove() }

  /// Removes them.
  func remove() {
    for name in made { try? netlink.request(.removeLink(name: name), "removing \(name)") }
    made = []
  }

  /// Makes the two wires of a node, and opens the port of the first or joins it to the bridge.
  func connect(_ network: NodeNetwork, node: Int) throws(Failure) -> Port? {
    let addresses = network.addresses
    let number = UInt8(node + 1)
    let (peerWire, clientWire) = ("p\(number)", "c\(number)")
    try pair(
      peerWire, LinkAddress(group: 1, number: number), "eth0", addresses.link, network)
    try pair(
      clientWire, LinkAddress(group: 2, number: number), "eth1",
      LinkAddress(group: 3, number: number), network)
    guard plumbline_interface_plain(netlink.descriptor, peerWire) == 0 else {
      throw Failure(
        .unavailable, "switching offload off on \(peerWire): \(File.systemMessage())")
    }
    let index = try netlink.index(of: peerWire)
    var port: Port?
    if let bridge {
      try netlink.request(.join(index: index, bridge: bridge), "joining \(peerWire) to the bridge")
    } else {
      port = try Port(interface: peerWire, index: index)
    }
    try netlink.bringUp(peerWire)
    try netlink.bringUp(clientWire, address: addresses.host)
    return port
  }

  /// Waits until all wires carry frames.
  func waitUntilRunning() throws(Failure) {
    for name in made { try netlink.waitUntilRunning(name) }
  }

  private func pair(
    _ name: String, _ address: LinkAddress, _ peer: String, _ peerAddress: LinkAddress,
    _ network: NodeNetwork
  ) throws(Failure) {
    try netlink.request(
      .veth(
        name: name, address: address, peer: peer, peerAddress: peerAddress,
        network: network.descriptor),
      "a veth pair for \(network.addresses.peer)")
    made.append(name)
  }
}
