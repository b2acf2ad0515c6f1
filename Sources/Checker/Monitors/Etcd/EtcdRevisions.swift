import Histories

/// `revision-order`: etcd's map, whose answers name the revision at which they were given.
///
/// **Method.** The revision never goes back, and every change makes the next one. So in any order
/// answers come by their revisions, at each revision first the transaction that made it and then
/// all others in any order, for nothing changes there. What is left to choose is which operation
/// of unknown outcome made a revision that no answered one made, a *gap*. A key that was shown with
/// the gap's revision says who it was; otherwise each one that is possible there is tried, and the
/// last choice is taken back when something does not fit. The map is kept at the revision at which
/// the sweep is, and whatever is claimed of it, by a read at that revision or by a later one that
/// asked for it, is compared there. An operation of unknown outcome that makes no revision is left
/// out.
///
/// **Real time.** Operations in that order whose returns are never before an earlier one's
/// invocation respect time; who filled a gap was invoked before all that come after it returned.
/// Compactions and what names no revision are put between the others (``EtcdFloats``).
///
/// **Exact** where it answers. It passes when an answer that changes something names no revision,
/// when leases may come and go unseen, when there are too many ways to fill the gaps, or when what
/// floats finds no place.
///
/// - Complexity: O(n log n) while gaps are filled at first try.
enum EtcdRevisions {
  static let rung = Rung("revision-order", bytesPerCall: 400) { (task) throws(CheckError) in
    var calls = EtcdCalls(task.values)
    for call in task.calls { try calls.add(call) }
    guard task.settings.initial ?? ValueTable.null <= ValueTable.null,
      var sweep = EtcdSweep(task, calls)
    else { return .pass }
    return sweep.answer()
  }
}

/// One run of ``EtcdRevisions``.
struct EtcdSweep {
  /// An answered call and its revision.
  struct Entry {
    var revision: Int64
    /// Whether it made the revision, by its own words.
    var isMaker: Bool
    /// Whether it made it or not depends on what there was to delete.
    var mayBeMaker: Bool
    var call: Int32
  }

  /// A key and what it held, as an answer shows it.
  struct Trace: Hashable {
    var key: ValueID
    var value: ValueID
  }

  /// Something that no order explains, so far as the choices went.
  struct Contradiction {
    enum Reason {
      case flaw(EtcdMap.Flaw, asked: Int64)
      /// Nobody can have made that revision.
      case nobody(Int64)
      /// Another call made the same revision.
      case twice(Int32)
      /// Another call had been answered with a later revision before this one began.
      case late(Int32)
    }

    var call: Int32
    var reason: Reason
    /// How far the order had come.
    var place: Int
    var order: [Int32]
  }

  /// Where one of several operations may have filled a gap.
  private struct Choice {
    var candidates: [Int32]
    var next: Int
    var place: Int
    var check: Int
    var journal: Int
    var order: Int
    var used: Int
    var latest: Int32
    var revision: Int64
    var leases: Set<Int64>
  }

  let task: KeyTask
  let calls: EtcdCalls
  let keys: EtcdKeys
  private(set) var map: EtcdMap
  /// Answered calls by revision, makers first, and then as they were invoked.
  private(set) var entries: [Entry] = []
  /// Answered calls that name none, and serializable ranges.
  private(set) var floats: [Int32] = []
  /// Calls that show the map of a certain revision, by it.
  private var checks: [(revision: Int64, call: Int32)] = []
  /// Calls of unknown outcome that may have made a revision, in the order of their invocations.
  private var pending: [Int32] = []
  private var isUsed: [Bool]
  private var used: [Int32] = []
  /// What answers show of revisions that nobody certainly made.
  private var traces: [Int64: [Trace]] = [:]
  private var writers: [Trace: [Int32]] = [:]
  /// What was seen of any of them.
  private var seen: Set<Trace> = []
  /// For each entry the first return from there on: who comes before it was invoked before that.
  private var deadline: [Int32] = []
  /// Whether leases may be granted or revoked where the sweep does not see it.
  private var isLoose = false
  private var place = 0
  private var check = 0
  private var order: [Int32] = []
  private var latest: Int32 = -1
  private var journal: EtcdMap.Journal = []
  private var choices: [Choice] = []
  private var work = 0

