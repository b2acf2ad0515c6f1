import Histories

/// `lock-sections` and `fenced-lock-tokens`: locks with owners, by the sections in which they are
/// certainly held.
///
/// A process is sequential, and after a pending operation it is never heard of
/// again, so its operations alternate between acquiring and releasing, or it breaks the rules by
/// itself. A pending acquisition is left out: from then on nobody could acquire, and whatever is
/// possible then is possible without it. A *section* is the outermost acquisition with the release
/// that ends it, a pending one included: nothing is lost when the lock is free earlier. The lock is
/// certainly held from the acquisition's completion to the release's invocation, or for good.
///
/// **Why disjoint sections suffice.** Sort them by their beginnings. If each ends before the next
/// begins, the operations of one section after those of the one before are an order: an operation
/// of a later section ends after its acquisition did, which is after the invocation of the earlier
/// section's last operation. If two overlap, both owners certainly held the lock at one time,
/// whatever the others did (*two-owners*: both acquisitions and their releases). A reentrant lock
/// has inner acquisitions and releases, which are legal in the order of the process.
///
/// How often an owner holds a reentrant lock is a count, and the certificate has all that it rests
/// on: of the owner's section up to the other's acquisition every release with the acquisition that
/// it undoes, and the outermost acquisition, which nothing has undone by then. Who adds another
/// acquisition adds to the count, and there is no other release.
///
/// *not-held*: a release by a process that does not hold the lock: it alone with the section of the
/// process just before, of a reentrant lock with all acquisitions and releases of the process
/// (``HeldPairs``), for one acquisition more would be enough. *held-already*: two acquisitions by
/// one process without a release between:
/// both. Whatever others do, these cannot take effect one after the other.
///
/// **Tokens.** Disjoint sections have one possible order: another would have to put a release
/// before the acquisition of a section that ended before it began. So tokens must ascend along it
/// (*stale-token*: two acquisitions one after the other), and a release
/// that names a token must name its section's (*wrong-token*: the acquisition and the release).
enum LockSections {
  static let rung = Rung("lock-sections", bytesPerCall: 120) { (task) throws(CheckError) in
    SectionSweep(task, isReentrant: false, isFenced: false)?.answer() ?? .pass
  }
  static let reentrant = Rung("lock-sections", bytesPerCall: 120) { (task) throws(CheckError) in
    SectionSweep(task, isReentrant: true, isFenced: false)?.answer() ?? .pass
  }
  static let fenced = Rung("fenced-lock-tokens", bytesPerCall: 120) { (task) throws(CheckError) in
    SectionSweep(task, isReentrant: false, isFenced: true)?.answer() ?? .pass
  }
}

/// The calls of a lock or semaphore by their processes.
struct LockHolders {
  /// The calls of each process in its order, one process after the other; without pending
  /// acquisitions.
  private(set) var calls: [Int32] = []
  /// Where the calls of each process begin, and the end.
  private(set) var starts: [Int] = [0]

  /// Nil when a value has the wrong shape.
  init?(_ task: KeyTask, isFenced: Bool) {
    guard let initial = task.settings.initial, initial <= ValueTable.null else { return nil }
    let values = task.values
    var entries: [(process: Int64, call: Int32)] = []
    for (place, call) in task.calls.enumerated() {
      if call.function == .acquire {
        if call.end == .pending { continue }
        if isFenced
          ? values.integer(call.output) == nil : (try? call.requireNoAnswer(values)) == nil
        {
          return nil
        }
      } else if isFenced, call.input != ValueTable.null {
        guard (try? call.requireEcho(values)) != nil, values.integer(call.input) != nil else {
          return nil
        }
      } else if (try? call.requireNoAnswer(values)) == nil {
        return nil
      }
      entries.append((call.process, Int32(place)))
    }
    entries.sort { $0.process != $1.process ? $0.process < $1.process : $0.call < $1.call }
    for (place, entry) in entries.enumerated() {
      if place > 0, entries[place - 1].process != entry.process { starts.append(place) }
      calls.append(entry.call)
    }
    starts.append(calls.count)
  }
}

/// One run of ``LockSections``.
struct SectionSweep {
  private struct Section {
    /// Where it begins and ends among the holders' calls.
    var calls: Range<Int>
    /// Where the next section of the process begins, or its calls end.
    var limit: Int
    var begin: Int32
    var end: Int32
    /// Whether its last call ends it.
    var isReleased: Bool
  }

  private let task: KeyTask
  private let timeline: Timeline
  private let holders: LockHolders
  private let isReentrant: Bool
  private let isFenced: Bool

  /// Nil when a value has the wrong shape.
  init?(_ task: KeyTask, isReentrant: Bool, isFenced: Bool) {
    guard let holders = LockHolders(task, isFenced: isFenced) else { return nil }
    self.task = task
    self.holders = holders
    self.isReentrant = isReentrant
    self.isFenced = isFenced
    timeline = Timeline(task.calls)
  }

