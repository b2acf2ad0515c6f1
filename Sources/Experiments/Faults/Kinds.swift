/// Whom a fault hits.
public enum FaultTarget: String, Sendable, CaseIterable {
  /// One node, drawn.
  case one
  /// As many as fit below half.
  case minority
  /// The fewest that are more than half.
  case majority
  /// Every node.
  case all
  /// The node that answers name as their leader.
  case leader
  /// One node, drawn among those that do not lead.
  case follower
}

/// The shapes of partitions.
public enum PartitionKind: String, Sendable, CaseIterable {
  /// Two parts of equal size, or nearly.
  case halves
  /// A drawn majority and the rest.
  case majorityMinority = "majority-minority"
  /// One node alone.
  case isolateOne = "isolate-one"
  /// The leader alone.
  case isolateLeader = "isolate-leader"
  /// One node alone that does not lead.
  case isolateFollower = "isolate-follower"
  /// Every node sees a majority, and no two the same one.
  case majorityRing = "majority-ring"
  /// Two halves that only one node sees both of.
  case bridge
  /// One part does not hear the other, but is heard.
  case oneWay = "one-way"
}
