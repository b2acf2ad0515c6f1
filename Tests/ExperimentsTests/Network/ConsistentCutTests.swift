import Base
import TestSupport
import Testing

@testable import Experiments

/// A few processes with links between them, in a world that remembers everything: the referee of
/// what a cut says.
private struct SmallWorld {
  /// What a process knows: the numbers of the messages that it sent and took, by link.
  struct Memory {
    var sent: [Link: [Int]] = [:]
    var taken: [Link: [Int]] = [:]
  }

  private enum Item {
    case message(Int)
    case marker
  }

  /// What the links do.
  struct Habits {
    var overtaking = 0.0
    var loss = 0.0
    var duplication = 0.0
  }

  private static let nodes = 4
  private static let steps = 500
  private let habits: Habits
  private var random: SplitMix64
  private var memories = [Memory](repeating: Memory(), count: nodes)
  private var links: [Link: [Item]] = [:]
  private var recorded: [Int: Memory] = [:]
  private var nextNumber = 0
  private(set) var cut = ConsistentCut<Memory, Int>(number: 1, nodes: nodes, began: 0)
  private let all = (0..<nodes).flatMap { from in (0..<nodes).map { Link(from: from, to: $0) } }

  init(_ habits: Habits, seed: UInt64) {
    self.habits = habits
    random = SplitMix64(seed: seed)
    let begin = random.draw(0..<Self.steps / 2)
    for step in 0..<Self.steps {
      if step == begin { record(random.draw(0..<Self.nodes)) }
      let link = all[random.draw(0..<all.count)]
      if random.chance(0.4) { send(over: link) } else { deliver(over: link) }
    }
    while let link = all.first(where: { links[$0]?.isEmpty == false }) { deliver(over: link) }
  }

  private mutating func send(over link: Link) {
    nextNumber += 1
    memories[link.from].sent[link, default: []].append(nextNumber)
    put(.message(nextNumber), over: link)
  }

  private mutating func put(_ item: Item, over link: Link) {
    if random.chance(habits.loss) { return }
    links[link, default: []].append(item)
    if random.chance(habits.duplication) { links[link, default: []].append(item) }
  }

  private mutating func record(_ node: Int) {
    cut.record(node)
    cut.keep(memories[node], of: node)
    recorded[node] = memories[node]
    for peer in 0..<Self.nodes { put(.marker, over: Link(from: node, to: peer)) }
  }

  private mutating func deliver(over link: Link) {
    guard let waiting = links[link], !waiting.isEmpty else { return }
    let place = random.chance(habits.overtaking) ? random.draw(0..<waiting.count) : 0
    guard let item = links[link]?.remove(at: place) else { return }
    switch item {
    case .message(let number):
      cut.take(number, over: link)
      memories[link.to].taken[link, default: []].append(number)
    case .marker:
      if !cut.hasRecorded(link.to) { record(link.to) }
      cut.take(markerOver: link)
    }
  }

  /// Whether nobody had taken what its sender, by his own record, had not sent.
  var isConsistent: Bool {
    all.allSatisfy { link in
      let sent = Set(recorded[link.from]?.sent[link] ?? [])
      return (recorded[link.to]?.taken[link] ?? []).allSatisfy { sent.contains($0) }
    }
  }

  /// Whether what was under way is just what had been sent, had not been taken, and was later.
  var isExact: Bool {
    all.allSatisfy { link in
      let sent = Set(recorded[link.from]?.sent[link] ?? [])
      let before = recorded[link.to]?.taken[link] ?? []
      let later = (memories[link.to].taken[link] ?? []).dropFirst(before.count)
      let underWay = cut.underWay.filter { $0.link == link }.map(\.message)
      return underWay == later.filter { sent.contains($0) }
    }
  }
}

struct ConsistentCutTests {
  @Test(arguments: [0, 0.01])
  func onLinksThatKeepTheirOrderCutsAreExact(_ loss: Double) {
    var completed = 0
    var underWay = 0
    for seed in 1...UInt64(trials(400)) {
      let world = SmallWorld(.init(loss: loss), seed: seed)
      guard world.cut.states != nil else { continue }
      completed += 1
      underWay += world.cut.underWay.count
      #expect(world.isConsistent, "seed \(seed)")
      #expect(world.isExact, "seed \(seed)")
    }
    #expect(loss == 0 ? completed == trials(400) : completed > trials(100))
    #expect(completed < trials(400) || loss == 0)
    #expect(underWay > completed)
  }

  /// Why nothing is claimed where links do not keep their order, or repeat themselves.
  @Test func elsewhereTheyAreNot() {
    let worlds = (1...400 as ClosedRange<UInt64>).map {
      SmallWorld(.init(overtaking: 0.3), seed: $0)
    }
    #expect(worlds.allSatisfy { $0.cut.states != nil })
    #expect(worlds.contains { !$0.isConsistent })
    #expect(worlds.contains { $0.isConsistent && !$0.isExact })
    let repeated = (1...400 as ClosedRange<UInt64>).map {
      SmallWorld(.init(overtaking: 0.1, duplication: 0.3), seed: $0)
    }
    #expect(repeated.contains { !$0.isConsistent || !$0.isExact })
  }

  @Test func aCutIsDoneWhenEveryMarkerAndEveryRecordIsThere() {
    var cut = ConsistentCut<String, Int>(number: 3, nodes: 2, began: 7)
    cut.take(1, over: Link(from: 1, to: 0))
    cut.record(0)
    cut.take(2, over: Link(from: 1, to: 0))
    cut.take(markerOver: Link(from: 0, to: 0))
    cut.record(1)
    cut.keep("one", of: 1)
    cut.take(markerOver: Link(from: 0, to: 1))
    cut.take(markerOver: Link(from: 1, to: 1))
    cut.take(3, over: Link(from: 0, to: 1))
    #expect(cut.states == nil)
    cut.take(markerOver: Link(from: 1, to: 0))
    cut.take(4, over: Link(from: 1, to: 0))
    #expect(cut.states == nil)
    cut.keep("zero", of: 0)
    #expect(cut.states == ["zero", "one"])
    #expect(cut.underWay.map(\.message) == [2])
    #expect(cut.underWay.map(\.link) == [Link(from: 1, to: 0)])
  }

  /// Who carries the messages knows when a link may not have kept its order.
  @Test func linksKnowWhetherTheyKeptTheirOrder() throws {
    var latency = Latency()
    latency.kind = .exponential
    let link = Link(from: 0, to: 1)
    var fates = Fates(nodes: 2, latency: latency, keepsOrder: true, random: SplitMix64(seed: 3))
    var last: Int64 = 0
    for time in 0..<500 as Range<Int64> {
      let fate = fates.send(link, bytes: 10, at: time)
      let due = try #require(fate).due
      #expect(due >= last)
      last = due
    }
    #expect(fates.keptOrder(since: 0))
    fates.traffic.duplicateShare = 1
    let repeated = fates.send(link, bytes: 10, at: 600)
    let again = try #require(repeated?.again)
    #expect(!fates.keptOrder(since: again) && fates.keptOrder(since: again + 1))
    fates.traffic.duplicateShare = 0
    fates.traffic.reorderShare = 1
    let overtaken = fates.send(link, bytes: 10, at: again)
    let late = try #require(overtaken).due
    #expect(late > again)
    #expect(!fates.keptOrder(since: late) && fates.keptOrder(since: late + 1))
    // Where every message has a latency of its own, nobody knows.
    let unordered = Fates(nodes: 2, latency: latency, random: SplitMix64(seed: 3))
    #expect(!unordered.keptOrder(since: 0))
  }
}
