import Base

/// What a cut keeps of a member of a quorum register.
public struct QuorumRegisterView: CutView {
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

extension QuorumRegisterView {
  /// One object; keys in order.
  public var json: JSON {
    let kept = kept.sorted { $0.key < $1.key }.map { key, state in
      JSON.object([.init("key", .string(key))] + state.members)
    }
    let operations = operations.map { operation in
      JSON.object(
        [
          .init("number", .integer(operation.number)), .init("key", .string(operation.key)),
          .init("stores", .bool(operation.isStoring)),
          .init("keepers", .array(operation.keepers.map { JSON($0) })),
        ] + operation.latest.members)
    }
    return ["name": .string(name), "kept": .array(kept), "operations": .array(operations)]
  }

  /// Reads one.
  public init(reading json: JSON) throws(MalformedMessage) {
    let reader = try BodyReader(json, inside: "view")
    name = try reader.text("name")
    kept = [:]
    let states = try reader.list("kept") { (item) throws(MalformedMessage) in
      (key: try item.text("key"), state: try Versioned(reading: item))
    }
    for (key, state) in states { kept[key] = state }
    operations = try reader.list("operations") { (item) throws(MalformedMessage) in
      Operation(
        number: try item.count("number"), key: try item.text("key"),
        latest: try Versioned(reading: item), isStoring: try item.bool("stores"),
        keepers: try item.counts("keepers").map { Int($0) })
    }
  }
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
