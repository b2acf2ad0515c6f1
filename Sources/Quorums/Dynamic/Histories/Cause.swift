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
  /// - Returns: one or two sentences, or nil.
  /// - Complexity: O(events + operations²).
  public static func sentence(_ operations: [Int], of history: History) -> String? {
    guard history.evidence("acks") != nil else { return nil }
    let evidence = HistoryEvidence(history)
    let known = operations.filter { history.outcome[$0] == .ok && evidence.acks[$0] != 0 }
    let reads = known.filter { history.reads($0) == true }
    let writes = known.filter { history.reads($0) == false }
    for read in reads {
      // The one that the read should have seen comes last.
      let ended = writes.filter {
        history.key[$0] == history.key[read] && history.completed[$0] < history.invoked[read]
      }.sorted { history.completed[$0] > history.completed[$1] }
      let latest = latestWrite(before: read, history, evidence)
      for write in ended + (latest.map { [$0] } ?? [])
      where evidence.acks[read] & evidence.acks[write] == 0 {
        return capitalised(miss(read, write, history, evidence)) + "."
      }
    }
    return smallest(known, history, evidence) ?? fine(known, history, evidence)
  }

  /// The write of a read's key that ended last before the read began.
  private static func latestWrite(
    before read: Int, _ history: History, _ evidence: HistoryEvidence
  ) -> Int? {
    var latest: Int?
    for write in 0..<history.count
    where evidence.acks[write] != 0 && history.reads(write) == false
      && history.key[write] == history.key[read]
      && history.completed[write] < history.invoked[read]
      && history.completed[write] > (latest.map { history.completed[$0] } ?? -1)
    { latest = write }
    return latest
  }

  private static func capitalised(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  /// An operation that two disjoint sets of other operations show to be served by too few.
  private static func smallest(
    _ known: [Int], _ history: History, _ evidence: HistoryEvidence
  ) -> String? {
    for operation in known
    where evidence.acks[operation].nonzeroBitCount * 2 <= evidence.names.count {
      guard
        let other = (0..<history.count).first(where: {
          evidence.acks[$0] != 0 && history.key[$0] == history.key[operation]
            && evidence.acks[$0] & evidence.acks[operation] == 0
            && (history.reads($0) == false || history.reads(operation) == false)
        })
      else { continue }
      return
        capitalised(history.called(operation))
        + " (line \(history.completedLine[operation])) was served by "
        + "\(evidence.text(evidence.acks[operation])) alone, and "
        + "\(history.called(other)) (line \(history.completedLine[other])) by "
        + "\(evidence.text(evidence.acks[other])): they share no node."
    }
    return nil
  }

  /// The quorums were fine; an inversion of revisions after a read says more.
  private static func fine(
    _ known: [Int], _ history: History, _ evidence: HistoryEvidence
  ) -> String? {
    guard known.contains(where: { history.reads($0) == true }), known.count > 1 else { return nil }
    let hasMissed = known.contains { read in
      history.reads(read) == true
        && (0..<history.count).contains {
          evidence.acks[$0] != 0 && history.reads($0) == false
            && history.key[$0] == history.key[read]
            && history.completed[$0] < history.invoked[read]
            && evidence.acks[$0] & evidence.acks[read] == 0
        }
    }
    guard !hasMissed else { return nil }
    let words =
      "The quorums were fine: each read's nodes met those of the writes that had ended before it. "
      + "The reason is another"
    for earlier in known where history.reads(earlier) == true {
      for later in known
      where history.key[later] == history.key[earlier]
        && history.completed[earlier] < history.invoked[later]
        && evidence.revision[later] != HistoryEvidence.unknown
        && evidence.revision[later] < evidence.revision[earlier]
      {
        let what = history.reads(later) == true ? "used" : "was acknowledged by"
        let reason =
          evidence.leader[later] >= 0
          ? "\(evidence.names[evidence.leader[later]]), which led it, answered from an older state."
          : "What a read has returned must be at a write quorum before it ends: the second phase "
            + "of Attiya, Bar-Noy and Dolev."
        return "\(words): \(history.called(earlier)) (line \(history.completedLine[earlier])) used "
          + "\(evidence.text(evidence.acks[earlier])) and saw revision "
          + "\(evidence.revision[earlier]), but \(history.called(later)) (line "
          + "\(history.completedLine[later])), which began after that, \(what) "
          + "\(evidence.text(evidence.acks[later])) and has revision "
          + "\(evidence.revision[later]). " + reason
      }
    }
    return words + "."
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
