import Base
import Sandbox
import Testing

@testable import Recorder

/// The fate of messages, with seeds.
struct NetworkTests {
  func network(seed: UInt64 = 1, _ kind: Latency.Kind = .constant) -> Network {
    var latency = Latency()
    latency.kind = kind
    latency.meanNanoseconds = 1_000
    latency.jitterNanoseconds = 500
    return Network(nodes: 3, latency: latency, random: SplitMix64(seed: seed))
  }

  /// Sends numbered messages from 0 to 1 at time 0 and lists what arrives, in order.
  func arrivals(_ network: Network, sending count: Int, by end: Int64 = .max) -> [Int] {
    for number in 0..<count {
      network.send(Network.Message(from: 0, to: 1, line: Array("\(number)".utf8)), at: 0)
    }
    return drain(network, by: end)
  }

  func drain(_ network: Network, by end: Int64 = .max) -> [Int] {
    var numbers: [Int] = []
    while let message = network.arrival(at: end) {
      numbers.append(Int(String(decoding: message.line, as: UTF8.self)) ?? -1)
    }
    return numbers
  }

  @Test func aConstantLatencyKeepsTheOrder() {
    let network = network()
    #expect(arrivals(network, sending: 100, by: 999) == [])
    #expect(network.nextDue == 1_000)
    #expect(drain(network, by: 1_000) == Array(0..<100))
    #expect(network.counts == Network.Counts(sent: 100, delivered: 100))
  }

  /// What the kernel is told where it carries the frames: by the node that a frame is for.
  @Test func linksAndLossesBecomeRulesOfTheReceivingNode() {
    let network = network()
    #expect((0..<3).map { network.rules(of: $0) } == [LinkRules](repeating: LinkRules(), count: 3))
    let oneWay = Link(from: 2, to: 0)
    network.cut([oneWay, Link(from: 1, to: 0), Link(from: 0, to: 1)])
    network.cut([oneWay])
    network.lossShare = 0.5
    #expect(network.rules(of: 0) == LinkRules(cut: [1, 2], lossShare: 0.5))
    #expect(network.rules(of: 1) == LinkRules(cut: [0], lossShare: 0.5))
    #expect(network.rules(of: 2) == LinkRules(lossShare: 0.5))
    network.heal([oneWay, Link(from: 1, to: 0)])
    network.lossShare = 0
    network.bytesPerSecond = 9
    #expect(network.rules(of: 0) == LinkRules(cut: [2], bytesPerSecond: 9, limited: [1, 2]))
    network.heal([oneWay])
    network.bytesPerSecond = 0
    #expect(network.rules(of: 0) == LinkRules())
    network.note(cut: 3, lost: 2, refused: 1)
    network.note(cut: 1, lost: 0, refused: 0)
    #expect(network.counts == Network.Counts(cut: 4, lost: 2, refused: 1))
  }

  @Test func equalSeedsGiveEqualFates() {
    for kind in Latency.Kind.allCases {
      let runs = [7, 7, 8].map { seed in
        let network = network(seed: UInt64(seed), kind)
        network.lossShare = 0.3
        network.duplicateShare = 0.3
        network.delayNanoseconds = 10_000
        return arrivals(network, sending: 300)
      }
      #expect(runs[0] == runs[1])
      #expect(runs[0] != runs[2])
    }
  }

  @Test func uniformLatencyStaysInItsBounds() {
    let network = network(.uniform)
    _ = arrivals(network, sending: 1_000, by: 499)
    #expect(network.counts.delivered == 0)
    _ = drain(network, by: 1_500)
    #expect(network.counts.delivered == 1_000)
  }

  @Test func exponentialLatencyHasItsMean() {
    let network = network(.exponential)
    let early = arrivals(network, sending: 10_000, by: 1_000).count
    // 1 − 1/e of all are below the mean: 6321, and six standard deviations are 290.
    #expect((6_031...6_611).contains(early))
  }

