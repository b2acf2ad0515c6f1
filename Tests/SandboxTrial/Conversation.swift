import Base
import Glibc
import Sandbox

/// Nodes talk through a switch that may be cut.
enum Conversation {
  /// Probes while the wires are cut one way, from the start, whole, and cut again.
  static func cut() throws(Failure) {
    let wires = try Wires(nodes: 3)
    let pump = Pump(wires)
    for isCut in [true, false, true] {
      pump.cut = isCut ? [[0, 1]] : []
      let pairs = [(0, 1), (1, 0), (0, 2)]
      let sent = pairs.compactMap { wires.sendProbe(from: $0.0, to: $0.1) }
      var arrived: [Probe] = []
      let expected = isCut ? 2 : 3
      for _ in 0..<5_000 where arrived.count < expected {
        pump.turn(milliseconds: 1)
        arrived += wires.arrivedProbes()
      }
      // What was cut must not come late, either.
      for _ in 0..<20 { pump.turn(milliseconds: 1) }
      arrived += wires.arrivedProbes()
      let words = arrived.sorted { $0.number < $1.number }
        .map { "\($0.number) from \($0.sender) to \($0.receiver)" }
      Trial.say("sent \(sent), arrived: \(words.joined(separator: ", "))")
    }
  }

  /// A stream of a megabyte from one node to another, with frames for a wire of 1500 bytes.
  static func stream() throws(Failure) {
    let wires = try Wires(nodes: 2)
    let pump = try stream(wires)
    Trial.say("longest frame \(pump.longest), lost \(wires.ports[0].takeDropCount())")
  }

  /// The same on wires that there are.
  @discardableResult
  static func stream(_ wires: Wires) throws(Failure) -> Pump {
    let pump = Pump(wires)
    let listener = try wires.socket(in: 1, type: SOCK_STREAM)
    let sender = try wires.socket(in: 0, type: SOCK_STREAM)
    let address = SocketAddress(wires.addresses(1).peer, port: 7)
    guard address.with({ bind(listener, $0, $1) }) == 0, listen(listener, 1) == 0 else {
      throw Failure(.unavailable, "listening: \(File.systemMessage())")
    }
    _ = address.with { connect(sender, $0, $1) }
    let data = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    var sent = 0
    var received: [UInt8] = []
    var receiver: Int32 = -1
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let begun = MonotonicClock.shared.now
    while received.count < data.count, MonotonicClock.shared.now - begun < 20_000_000_000 {
      if receiver < 0 { receiver = accept(listener, nil, nil) }
      sent += max(data[sent...].withUnsafeBytes { write(sender, $0.baseAddress, $0.count) }, 0)
      let count = receiver < 0 ? -1 : recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      if count > 0 { received += buffer.prefix(count) }
      pump.turn(milliseconds: 1)
    }
    Trial.say("received \(received.count) bytes, equal \(received == data)")
    let taken = Units.describe(nanoseconds: MonotonicClock.shared.now - begun)
    Trial.say("# \(pump.frames) frames in \(taken)")
    return pump
  }
}

/// The simplest switch: every frame goes to the node it is for, at once, unless that way is cut.
final class Pump {
  let wires: Wires
  /// The ways that are cut: from, to.
  var cut: Set<[Int]> = []
  private(set) var frames = 0
  private(set) var longest = 0
  private let batch = FrameBatch()

  init(_ wires: Wires) { self.wires = wires }

  func turn(milliseconds: Int32) {
    var ready = wires.ports.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    _ = poll(&ready, nfds_t(ready.count), milliseconds)
    for (source, port) in wires.ports.enumerated() {
      var hasMore = true
      while hasMore {
        hasMore = port.read(into: batch)
        for index in 0..<batch.count {
          frames += 1
          longest = max(longest, batch[index].count)
          forward(batch[index], from: source)
        }
      }
    }
  }

  private func forward(_ frame: UnsafeRawBufferPointer, from source: Int) {
    let one = NodeAddresses.destination(of: frame, count: wires.count)
    for target in one.map({ [$0] }) ?? Array(0..<wires.count)
    where target != source && !cut.contains([source, target]) {
      _ = wires.ports[target].write(frame)
    }
  }
}
