/// A directed link between two nodes, by their indexes.
package struct Link: Hashable, Sendable {
  package var from: Int
  package var to: Int

  package init(from: Int, to: Int) {
    self.from = from
    self.to = to
  }
}

/// How far links are that are cut by other means than the host's own network.
package enum LinkStanding: Equatable {
  /// All of them are cut; with what says so.
  case cut(by: String)
  /// All of them are whole again.
  case whole
  /// Neither, as far as is known.
  case unknown
}
