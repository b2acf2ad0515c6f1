/// Leaders that hand over when they are told to: a facet of a cluster.
protocol LeadershipChanging: AnyObject {
  /// Begins to make a node the leader.
  func transferLeadership(to index: Int)
  /// Whoever leads may go on.
  func leaveLeadership()
  /// Whether it leads, as far as it knows.
  func isLeading(_ index: Int) -> Bool
}
