import Base

/// The network between the nodes: what becomes of each message, and the messages under way.
///
/// All randomness is drawn from one seeded generator, so equal seeds and equal sends have equal
/// fates. Clients' messages do not come here: they have no latency and no faults.
final class Network {
  /// What happened to messages so far.
  struct Counts: Equatable {
    var sent = 0
    var delivered = 0
    var cut = 0
    var lost = 0
    var delayed = 0
    var duplicated = 0
    var reordered = 0
    var corrupted = 0
    /// Held up because the link was busy.
    var throttled = 0
    /// Dropped because they were more than the link carries; only the kernel's rules do that.
    var refused = 0
  }

  /// A message under way.
  struct Message {
    var from: Int
    var to: Int
    var line: [UInt8]
  }

  /// What happened to messages so far.
  private(set) var counts = Counts()
  /// The share of messages that get lost.
  var lossShare = 0.0
  /// The mean of what is added to each latency.
  var delayNanoseconds: Int64 = 0
  /// The share of messages that arrive twice, the second time late and out of order.
  var duplicateShare = 0.0
  /// The share of messages that later ones overtake.
  var reorderShare = 0.0
  /// The share of messages in which a bit is wrong when they arrive.
  var corruptShare = 0.0
  /// How much a directed link carries; 0 for no limit.
  var bytesPerSecond = 0.0

  let nodes: Int
  private let latency: Latency
  /// Whether a link delivers in the order of sending, as a wire does, unless ``reorderShare`` says
  /// otherwise.
  private let keepsOrder: Bool
  /// For links that keep their order, or are limited: when the last message arrives, and when the
  /// link has sent it.
  private var lastDue: [Int64]
  private var busyUntil: [Int64]
  private var random: SplitMix64
  /// How many faults cut each directed link; from · nodes + to.
  private var cuts: [Int]
  private var underway = MinHeap<Message>()

  init(nodes: Int, latency: Latency, keepsOrder: Bool = false, random: SplitMix64) {
    self.nodes = nodes
    self.latency = latency
    self.keepsOrder = keepsOrder
    self.random = random
    lastDue = [Int64](repeating: 0, count: nodes * nodes)
    busyUntil = lastDue
    cuts = [Int](repeating: 0, count: nodes * nodes)
  }

  /// Notes what became of messages that others carry.
  func note(cut: Int, lost: Int, refused: Int) {
    counts.cut += cut
    counts.lost += lost
    counts.refused += refused
  }

  /// When the next message arrives, or nil.
  var nextDue: Int64? { underway.nextDue }

  /// Cuts directed links; a link is open again when as many heals came.
  func cut(_ links: [Link]) {
    for link in links { cuts[link.from * nodes + link.to] += 1 }
  }

  /// Undoes one cut of each of the links.
  func heal(_ links: [Link]) {
    for link in links { cuts[link.from * nodes + link.to] -= 1 }
  }

  /// Whether a message would be dropped on that link now.
  func isCut(_ link: Link) -> Bool { cuts[link.from * nodes + link.to] > 0 }

  /// Takes a message and decides its fate.
  ///
  /// - Complexity: O(log messages under way).
  func send(_ message: Message, at now: Int64) {
    counts.sent += 1
    if isCut(Link(from: message.from, to: message.to)) {
      counts.cut += 1
      return
    }
    if lossShare > 0, random.chance(lossShare) {
      counts.lost += 1
      return
    }
    var message = message
    if corruptShare > 0, random.chance(corruptShare), message.line.count > Network.headerBytes {
      counts.corrupted += 1
      let byte = random.draw(Network.headerBytes..<message.line.count)
      message.line[byte] ^= 1 << UInt8(random.draw(0..<8))
    }
    underway.push(message, due: due(message, at: now))
    if duplicateShare > 0, random.chance(duplicateShare) {
      counts.duplicated += 1
      underway.push(message, due: now + 3 * drawLatency() + Int64(random.draw(0..<5_000_000)))
    }
  }

  /// When a message arrives: after the messages that its link still sends, its own latency, and
  /// those before it if the link keeps its order.
  private func due(_ message: Message, at now: Int64) -> Int64 {
    let link = message.from * nodes + message.to
    var sent = now
    if bytesPerSecond > 0 {
      let takes = Int64(Double(message.line.count) / bytesPerSecond * 1e9)
      if busyUntil[link] > now { counts.throttled += 1 }
      sent = max(now, busyUntil[link]) + takes
      busyUntil[link] = sent
    }
    let due = sent + drawLatency()
    if reorderShare > 0, random.chance(reorderShare) {
      counts.reordered += 1
      return due + Int64(random.draw(1_000_000..<20_000_000))
    }
    guard keepsOrder else { return due }
    lastDue[link] = max(due, lastDue[link])
    return lastDue[link]
  }

  /// A corrupted message keeps the header of its frame, so that it arrives.
  private static let headerBytes = 14

  /// Takes the next message that has arrived. What arrives over a link that was cut meanwhile is
  /// dropped.
  func arrival(at now: Int64) -> Message? {
    while let message = underway.pop(now: now) {
      if isCut(Link(from: message.from, to: message.to)) {
        counts.cut += 1
        continue
      }
      counts.delivered += 1
      return message
    }
    return nil
  }

  private func drawLatency() -> Int64 {
    var drawn: Int64
    switch latency.kind {
    case .constant: drawn = latency.meanNanoseconds
    case .uniform:
      let width = min(latency.jitterNanoseconds, latency.meanNanoseconds)
      drawn = latency.meanNanoseconds - width + Int64(random.draw(0..<Int(2 * width + 1)))
    case .exponential:
      drawn = random.exponential(mean: latency.meanNanoseconds)
    }
    if delayNanoseconds > 0 {
      counts.delayed += 1
      drawn += random.exponential(mean: delayNanoseconds)
    }
    return drawn
  }
}

/// A directed link between two nodes, by their indexes.
struct Link: Hashable {
  var from: Int
  var to: Int
}
