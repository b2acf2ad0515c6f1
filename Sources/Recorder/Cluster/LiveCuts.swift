import Base
import Experiments
import Formats
import Protocols

/// Consistent cuts through a cluster of embedded nodes: who begins them, what the recorder sees of
/// them, and what comes of them.
///
/// The recorder carries every message, so it need not ask nodes for markers: where a node's own
/// words say that it has recorded itself, there in its output its markers belong, and they travel
/// from there like its messages. A node is told to record itself in front of whatever else reaches
/// it, so what is put into its input after that it takes as one that has. Judging, which reads
/// whole logs, is done beside the loop; the next cut waits for it.
final class LiveCuts {
  /// Judges all nodes, as they said, and lines under way.
  typealias Judge =
    @Sendable (
      _ views: [[UInt8]], _ underWay: [(link: Link, message: [UInt8])]
    ) throws(MalformedMessage) -> Breach?

  private(set) var counts = CutCounts()
  /// What does not hold in the first cut that is claimed and broken, with its number.
  private(set) var breach: (cut: Int, Breach)?
  /// Nodes that said what cannot be read: a defect of ours.
  private(set) var problem: String?
  /// When the next one begins.
  private(set) var due: Int64
  private let interval: Int64
  private let judge: Judge
  private unowned let links: any CutLinks
  private var cut: ConsistentCut<[UInt8], [UInt8]>?
  private var judged: JudgedCut?
  private var wasWiped = false

  init(every interval: Int64, of links: any CutLinks, from now: Int64, judge: @escaping Judge) {
    self.interval = interval
    self.links = links
    self.judge = judge
    due = now + interval
  }

  /// How long markers that may be lost are waited for.
  private static let patience: Int64 = 1_000_000_000

  /// What a node says that is too large to be told.
  private static let nothing = Array(#"{"view":null}"#.utf8)

  /// Who asks nodes to record themselves for a cut: `s12`.
  static func asker(of cut: Int) -> String { "s\(cut)" }

  /// Begins the next cut, where it is due and nobody waits for the last one any more.
  func advance(at time: Int64) {
    if let judged, judged.isDone { take(judged) }
    guard time >= due, judged == nil else { return }
    if let cut, time - cut.began < LiveCuts.patience { return }
    due = time + interval
    abandon()
    counts.begun += 1
    // One that is down would never say anything; one that is paused says it later.
    guard (0..<links.count).allSatisfy(links.isUp) else { return }
    let able = (0..<links.count).filter(links.isAble)
    guard !able.isEmpty else { return }
    cut = ConsistentCut(number: counts.begun, nodes: links.count, began: time)
    record(able[counts.begun % able.count])
  }

  /// Whether a cut is being judged.
  var isJudging: Bool { judged != nil }

  /// Gives up the cut that is in the making: a node ended, and what it recorded is gone.
  func abandon() { cut = nil }

  /// A disk has lost what was durable, which no protocol is made for.
  func noteWipe() { wasWiped = true }

  /// A line of a node is put into another's input, or into its own.
  func note(_ line: [UInt8], over link: Link) { cut?.take(line, over: link) }

  /// A marker comes to the end of its link; `keptOrder` is asked whether all links have kept the
  /// order of their messages since a time.
  func take(markerOf number: Int, over link: Link, keptOrder: (Int64) -> Bool) {
    guard cut?.number == number else { return }
    if cut?.hasRecorded(link.to) == false { record(link.to) }
    cut?.take(markerOver: link)
    finish(keptOrder)
  }

  /// A node says what it was like when it recorded itself; all that it said before was sent before.
  func take(_ body: [UInt8], of node: Int, for asker: String, keptOrder: (Int64) -> Bool) {
    guard let number = cut?.number, asker == Self.asker(of: number) else { return }
    guard body != Self.nothing else { return abandon() }
    cut?.keep(body, of: node)
    for peer in 0..<links.count where peer != node {
      links.sendMarker(of: number, over: Link(from: node, to: peer))
    }
    // What a node tells itself does not go over a link.
    cut?.take(markerOver: Link(from: node, to: node))
    finish(keptOrder)
  }

  /// Waits for what is still to be judged.
  func end() {
    abandon()
    if let judged { take(judged) }
  }

  /// What the cuts say against the cluster, a sentence each.
  var shortcomings: [String] {
    guard let (number, breach) = breach else { return [] }
    return [
      "\(breach.invariant) does not hold in consistent cut \(number) of the run: \(breach.sentence)"
        + (counts.broken > 1 ? "; \(counts.broken) of \(counts.claimed) cuts are wrong" : "")
    ]
  }

  private func record(_ node: Int) {
    guard let number = cut?.number else { return }
    cut?.record(node)
    links.askRecord(node, for: Self.asker(of: number))
  }

  private func finish(_ keptOrder: (Int64) -> Bool) {
    guard let done = cut, let views = done.states else { return }
    cut = nil
    let underWay = done.underWay
    judged = JudgedCut(
      number: done.number, isClaimed: keptOrder(done.began) && !wasWiped, underWay: underWay.count
    ) { [judge] () throws(MalformedMessage) in try judge(views, underWay) }
  }

  private func take(_ judged: JudgedCut) {
    self.judged = nil
    let found: Breach?
    switch judged.found() {
    case .success(let breach): found = breach
    case .failure(let error):
      problem = problem ?? "consistent cut \(judged.number): \(error.description)"
      return
    }
    guard judged.isClaimed else {
      counts.unclaimed += 1
      guard let found else { return }
      counts.hints += 1
      counts.hint = counts.hint ?? "\(found.invariant): \(found.sentence)"
      return
    }
    counts.claimed += 1
    counts.underWay += judged.underWay
    guard let found else { return }
    counts.broken += 1
    breach = breach ?? (judged.number, found)
  }
}

/// What cuts need of a cluster.
protocol CutLinks: AnyObject {
  var count: Int { get }
  /// Whether a node takes what is sent to it, now or later.
  func isUp(_ index: Int) -> Bool
  /// Whether it takes it now.
  func isAble(_ index: Int) -> Bool
  /// Has a node record itself, in its turn, for ``LiveCuts/asker``.
  func askRecord(_ index: Int, for asker: String)
  /// Sends a marker the way of messages.
  func sendMarker(of cut: Int, over link: Link)
}
