import Base
import Histories

/// The rules `quorum` and `overlap`: the sets of nodes that served operations.
struct QuorumUse: HistoryRules {
  static let rules: [DynamicRule] = [.quorum, .overlap]

  private let history: History
  private let evidence: HistoryEvidence
  private let breaches: Breaches

  init(_ history: History, _ evidence: HistoryEvidence, _ breaches: Breaches) {
    self.history = history
    self.evidence = evidence
    self.breaches = breaches
  }

  mutating func check(_ system: QuorumSystem?, _ report: inout DynamicReport) {
    guard evidence.acks.contains(where: { $0 != 0 }) else {
      let reason =
        evidence.has("acks")
        ? "no completed operation lists the nodes in “acks”" : "no completion has “acks”"
      report.notApplied += [(.quorum, reason), (.overlap, reason + guarantee())]
      return
    }
    let counted = evidence.counts.count { $0 != HistoryEvidence.unknown }
    if counted > 0 {
      let operations = counted == 1 ? "1 operation gives" : "\(counted) operations give"
      report.notes.append("\(operations) “acks” as a number and not by name: left out")
    }
    overlap(&report)
    if let system {
      report.notes.append("the quorums are those given")
      judge(system)
    } else if let own = headerSystem() {
      report.notes.append("the quorums are those of the history's header")
      judge(own)
    } else {
      infer(&report)
    }
  }

  /// What numbers of nodes alone say: that any two sets of these sizes meet, or that they need not.
  ///
  /// Of n nodes, sets of r and w members must share one when r + w > n, and may be disjoint
  /// otherwise (Gifford's inequality with one vote each); which they were, numbers do not say.
  private func guarantee() -> String {
    var least: (read: Int64, write: Int64) = (.max, .max)
    for operation in 0..<history.count where evidence.counts[operation] >= 0 {
      guard let isRead = history.reads(operation) else { continue }
      if isRead {
        least.read = min(least.read, evidence.counts[operation])
      } else {
        least.write = min(least.write, evidence.counts[operation])
      }
    }
    guard least.read < .max, least.write < .max, !evidence.names.isEmpty else { return "" }
    let nodes = Int64(evidence.names.count)
    let (sum, isOver) = least.read.addingReportingOverflow(least.write)
    let words = "; by number, reads had at least \(least.read) nodes and writes \(least.write) of "
    return words + "\(nodes): "
      + (isOver || sum > nodes ? "they must meet" : "they are not guaranteed to meet")
  }

  /// The system that the header describes: `nodes`, and `votes`, `read`, `write` where it has them.
  private func headerSystem() -> QuorumSystem? {
    guard let header = history.header, let list = header["nodes"]?.array else { return nil }
    let names = list.compactMap(\.string)
    guard !names.isEmpty, names.count == list.count, names.count <= NodeSet.capacity,
      let quorums = header["quorums"]
    else { return nil }
    let votes = quorums["votes"]?.array?.compactMap(\.integer).map(Int.init)
    let each = votes ?? [Int](repeating: 1, count: names.count)
    guard each.count == names.count, each.allSatisfy({ (0...1_000_000).contains($0) }) else {
      return nil
    }
    let total = each.reduce(0, +)
    let read = quorums["read"]?.integer.map { Int($0) } ?? total / 2 + 1
    let write = quorums["write"]?.integer.map { Int($0) } ?? total / 2 + 1
    guard (1...max(1, total)).contains(read), (1...max(1, total)).contains(write) else {
      return nil
    }
    return QuorumSystem(
      nodes: names.map { QuorumNode($0) }, votes: each, read: read, write: write)
  }

  private func judge(_ system: QuorumSystem) {
    let places = evidence.names.map { name in system.names.firstIndex { $0 == name } }
    for operation in 0..<history.count where evidence.acks[operation] != 0 {
      var set: NodeSet = 0
      for node in evidence.acks[operation].members {
        if let place = places[node] { set |= .only(place) }
      }
      let isRead = history.reads(operation) ?? false
      let family = isRead ? system.reads : system.writes
      breaches.check(
        .quorum, family.isQuorum(set), [history.place(operation)],
        "\(history.called(operation)) was served by \(evidence.text(evidence.acks[operation])), "
          + "which is no \(isRead ? "read" : "write") quorum")
    }
  }

  /// Plain majorities, unless smaller sets may be quorums of a system that nobody has told us.
  private func infer(_ report: inout DynamicReport) {
    let count = evidence.names.count
    let needed = count / 2 + 1
    var reads: Set<NodeSet> = []
    var writes: Set<NodeSet> = []
    for operation in 0..<history.count where evidence.acks[operation] != 0 {
      if history.reads(operation) ?? false {
        reads.insert(evidence.acks[operation])
      } else {
        writes.insert(evidence.acks[operation])
      }
    }
    let small = reads.union(writes).filter { $0.nonzeroBitCount < needed }
    let miss = { (one: NodeSet) in
      writes.contains { $0 & one == 0 }
        || (writes.contains(one) && reads.contains { $0 & one == 0 })
    }
    guard small.isEmpty || small.contains(where: miss) else {
      report.notApplied.append(
        (
          .quorum,
          "fewer than \(needed) of the \(count) nodes served some operations, and all these sets "
            + "meet: say what a quorum is (--nodes, --read, --write, --votes, --reads, --writes)"
        ))
      return
    }
    report.notes.append(
      "a quorum is taken to be a majority, \(needed) of the \(count) nodes that are named")
    for operation in 0..<history.count where evidence.acks[operation] != 0 {
      breaches.check(
        .quorum, evidence.acks[operation].nonzeroBitCount >= needed, [history.place(operation)],
        "\(history.called(operation)) was served by \(evidence.text(evidence.acks[operation])), "
          + "and a majority of \(count) nodes is \(needed)")
    }
  }

  // MARK: - Overlap

  private struct Written {
    var quorum: NodeSet
    var operation: Int
  }

  /// Each read against the writes of its key that ended before it began, by distinct quorum.
  private func overlap(_ report: inout DynamicReport) {
    var written: [ValueID: [Written]] = [:]
    var compared = false
    for step in history.steps() {
      switch step {
      case .completion(let operation) where evidence.acks[operation] != 0:
        guard history.reads(operation) == false else { continue }
        let key = history.key[operation]
        let quorum = evidence.acks[operation]
        if !(written[key] ?? []).contains(where: { $0.quorum == quorum }) {
          written[key, default: []].append(Written(quorum: quorum, operation: operation))
        }
      case .invocation(let operation):
        guard history.reads(operation) == true, evidence.acks[operation] != 0 else { continue }
        for write in written[history.key[operation]] ?? [] {
          compared = true
          breaches.check(
            .overlap, write.quorum & evidence.acks[operation] != 0,
            [history.place(write.operation), history.place(operation)],
            Cause.miss(operation, write.operation, history, evidence))
        }
      default: continue
      }
    }
    if !compared {
      report.notApplied.append(
        (.overlap, "no read that lists its nodes follows a write of its key that does"))
    }
  }
}

extension DynamicRule {
  static let quorum = DynamicRule(
    "quorum", of: ofHistories, "every quorum that served an operation is one",
    from: Paper.gifford, needs: "completion with “acks”")

  static let overlap = DynamicRule(
    "overlap", of: ofHistories,
    "a read's quorum meets that of every write of its key that ended before it",
    from: Paper.gifford, needs: "read with “acks” that follows a write of its key with “acks”")
}
