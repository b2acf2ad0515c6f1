import Base
import Experiments
import Formats
import Foundation
import Protocols
import TestMachine
import Testing

@testable import Recorder

/// Nodes that remember every word they sent and took, on pipes and links whose every step is drawn.
private final class RememberingWorld: CutLinks {
  enum Input {
    case word(from: Int, number: Int)
    case record(asker: String)
  }

  enum Output {
    case word(to: Int, number: Int)
    case view(asker: String, [UInt8])
  }

  enum UnderWay {
    case word(Int)
    case marker(Int)
  }

  let count = 3
  var random: SplitMix64
  let losesAny: Bool
  let reorders: Bool
  var time: Int64 = 0
  var sent: [[Int]]
  var taken: [[[Int]]]
  var inputs: [[Input]]
  var outputs: [[Output]]
  var links: [[UnderWay]]
  var cuts: LiveCuts?

  init(seed: UInt64, losesAny: Bool, reorders: Bool) {
    random = SplitMix64(seed: seed)
    self.losesAny = losesAny
    self.reorders = reorders
    sent = Array(repeating: Array(repeating: 0, count: count), count: count)
    taken = Array(repeating: Array(repeating: [], count: count), count: count)
    inputs = Array(repeating: [], count: count)
    outputs = Array(repeating: [], count: count)
    links = Array(repeating: [], count: count * count)
  }

  func isUp(_ index: Int) -> Bool { true }
  func isAble(_ index: Int) -> Bool { true }
  func askRecord(_ index: Int, for asker: String) { inputs[index].append(.record(asker: asker)) }

  func sendMarker(of cut: Int, over link: Link) {
    links[link.from * count + link.to].append(.marker(cut))
  }

  /// One node, pipe or link goes on.
  func step() {
    time += 1_000_000
    cuts?.advance(at: time)
    while cuts?.isJudging ?? false {
      usleep(50)
      cuts?.advance(at: time)
    }
    let node = random.draw(0..<count)
    // Whoever carries is faster than whoever talks.
    switch random.draw(0..<12) {
    case 0:
      let to = random.draw(0..<count)
      sent[node][to] += 1
      outputs[node].append(.word(to: to, number: sent[node][to]))
    case 1, 2, 3: takeInput(node)
    case 4, 5, 6: takeOutput(node)
    default: deliver(over: Link(from: node, to: random.draw(0..<count)))
    }
  }

  private func takeInput(_ node: Int) {
    guard !inputs[node].isEmpty else { return }
    switch inputs[node].removeFirst() {
    case .word(let from, let number): taken[node][from].append(number)
    case .record(let asker):
      let view: JSON = [
        "sent": .array(sent[node].map { JSON($0) }),
        "taken": .array(taken[node].map { .array($0.map { JSON($0) }) }),
      ]
      outputs[node].append(.view(asker: asker, Array("{\"view\":\(view)}".utf8)))
    }
  }

  private func takeOutput(_ node: Int) {
    guard !outputs[node].isEmpty else { return }
    switch outputs[node].removeFirst() {
    case .word(let to, let number) where to == node:
      cuts?.note(Array("\(number)".utf8), over: Link(from: node, to: node))
      inputs[node].append(.word(from: node, number: number))
    case .word(let to, let number): links[node * count + to].append(.word(number))
    case .view(let asker, let body): cuts?.take(body, of: node, for: asker) { _ in true }
    }
  }

  private func deliver(over link: Link) {
    let place = link.from * count + link.to
    guard !links[place].isEmpty else { return }
    let next = reorders ? random.draw(0..<links[place].count) : 0
    let carried = links[place].remove(at: next)
    if losesAny, random.chance(0.1) { return }
    switch carried {
    case .word(let number):
      cuts?.note(Array("\(number)".utf8), over: link)
      inputs[link.to].append(.word(from: link.from, number: number))
    case .marker(let cut): cuts?.take(markerOf: cut, over: link) { _ in true }
    }
  }

  /// What was sent is taken or under way, once; what is neither was lost.
  static func judge(
    _ views: [[UInt8]], _ underWay: [(link: Link, message: [UInt8])], losesAny: Bool
  ) throws(MalformedMessage) -> Breach? {
    let memories = views.map { (try? JSONParser.parse($0))?["view"] ?? .null }
    for (from, sender) in memories.enumerated() {
      for (to, receiver) in memories.enumerated() {
        let sent = Int(sender["sent"]?.array?[to].integer ?? -1)
        let taken = receiver["taken"]?.array?[from].array?.compactMap(\.integer).map(Int.init) ?? []
        let coming = underWay.filter { $0.link == Link(from: from, to: to) }
          .compactMap { Int(String(decoding: $0.message, as: UTF8.self)) }
        let known = taken + coming
        let isRight =
          losesAny
          ? known.allSatisfy { $0 <= sent } && Set(known).count == known.count
          : known == Array(1..<(sent + 1))
        if !isRight { return Breach("exactness", "\(sent) sent, \(taken) taken, \(coming) coming") }
      }
    }
    return nil
  }

