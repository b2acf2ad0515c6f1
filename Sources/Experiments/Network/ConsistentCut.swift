/// One cut through a running cluster in the making: what each node was like when it recorded
/// itself, and what was under way on each link.
///
/// Chandy and Lamport, “Distributed snapshots: determining global states of distributed systems”,
/// ACM TOCS 3(1), 1985, doi:10.1145/214451.214456. Somebody records himself and sends a marker over
/// each of his links; who gets a marker for the first time does the same, before he takes anything
/// else. What was under way on a link is what its receiver takes from it between his own recording
/// and the marker of that link.
///
/// Where links deliver in the order of sending, each message once at most, nothing that a recorded
/// node has taken was sent after its sender recorded himself: that would have come after the
/// marker. What is lost counts as lost before the cut. Who holds the links knows whether they kept
/// their order (``Fates/keptOrder(since:)``); a cut knows nothing of that.
///
/// Links are all from each node to each, also to itself. Only who holds all links can keep such a
/// value; he tells it what happens, in the order in which it happens to each node.
package struct ConsistentCut<View, Message> {
  /// Which cut of the run.
  package let number: Int
  /// When it began, on the host's clock.
  package let began: Int64
  private let nodes: Int
  private var isRecorded: [Bool]
  private var views: [View?]
  /// Whether the marker of a link has come, and what was taken from it since its receiver recorded
  /// himself; from · nodes + to.
  private var isClosed: [Bool]
  private var taken: [[Message]]

  /// Nobody has recorded himself.
  package init(number: Int, nodes: Int, began: Int64) {
    self.number = number
    self.began = began
    self.nodes = nodes
    isRecorded = [Bool](repeating: false, count: nodes)
    views = [View?](repeating: nil, count: nodes)
    isClosed = [Bool](repeating: false, count: nodes * nodes)
    taken = [[Message]](repeating: [], count: nodes * nodes)
  }

  /// Whether the node has recorded itself.
  package func hasRecorded(_ node: Int) -> Bool { isRecorded[node] }

  /// The node records itself; it must send its markers before anything else.
  package mutating func record(_ node: Int) { isRecorded[node] = true }

  /// What the node was like when it recorded itself, which may be known later.
  package mutating func keep(_ view: View, of node: Int) { views[node] = view }

  /// The marker of a link has reached its receiver, who has recorded himself; a second one of the
  /// same link says nothing.
  package mutating func take(markerOver link: Link) {
    precondition(isRecorded[link.to], "who gets a marker records himself first")
    isClosed[link.from * nodes + link.to] = true
  }

  /// A node takes a message.
  package mutating func take(_ message: Message, over link: Link) {
    let place = link.from * nodes + link.to
    if isRecorded[link.to], !isClosed[place] { taken[place].append(message) }
  }

  /// Every node, once all have recorded themselves and every marker has come.
  package var states: [View]? {
    guard isClosed.allSatisfy({ $0 }) else { return nil }
    let known = views.compactMap { $0 }
    return known.count == nodes ? known : nil
  }

  /// What was under way, by sender and receiver; of each link in the order of its receiver.
  package var underWay: [(link: Link, message: Message)] {
    taken.enumerated().flatMap { place, messages in
      messages.map { (Link(from: place / nodes, to: place % nodes), $0) }
    }
  }
}
