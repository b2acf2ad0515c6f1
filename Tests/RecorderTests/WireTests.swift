import Base
import Testing

@testable import Experiments
@testable import Recorder

/// The fate of frames on wires.
struct WireTests {
  static func network() -> Network {
    var latency = Latency()
    latency.kind = .constant
    latency.meanNanoseconds = 1_000
    return Network(nodes: 3, latency: latency, random: SplitMix64(seed: 1))
  }

  /// Wires: who was sent first arrives first, whatever the latencies drawn.
  @Test func wiresKeepTheirOrderUnlessTheyAreToldNotTo() {
    var latency = Latency()
    latency.kind = .exponential
    latency.meanNanoseconds = 1_000
    func run(_ set: (Network) -> Void) -> [Int] {
      let network = Network(
        nodes: 3, latency: latency, keepsOrder: true, random: SplitMix64(seed: 5))
      set(network)
      for number in 0..<200 {
        network.send(Network.Message(from: 0, to: 1, line: [UInt8(number)]), at: 0)
      }
      var numbers: [Int] = []
      while let message = network.arrival(at: .max) { numbers.append(Int(message.line[0])) }
      return numbers
    }
    #expect(run { $0.fates.traffic.delayNanoseconds = 50_000 } == Array(0..<200))
    let reordered = run { $0.fates.traffic.reorderShare = 0.2 }
    #expect(reordered != Array(0..<200) && reordered.sorted() == Array(0..<200))
  }

  @Test func aThrottledLinkSendsOneAfterTheOther() {
    let network = WireTests.network()
    network.fates.traffic.bytesPerSecond = 1_000
    let line = [UInt8](repeating: 0x61, count: 100)
    for _ in 0..<3 { network.send(Network.Message(from: 0, to: 1, line: line), at: 0) }
    network.send(Network.Message(from: 1, to: 0, line: line), at: 0)
    // 100 bytes take a tenth of a second; the other direction has its own.
    let due = [100_001_000, 200_001_000, 300_001_000].map { Int64($0) }
    var arrived: [Int] = []
    for time in due {
      var count = 0
      while network.arrival(at: time) != nil { count += 1 }
      arrived.append(count)
    }
    #expect(arrived == [2, 1, 1])
    #expect(network.fates.counts.throttled == 2)
  }

  @Test func corruptionTurnsOneBitBehindTheHeader() {
    let network = WireTests.network()
    network.fates.traffic.corruptShare = 1
    let frame = [UInt8](repeating: 0, count: 60)
    for _ in 0..<50 { network.send(Network.Message(from: 0, to: 1, line: frame), at: 0) }
    network.send(Network.Message(from: 0, to: 1, line: Array(frame.prefix(14))), at: 0)
    var turned: [Int] = []
    while let message = network.arrival(at: .max) {
      turned.append(message.line.reduce(0) { $0 + $1.nonzeroBitCount })
      #expect(message.line.prefix(14).allSatisfy { $0 == 0 })
    }
    #expect(turned == Array(repeating: 1, count: 50) + [0])
    #expect(network.fates.counts.corrupted == 50)
  }
}
