/// What must hold of all nodes of a protocol at every moment, whatever clients see: checked by a
/// host that has all nodes, after each step of one of them.
///
/// A step counts once what it wrote is durable: until then nobody has heard of it, and if the
/// process ends first it never happened. So what a step changed is taken down at once, and judged
/// when its messages leave.
public protocol SafetyInvariants: Sendable {
  /// The node that it looks at.
  associatedtype Node: ProtocolNode
  /// What a check needs to know of a node from before its step; small, because it is taken before
  /// every step.
  associatedtype Glance: Sendable
  /// What a step changed, as far as it is judged.
  associatedtype News: Sendable
  /// What a check of a cut needs to know of a node; by default nothing.
  associatedtype View: CutView = Unviewed

  /// Nothing has happened yet.
  init()
  /// What a node is like before a step.
  func glance(at node: Node) -> Glance
  /// What a step changed that matters here; nil for most steps.
  ///
  /// - Complexity: O(what the step changed).
  func news(of node: Node, since before: Glance) -> News?
  /// Judges what a step changed, now that others may know of it, and remembers it.
  ///
  /// - Returns: the first thing that is wrong, or nil.
  /// - Complexity: O(what the step changed).
  mutating func check(_ news: News) -> Breach?
  /// What a node is like from afar: few enough kinds that different runs come to the same, none of
  /// them 0, and no names, times or values in it. For who counts behaviours.
  ///
  /// - Complexity: O(1).
  func kind(of node: Node) -> UInt64
  /// What people should know of the news, in a few words about the node: `leads term 3`; by default
  /// nothing.
  func telling(_ news: News) -> String?
  /// What a cut keeps of a node, all of whose steps so far are durable.
  func view(of node: Node) -> View
  /// Judges all nodes and the messages under way at one moment that could have been, by itself:
  /// nothing that was checked before plays a part, and nothing of it is remembered. By default
  /// nothing is wrong.
  ///
  /// - Returns: the first thing that is wrong, the same for the same state, or nil.
  /// - Complexity: O(what nodes and messages hold).
  func breach(in cut: GlobalState<Node>) -> Breach?
}

extension SafetyInvariants {
  /// Nothing.
  public func telling(_ news: News) -> String? { nil }
  /// Nothing.
  public func breach(in cut: GlobalState<Node>) -> Breach? { nil }
}

extension SafetyInvariants where View == Unviewed {
  /// Nothing.
  public func view(of node: Node) -> Unviewed { Unviewed() }
}

/// An invariant that does not hold.
public struct Breach: Sendable, Equatable {
  /// The invariant's name in its paper's words: `election safety`.
  public var invariant: String
  /// What happened, one sentence without a full stop.
  public var sentence: String

  /// Names the invariant and what happened.
  public init(_ invariant: String, _ sentence: String) {
    self.invariant = invariant
    self.sentence = sentence
  }
}
