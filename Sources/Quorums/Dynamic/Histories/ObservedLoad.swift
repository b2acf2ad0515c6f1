import Histories

/// How often each node was part of a quorum that a recorded operation used: the load that a
/// strategy has in theory, as it was in practice.
///
/// Load as in Naor and Wool, “The load, capacity, and availability of quorum systems”, 1998,
/// doi:10.1137/S0097539795281232: the share of operations that a node takes part in.
public struct ObservedLoad: Sendable, Equatable {
  /// One node's part.
  public struct Share: Sendable, Equatable {
    /// The node.
    public var name: String
    /// Reads whose quorum it was in.
    public var reads: Int
    /// Other operations whose quorum it was in.
    public var writes: Int

    /// Counts operations in whose quorums the node was: `reads`, and as `writes` all others.
    public init(name: String, reads: Int, writes: Int) {
      self.name = name
      self.reads = reads
      self.writes = writes
    }
  }

  /// The nodes, in the order in which the history names them.
  public var nodes: [Share]
  /// Reads that name their quorum.
  public var reads = 0
  /// Other operations that name their quorum.
  public var writes = 0

  /// Counts the quorums that completed operations name in `acks`.
  ///
  /// - Complexity: O(events + quorums' sizes).
  public init(_ history: History) {
    let evidence = HistoryEvidence(history)
    nodes = evidence.names.map { Share(name: $0, reads: 0, writes: 0) }
    let isRead = history.functions.map { $0 == "read" || $0 == "get" }
    for operation in 0..<history.count where evidence.acks[operation] != 0 {
      let reads = isRead[Int(history.function[operation])]
      if reads { self.reads += 1 } else { writes += 1 }
      for node in evidence.acks[operation].members {
        if reads { nodes[node].reads += 1 } else { nodes[node].writes += 1 }
      }
    }
  }

  /// The share of all operations with a quorum that a node was part of, from 0 to 1.
  public func load(of node: Share) -> Double {
    reads + writes == 0 ? 0 : Double(node.reads + node.writes) / Double(reads + writes)
  }
}