  init?(_ task: KeyTask, _ calls: EtcdCalls) {
    self.task = task
    self.calls = calls
    keys = EtcdKeys(calls, task.values)
    map = EtcdMap(keys: keys.names.count)
    isUsed = [Bool](repeating: false, count: task.calls.count)
    guard sort() else { return nil }
    noteTraces()
  }

  /// Sorts the calls by what is known of them; false when one is of no kind that is dealt with.
  private mutating func sort() -> Bool {
    for (number, request) in calls.requests.enumerated() {
      let call = Int32(number)
      guard request.isAnswered else {
        switch request.kind {
        case .transact: if !calls.isPure(request) { pending.append(call) }
        case .revoke: pending.append(call)
        case .grant: if request.number != 0 { isLoose = true }
        default: break
        }
        continue
      }
      let isNamed = request.revision != EtcdCalls.unsaid
      switch request.kind {
      case .range:
        let asked = request.range.revision
        if request.range.isSerializable || request.error != .no {
          floats.append(call)
          let content = asked > 0 ? asked : isNamed ? request.revision : 0
          if content > 0, request.error == .no { checks.append((content, call)) }
          continue
        }
        if !isNamed { return false }
        if asked > 0 { checks.append((asked, call)) }
      case .compact, .defragment:
        floats.append(call)
        continue
      default: if !isNamed { return false }
      }
      entries.append(
        Entry(
          revision: request.revision, isMaker: calls.isCertainlyWrite(request),
          mayBeMaker: request.kind == .revoke
            || request.kind == .transact && !calls.isPure(request), call: call))
    }
    if hasOpenLeases { isLoose = true }
    entries.sort {
      if $0.revision != $1.revision { return $0.revision < $1.revision }
      return $0.isMaker != $1.isMaker ? $0.isMaker : $0.call < $1.call
    }
    checks.sort { ($0.revision, $0.call) < ($1.revision, $1.call) }
    deadline = [Int32](repeating: History.never, count: entries.count + 1)
    for place in entries.indices.reversed() {
      deadline[place] = min(
        deadline[place + 1], task.calls[Int(entries[place].call)].returned)
    }
    return true
  }

  /// Whether a lease is granted and revoked at one time and one revision: then nobody knows in
  /// which order, and whether the lease is there afterwards.
  private var hasOpenLeases: Bool {
    struct Moment: Hashable {
      var lease: Int64
      var revision: Int64
    }
    var grants: [Moment: [Call]] = [:]
    var revokes: [Moment: [Call]] = [:]
    for entry in entries {
      let request = calls.requests[Int(entry.call)]
      let moment = Moment(lease: request.number, revision: entry.revision)
      let call = task.calls[Int(entry.call)]
      if request.kind == .grant { grants[moment, default: []].append(call) }
      if request.kind == .revoke { revokes[moment, default: []].append(call) }
    }
    return revokes.contains { moment, those in
      (grants[moment] ?? []).contains { grant in
        those.contains { $0.invoked < grant.returned && grant.invoked < $0.returned }
      }
    }
  }

  private mutating func noteTraces() {
    var made: Set<Int64> = []
    for entry in entries where entry.isMaker { made.insert(entry.revision) }
    for pair in calls.pairs where pair.mod != EtcdCalls.unsaid && !made.contains(pair.mod) {
      let trace = Trace(key: pair.key, value: pair.value)
      if traces[pair.mod]?.contains(trace) != true { traces[pair.mod, default: []].append(trace) }
    }
    seen = Set(traces.values.joined())
    for call in pending {
      let request = calls.requests[Int(call)]
      for step in calls.steps[request.then] + calls.steps[request.otherwise] {
        guard case .put(let key, let value, _) = step else { continue }
        let trace = Trace(key: key, value: value)
        if writers[trace]?.last != call { writers[trace, default: []].append(call) }
      }
    }
  }

  // MARK: The sweep

  mutating func answer() -> RungAnswer {
    var deepest: Contradiction?
    var deadEnds = 0
    while true {
      if let found = sweep() {
        deadEnds += 1
        if deepest.map({ $0.place < found.place }) ?? true { deepest = found }
        if !goBack() { break }
      } else {
        if work > patience { return .pass }
        var floats = EtcdFloats(self, order)
        guard let whole = floats.whole() else { return .pass }
        return whole
      }
      if work > patience { return .pass }
    }
    guard let deepest, !isLoose else { return .pass }
    var impasse = EtcdStory(self, deepest).impasse()
    impasse.omittedDilemmas = deadEnds - 1
    return .impasse(impasse)
  }

