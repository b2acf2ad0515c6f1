import Base

/// What all nodes were like at one moment that could have been, and what was under way between them
/// then: a consistent cut through a run.
public struct GlobalState<Node: ProtocolNode>: Sendable {
  /// A message that was sent and not yet taken.
  public struct UnderWay: Sendable {
    /// The place of the sender in the membership.
    public var from: Int
    /// The place of the receiver.
    public var to: Int
    /// What was said.
    public var message: Node.Message

    /// A message from one node to another.
    public init(from: Int, to: Int, message: Node.Message) {
      self.from = from
      self.to = to
      self.message = message
    }
  }

  /// Every node, in membership order.
  public var nodes: [Node.Safety.View]
  /// Every message under way; those of one sender to one receiver in the order of sending.
  public var underWay: [UnderWay]

  /// A state of all nodes and links.
  public init(nodes: [Node.Safety.View], underWay: [UnderWay]) {
    self.nodes = nodes
    self.underWay = underWay
  }
}

/// What a cut keeps of a node; a live node says it to whoever makes the cut.
public protocol CutView: Sendable {
  /// All of it, one object.
  var json: JSON { get }

  /// Reads what ``json`` says.
  ///
  /// - Throws: ``MalformedMessage`` when a member is missing, of the wrong type or out of range.
  init(reading json: JSON) throws(MalformedMessage)
}

/// What a cut keeps of nodes of which nothing is asked there.
public struct Unviewed: CutView {
  /// Nothing.
  public init() {}
  /// Nothing.
  public init(reading json: JSON) {}
  /// Nothing.
  public var json: JSON { [:] }
}
