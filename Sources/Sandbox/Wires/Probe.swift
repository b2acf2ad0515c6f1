import Base
import CLinux
import Glibc

/// A datagram that a node sent to another to see whether it arrives.
public struct Probe: Sendable, Equatable {
  /// The number of the node that sent it, from 0.
  public let sender: Int
  /// The number of the node that it is for, from 0.
  public let receiver: Int
  /// Which probe of the run it is, from 1.
  public let number: UInt64

  /// The port that probes are sent from and to: discard (RFC 863), which no database listens on.
  static let port: UInt16 = 9
  /// What tells a probe from other datagrams.
  private static let mark: [UInt8] = Array("plumbline".utf8)

  /// What is sent.
  var bytes: [UInt8] {
    Probe.mark + [UInt8(sender), UInt8(receiver)]
      + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
  }

  init(sender: Int, receiver: Int, number: UInt64) {
    self.sender = sender
    self.receiver = receiver
    self.number = number
  }

  /// Reads what was sent; nil when it is no probe.
  init?(_ bytes: some Collection<UInt8>) {
    let all = Array(bytes)
    guard all.count == Probe.mark.count + 10, all.starts(with: Probe.mark) else { return nil }
    let rest = all.dropFirst(Probe.mark.count)
    sender = Int(rest[rest.startIndex])
    receiver = Int(rest[rest.startIndex + 1])
    number = rest.dropFirst(2).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// The socket that a node's probes leave from and arrive at.
final class ProbeSocket {
  private let descriptor: Int32
  private let node: Int

  init(_ network: NodeNetwork, node: Int) throws(Failure) {
    self.node = node
    descriptor = try network.socket(type: SOCK_DGRAM)
    let failed = SocketAddress(network.addresses.peer, port: Probe.port).with {
      bind(descriptor, $0, $1)
    }
    guard failed == 0 else {
      throw Failure(
        .unavailable, "the probe socket of n\(node + 1): \(File.systemMessage())")
    }
  }

  deinit { close(descriptor) }

  /// Sends a probe; whether the node's kernel took it.
  func send(_ probe: Probe, to target: NodeAddresses) -> Bool {
    let bytes = probe.bytes
    let sent = SocketAddress(target.peer, port: Probe.port).with {
      sendto(descriptor, bytes, bytes.count, 0, $0, $1)
    }
    return sent == bytes.count
  }

  /// The probes that arrived here, for this node, from where they say.
  func received() -> [Probe] {
    var probes: [Probe] = []
    var buffer = [UInt8](repeating: 0, count: 64)
    while true {
      var origin = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let count = withUnsafeMutablePointer(to: &origin) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          recvfrom(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT), $0, &size)
        }
      }
      if count < 0 {
        // A reply by ICMP to an earlier probe is told here as an error, and is none of reading.
        if errno == EINTR || errno == ECONNREFUSED || errno == EHOSTUNREACH { continue }
        return probes
      }
      guard let probe = Probe(buffer.prefix(count)), probe.receiver == node,
        probe.sender < NodeAddresses.limit,
        origin.sin_addr.s_addr
          == SocketAddress(NodeAddresses(node: probe.sender).peer, port: 0)
          .value.sin_addr.s_addr
      else { continue }
      probes.append(probe)
    }
  }
}

/// An IPv4 address with a port, as the system calls take it.
public struct SocketAddress {
  let value: sockaddr_in

  /// Takes the port as a plain number; the byte order of the network is seen to here.
  public init(_ address: IPv4Address, port: UInt16) {
    var value = sockaddr_in()
    value.sin_family = sa_family_t(AF_INET)
    value.sin_port = port.bigEndian
    value.sin_addr.s_addr =
      address.bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
      .littleEndian
    self.value = value
  }

  /// Runs a system call with the address and its length.
  public func with<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: value) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
