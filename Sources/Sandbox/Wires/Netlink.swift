import Base
import CLinux
import Glibc

/// A talk with the kernel about the interfaces, or the rules, of one network namespace.
final class Netlink {
  let descriptor: Int32
  private var number: UInt32 = 0
  /// What the kernel sent before it said that the last request was done.
  private(set) var reply: [UInt8] = []

  /// Opens it.
  ///
  /// - Parameters:
  ///   - network: the namespace; nil for the calling thread's.
  ///   - family: whom the talk is with.
  /// - Throws: ``ExitCode/unavailable``.
  init(network: Int32?, family: Int32 = NetlinkMessage.routeFamily) throws(Failure) {
    let type = Int32(SOCK_RAW.rawValue)
    descriptor =
      if let network {
        plumbline_network_socket(network, AF_NETLINK, type, family)
      } else {
        socket(AF_NETLINK, type | Int32(SOCK_CLOEXEC.rawValue), family)
      }
    guard descriptor >= 0 else {
      let name = family == NetlinkMessage.routeFamily ? "rtnetlink" : "netfilter"
      throw Failure(.unavailable, "\(name): \(File.systemMessage())")
    }
  }

  deinit { close(descriptor) }

  /// Sends a request and waits until it is done; `what` says what it is for, to a person.
  ///
  /// - Throws: ``ExitCode/unavailable`` with the kernel's reason.
  func request(_ message: NetlinkMessage, _ what: @autoclosure () -> String) throws(Failure) {
    number += 1
    try exchange(message.finished(number: number), what)
  }

  /// Sends requests that are carried out all or not at all, and waits until they are.
  ///
  /// - Throws: ``ExitCode/unavailable`` with the kernel's reason for refusing the first it refused.
  func request(_ batch: RuleBatch, _ what: @autoclosure () -> String) throws(Failure) {
    number += 1
    try exchange(batch.finished(number: number), what)
  }

  private func exchange(_ bytes: [UInt8], _ what: () -> String) throws(Failure) {
    let cause = answer(to: bytes)
    guard cause == 0 else {
      throw Failure(.unavailable, "\(what()): \(File.systemMessage(cause))")
    }
  }

  /// What the kernel answers, as errno; 0 when it is done. A message that it sends before, such as
  /// the state of an interface, is left in `reply`.
  private func answer(to whole: [UInt8]) -> Int32 {
    reply = []
    guard send(descriptor, whole, whole.count, 0) == whole.count else { return errno }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count >= 20 else { return count < 0 ? errno : EPROTO }
      let fields = buffer.withUnsafeBytes { bytes in
        (
          kind: bytes.load(fromByteOffset: 4, as: UInt16.self),
          number: bytes.load(fromByteOffset: 8, as: UInt32.self),
          error: bytes.load(fromByteOffset: 16, as: Int32.self)
        )
      }
      guard fields.number == number else { continue }
      // NLMSG_ERROR answers every request that asks for an acknowledgement.
      if fields.kind == 2 { return -fields.error }
      reply = Array(buffer[..<count])
    }
  }

  /// The index of an interface.
  ///
  /// - Throws: ``ExitCode/unavailable`` when there is none of that name.
  func index(of name: String) throws(Failure) -> Int32 {
    let index = plumbline_interface_index(descriptor, name)
    guard index > 0 else { throw Failure(.unavailable, "\(name): \(File.systemMessage())") }
    return index
  }

  /// Brings an interface up, with an address where one is given.
  func bringUp(
    _ name: String, address: IPv4Address? = nil, prefix: UInt8 = 24
  ) throws(Failure) {
    let index = try index(of: name)
    if let address {
      try request(.address(address, prefix: prefix, index: index), "the address of \(name)")
    }
    try request(.up(index: index), "bringing up \(name)")
  }

  /// Waits until an interface carries frames.
  ///
  /// Why: the kernel starts and stops the queue of an interface in the background when its carrier
  /// comes and goes, and an end of a pair has none until the other is up; until then what is sent
  /// is silently dropped. The flags of an interface tell of the carrier at once, the operational
  /// state only with that work.
  func waitUntilRunning(_ name: String) throws(Failure) {
    let index = try index(of: name)
    for _ in 0..<2_000 {
      try request(.link(index: index), "the state of \(name)")
      if NetlinkMessage.operationalState(in: reply) == NetlinkMessage.operationalUp {
        // The work holds the kernel's lock on links from the state to the queue; this waits for it.
        return try bringUp(name)
      }
      usleep(1_000)
    }
    throw Failure(.unavailable, "\(name) was brought up and does not carry frames after 2 s")
  }
}