  private var patience: Int { 20 * task.calls.count + 100_000 }

  /// Goes on until everything is explained, or something cannot be.
  private mutating func sweep() -> Contradiction? {
    if let found = compare() { return found }
    while place < entries.count {
      let revision = entries[place].revision
      if revision < 1 {
        return contradiction(entries[place].call, .flaw(.revision(1), asked: 1))
      }
      var maker = -1
      while map.revision < revision {
        if map.revision == revision - 1 { maker = self.maker(of: revision) }
        if maker >= 0 {
          if let found = carryOut(entries[maker].call) { return found }
        } else if let found = fill(revision) {
          return found
        }
        if let found = compare() { return found }
        if work > patience { return nil }
      }
      while place < entries.count, entries[place].revision == revision {
        if place != maker, let found = follow(entries[place]) { return found }
        place += 1
      }
    }
    guard check < checks.count else { return nil }
    // A serializable range may show what only operations of unknown outcome have made.
    isLoose = true
    return contradiction(checks[check].call, .flaw(.error(.future), asked: map.revision))
  }

  /// Carries out a call that found its revision made.
  private mutating func follow(_ entry: Entry) -> Contradiction? {
    if entry.isMaker {
      let other = order.last { calls.requests[Int($0)].revision == entry.revision }
      if let other, calls.isCertainlyWrite(calls.requests[Int(other)]) {
        return contradiction(entry.call, .twice(other))
      }
      return contradiction(
        entry.call, .flaw(.revision(map.revision + 1), asked: map.revision))
    }
    // Nothing put with a lease: the lease may have been gone.
    if entry.mayBeMaker, calls.requests[Int(entry.call)].kind == .transact { isLoose = true }
    return carryOut(entry.call)
  }

  private func contradiction(
    _ call: Int32, _ reason: Contradiction.Reason
  ) -> Contradiction {
    Contradiction(call: call, reason: reason, place: place, order: order)
  }

  /// The entry that made the next revision by its own words, or by what the map says of it; -1
  /// when there is none.
  private mutating func maker(of revision: Int64) -> Int {
    if entries[place].isMaker { return place }
    var makers: [Int] = []
    var next = place
    while next < entries.count, entries[next].revision == revision {
      if entries[next].mayBeMaker {
        let mark = journal.count
        let (leases, before) = (map.leases, map.revision)
        _ = map.perform(
          calls.requests[Int(entries[next].call)], calls, keys, task.values, &journal)
        if map.revision == revision { makers.append(next) }
        undo(to: mark, revision: before, leases: leases)
      }
      next += 1
    }
    if makers.count > 1 { isLoose = true }
    return makers.first ?? -1
  }

  /// Carries an answered call out.
  private mutating func carryOut(_ call: Int32) -> Contradiction? {
    work += 1
    let request = calls.requests[Int(call)]
    if task.calls[Int(call)].returned < latest {
      let later = order.last { task.calls[Int($0)].invoked == latest }
      return contradiction(later ?? call, .late(call))
    }
    if choices.isEmpty { journal.removeAll(keepingCapacity: true) }
    if request.kind == .range, request.range.revision > 0 {
      if request.range.revision > map.revision {
        return contradiction(call, .flaw(.error(.future), asked: map.revision))
      }
    } else {
      let before = map.revision
      if skipsPut(request) { isLoose = true }
      if let flaw = map.perform(request, calls, keys, task.values, &journal) {
        map.revision = before
        return contradiction(call, .flaw(flaw, asked: before))
      }
    }
    append(call)
    return nil
  }

  /// Whether a put has a lease that is not there: others may have granted or revoked it elsewhere
  /// at this revision.
  private func skipsPut(_ request: EtcdCalls.Request) -> Bool {
    func skips(_ step: EtcdCalls.Step) -> Bool {
      guard case .put(_, _, let lease) = step, lease != 0 else { return false }
      return !map.leases.contains(lease)
    }
    return calls.steps[request.then].contains(where: skips)
      || calls.steps[request.otherwise].contains(where: skips)
  }

