import Base
import Experiments

/// The network between real nodes: messages under way, whose fates ``Fates`` decides.
final class Network {
  /// A message under way.
  struct Message {
    var from: Int
    var to: Int
    /// What a node said; empty for a marker.
    var line: [UInt8]
    /// The consistent cut whose marker it is; 0 for what a node said.
    var cut = 0

    /// What a marker counts for on a link with a limit.
    static let markerBytes = 40
    var bytes: Int { cut == 0 ? line.count : Self.markerBytes }
    var link: Link { Link(from: from, to: to) }
  }

  /// What becomes of messages.
  var fates: Fates
  private var underway = EventQueue<Message>()

  init(nodes: Int, latency: Latency, keepsOrder: Bool = false, random: SplitMix64) {
    fates = Fates(nodes: nodes, latency: latency, keepsOrder: keepsOrder, random: random)
  }

  /// When the next message arrives, or nil.
  var nextDue: Int64? { underway.nextDue }

  /// Takes a message and decides its fate.
  ///
  /// - Complexity: O(log messages under way).
  func send(_ message: Message, at now: Int64) {
    guard let fate = fates.send(message.link, bytes: message.bytes, at: now) else { return }
    var message = message
    if let (byte, bit) = fate.flipped, byte < message.line.count { message.line[byte] ^= 1 << bit }
    underway.push(message, due: fate.due)
    if let again = fate.again { underway.push(message, due: again) }
  }

  /// Takes the next message that has arrived. What arrives over a link that was cut meanwhile is
  /// dropped.
  func arrival(at now: Int64) -> Message? {
    while let message = underway.pop(now: now) {
      if fates.arrives(over: message.link) { return message }
    }
    return nil
  }
}
