import Base

/// The names of a system's nodes, in the order in which they came up.
public struct NodeNames: Sendable, Equatable {
  /// Name `i` is that of node `i`.
  public private(set) var names: [String]
  /// Whether new names may come up, or only those that were declared.
  public var isClosed: Bool

  private var indices: [String: Int]

  /// Makes a table; names that are declared beforehand must be unique and at most 64.
  public init(_ names: [String] = [], isClosed: Bool = false) {
    self.names = names
    self.isClosed = isClosed
    indices = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
  }

  /// The index of a name, or nil when it has not come up.
  public func index(of name: String) -> Int? { indices[name] }

  /// The index of a name, a new one when it has not come up before.
  ///
  /// - Throws: ``QuorumError`` without a place when the name is not declared, or is the 65th.
  public mutating func intern(_ name: String) throws(QuorumError) -> Int {
    if let index = indices[name] { return index }
    guard !isClosed else {
      throw QuorumError(
        "“\(name)” is no node of this system" + Suggestion.hint(for: name, among: names))
    }
    guard names.count < NodeSet.capacity else {
      throw QuorumError("“\(name)” is node 65, and a system has at most 64")
    }
    indices[name] = names.count
    names.append(name)
    return names.count - 1
  }

  /// `n1`, `n2`, and so on.
  public static func numbered(_ count: Int) -> [String] {
    (0..<count).map { "n\($0 + 1)" }
  }
}