  @Test func aCutIsOneWayAndCounted() {
    let network = network()
    let link = Link(from: 0, to: 1)
    network.cut([link])
    network.cut([link])
    #expect(arrivals(network, sending: 3) == [])
    network.heal([link])
    #expect(network.isCut(link))
    network.heal([link])
    #expect(arrivals(network, sending: 3) == [0, 1, 2])
    network.cut([Link(from: 1, to: 0)])
    #expect(arrivals(network, sending: 2) == [0, 1])
    #expect(network.counts == Network.Counts(sent: 8, delivered: 5, cut: 3))
  }

  @Test func whatIsUnderWayWhenALinkIsCutIsLost() {
    let network = network()
    #expect(arrivals(network, sending: 2, by: 0) == [])
    network.cut([Link(from: 0, to: 1)])
    #expect(drain(network) == [])
    #expect(network.counts.cut == 2)
  }

  @Test func lossAndDuplicationHaveTheirShares() {
    let network = network()
    network.lossShare = 0.25
    network.duplicateShare = 0.5
    let count = arrivals(network, sending: 10_000).count
    #expect((2_240...2_760).contains(network.counts.lost))
    #expect((3_450...4_050).contains(network.counts.duplicated))
    #expect(count == 10_000 - network.counts.lost + network.counts.duplicated)
  }

  @Test func delayMakesMessagesOvertake() {
    let network = network()
    network.delayNanoseconds = 1_000_000
    let order = arrivals(network, sending: 100)
    #expect(order.sorted() == Array(0..<100))
    #expect(order != order.sorted())
  }

  @Test func theHeapSortsAndKeepsTheOrderOfEquals() {
    var heap = MinHeap<Int>()
    var random = SplitMix64(seed: 3)
    let dues = (0..<500).map { _ in Int64(random.draw(0..<50)) }
    for (number, due) in dues.enumerated() { heap.push(number, due: due) }
    var order: [Int] = []
    while let next = heap.pop(now: .max) { order.append(next) }
    #expect(order == dues.indices.sorted { (dues[$0], $0) < (dues[$1], $1) })
  }
}

/// Which links the shapes of partitions cut.
struct PartitionShapeTests {
  func shape(_ kind: PartitionKind, _ count: Int, leader: Int? = nil) -> PartitionShape {
    var random = SplitMix64(seed: 5)
    return PartitionShape(kind, of: count, leader: leader, &random)
  }

  func neighbours(_ shape: PartitionShape, _ count: Int) -> [Set<Int>] {
    (0..<count).map { node in
      Set((0..<count).filter { !shape.links.contains(Link(from: $0, to: node)) })
    }
  }

  @Test(arguments: PartitionKind.allCases, 2...7)
  func everyShapeCutsSomethingAndNobodyFromItself(_ kind: PartitionKind, _ count: Int) {
    let shape = shape(kind, count, leader: 1)
    #expect(!shape.links.isEmpty)
    #expect(shape.links.allSatisfy { $0.from != $0.to })
    #expect(Set(shape.links).count == shape.links.count)
  }

  @Test(arguments: [5, 7]) func inARingAllSeeAMajorityAndNoTwoTheSame(_ count: Int) {
    let seen = neighbours(shape(.majorityRing, count), count)
    #expect(seen.allSatisfy { $0.count > count / 2 && $0.count < count })
    #expect(Set(seen).count == count)
  }

  @Test func aBridgeSeesAllAndTheOthersTheirHalf() {
    #expect(neighbours(shape(.bridge, 5), 5).map(\.count).sorted() == [3, 3, 3, 3, 5])
  }

  @Test func theLeaderIsIsolatedAndWithoutOneANodeIsDrawn() {
    #expect(neighbours(shape(.isolateLeader, 5, leader: 2), 5)[2] == [2])
    #expect(shape(.isolateLeader, 5).note == "isolate-leader (leader unknown, one drawn)")
  }

  @Test func oneWayIsHeardButDoesNotHear() {
    let shape = shape(.oneWay, 5)
    #expect(shape.links.count == 6)
    #expect(shape.links.allSatisfy { !shape.links.contains(Link(from: $0.to, to: $0.from)) })
  }
}
