import Histories

/// A register whose values repeat: who read from whom is not known, but often follows.
///
/// Deciding such a register is NP-complete (P. Gibbons, E. Korach, “Testing shared memories”, SIAM
/// J. Comput. 26(4), 1997, doi:10.1137/S0097539794279614); this is polynomial and may pass.
///
/// **Candidates.** An observer o of v (a completed read or compare-and-set) may have its value from
/// an installer w of v that was invoked before o completed and was not certainly overwritten: no
/// completed installer was invoked after w completed and completed before o was invoked. Of the
/// completed installers before o, the one invoked last overwrites all that can be overwritten.
///
/// **Saturation.** An observer with one candidate joins its cluster. A cluster with an observer or
/// a completed installer exists, and has a zone (``RegisterZones``); two that each must precede
/// the other are a contradiction, and a candidate whose cluster would be in conflict with one that
/// exists is none. A compare-and-set takes its cluster's value, which only one can. Every pass
/// costs a sort; a few are made.
///
/// **Answers.** What looks contradictory is only suspected: the calls of the derivation, with every
/// candidate of every observer among them and what overwrites the others, become a certificate if
/// ``RegisterProof`` shows that they prove the violation by themselves. With every observer given
/// one of its candidates, values can be told apart, and an order that the zones find is legal: each
/// observer follows an installer of its value. Whatever else happens, this passes.
struct RegisterSaturation {
  /// An installer, and the cluster of what it installs.
  struct Source {
    /// -1 for the initial value.
    var call: Int32
    var value: Int32
    var invoked: Int32
    var finished: Int32
    /// The first completion in the cluster, or ``History/never`` while it may not exist.
    var first: Int32
    var firstCall: Int32
    /// The last invocation.
    var last: Int32
    var lastCall: Int32
    /// The compare-and-set that takes the value.
    var taker: Int32 = -1
    /// The cluster whose value the installer takes, once it is known.
    var old: Int32 = -1
  }

  /// A call that saw a value.
  struct Observer {
    var call: Int32
    /// The cluster that it installs, if it is a compare-and-set.
    var own: Int32
    /// Where its candidates start, how many are left, and how many there were.
    var start: Int32
    var count: Int32
    var whole: Int32
    /// The completed installer before it that was invoked last.
    var newest: Int32
  }

  /// Observers with more candidates than this are left alone.
  static let mostCandidates = 12

  let task: KeyTask
  var sources: [Source] = []
  var observers: [Observer] = []
  var candidates: [Int32] = []
  /// Why each candidate was dropped: the cluster that it conflicts with.
  var reasons: [Int32] = []
  /// The cluster that a call installs, or -1.
  var installs: [Int32]
  var hasMismatches = false

  private init(_ task: KeyTask) {
    self.task = task
    installs = [Int32](repeating: -1, count: task.calls.count)
  }

  /// Decides a key, or passes.
  ///
  /// - Complexity: O(n log n) for each of a few passes.
  static func decide(_ task: KeyTask) -> RungAnswer {
    let ledger = Ledger(task.budget)
    guard ledger.reserve(bytes: task.calls.count * 160) else { return .pass }
    var saturation = RegisterSaturation(task)
    guard var seen = saturation.gather() else { return .pass }
    if let orphan = saturation.findCandidates(&seen) {
      return saturation.answer(saturation.explanation(ofOrphan: orphan), .contradictoryOrder)
    }
    if let found = saturation.saturate() {
      return saturation.answer(saturation.explanation(of: found), .contradictoryOrder)
    }
    return saturation.guess()
  }

  private func answer(_ suspects: [Int], _ anomaly: Anomaly) -> RungAnswer {
    RegisterProof.certificate(task, suspects, anomaly).map { .violation($0) } ?? .pass
  }

  /// Reads the calls: installers into ``sources``, and what each observer saw, by call.
  private mutating func gather() -> [Int32]? {
    var numbering = ValueNumbering(calls: task.calls.count, perCall: 2, values: task.values.count)
    let initial = task.settings.initial.map { $0 == ValueTable.none ? ValueTable.null : $0 }
    sources.append(
      Source(
        call: -1, value: initial.map { numbering.number($0) } ?? -1, invoked: -1, finished: -1,
        first: -1, firstCall: -1, last: -1, lastCall: -1))
    var seen = [Int32](repeating: -1, count: task.calls.count)
    for (position, call) in task.calls.enumerated() {
      var installed: Int32 = -1
      switch RegisterCall(call, task.settings, task.values) {
      case .malformed: return nil
      case .nothing, .anything: continue
      case .mismatch:
        hasMismatches = true
        continue
      case .read(let value):
        seen[position] = numbering.number(value)
        continue
      case .write(let value): installed = numbering.number(value)
      case .swap(let old, let new):
        seen[position] = numbering.number(old)
        installed = numbering.number(new)
      }
      installs[position] = Int32(sources.count)
      let place = Int32(position)
      sources.append(
        Source(
          call: place, value: installed, invoked: call.invoked, finished: call.returned,
          first: call.returned, firstCall: place, last: call.invoked, lastCall: place))
    }
    return seen
  }

