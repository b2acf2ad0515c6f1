import Histories

/// The rule `revision`: along real time the revisions of a key never go backwards.
struct RevisionUse: HistoryRules {
  static let rules: [DynamicRule] = [.revision]

  private let history: History
  private let evidence: HistoryEvidence
  private let breaches: Breaches

  init(_ history: History, _ evidence: HistoryEvidence, _ breaches: Breaches) {
    self.history = history
    self.evidence = evidence
    self.breaches = breaches
  }

  /// One running maximum a key.
  func check(_ system: QuorumSystem?, _ report: inout DynamicReport) {
    guard evidence.has("revision") else {
      report.notApplied.append((.revision, "no completion has “revision”"))
      return
    }
    var latest: [ValueID: Int] = [:]
    var compared = false
    // What had ended when an operation began.
    var before = [Int](repeating: -1, count: history.count)
    for step in history.steps() {
      switch step {
      case .invocation(let operation): before[operation] = latest[history.key[operation]] ?? -1
      case .completion(let operation):
        guard history.outcome[operation] == .ok,
          evidence.revision[operation] != HistoryEvidence.unknown
        else { continue }
        let key = history.key[operation]
        if before[operation] >= 0 {
          compared = true
          judge(operation, after: before[operation])
        }
        if latest[key].map({ evidence.revision[$0] < evidence.revision[operation] }) ?? true {
          latest[key] = operation
        }
      default: continue
      }
    }
    if !compared { report.notApplied.append((.revision, "no two operations of a key have one")) }
  }

  private func judge(_ operation: Int, after earlier: Int) {
    breaches.check(
      .revision, evidence.revision[operation] >= evidence.revision[earlier],
      [history.place(earlier), history.place(operation)],
      "\(history.called(operation)) saw revision \(evidence.revision[operation]), and "
        + "\(history.called(earlier)), which had ended before it began, revision "
        + "\(evidence.revision[earlier])")
  }
}

extension DynamicRule {
  static let revision = DynamicRule(
    "revision", of: ofHistories, "the revisions of a key never go backwards along real time",
    from: Paper.abd, needs: "two operations of a key with “revision”")
}
