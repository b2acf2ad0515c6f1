import Base
import Glibc
import Sandbox

/// Everything that a node or a client could try to reach what it must not.
enum WaysOut {
  static func tryAll(_ carrier: Wires.Carrier) throws(Failure) {
    let wires = try Wires(nodes: 2, carrier: carrier)
    let pump = Pump(wires)
    let (first, second) = (wires.addresses(0), wires.addresses(1))
    let inner = try wires.socket(in: 0, type: SOCK_DGRAM)
    let outer = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    let outside = IPv4Address("192.0.2.1")
    for (name, descriptor, target) in [
      ("node to outside", inner, outside), ("us to outside", outer, outside),
      ("node to the other's client address", inner, second.client),
      ("node to the other's host address", inner, second.host),
      ("us to a peer address", outer, first.peer),
    ] {
      guard let target else { throw Failure(.defect, "192.0.2.1 is no address") }
      let sent = SocketAddress(target, port: 9).with { sendto(descriptor, "x", 1, 0, $0, $1) }
      Trial.say("\(name): \(sent < 0 ? File.systemMessage() : "sent")")
    }
    try reach("client to node", wires, pump, from: nil, to: first.client)
    try reach("node to its host", wires, pump, from: 0, to: first.host)
    // A node's root may send without a route: at best it gets to the switch.
    for (isCut, words) in [(false, "the switch"), (true, "the switch, cut")] {
      pump.cut = isCut ? [[0, 1]] : []
      if carrier == .rules { try wires.setRules(LinkRules(cut: isCut ? [0] : []), of: 1) }
      try reach(
        "node to the other's client address through \(words)", wires, pump, from: 0,
        to: second.client, through: "eth0", isExpected: !isCut)
    }
    try reach(
      "node to the other's client address through us", wires, pump, from: 0, to: second.client,
      through: "eth1", isExpected: false)
  }

  /// Says whether a datagram to an address arrives at whoever has it; one that is not expected
  /// is not waited for as long.
  private static func reach(
    _ name: String, _ wires: Wires, _ pump: Pump, from sender: Int?, to target: IPv4Address,
    through interface: String? = nil, isExpected: Bool = true
  ) throws(Failure) {
    let plain = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let origin =
      if let sender { try wires.socket(in: sender, type: SOCK_DGRAM) } else {
        socket(AF_INET, plain, 0)
      }
    let owner = (0..<wires.count).first { wires.addresses($0).client == target }
    let receiver =
      if let owner { try wires.socket(in: owner, type: SOCK_DGRAM) } else {
        socket(AF_INET, plain, 0)
      }
    defer {
      close(origin)
      close(receiver)
    }
    guard SocketAddress(target, port: 1_009).with({ bind(receiver, $0, $1) }) == 0 else {
      throw Failure(.unavailable, "binding: \(File.systemMessage())")
    }
    if let interface {
      let words = Array(interface.utf8)
      setsockopt(origin, SOL_SOCKET, SO_BINDTODEVICE, words, socklen_t(words.count))
    }
    let sent = SocketAddress(target, port: 1_009).with { sendto(origin, "x", 1, 0, $0, $1) }
    guard sent == 1 else { return Trial.say("\(name): \(File.systemMessage())") }
    var byte: UInt8 = 0
    for _ in 0..<(isExpected ? 5_000 : 100) {
      pump.turn(milliseconds: 1)
      if recv(receiver, &byte, 1, 0) == 1 { return Trial.say("\(name): arrived") }
    }
    Trial.say("\(name): nothing arrives")
  }
}
