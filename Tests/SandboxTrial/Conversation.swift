import Base
import Glibc
import Sandbox

/// Two nodes talk through a pump that may be cut.
enum Conversation {
  static func ping() throws(Failure) {
    let begun = MonotonicClock.shared.now
    let wires = try Wires(nodes: 3)
    Trial.say("# made in \(Units.describe(nanoseconds: MonotonicClock.shared.now - begun))")
    let pump = Pump(wires)
    for isCut in [false, true, false] {
      pump.isCut = isCut
      let sent = [(0, 1), (1, 0), (0, 2)].map { wires.sendProbe(from: $0.0, to: $0.1) }
      var arrived: [Probe] = []
      for _ in 0..<50 {
        pump.turn(milliseconds: 1)
        arrived += wires.arrivedProbes()
      }
      let pairs = arrived.map { "\($0.number):\($0.sender)>\($0.receiver)" }.sorted()
      Trial.say("cut \(isCut) sent \(sent.map { $0 ?? 0 }) arrived \(pairs.joined(separator: " "))")
    }
  }
}

/// The simplest switch: every frame goes to the node it is for, at once, unless the wires are cut.
final class Pump {
  let wires: Wires
  var isCut = false
  var frames = 0
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
          if !isCut { forward(batch[index], from: source) }
        }
      }
    }
  }

  private func forward(_ frame: UnsafeRawBufferPointer, from source: Int) {
    if let node = NodeAddresses.destination(of: frame, count: wires.count) {
      _ = wires.ports[node].write(frame)
    } else {
      for (node, port) in wires.ports.enumerated() where node != source { _ = port.write(frame) }
    }
  }
}