  func counts(steps: Int) -> CutCounts {
    let losesAny = losesAny
    let cuts = LiveCuts(every: 20_000_000, of: self, from: 0) {
      (views, underWay) throws(MalformedMessage) in
      try RememberingWorld.judge(views, underWay, losesAny: losesAny)
    }
    self.cuts = cuts
    for _ in 0..<steps { step() }
    cuts.end()
    return cuts.counts
  }
}

/// Consistent cuts among real processes.
struct LiveCutsTests {
  @Test func cutsOnLinksThatKeepTheirOrderAreExact() {
    for seed in 1...30 as ClosedRange<UInt64> {
      let counts = RememberingWorld(seed: seed, losesAny: false, reorders: false)
        .counts(steps: 4_000)
      #expect(counts.claimed > 5 && counts.broken == 0, "seed \(seed): \(counts.words)")
      #expect(counts.underWay > 0)
    }
  }

  @Test func losesAreBeforeTheCut() {
    var claimed = 0
    for seed in 1...30 as ClosedRange<UInt64> {
      let counts = RememberingWorld(seed: seed, losesAny: true, reorders: false)
        .counts(steps: 6_000)
      claimed += counts.claimed
      #expect(counts.broken == 0, "seed \(seed): \(counts.words)")
    }
    #expect(claimed > 10)
  }

  /// The tests above can fail: on links that do not keep their order cuts are wrong.
  @Test func cutsAmongMessagesThatOvertakeAreNotExact() {
    let counts = RememberingWorld(seed: 1, losesAny: false, reorders: true).counts(steps: 8_000)
    #expect(counts.broken > 0)
  }

  /// What a cut shows is a shortcoming of the run, or a hint where nothing is claimed.
  @Test func aBrokenCutIsTold() {
    for isClaimed in [true, false] {
      let world = RememberingWorld(seed: 3, losesAny: false, reorders: false)
      let cuts = LiveCuts(every: 20_000_000, of: world, from: 0) { (_, _) in
        Breach("election safety", "n1 and n2 are both leaders of term 3")
      }
      if !isClaimed { cuts.noteWipe() }
      world.cuts = cuts
      for _ in 0..<2_000 { world.step() }
      cuts.end()
      let first = cuts.shortcomings.first ?? ""
      if isClaimed {
        #expect(first.hasPrefix("election safety does not hold in consistent cut 1 of the run: n1"))
        #expect(cuts.counts.broken == cuts.counts.claimed && cuts.counts.broken > 1)
      } else {
        #expect(first == "" && cuts.counts.claimed == 0 && cuts.counts.hints > 1)
        #expect(cuts.counts.hint?.hasPrefix("election safety: n1 and n2") ?? false)
      }
    }
  }

  /// Who is not understood is a defect of ours, and is told.
  @Test func whatANodeSaysAndNobodyUnderstandsIsAProblem() throws {
    let judge = LiveCuts.judge(for: Protocols.all[0])
    let body = Array(#"{"view":{"name":"n1"}}"#.utf8)
    #expect(throws: MalformedMessage.self) { try judge([body], []) }
    let world = RememberingWorld(seed: 3, losesAny: false, reorders: false)
    let cuts = LiveCuts(every: 20_000_000, of: world, from: 0, judge: judge)
    world.cuts = cuts
    for _ in 0..<2_000 { world.step() }
    cuts.end()
    #expect(cuts.problem?.hasPrefix("consistent cut 1: ") ?? false)
    #expect(cuts.counts.claimed == 0)
  }

  @Test(.timeLimit(.minutes(2)), arguments: ["raft", "quorum-register"])
  func realNodesRecordThemselves(_ name: String) throws {
    try RecordingTests().withPlan([]) { plan in
      plan.protocolName = name
      plan.nodes = 3
      plan.faults = []
      plan.snapshotsNanoseconds = 50_000_000
      plan.durationNanoseconds = 2_000_000_000
    } _: { plan in
      let outcome = try Recording.run(plan, executable: Built.program("plumbline"))
      #expect(outcome.record.problems == [])
      #expect(outcome.record.shortcomings == [])
      let cuts = try #require(outcome.record.cuts)
      #expect(cuts.claimed > 2 && cuts.broken == 0 && cuts.unclaimed == 0, "\(cuts.words)")
      #expect(try RunRecord(in: outcome.folder)?.cuts == cuts)
    }
  }
}
