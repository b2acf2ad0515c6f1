/// What a fault reaches for in a cluster. Not every way of having one has it.
///
/// A family of faults says its own (``FaultFamily/facet``), a cluster says which it has: a plan
/// that is let through finds them.
package enum ClusterFacet: Hashable, Sendable {
  /// Links between nodes that can be cut.
  case links
  /// Messages between nodes that can meet that.
  case traffic(Traffic.Kind)
  /// Processes that can be ended like that, and started again.
  case ends(by: FaultEffect.End)
  /// Processes that can be stopped where they are, and go on.
  case pauses
  /// Disks of the nodes' own that can be troubled, and lose what was not synced.
  case disks
  /// Clocks of the nodes' own.
  case clocks
  /// Disks that can be emptied while their nodes are down.
  case wiping
  /// Members that can be taken out and added again.
  case members
  /// Leaders that hand over when they are told to.
  case leadership
  /// Disks on which it is known where each record is, so that one can be damaged.
  case records

  /// Whether only servers have it, and nothing that talks through pipes.
  var isOfServers: Bool {
    switch self {
    case .links, .traffic, .ends, .pauses, .members, .leadership: false
    case .disks, .clocks, .wiping, .records: true
    }
  }

  /// Whether nodes must do what an operator tells them.
  var isOfOperators: Bool { self == .members || self == .leadership }

  /// What it is, for the words of a defect.
  package var words: String {
    switch self {
    case .links: "links that can be cut"
    case .traffic(let kind): "messages that can meet \(kind)"
    case .ends(let end): "nodes that can be ended by \(end)"
    case .pauses: "nodes that can be paused"
    case .disks: "disks of its nodes' own"
    case .clocks: "clocks of its nodes' own"
    case .wiping: "disks that can be emptied"
    case .members: "members that can be taken out"
    case .leadership: "leaders that hand over"
    case .records: "records that can be damaged"
    }
  }
}
