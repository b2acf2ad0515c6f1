import Histories

/// The story of a contradiction: what the map was, who wrote what it held, and what an answer says
/// of it that is not so.
struct EtcdStory {
  private let sweep: EtcdSweep
  private let found: EtcdSweep.Contradiction
  private let words: EtcdWords
  /// The map where the contradicting answer would come.
  private var now: EtcdMap
  /// The map that the answer is about.
  private var then: EtcdMap
  /// Who made each revision, by it.
  private var makers: [Int64: Int32] = [:]
  /// Who wrote each key last, by its place, as of ``then``; who took it away included.
  private var writers: [Int: Int32] = [:]
  /// How many operations are named at most.
  private static let shown = 12

  init(_ sweep: EtcdSweep, _ found: EtcdSweep.Contradiction) {
    self.sweep = sweep
    self.found = found
    words = EtcdWords(sweep.calls, sweep.keys, sweep.task.values)
    now = EtcdMap(keys: sweep.keys.names.count)
    var asked = Int64.max
    if case .flaw(_, let revision) = found.reason { asked = revision }
    var past: EtcdMap?
    var journal: EtcdMap.Journal = []
    for call in found.order {
      let before = now
      journal.removeAll(keepingCapacity: true)
      let request = sweep.calls.requests[Int(call)]
      if request.kind == .range { continue }
      _ = now.perform(request, sweep.calls, sweep.keys, sweep.task.values, &journal)
      if now.revision == before.revision { continue }
      if now.revision > asked, past == nil { past = before }
      makers[now.revision] = call
      if now.revision <= asked { for change in journal { writers[change.place] = call } }
    }
    then = past ?? now
    for entry in sweep.entries where entry.isMaker && makers[entry.revision] == nil {
      makers[entry.revision] = entry.call
    }
  }

  /// The contradiction as a search would tell it.
  func impasse() -> Impasse {
    let request = sweep.calls.requests[Int(found.call)]
    var reason: String
    var path: [Int32] = []
    var others: [Int32] = []
    switch found.reason {
    case .flaw(let flaw, _):
      reason = words.refusal(of: request, flaw, then, now: now)
      let places = self.places(request, flaw)
      path = Set(places.compactMap { writers[$0] }).sorted()
      if let maker = makers[then.revision] { path.append(maker) }
      others = claimed(request)
      if let later = others.first(where: { !found.order.contains($0) }) {
        let named = sweep.calls.requests[Int(later)].revision
        reason += "; revision \(named) was made later, on \(line(later))"
      }
    case .nobody(let revision):
      reason =
        "can't answer with revision \(request.revision): revision \(revision) was made by nobody"
      if let last = makers[revision - 1] { path = [last] }
    case .twice(let other):
      reason = "can't make revision \(request.revision), which \(line(other)) made"
      path = [other]
    case .late(let other):
      let named = sweep.calls.requests[Int(other)].revision
      reason =
        "can't answer with revision \(request.revision): revision \(named) had been answered on "
        + "\(line(other)) before this began"
      path = [other]
    }
    var order: [Int] = []
    for call in path.suffix(Self.shown) where call != found.call {
      let operation = sweep.task.operations[Int(call)]
      if !order.contains(operation) { order.append(operation) }
    }
    let culprit = sweep.task.operations[Int(found.call)]
    let dilemma = Dilemma(
      state: words.map(now), path: order, refusals: [Refusal(operation: culprit, reason: reason)])
    return Impasse(
      culprit: culprit, dilemmas: [dilemma], omittedDilemmas: 0,
      open: [culprit] + others.prefix(Self.shown).map { sweep.task.operations[Int($0)] })
  }

  private func line(_ call: Int32) -> String {
    "line \(sweep.task.calls[Int(call)].completedLine)"
  }

  /// The places of the keys that a flaw is about, not more than can be read.
  private func places(_ request: EtcdCalls.Request, _ flaw: EtcdMap.Flaw) -> Range<Int> {
    let places: Range<Int>
    switch (request.kind, flaw) {
    case (.range, _): places = sweep.keys.places(request.range.start, request.range.end)
    case (.transact, .succeeded):
      let failed = request.conditions.first {
        !now.holds(sweep.calls.conditions[$0], sweep.keys, sweep.task.values)
      }
      guard let number = failed ?? request.conditions.first else { return 0..<0 }
      let place = sweep.keys.place(sweep.calls.conditions[number].key)
      places = place..<place + 1
    case (.transact, .found(let step)):
      let branch = Array(
        sweep.calls.branch(request, succeeds: request.succeeded ?? true))
      guard step < branch.count else { return 0..<0 }
      switch branch[step] {
      case .put(let key, _, _): places = sweep.keys.places(key, ValueTable.none)
      case .delete(let start, let end): places = sweep.keys.places(start, end)
      case .range(let range): places = sweep.keys.places(range.start, range.end)
      }
    default: return 0..<0
    }
    return places
  }

  /// Who made the revisions that an answer shows.
  private func claimed(_ request: EtcdCalls.Request) -> [Int32] {
    var makers: Set<Int32> = []
    for result in sweep.calls.found[request.results ?? 0..<0] {
      for pair in sweep.calls.pairs[result.pairs ?? 0..<0] {
        if let maker = self.makers[pair.mod], maker != found.call { makers.insert(maker) }
      }
    }
    return makers.sorted()
  }
}
