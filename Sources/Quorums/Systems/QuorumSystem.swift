/// One node of a system: what it is called, what it can carry, how far away it is.
public struct QuorumNode: Sendable, Equatable {
  /// The name, unique in its system.
  public var name: String
  /// Reads that it can serve in a unit of time, above 0.
  public var readCapacity: Double
  /// Writes that it can serve in a unit of time, above 0.
  public var writeCapacity: Double
  /// The seconds until its answer is there.
  public var latencySeconds: Double
  /// What fails together with it (a rack, a region), or nil.
  public var zone: String?

  /// Makes a node; one that is not described carries 1 of each and answers after a second, so
  /// that loads and latencies count nodes.
  public init(
    _ name: String, readCapacity: Double = 1, writeCapacity: Double = 1,
    latencySeconds: Double = 1, zone: String? = nil
  ) {
    self.name = name
    self.readCapacity = readCapacity
    self.writeCapacity = writeCapacity
    self.latencySeconds = latencySeconds
    self.zone = zone
  }
}

/// A quorum system: nodes, which sets of them may serve a read, and which a write.
///
/// For Paxos and its kin, read quorums are those of phase one (elections, recovery) and write
/// quorums those of phase two (commits).
public struct QuorumSystem: Sendable, Equatable {
  /// The nodes, at most 64; bit `i` of a ``NodeSet`` is `nodes[i]`.
  public var nodes: [QuorumNode]
  /// The read quorums.
  public var reads: QuorumExpression
  /// The write quorums.
  public var writes: QuorumExpression
  /// What is needed of how many votes, when the system was given as votes.
  public var votes: Votes?

  /// Gifford's numbers: V votes in all, Vr needed to read, Vw needed to write.
  public struct Votes: Sendable, Equatable {
    /// The sum of all votes, V.
    public var total: Int
    /// The votes a read needs, Vr.
    public var read: Int
    /// The votes a write needs, Vw.
    public var write: Int
    /// The votes of each node, by index.
    public var each: [Int]

    /// Takes the numbers as they are; `total` must be the sum of `each`, which is by the index of
    /// the node.
    public init(total: Int, read: Int, write: Int, each: [Int]) {
      self.total = total
      self.read = read
      self.write = write
      self.each = each
    }
  }

  /// Takes the families as they are, each over indices of `nodes`; that they meet is what a
  /// ``Rule`` asks. ``votes`` is nil: there are no numbers to show.
  ///
  /// - Precondition: at most 64 nodes.
  public init(nodes: [QuorumNode], reads: QuorumExpression, writes: QuorumExpression) {
    self.nodes = nodes
    self.reads = reads
    self.writes = writes
  }

  /// Node `i` has `votes[i]`; a set is a quorum when its votes are at least `read`, or `write`.
  ///
  /// - Precondition: as many votes as nodes, `1...total` needed for each.
  public init(nodes: [QuorumNode], votes: [Int], read: Int, write: Int) {
    let shares = votes.enumerated().map { QuorumExpression.Share($1, .node($0)) }
    self.init(
      nodes: nodes, reads: .votes(read, of: shares), writes: .votes(write, of: shares))
    self.votes = Votes(total: votes.reduce(0, +), read: read, write: write, each: votes)
  }

  /// The names in order.
  public var names: [String] { nodes.map(\.name) }

  /// All nodes.
  public var all: NodeSet { .first(nodes.count) }

  /// The names of a set's nodes, in the order of the system.
  public func names(of set: NodeSet) -> [String] { set.members.map { nodes[$0].name } }

  /// `{a, b}`.
  public func text(_ set: NodeSet) -> String {
    "{\(names(of: set).joined(separator: ", "))}"
  }

  /// The order in which diagrams test the nodes: as they appear, heavy voters first.
  var order: [Int] {
    if let votes {
      return nodes.indices.sorted { (votes.each[$1], $0) < (votes.each[$0], $1) }
    }
    var order: [Int] = []
    var seen: NodeSet = 0
    func visit(_ expression: QuorumExpression) {
      switch expression {
      case .node(let node):
        if !seen.holds(node) { order.append(node) }
        seen |= .only(node)
      case .votes(_, let shares):
        for share in shares.sorted(by: { $0.votes > $1.votes }) { visit(share.part) }
      }
    }
    visit(reads)
    visit(writes)
    return order + nodes.indices.filter { !seen.holds($0) }
  }
}
