/// A set of nodes as the bits of one word: node `i` of the system is bit `i`.
public typealias NodeSet = UInt64

extension NodeSet {
  /// The most nodes that a system may have.
  public static let capacity = 64

  /// The first `count` nodes.
  ///
  /// - Precondition: `0 <= count <= 64`.
  public static func first(_ count: Int) -> NodeSet {
    count == 0 ? 0 : ~0 >> (64 - UInt64(count))
  }

  /// The set that holds one node.
  public static func only(_ node: Int) -> NodeSet { 1 << UInt64(node) }

  /// Whether the set holds that node.
  public func holds(_ node: Int) -> Bool { self >> UInt64(node) & 1 == 1 }

  /// The nodes in ascending order.
  public var members: [Int] {
    var members: [Int] = []
    var rest = self
    while rest != 0 {
      members.append(rest.trailingZeroBitCount)
      rest &= rest - 1
    }
    return members
  }
}