  /// Finds the candidates of every observer; returns an observer that has none.
  private mutating func findCandidates(_ seen: inout [Int32]) -> Observer? {
    let values = Int(max(seen.max() ?? 0, sources.map(\.value).max() ?? 0)) + 1
    var lists = SourceLists(sources, values: values)
    var byEnd: [UInt64] = []
    for (place, source) in sources.enumerated()
    where place > 0 && source.finished != History.never {
      byEnd.append(UInt64(source.finished) << 32 | UInt64(place))
    }
    byEnd.sort()
    var ended = 0
    var newest = 0
    for (position, value) in seen.enumerated() where value >= 0 {
      let call = task.calls[position]
      if call.end != .ok { continue }
      while ended < byEnd.count, byEnd[ended] >> 32 < UInt64(call.invoked) {
        let place = Int(byEnd[ended] & 0xFFFF_FFFF)
        if newest == 0 || sources[place].invoked > sources[newest].invoked { newest = place }
        ended += 1
      }
      var observer = Observer(
        call: Int32(position), own: installs[position], start: Int32(candidates.count), count: 0,
        whole: 0, newest: newest == 0 ? -1 : sources[newest].call)
      let isUnknown = sources[0].value == -1
      if newest == 0, isUnknown || sources[0].value == value { candidates.append(0) }
      let isWhole = lists.append(
        value, seenBy: call, from: newest == 0 ? -1 : sources[newest].invoked,
        except: observer.own, sources, to: &candidates, most: Self.mostCandidates)
      observer.count = Int32(candidates.count) - observer.start
      observer.whole = observer.count
      if observer.count == 0 { return observer }
      if !isWhole || newest == 0 && isUnknown {
        candidates.removeLast(Int(observer.count))
        observer.count = -1
        observer.whole = 0
      }
      observers.append(observer)
    }
    reasons = [Int32](repeating: -1, count: candidates.count)
    return nil
  }
}

/// The installers of every value in the order of their invocations, without those that are
/// certainly overwritten for all observers to come.
private struct SourceLists {
  /// For each value, its installers; those before `head` are known, in `alive`.
  private var lists: [[Int32]]
  private var heads: [Int]
  private var alive: [[Int32]]
  /// Where each of `alive` begins.
  private var firsts: [Int]

  init(_ sources: [RegisterSaturation.Source], values: Int) {
    lists = [[Int32]](repeating: [], count: values)
    alive = lists
    heads = [Int](repeating: 0, count: values)
    firsts = heads
    for place in sources.indices.dropFirst() {
      lists[Int(sources[place].value)].append(Int32(place))
    }
  }

  /// Appends the candidates of an observer; observers come in the order of their invocations.
  ///
  /// Returns false when there are more than `most`.
  mutating func append(
    _ value: Int32, seenBy call: Call, from newest: Int32, except own: Int32,
    _ sources: [RegisterSaturation.Source], to candidates: inout [Int32], most: Int
  ) -> Bool {
    let value = Int(value)
    while heads[value] < lists[value].count,
      sources[Int(lists[value][heads[value]])].invoked <= call.returned
    {
      alive[value].append(lists[value][heads[value]])
      heads[value] += 1
    }
    var isWhole = true
    var found = 0
    var first = firsts[value]
    alive[value].withUnsafeMutableBufferPointer { alive in
      var kept = first
      for place in first..<alive.count {
        let source = sources[Int(alive[place])]
        if source.finished < newest { continue }
        alive[kept] = alive[place]
        kept += 1
        if source.invoked > call.returned || alive[kept - 1] == own { continue }
        found += 1
        if found > most {
          isWhole = false
          // What is left stays where it is, however much: the few before it move up to it.
          let gap = place + 1 - kept
          if gap > 0 {
            for index in (first..<kept).reversed() { alive[index + gap] = alive[index] }
          }
          first += gap
          return
        }
        candidates.append(alive[kept - 1])
      }
      for place in kept..<alive.count { alive[place] = -1 }
    }
    firsts[value] = first
    while alive[value].last == -1 { alive[value].removeLast() }
    return isWhole
  }
}

extension Rung {
  /// Registers whose values repeat.
  static let registerSaturation = Rung(name: "register-saturation") {
    RegisterSaturation.decide($0)
  }
}
