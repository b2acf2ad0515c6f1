import Base
import Sandbox
import Testing

@testable import Experiments
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
    #expect(network.fates.counts == Traffic.Counts(sent: 100, delivered: 100))
  }

  /// What the kernel is told where it carries the frames: by the node that a frame is for.
  @Test func linksAndLossesBecomeRulesOfTheReceivingNode() {
    let network = network()
    #expect((0..<3).map { network.rules(of: $0) } == [LinkRules](repeating: LinkRules(), count: 3))
    let oneWay = Link(from: 2, to: 0)
    network.fates.cut([oneWay, Link(from: 1, to: 0), Link(from: 0, to: 1)])
    network.fates.cut([oneWay])
    network.fates.traffic.lossShare = 0.5
    #expect(network.rules(of: 0) == LinkRules(cut: [1, 2], lossShare: 0.5))
    #expect(network.rules(of: 1) == LinkRules(cut: [0], lossShare: 0.5))
    #expect(network.rules(of: 2) == LinkRules(lossShare: 0.5))
    network.fates.heal([oneWay, Link(from: 1, to: 0)])
    network.fates.traffic.lossShare = 0
    network.fates.traffic.bytesPerSecond = 9
    #expect(network.rules(of: 0) == LinkRules(cut: [2], bytesPerSecond: 9, limited: [1, 2]))
    network.fates.heal([oneWay])
    network.fates.traffic.bytesPerSecond = 0
    #expect(network.rules(of: 0) == LinkRules())
    network.fates.note(cut: 3, lost: 2, refused: 1)
    network.fates.note(cut: 1, lost: 0, refused: 0)
    #expect(network.fates.counts == Traffic.Counts(cut: 4, lost: 2, refused: 1))
  }

  @Test func equalSeedsGiveEqualFates() {
    for kind in Latency.Kind.allCases {
      let runs = [7, 7, 8].map { seed in
        let network = network(seed: UInt64(seed), kind)
        network.fates.traffic.lossShare = 0.3
        network.fates.traffic.duplicateShare = 0.3
        network.fates.traffic.delayNanoseconds = 10_000
        return arrivals(network, sending: 300)
      }
      #expect(runs[0] == runs[1])
      #expect(runs[0] != runs[2])
    }
  }

  @Test func uniformLatencyStaysInItsBounds() {
    let network = network(.uniform)
    _ = arrivals(network, sending: 1_000, by: 499)
    #expect(network.fates.counts.delivered == 0)
    _ = drain(network, by: 1_500)
    #expect(network.fates.counts.delivered == 1_000)
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
    network.fates.cut([link])
    network.fates.cut([link])
    #expect(arrivals(network, sending: 3) == [])
    network.fates.heal([link])
    #expect(network.fates.isCut(link))
    network.fates.heal([link])
    #expect(arrivals(network, sending: 3) == [0, 1, 2])
    network.fates.cut([Link(from: 1, to: 0)])
    #expect(arrivals(network, sending: 2) == [0, 1])
    #expect(network.fates.counts == Traffic.Counts(sent: 8, delivered: 5, cut: 3))
  }

  @Test func whatIsUnderWayWhenALinkIsCutIsLost() {
    let network = network()
    #expect(arrivals(network, sending: 2, by: 0) == [])
    network.fates.cut([Link(from: 0, to: 1)])
    #expect(drain(network) == [])
    #expect(network.fates.counts.cut == 2)
  }

  @Test func lossAndDuplicationHaveTheirShares() {
    let network = network()
    network.fates.traffic.lossShare = 0.25
    network.fates.traffic.duplicateShare = 0.5
    let count = arrivals(network, sending: 10_000).count
    #expect((2_240...2_760).contains(network.fates.counts.lost))
    #expect((3_450...4_050).contains(network.fates.counts.duplicated))
    #expect(count == 10_000 - network.fates.counts.lost + network.fates.counts.duplicated)
  }

  @Test func delayMakesMessagesOvertake() {
    let network = network()
    network.fates.traffic.delayNanoseconds = 1_000_000
    let order = arrivals(network, sending: 100)
    #expect(order.sorted() == Array(0..<100))
    #expect(order != order.sorted())
  }
}
