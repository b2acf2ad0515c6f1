/// Members that can be taken out of a cluster and come back: a facet of a cluster.
protocol MemberChanging: AnyObject {
  /// Begins to take a node out of the cluster, through another node.
  func removeMember(_ index: Int)
  /// Whether it is out, and its servers are gone.
  func isRemoved(_ index: Int) -> Bool
  /// Begins to add it again, with an empty disk.
  func addMember(_ index: Int)
  /// Whether it is a member and answers.
  func isMember(_ index: Int) -> Bool
}
