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

  /// Makes a capability.
  public init(name: String, purpose: String, obstacle: String?) {
    self.name = name
    self.purpose = purpose
    self.obstacle = obstacle
  }
}
