/// Disks that can be emptied while their nodes are down: a facet of a cluster.
protocol WipedDisks: AnyObject {
  /// Empties the disk of a node that was ended, before it is started again.
  func wipe(_ index: Int)
  /// Whether that is done.
  func isWiped(_ index: Int) -> Bool
}
