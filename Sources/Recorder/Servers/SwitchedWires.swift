import Base
import Experiments
import Glibc
import Sandbox

/// The switch between servers: frames that a node sends go through ``Network``, which decides what
/// becomes of them, and are written to the wires of those they are for.
final class SwitchedWires: NodeWires {
  /// The tokens of the wires.
  static let tokens: Range<UInt64> = 1 << 61..<1 << 62
  let wires: Wires
  var arrived: Set<UInt64> = []
  static let kinds: Set<Traffic.Kind> = [
    .loss, .delay, .duplicate, .reorder, .throttle, .corrupt,
  ]
  private let network: Network
  private let batch = FrameBatch()
  private let capture: PcapFile?

  /// Makes the nodes' networks.
  ///
  /// - Parameters:
  ///   - nodes: how many nodes there are.
  ///   - network: what decides the fate of frames.
  ///   - poller: where the wires are watched.
  ///   - capture: the file that every frame a node sends is kept in, or nil.
  /// - Throws: ``ExitCode/unavailable``.
  init(nodes: Int, network: Network, poller: Poller, capture: PcapFile?) throws(Failure) {
    wires = try Wires(nodes: nodes)
    self.capture = capture
    self.network = network
    for (node, port) in wires.ports.enumerated() {
      poller.add(port.descriptor, token: SwitchedWires.tokens.lowerBound + UInt64(node))
    }
  }

  /// The network is asked about each frame anyway.
  func obey(_ network: Network) throws(Failure) {}

  /// Takes the frames that a node has sent.
  func handle(_ token: UInt64, at now: Int64) {
    let node = Int(token - SwitchedWires.tokens.lowerBound)
    var mayHaveMore = true
    while mayHaveMore {
      mayHaveMore = wires.ports[node].read(into: batch)
      for index in 0..<batch.count { take(batch[index], from: node, at: now) }
    }
  }

  private func take(_ frame: UnsafeRawBufferPointer, from node: Int, at now: Int64) {
    if let capture { try? capture.add(frame, nanoseconds: SwitchedWires.timeOfDay()) }
    let bytes = Array(frame)
    if let to = NodeAddresses.destination(of: frame, count: wires.count) {
      if to != node { network.send(Network.Message(from: node, to: to, line: bytes), at: now) }
      return
    }
    for to in 0..<wires.count where to != node {
      network.send(Network.Message(from: node, to: to, line: bytes), at: now)
    }
  }

  /// Keeps what was captured so far.
  func flushCapture() { try? capture?.flush() }

  private static func timeOfDay() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Writes the frames that have arrived.
  func deliver(at time: Int64) {
    while let message = network.arrival(at: time) {
      message.line.withUnsafeBytes { _ = wires.ports[message.to].write($0) }
    }
  }
}
