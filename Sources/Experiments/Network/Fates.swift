import Base

/// What becomes of each message between nodes: whether it arrives, when, how often, and how.
///
/// A value without a clock: the host says what time it is, and keeps the messages under way. All
/// randomness is drawn from one seeded generator, so equal seeds and equal sends have equal fates,
/// on a real network and in virtual time. Clients' messages do not come here.
package struct Fates {
  /// What becomes of one message.
  package struct Fate: Equatable {
    /// When it arrives.
    package var due: Int64
    /// When it arrives for the second time, if it does.
    package var again: Int64?
    /// The bit that is wrong when it arrives, if one is.
    package var flipped: (byte: Int, bit: UInt8)?

    package static func == (left: Fate, right: Fate) -> Bool {
      left.due == right.due && left.again == right.again
        && left.flipped?.byte == right.flipped?.byte && left.flipped?.bit == right.flipped?.bit
    }
  }

  /// What happened to messages so far.
  package private(set) var counts = Traffic.Counts()
  /// What is done to messages now.
  package var traffic = Traffic()
  /// How many nodes there are.
  package let nodes: Int
  private let latency: Latency
  /// Whether a link delivers in the order of sending, as a wire does, unless
  /// ``Traffic/reorderShare`` says otherwise.
  private let keepsOrder: Bool
  /// For links that keep their order, or are limited: when the last message arrives, and when the
  /// link has sent it.
  private var lastDue: [Int64]
  private var busyUntil: [Int64]
  /// When the last of all messages arrives that others overtake, or that come a second time.
  private var disorderedUntil: Int64 = .min
  private var random: SplitMix64
  /// How many faults cut each directed link; from · nodes + to.
  private var cuts: [Int]

  /// A corrupted message keeps the header of its frame, so that it arrives.
  private static let headerBytes = 14

  package init(nodes: Int, latency: Latency, keepsOrder: Bool = false, random: SplitMix64) {
    self.nodes = nodes
    self.latency = latency
    self.keepsOrder = keepsOrder
    self.random = random
    lastDue = [Int64](repeating: 0, count: nodes * nodes)
    busyUntil = lastDue
    cuts = [Int](repeating: 0, count: nodes * nodes)
  }

  /// Notes what became of messages that others carry.
  package mutating func note(cut: Int, lost: Int, refused: Int) {
    counts.cut += cut
    counts.lost += lost
    counts.refused += refused
  }

  /// Cuts directed links; a link is open again when as many heals came.
  package mutating func cut(_ links: [Link]) {
    for link in links { cuts[link.from * nodes + link.to] += 1 }
  }

  /// Undoes one cut of each of the links.
  package mutating func heal(_ links: [Link]) {
    for link in links { cuts[link.from * nodes + link.to] -= 1 }
  }

  /// Whether a message would be dropped on that link now.
  package func isCut(_ link: Link) -> Bool { cuts[link.from * nodes + link.to] > 0 }

  /// Nodes that are cut off from a majority, themselves counted: both ways must be open.
  package var isolated: Set<Int> {
    Set(
      (0..<nodes).filter { node in
        let reached = (0..<nodes).filter { other in
          other == node
            || !isCut(Link(from: node, to: other)) && !isCut(Link(from: other, to: node))
        }
        return reached.count <= nodes / 2
      })
  }

  /// Whether every link has delivered in the order of sending since then, each message once at
  /// most, and will so deliver what is under way.
  package func keptOrder(since time: Int64) -> Bool { keepsOrder && disorderedUntil < time }

  /// Decides the fate of a message of so many bytes; nil when it does not arrive.
  package mutating func send(_ link: Link, bytes: Int, at now: Int64) -> Fate? {
    counts.sent += 1
    if isCut(link) {
      counts.cut += 1
      return nil
    }
    if traffic.lossShare > 0, random.chance(traffic.lossShare) {
      counts.lost += 1
      return nil
    }
    var fate = Fate(due: now)
    if traffic.corruptShare > 0, random.chance(traffic.corruptShare), bytes > Fates.headerBytes {
      counts.corrupted += 1
      let byte = random.draw(Fates.headerBytes..<bytes)
      fate.flipped = (byte, UInt8(random.draw(0..<8)))
    }
    fate.due = due(link, bytes, at: now)
    if traffic.duplicateShare > 0, random.chance(traffic.duplicateShare) {
      counts.duplicated += 1
      let again = now + 3 * drawLatency() + Int64(random.draw(0..<5_000_000))
      fate.again = again
      disorderedUntil = max(disorderedUntil, again)
    }
    return fate
  }

  /// When a message arrives: after the messages that its link still sends, its own latency, and
  /// those before it if the link keeps its order.
  private mutating func due(_ link: Link, _ bytes: Int, at now: Int64) -> Int64 {
    let place = link.from * nodes + link.to
    var sent = now
    if traffic.bytesPerSecond > 0 {
      let takes = Int64(Double(bytes) / traffic.bytesPerSecond * 1e9)
      if busyUntil[place] > now { counts.throttled += 1 }
      sent = max(now, busyUntil[place]) + takes
      busyUntil[place] = sent
    }
    let due = sent + drawLatency()
    if traffic.reorderShare > 0, random.chance(traffic.reorderShare) {
      counts.reordered += 1
      let late = due + Int64(random.draw(1_000_000..<20_000_000))
      disorderedUntil = max(disorderedUntil, late)
      return late
    }
    guard keepsOrder else { return due }
    lastDue[place] = max(due, lastDue[place])
    return lastDue[place]
  }

  /// A message reaches the end of its link: false where that was cut meanwhile, and it is dropped.
  package mutating func arrives(over link: Link) -> Bool {
    guard !isCut(link) else {
      counts.cut += 1
      return false
    }
    counts.delivered += 1
    return true
  }

  private mutating func drawLatency() -> Int64 {
    var drawn: Int64
    switch latency.kind {
    case .constant: drawn = latency.meanNanoseconds
    case .uniform:
      let width = min(latency.jitterNanoseconds, latency.meanNanoseconds)
      drawn = latency.meanNanoseconds - width + Int64(random.draw(0..<Int(2 * width + 1)))
    case .exponential:
      drawn = random.exponential(mean: latency.meanNanoseconds)
    }
    if traffic.delayNanoseconds > 0 {
      counts.delayed += 1
      drawn += random.exponential(mean: traffic.delayNanoseconds)
    }
    return drawn
  }
}
