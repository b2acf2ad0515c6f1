import Base
import Experiments

/// The network between real nodes: messages under way, whose fates ``Fates`` decides.
final class Network {
  /// A message under way.
  struct Message {
    var from: Int
    var to: Int
    var line: [UInt8]

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
    guard let fate = fates.send(message.link, bytes: message.line.count, at: now) else { return }
    var message = message
    if let (byte, bit) = fate.flipped { message.line[byte] ^= 1 << bit }
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
