import Base
import CLinux
import Glibc

/// One thing that is tried inside.
struct MachineTrial {
  /// How it is tried.
  enum Attempt {
    /// A netlink request, to one of the kernel's families of them.
    case request(Int32, [UInt8])
    /// A file is opened for reading and writing.
    case file(String)
    /// A packet socket is made.
    case packets
    /// A file system of ours is mounted.
    case mount
  }

  let name: String
  let purpose: String
  let attempt: Attempt
  /// An answer that says that it is there, beside success.
  var alsoGood: Int32 = 0

  /// Everything that is tried.
  static let all = [
    MachineTrial(
      name: "packets", purpose: "plumbline's own switch between the nodes", attempt: .packets),
    MachineTrial(
      name: "veth", purpose: "a wire to each node",
      attempt: .request(
        NetlinkMessage.routeFamily,
        NetlinkMessage.veth(
          name: "trial0", address: LinkAddress(group: 9, number: 1), peer: "trial1",
          peerAddress: LinkAddress(group: 9, number: 2), network: nil
        ).finished(number: 1))),
    MachineTrial(
      name: "tun", purpose: "wires through tun and tap devices", attempt: .file("/dev/net/tun")),
    MachineTrial(
      name: "fuse", purpose: "file systems that lose what was not synced",
      attempt: .mount),
    MachineTrial(
      name: "bridge", purpose: "the kernel's own switch between the nodes",
      attempt: .request(
        NetlinkMessage.routeFamily,
        NetlinkMessage.bridge(name: "trial2", address: LinkAddress(group: 9, number: 3))
          .finished(number: 1))),
    MachineTrial(
      name: "nft", purpose: "rules of nftables that cut, lose and limit in a node's network",
      attempt: .request(NetlinkMessage.filterFamily, RuleBatch.trial.finished(number: 1))),
    // Without its options a queueing discipline that is there answers EINVAL, one that is not,
    // ENOENT.
    MachineTrial(
      name: "tbf", purpose: "rate limits by the kernel (tc)",
      attempt: .request(
        NetlinkMessage.routeFamily, NetlinkMessage.discipline("tbf").finished(number: 1)),
      alsoGood: EINVAL),
    MachineTrial(
      name: "netem", purpose: "delays and losses by the kernel (tc)",
      attempt: .request(
        NetlinkMessage.routeFamily, NetlinkMessage.discipline("netem").finished(number: 1)),
      alsoGood: EINVAL),
  ]

  /// What an answer means.
  func obstacle(cause: Int32) -> String? {
    guard cause != 0, cause != alsoGood else { return nil }
    let system = File.systemMessage(cause)
    return switch attempt {
    case .file(let path): "\(path): \(system)"
    case .packets: "a packet socket: \(system)"
    case .mount: DiskTrial.obstacle(stage: cause < 0 ? 2 : 1, folder: "/", cause: abs(cause))
    case .request where alsoGood != 0 && cause == ENOENT:
      "the kernel does not know the queueing discipline \(name)"
    case .request(NetlinkMessage.filterFamily, _) where cause == ENOENT:
      "the kernel lacks a part of nftables: numgen, limit, objref, byteorder or payload"
    case .request where cause == EPROTONOSUPPORT || cause == EOPNOTSUPP:
      "the kernel is built without it"
    case .request: "the kernel refuses \(name): \(system)"
    }
  }
}

/// The attempts as C reads them, with the memory that they point to.
final class Attempts {
  private var attempts: [plumbline_attempt] = []
  private var owned: [UnsafeMutableRawPointer] = []

  init(_ trials: [MachineTrial.Attempt]) {
    for trial in trials {
      var attempt = plumbline_attempt()
      attempt.protocol = -1
      switch trial {
      case .packets: break
      case .mount:
        let words = strdup("/")
        attempt.mount = UnsafePointer(words)
        words.map { owned.append($0) }
      case .file(let path):
        let words = strdup(path)
        attempt.path = UnsafePointer(words)
        words.map { owned.append($0) }
      case .request(let family, let bytes):
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 8)
        memory.copyMemory(from: bytes, byteCount: bytes.count)
        attempt.protocol = family
        attempt.length = UInt64(bytes.count)
        attempt.request = UnsafePointer(memory.assumingMemoryBound(to: UInt8.self))
        owned.append(memory)
      }
      attempts.append(attempt)
    }
  }

  deinit { owned.forEach { free($0) } }

  /// The answers, as errno.
  var causes: [Int32] { attempts.map(\.cause) }

  /// Makes them inside; false where there is no such way.
  func make(_ way: Way, _ entry: inout plumbline_entry) -> Bool {
    plumbline_sandbox_try(way.flags, &entry, &attempts, Int32(attempts.count)) == 0
  }
}
