import Base
import CLinux
import Glibc

/// The network namespace of one node: it ends with the last process in it and this object.
final class NodeNetwork {
  let addresses: NodeAddresses
  /// The descriptor that keeps the namespace.
  let descriptor: Int32
  private let netlink: Netlink

  /// Makes the namespace, with nothing in it but a loopback interface that is up.
  init(node: Int) throws(Failure) {
    addresses = NodeAddresses(node: node)
    let made = plumbline_network_make()
    guard made >= 0 else {
      throw Failure(
        .unavailable, "a network namespace for n\(node + 1): \(File.systemMessage())")
    }
    do throws(Failure) {
      netlink = try Netlink(network: made)
    } catch {
      close(made)
      throw error
    }
    descriptor = made
    // Before there are interfaces: they take the setting over when they are made. A kernel
    // without IPv6 has none to switch off.
    _ = plumbline_network_set(made, "/proc/sys/net/ipv6/conf/default/disable_ipv6", "1")
    _ = plumbline_network_set(made, "/proc/sys/net/ipv4/ip_forward", "0")
    guard plumbline_network_get(made, "/proc/sys/net/ipv4/ip_forward") != Int32(UInt8(ascii: "1"))
    else {
      throw Failure(.unavailable, "net.ipv4.ip_forward of n\(node + 1) cannot be set to 0")
    }
    try netlink.bringUp("lo")
  }

  deinit { close(descriptor) }

  /// Brings up the node's ends of its two wires, and tells it where its peers are.
  func connect(peers: [NodeAddresses]) throws(Failure) {
    guard plumbline_interface_plain(netlink.descriptor, "eth0") == 0 else {
      throw Failure(.unavailable, "switching offload off on eth0: \(File.systemMessage())")
    }
    try netlink.bringUp("eth0", address: addresses.peer)
    try netlink.bringUp("eth1", address: addresses.client)
    let index = try netlink.index(of: "eth0")
    for peer in peers where peer != addresses {
      try netlink.request(
        .neighbour(peer.peer, at: peer.link, index: index), "the neighbour \(peer.peer)")
    }
  }

  /// Waits until the node's ends of its wires carry frames.
  func waitUntilRunning() throws(Failure) {
    try netlink.waitUntilRunning("eth0")
    try netlink.waitUntilRunning("eth1")
  }

  /// A socket that lives in the namespace, non-blocking and closed on exec.
  ///
  /// - Throws: ``ExitCode/unavailable``.
  func socket(type: __socket_type) throws(Failure) -> Int32 {
    let kind = Int32(type.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let made = plumbline_network_socket(descriptor, AF_INET, kind, 0)
    guard made >= 0 else {
      throw Failure(.unavailable, "a socket in a node's network: \(File.systemMessage())")
    }
    return made
  }
}
