/// One thing that a machine may or may not allow, and what this one says.
public struct Capability: Sendable, Equatable {
  /// A short name: `namespaces`, `packets`, ….
  public let name: String
  /// What it is good for.
  public let purpose: String
  /// Why it is not to be had, in a sentence for a person, with the remedy where one is known; nil
  /// where it is there.
  public let obstacle: String?

  /// Whether it is there.
  public var isAvailable: Bool { obstacle == nil }

  /// Without an obstacle the machine allows it; otherwise the obstacle is a sentence for a person.
  public init(name: String, purpose: String, obstacle: String?) {
    self.name = name
    self.purpose = purpose
    self.obstacle = obstacle
  }
}

extension [Capability] {
  /// Why one of those is not to be had, the first that is not, with its name; nil when all are
  /// there.
  public func obstacle(among names: [String]) -> String? {
    for name in names {
      guard let found = first(where: { $0.name == name }) else { return "no \(name)" }
      if let obstacle = found.obstacle { return "\(found.name): \(obstacle)" }
    }
    return nil
  }
}
