import Experiments
import Formats
import Protocols

/// Which messages of a run are kept.
public struct MessageRecording: Sendable {
  /// What was sent before is not kept; what happened to nodes is, from the beginning.
  public var from: Int64
  /// What was sent after is not kept.
  public var until: Int64?
  /// So many messages are kept at most, the first of those.
  public var most: Int
  /// So much of what happened to nodes is kept at most.
  static var mostHappenings: Int { 5_000 }
  /// The number of a message that is not kept.
  static var unnumbered: Int32 { -1 }

  /// Keeps the messages of a time.
  public init(from: Int64 = 0, until: Int64? = nil, most: Int = 20_000) {
    self.from = from
    self.until = until
    self.most = most
  }
}

/// Writes down what is sent in a simulated run; it draws nothing and decides nothing, so that the
/// run is the same with and without it.
struct MessageRecorder<Message: PeerMessage> {
  /// What is written down, with nodes by their indexes and clients by their processes.
  fileprivate enum Content {
    case message(from: Int, to: Int, Message)
    case request(from: Int64, to: Int, ClientRequest)
    case answer(from: Int, to: Int64, MessageSketch)
    case happening(Int, String, MessageLog.State?)
  }

  fileprivate struct Entry {
    var time: Int64
    var content: Content
    var fate = MessageLog.Fate.underWay
    var isCopy = false
  }

  private let recording: MessageRecording
  private var entries: [Entry] = []
  private var messages = 0
  private var happenings = 0
  private var cut: MessageLog.Cut?

  init(_ recording: MessageRecording) { self.recording = recording }

  /// A node sends a message.
  ///
  /// - Returns: the number under which its fate is told later.
  @discardableResult
  mutating func sent(
    _ message: Message, _ link: Link, at time: Int64, _ fate: MessageLog.Fate = .underWay,
    isCopy: Bool = false
  ) -> Int32 {
    keep(
      Entry(
        time: time, content: .message(from: link.from, to: link.to, message), fate: fate,
        isCopy: isCopy))
  }

  /// A client asks a node.
  mutating func asked(
    _ request: ClientRequest, by client: Int64, _ node: Int, at time: Int64
  ) -> Int32 {
    keep(Entry(time: time, content: .request(from: client, to: node, request)))
  }

  /// A node answers a client.
  mutating func answered(_ reply: Reply, by node: Int, _ client: Int64, at time: Int64) -> Int32 {
    keep(Entry(time: time, content: .answer(from: node, to: client, reply.sketch)))
  }

  private mutating func keep(_ entry: Entry) -> Int32 {
    guard entry.time >= recording.from, entry.time <= recording.until ?? .max else {
      return MessageRecording.unnumbered
    }
    guard messages < recording.most else {
      cut = MessageLog.Cut(time: cut?.time ?? entry.time, messages: (cut?.messages ?? 0) + 1)
      return MessageRecording.unnumbered
    }
    messages += 1
    entries.append(entry)
    return Int32(entries.count - 1)
  }

  /// What became of a message.
  mutating func note(_ number: Int32, _ fate: MessageLog.Fate) {
    if number >= 0 { entries[Int(number)].fate = fate }
  }

  /// Something happened to a node.
  mutating func happened(
    _ node: Int, _ event: String, _ state: MessageLog.State? = nil, at time: Int64
  ) {
    guard happenings < MessageRecording.mostHappenings else { return }
    happenings += 1
    entries.append(Entry(time: time, content: .happening(node, event, state)))
  }

  /// The log so far, of nodes of those names.
  func log(_ names: [String]) -> MessageLog {
    let lines = entries.map { $0.line(names) }
    var log = MessageLog(nodes: names, from: recording.from, entries: lines, cut: cut)
    log.until = recording.until
    return log
  }
}

extension MessageRecorder.Entry {
  fileprivate func line(_ names: [String]) -> MessageLog.Entry {
    switch content {
    case .happening(let node, let event, let state):
      return .happening(
        MessageLog.Happening(time: time, node: names[node], event: event, state: state))
    case .message(let from, let to, let message):
      let sketch = message.sketch
      return .message(
        MessageLog.Message(
          time: time, from: .node(names[from]), to: .node(names[to]), name: sketch.name,
          words: sketch.words, body: message.body, fate: fate, isCopy: isCopy))
    case .request(let client, let node, let request):
      return .message(
        MessageLog.Message(
          time: time, from: .client(client), to: .node(names[node]), name: request.sketch.name,
          words: request.sketch.words, body: request.body, fate: fate))
    case .answer(let node, let client, let sketch):
      return .message(
        MessageLog.Message(
          time: time, from: .node(names[node]), to: .client(client), name: sketch.name,
          words: sketch.words, fate: fate))
    }
  }
}
