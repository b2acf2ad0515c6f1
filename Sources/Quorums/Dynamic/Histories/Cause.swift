import Histories

/// Why a history is not linearizable, as far as its quorums say.
public enum Cause {
  /// One sentence about the operations of a violation: the read and the write whose quorums share
  /// no node, or that the quorums were fine and the reason is another; nil when the operations do
  /// not say which nodes served them.
  ///
  /// A pure function of the history, for `explain`.
  ///
  /// - Parameters:
  ///   - operations: those of the violation, by their index in the history.
  ///   - history: the history.
  /// - Complexity: O(events + operations²).
  public static func sentence(_ operations: [Int], of history: History) -> String? {
    guard history.evidence("acks") != nil else { return nil }
    let evidence = HistoryEvidence(history)
    let known = operations.filter { history.outcome[$0] == .ok && evidence.acks[$0] != 0 }
    let reads = known.filter { history.reads($0) == true }
    let writes = known.filter { history.reads($0) == false }
    var compared = 0
    for read in reads {
      for write in writes
      where history.key[write] == history.key[read]
        && history.completed[write] < history.invoked[read]
      {
        if evidence.acks[read] & evidence.acks[write] == 0 {
          return miss(read, write, history, evidence) + "."
        }
        compared += 1
      }
    }
    if let sentence = missed(reads, history, evidence) { return sentence }
    if let small = smallest(known, history, evidence) { return small }
    return fine(reads, known, compared, history, evidence)
  }

  /// A read that missed a write outside the violation's own operations.
  private static func missed(
    _ reads: [Int], _ history: History, _ evidence: HistoryEvidence
  ) -> String? {
    for read in reads {
      for write in 0..<history.count
      where evidence.acks[write] != 0 && history.reads(write) == false
        && history.key[write] == history.key[read]
        && history.completed[write] < history.invoked[read]
        && evidence.acks[write] & evidence.acks[read] == 0
      {
        return miss(read, write, history, evidence) + "."
      }
    }
    return nil
  }

  /// An operation that two disjoint sets of other operations show to be served by too few.
  private static func smallest(
    _ known: [Int], _ history: History, _ evidence: HistoryEvidence
  ) -> String? {
    for operation in known
    where evidence.acks[operation].nonzeroBitCount * 2 <= evidence.names.count {
      guard
        let other = (0..<history.count).first(where: {
          evidence.acks[$0] != 0 && evidence.acks[$0] & evidence.acks[operation] == 0
            && (history.reads($0) == false || history.reads(operation) == false)
        })
      else { continue }
      return
        "\(history.called(operation)) (line \(history.completedLine[operation])) was served by "
        + "\(evidence.text(evidence.acks[operation])) alone, and "
        + "\(history.called(other)) (line \(history.completedLine[other])) by "
        + "\(evidence.text(evidence.acks[other])): they share no node."
    }
    return nil
  }

  private static func fine(
    _ reads: [Int], _ known: [Int], _ compared: Int, _ history: History,
    _ evidence: HistoryEvidence
  ) -> String? {
    guard known.count > 1 else { return nil }
    let inverted = reads.lazy.flatMap { later in
      reads.lazy.filter { history.completed[$0] < history.invoked[later] }.map { ($0, later) }
    }.first { earlier, later in
      evidence.revision[later] != HistoryEvidence.unknown
        && evidence.revision[later] < evidence.revision[earlier]
    }
    if let (earlier, later) = inverted {
      return "The quorums were fine: the reason is another. The read of line "
        + "\(history.completedLine[earlier]) used \(evidence.text(evidence.acks[earlier])) and saw "
        + "revision \(evidence.revision[earlier]); the read of line "
        + "\(history.completedLine[later]) used \(evidence.text(evidence.acks[later])), which "
        + "\(evidence.acks[earlier] & evidence.acks[later] == 0 ? "need not meet" : "meets") it, "
        + "and saw only revision \(evidence.revision[later]): what the first read returned was not "
        + "at a write quorum (a read that does not write back)."
    }
    return compared > 0
      ? "The quorums were fine: each read's nodes met those of every write that had ended before; "
        + "the reason is another." : nil
  }

  /// `read r used {n4, n5}, write w was acknowledged by {n1, n2}: they share no node`.
  static func miss(
    _ read: Int, _ write: Int, _ history: History, _ evidence: HistoryEvidence
  ) -> String {
    "\(history.called(read)) (line \(history.completedLine[read])) used "
      + "\(evidence.text(evidence.acks[read])), and \(history.called(write)) (line "
      + "\(history.completedLine[write])) was acknowledged by "
      + "\(evidence.text(evidence.acks[write])): they share no node"
  }
}
