import Histories

/// The rules `leader` and `split-brain`: who led when operations were served.
struct LeaderUse: HistoryRules {
  static let rules: [DynamicRule] = [.leader, .splitBrain]

  private let history: History
  private let evidence: HistoryEvidence
  private let breaches: Breaches

  init(_ history: History, _ evidence: HistoryEvidence, _ breaches: Breaches) {
    self.history = history
    self.evidence = evidence
    self.breaches = breaches
  }

  mutating func check(_ system: QuorumSystem?, _ report: inout DynamicReport) {
    let missing = ["term", "leader"].filter { !evidence.has($0) }
    guard missing.isEmpty else {
      let reason = "no completion has “\(missing.joined(separator: "” or “"))”"
      report.notApplied += [(.leader, reason), (.splitBrain, reason)]
      return
    }
    oneLeader()
    splitBrain()
  }

  private func isServed(_ operation: Int) -> Bool {
    evidence.leader[operation] >= 0 && evidence.term[operation] != HistoryEvidence.unknown
  }

  private func oneLeader() {
    var leaders: [Int64: Int] = [:]
    for operation in 0..<history.count where isServed(operation) {
      let term = evidence.term[operation]
      guard let first = leaders[term] else {
        leaders[term] = operation
        breaches.apply(.leader)
        continue
      }
      let (one, other) = (evidence.leader[first], evidence.leader[operation])
      breaches.check(
        .leader, one == other, [history.place(first), history.place(operation)],
        "term \(term) has two leaders, \(evidence.names[one]) and \(evidence.names[other])")
    }
  }

  /// An operation that began after a later term had served, and that an earlier one served.
  ///
  /// One violation a pair of terms, with the interval from the later leader's first service to the
  /// end of the earlier one's last.
  private func splitBrain() {
    var highest: Int?
    var last: [Int64: (first: Int, last: Int, times: Int)] = [:]
    for step in history.steps() {
      switch step {
      case .completion(let operation) where isServed(operation):
        if highest.map({ evidence.term[$0] < evidence.term[operation] }) ?? true {
          highest = operation
        }
      case .invocation(let operation) where isServed(operation):
        guard let later = highest else { continue }
        breaches.apply(.splitBrain)
        let term = evidence.term[operation]
        guard term < evidence.term[later], evidence.leader[operation] != evidence.leader[later]
        else { continue }
        last[term, default: (later, operation, 0)].last = operation
        last[term]?.times += 1
      default: continue
      }
    }
    for (term, found) in last.sorted(by: { $0.value.first < $1.value.first }) {
      breaches.violate(
        .splitBrain, [history.place(found.first), history.place(found.last)],
        sentence(term, found.first, found.last, found.times))
    }
  }

  private func sentence(_ term: Int64, _ later: Int, _ last: Int, _ times: Int) -> String {
    let from = history.completedTime[later]
    let to = history.completedTime[last]
    let (length, overflow) = to.subtractingReportingOverflow(from)
    let interval =
      from != Event.noTime && to != Event.noTime && length >= 0 && !overflow
      ? ", for \(length / 1_000_000) ms (from \(from) to \(to) ns)" : ""
    let one = evidence.names[evidence.leader[last]]
    let other = evidence.names[evidence.leader[later]]
    return "\(one), leader of term \(term), served \(times) operation\(times == 1 ? "" : "s") that "
      + "began after \(other), leader of term \(evidence.term[later]), had served one\(interval)"
  }
}

extension DynamicRule {
  static let leader = DynamicRule(
    "leader", of: ofHistories, "a term has one leader",
    from: RaftRules.section("5.2"), needs: "completion with “term” and “leader”")

  static let splitBrain = DynamicRule(
    "split-brain", of: ofHistories, "no two leaders serve at the same time",
    from: RaftRules.section("8"), needs: "completion with “term” and “leader” that follows another")
}
