import Base

/// What a cut keeps of a member of a quorum register.
public struct QuorumRegisterView: Sendable {
  /// An operation that the member coordinates.
  struct Operation: Sendable {
    var number: Int64
    var key: String
    /// The latest version that it was told, or what it has stored.
    var latest: Versioned
    /// Whether it has that stored.
    var isStoring: Bool
    /// The places of those who said that they keep it, in order.
    var keepers: [Int]
  }

  var name: String
  /// What the replica keeps, by key.
  var kept: [String: Versioned]
  /// In the order of their numbers.
  var operations: [Operation]
}

extension QuorumRegisterSafety {
  /// What its replica keeps, and its operations.
  public func view(of node: QuorumRegisterNode) -> QuorumRegisterView {
    let operations = node.coordinated.sorted { $0.key < $1.key }.map { number, coordination in
      QuorumRegisterView.Operation(
        number: number, key: coordination.key.description, latest: coordination.latest,
        isStoring: coordination.phase == .store, keepers: coordination.keepers.sorted())
    }
    return QuorumRegisterView(
      name: node.name, kept: node.kept.mapValues(\.state), operations: operations)
  }
}
