import Base

/// Systems that have a name in the literature, by name and size: `majority:5`, `grid:3x4`.
public struct NamedSystem: Sendable {
  /// The word before the colon.
  public var name: String
  /// The size as people write it: `N`, `RxC`.
  public var size: String
  /// What its quorums are, in one sentence without a full stop.
  public var summary: String
  /// Who described it.
  public var source: String
  /// An example of its use.
  public var example: String
  private var expressions: @Sendable (_ sizes: [Int]) -> (QuorumExpression, QuorumExpression)

  /// Every named system.
  public static let all: [NamedSystem] = [
    NamedSystem(
      name: "majority", size: "N", summary: "more than half of the nodes, for reads and writes",
      source: "Thomas 1979", example: "majority:5"
    ) { sizes in
      let most = QuorumExpression.majority(nodes(0..<sizes[0]))
      return (most, most)
    },
    NamedSystem(
      name: "read-one", size: "N", summary: "a read asks any node, a write needs all",
      source: "read one, write all", example: "read-one:5"
    ) { sizes in
      (.any(nodes(0..<sizes[0])), .all(nodes(0..<sizes[0])))
    },
    NamedSystem(
      name: "grid", size: "RxC",
      summary: "a read takes one node of each column; a write does too, and a whole column",
      source: "Cheung, Ammar, Ahamad 1992", example: "grid:3x3"
    ) { sizes in
      let columns = columns(sizes)
      let cover = QuorumExpression.all(columns.map { .any($0) })
      return (cover, .all([cover, .any(columns.map { .all($0) })]))
    },
    NamedSystem(
      name: "rows", size: "RxC",
      summary:
        "a read takes a whole row, a write one node of each row (writes may miss each other)",
      source: "Whittaker et al. 2021", example: "rows:2x3"
    ) { sizes in
      let rows = rows(sizes)
      return (.any(rows.map { .all($0) }), .all(rows.map { .any($0) }))
    },
    NamedSystem(
      name: "maekawa", size: "RxC",
      summary: "a whole row and a whole column, for reads and writes",
      source: "Maekawa 1985, in the form of a grid", example: "maekawa:3x3"
    ) { sizes in
      let cross = QuorumExpression.all([
        .any(rows(sizes).map { .all($0) }), .any(columns(sizes).map { .all($0) }),
      ])
      return (cross, cross)
    },
    NamedSystem(
      name: "hierarchy", size: "AxB[x…]",
      summary: "a majority of groups, in each a majority of its groups, down to nodes",
      source: "Kumar 1991", example: "hierarchy:3x3"
    ) { sizes in
      let tree = tree(sizes[...], first: 0)
      return (tree, tree)
    },
    NamedSystem(
      name: "wheel", size: "N",
      summary: "the first node with any other, or all others, for reads and writes",
      source: "Holzman, Marcus, Peleg 1997", example: "wheel:5"
    ) { sizes in
      let rim = nodes(1..<sizes[0])
      let wheel = QuorumExpression.any([.all([.node(0), .any(rim)]), .all(rim)])
      return (wheel, wheel)
    },
  ]

  /// Makes a system from `name:size`; its nodes are `n1`, `n2` …
  ///
  /// - Throws: ``QuorumError`` that says what is known, with a suggestion.
  public static func make(_ text: String, label: String) throws(QuorumError) -> QuorumSystem {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let names = all.map(\.name)
    guard let kind = all.first(where: { $0.name == parts[0] }) else {
      throw QuorumError(
        "“\(parts[0])” is no named system, expected one of \(names.joined(separator: ", "))"
          + Suggestion.hint(for: String(parts[0]), among: names), in: text, column: 1
      ).labelled(label)
    }
    let column = parts[0].count + 2
    let words =
      parts.count == 2 ? parts[1].split(separator: "x", omittingEmptySubsequences: false) : []
    let sizes = words.compactMap { $0.allSatisfy(\.isASCIIDigit) ? Int($0) : nil }
    let isRightShape =
      switch kind.size {
      case "N": words.count == 1
      case "RxC": words.count == 2
      default: (1...6).contains(words.count)
      }
    guard isRightShape, sizes.count == words.count, sizes.allSatisfy({ $0 > 0 }) else {
      throw QuorumError(
        "expected \(kind.name):\(kind.size), such as \(kind.example)", in: text, column: column
      ).labelled(label)
    }
    let count = sizes.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    let isHuge = sizes.contains { $0 > NodeSet.capacity } || count > NodeSet.capacity
    guard !isHuge, kind.name != "wheel" || count >= 2 else {
      throw QuorumError(
        isHuge ? "a system has at most 64 nodes" : "a wheel has at least 2 nodes",
        in: text, column: column
      ).labelled(label)
    }
    let (reads, writes) = kind.expressions(sizes)
    let all = NodeNames.numbered(count).map { QuorumNode($0) }
    return QuorumSystem(nodes: all, reads: reads, writes: writes)
  }

  private static func nodes(_ range: Range<Int>) -> [QuorumExpression] {
    range.map { .node($0) }
  }

  private static func rows(_ sizes: [Int]) -> [[QuorumExpression]] {
    (0..<sizes[0]).map { nodes($0 * sizes[1]..<($0 + 1) * sizes[1]) }
  }

  private static func columns(_ sizes: [Int]) -> [[QuorumExpression]] {
    (0..<sizes[1]).map { column in (0..<sizes[0]).map { .node($0 * sizes[1] + column) } }
  }

  private static func tree(_ sizes: ArraySlice<Int>, first: Int) -> QuorumExpression {
    guard let branches = sizes.first else { return .node(first) }
    let below = sizes.dropFirst()
    let stride = below.reduce(1, *)
    return .majority((0..<branches).map { tree(below, first: first + $0 * stride) })
  }
}