  private mutating func append(_ call: Int32) {
    order.append(call)
    latest = max(latest, task.calls[Int(call)].invoked)
  }

  /// Compares what is shown of the revision at which the map is.
  private mutating func compare() -> Contradiction? {
    while check < checks.count, checks[check].revision <= map.revision {
      let (revision, call) = checks[check]
      let request = calls.requests[Int(call)]
      work += 1
      if revision == map.revision, let found = calls.result(0, of: request),
        !map.finds(found, request.range, calls, keys)
      {
        return contradiction(call, .flaw(.found(step: 0), asked: revision))
      }
      check += 1
    }
    return nil
  }

  // MARK: Gaps

  /// Lets an operation of unknown outcome make the next revision.
  private mutating func fill(_ revision: Int64) -> Contradiction? {
    let gap = map.revision + 1
    let last = entries[place].revision == gap ? gap : entries[place].revision - 1
    if last - gap >= Int64(pending.count - used.count) {
      return contradiction(entries[place].call, .nobody(gap))
    }
    let candidates = candidates(gap)
    guard let first = candidates.first else {
      return contradiction(entries[place].call, .nobody(gap))
    }
    if candidates.count > 1 {
      choices.append(
        Choice(
          candidates: candidates, next: 1, place: place, check: check, journal: journal.count,
          order: order.count, used: used.count, latest: latest, revision: map.revision,
          leases: map.leases))
    }
    take(first)
    return nil
  }

  private mutating func take(_ call: Int32) {
    _ = map.perform(calls.requests[Int(call)], calls, keys, task.values, &journal)
    isUsed[Int(call)] = true
    used.append(call)
    append(call)
  }

  /// Who can have made a revision; of equal ones the first.
  private mutating func candidates(_ gap: Int64) -> [Int32] {
    let traces = traces[gap] ?? []
    // A key that was shown without its value does not say who wrote it.
    let open = traces.first { $0.value != ValueTable.null }.map { writers[$0] ?? [] }
    var candidates: [Int32] = []
    var known: Set<ValueID> = []
    for call in open ?? pending where !isUsed[Int(call)] {
      work += 1
      let input = task.calls[Int(call)].input
      // Pending ones come in the order of their invocations.
      if task.calls[Int(call)].invoked >= deadline[place] { break }
      if known.contains(input) || open == nil && isReserved(call, gap) { continue }
      let mark = journal.count
      let (leases, before) = (map.leases, map.revision)
      _ = map.perform(calls.requests[Int(call)], calls, keys, task.values, &journal)
      let isFit =
        map.revision == gap
        && traces.allSatisfy {
          let entry = map.entries[keys.place($0.key)]
          return entry.mod == gap
            && (entry.value == $0.value || $0.value == ValueTable.null)
        }
      undo(to: mark, revision: before, leases: leases)
      if isFit {
        candidates.append(call)
        known.insert(input)
      }
    }
    return candidates
  }

  /// Whether another gap needs a call that alone explains what was seen of it.
  private func isReserved(_ call: Int32, _ gap: Int64) -> Bool {
    let request = calls.requests[Int(call)]
    for step in calls.steps[request.then] + calls.steps[request.otherwise] {
      guard case .put(let key, let value, _) = step else { continue }
      let trace = Trace(key: key, value: value)
      if writers[trace]?.count == 1, seen.contains(trace) { return true }
    }
    return false
  }

  private mutating func undo(to mark: Int, revision: Int64, leases: Set<Int64>) {
    while journal.count > mark {
      let (place, old) = journal.removeLast()
      map.set(place, old)
    }
    map.revision = revision
    map.leases = leases
  }

  /// Takes the last choice back and makes the next one; false when there is none.
  private mutating func goBack() -> Bool {
    while var choice = choices.popLast() {
      undo(to: choice.journal, revision: choice.revision, leases: choice.leases)
      for call in used[choice.used...] { isUsed[Int(call)] = false }
      used.removeSubrange(choice.used...)
      order.removeSubrange(choice.order...)
      (place, check, latest) = (choice.place, choice.check, choice.latest)
      guard choice.next < choice.candidates.count else { continue }
      let call = choice.candidates[choice.next]
      choice.next += 1
      if choice.next < choice.candidates.count { choices.append(choice) }
      take(call)
      if compare() == nil { return true }
    }
    return false
  }
}