  /// Decides.
  func answer() -> RungAnswer {
    var sections: [Section] = []
    for process in 1..<holders.starts.count {
      if let violation = read(
        holders.starts[process - 1]..<holders.starts[process], into: &sections)
      {
        return violation
      }
    }
    sections.sort { $0.begin < $1.begin }
    return overlap(sections) ?? tokens(sections) ?? order(sections)
  }

  private func call(_ place: Int) -> Call { task.calls[Int(holders.calls[place])] }

  /// The first and, when it was released, the last call of a section.
  private func outermost(_ section: Section) -> [Int32] {
    let first = holders.calls[section.calls.lowerBound]
    return section.isReleased ? [first, holders.calls[section.calls.upperBound - 1]] : [first]
  }

  /// The calls from which it follows that a section has not ended before another acquisition has.
  private func held(_ section: Section, until other: Section) -> HeldPairs {
    var pairs = HeldPairs(outermost(section))
    guard isReentrant else { return pairs }
    var open: [Int32] = []
    for place in section.calls.lowerBound..<section.limit
    where timeline.invoked[Int(holders.calls[place])] < other.begin {
      if call(place).function == .acquire {
        open.append(holders.calls[place])
      } else if let acquired = open.popLast() {
        pairs.add(acquired, holders.calls[place])
      }
    }
    return pairs
  }

  /// The sections of one process.
  private func read(_ places: Range<Int>, into sections: inout [Section]) -> RungAnswer? {
    var depth = 0
    var first = places.lowerBound
    var before: Section?
    for place in places {
      let call = call(place)
      if call.function == .acquire {
        if depth > 0, !isReentrant {
          return .violation(.twoHolders, [holders.calls[first], holders.calls[place]])
        }
        if depth == 0 { first = place }
        depth += 1
        continue
      }
      if depth == 0 {
        if call.end == .pending { continue }
        return notHeld(place, places.lowerBound, before)
      }
      if isFenced, call.input != ValueTable.null, call.input != self.call(first).output {
        // A pending release that names another token never happens.
        if call.end == .pending { continue }
        return .violation(.wrongRelease, [holders.calls[first], holders.calls[place]])
      }
      depth -= 1
      if depth == 0 {
        let section = Section(
          calls: first..<place + 1, limit: place + 1,
          begin: timeline.returned[Int(holders.calls[first])],
          end: timeline.invoked[Int(holders.calls[place])], isReleased: true)
        sections.append(section)
        before = section
      }
    }
    if depth > 0 {
      var last = places.upperBound
      // It may be that release that never happens, or one that does not end the section.
      if call(last - 1).end == .pending { last -= 1 }
      sections.append(
        Section(
          calls: first..<last, limit: places.upperBound,
          begin: timeline.returned[Int(holders.calls[first])], end: Timeline.never,
          isReleased: false))
    }
    return nil
  }

  /// A release by a process that holds nothing, with what it had acquired and released before.
  private func notHeld(_ place: Int, _ start: Int, _ before: Section?) -> RungAnswer {
    var pairs = HeldPairs(isReentrant ? [] : before.map { outermost($0) } ?? [])
    if isReentrant {
      var open: [Int32] = []
      for place in start..<place {
        if call(place).function == .acquire {
          open.append(holders.calls[place])
        } else if let acquired = open.popLast() {
          pairs.add(acquired, holders.calls[place])
        }
      }
    }
    return pairs.violation(.wrongRelease, [holders.calls[place]])
  }

  private func overlap(_ sections: [Section]) -> RungAnswer? {
    for (place, section) in sections.enumerated().dropFirst()
    where section.begin < sections[place - 1].end {
      return held(sections[place - 1], until: section)
        .violation(.twoHolders, [holders.calls[section.calls.lowerBound]])
    }
    return nil
  }

  private func tokens(_ sections: [Section]) -> RungAnswer? {
    guard isFenced else { return nil }
    for (place, section) in sections.enumerated().dropFirst() {
      let before = sections[place - 1]
      let token = { task.values.integer(call($0).output) ?? 0 }
      if token(before.calls.lowerBound) >= token(section.calls.lowerBound) {
        var certificate = Certificate(
          calls: [before, section].map { Int(holders.calls[$0.calls.lowerBound]) }.sorted(),
          anomaly: .tokenNotGrowing)
        certificate.context = outermost(before).dropFirst().map { Int($0) }
        return .violation(certificate)
      }
    }
    return nil
  }

  private func order(_ sections: [Section]) -> RungAnswer {
    var steps: [KeyAnswer.Step] = []
    steps.reserveCapacity(task.calls.count)
    for section in sections {
      for place in section.calls {
        let operation = task.operations[Int(holders.calls[place])]
        steps.append(KeyAnswer.Step(operation: operation, result: ValueTable.none))
      }
    }
    return .order(steps)
  }
}
