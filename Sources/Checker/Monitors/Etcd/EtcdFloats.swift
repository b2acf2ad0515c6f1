import Histories

/// Puts calls that name no revision of their own into an order of those that do.
///
/// For each there is a first and a last gap of the order where it respects time: behind everything
/// that returned before it was invoked, before everything that was invoked after it returned. A
/// *gap* is the place before an operation of the order, or after all. Each is put as early as it
/// may: a compaction not before its revision nor before a read of what it takes away, who was told
/// that something is compacted not before a compaction, who saw an old content not before it was
/// there. The result is walked once more and passed on when it is not right.
struct EtcdFloats {
  private let sweep: EtcdSweep
  private var order: [Int32]
  /// The latest invocation before each gap, and the first return behind it.
  private var invoked: [Int32] = [-1]
  private var returned: [Int32]
  /// The revision of the map in each gap.
  private var revision: [Int64] = [1]
  private var placed: [(gap: Int, phase: Int, call: Int32)] = []

  init(_ sweep: EtcdSweep, _ order: [Int32]) {
    self.sweep = sweep
    self.order = order
    returned = [Int32](repeating: History.never, count: order.count + 1)
    if sweep.floats.isEmpty { return }
    for call in order {
      invoked.append(max(invoked[invoked.count - 1], sweep.task.calls[Int(call)].invoked))
      let named = sweep.calls.requests[Int(call)].revision
      // Who is of unknown outcome made the next one.
      revision.append(
        named == EtcdCalls.unsaid ? revision[revision.count - 1] + 1 : named)
    }
    for place in order.indices.reversed() {
      returned[place] = min(
        returned[place + 1], sweep.task.calls[Int(order[place])].returned)
    }
  }

  /// The whole order, or nil when something found no place, or several could have been elsewhere.
  mutating func whole() -> RungAnswer? {
    if sweep.floats.isEmpty { return .positions(order) }
    let reads = oldReads()
    var compactions: [(revision: Int64, gap: Int)] = []
    for call in sweep.floats where request(call).kind == .compact && request(call).error == .no {
      let number = request(call).number
      let gap = max(earliest(call, from: number), lastGap(reads, before: number))
      compactions.append((number, gap))
      placed.append((gap, 1, call))
    }
    for call in sweep.floats {
      let request = request(call)
      let asked = request.kind == .compact ? request.number : request.range.revision
      switch (request.kind, request.error) {
      case (.compact, .no): continue
      case (.compact, .compacted), (.range, .compacted):
        let needed = request.kind == .compact ? asked : asked + 1
        let first = compactions.lazy.filter { $0.revision >= needed }.map(\.gap).min()
        placed.append((max(earliest(call, from: 1), first ?? 0), 2, call))
      case (.range, .no):
        let named = request.revision == EtcdCalls.unsaid ? asked : max(asked, request.revision)
        placed.append((earliest(call, from: named), 0, call))
      default: placed.append((earliest(call, from: 1), 0, call))
      }
    }
    for byPhase in [true, false] {
      placed.sort {
        if $0.gap != $1.gap { return $0.gap < $1.gap }
        return byPhase && $0.phase != $1.phase ? $0.phase < $1.phase : $0.call < $1.call
      }
      if let whole = merged() { return .positions(whole) }
    }
    return nil
  }

  private func request(_ call: Int32) -> EtcdCalls.Request { sweep.calls.requests[Int(call)] }

  /// The first gap that respects time, with at least a revision.
  private func earliest(_ call: Int32, from least: Int64) -> Int {
    let start = sweep.task.calls[Int(call)].invoked
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if returned[middle] < start || revision[middle] < least {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// The reads of old revisions by what they asked for, each with the gap behind the last one that
  /// asked for no more.
  private func oldReads() -> [(asked: Int64, gap: Int)] {
    var reads: [(asked: Int64, gap: Int)] = []
    for (place, call) in order.enumerated() where request(call).range.revision > 0 {
      reads.append((request(call).range.revision, place + 1))
    }
    reads.sort { ($0.asked, $0.gap) < ($1.asked, $1.gap) }
    for place in reads.indices.dropFirst() {
      reads[place].gap = max(reads[place].gap, reads[place - 1].gap)
    }
    return reads
  }

  /// The gap behind the last read that a compaction takes the content away from.
  private func lastGap(_ reads: [(asked: Int64, gap: Int)], before revision: Int64) -> Int {
    var (low, high) = (0, reads.count)
    while low < high {
      let middle = (low + high) / 2
      if reads[middle].asked < revision { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : reads[low - 1].gap
  }

  /// The order with all that is placed, if it is right.
  private func merged() -> [Int32]? {
    var walk = Walk(sweep, capacity: order.count + placed.count)
    var next = 0
    for gap in 0...order.count {
      while next < placed.count, placed[next].gap == gap {
        if !walk.appends(placed[next].call, revision[gap]) { return nil }
        next += 1
      }
      if gap < order.count, !walk.appends(order[gap], revision[gap + 1]) { return nil }
    }
    return walk.order
  }

  /// A walk along an order that looks at compactions and real time alone.
  private struct Walk {
    private let sweep: EtcdSweep
    private(set) var order: [Int32] = []
    private var compacted: Int64 = -1
    private var latest: Int32 = -1
    /// Compactions of unknown outcome.
    private var unused: [Int32]

    init(_ sweep: EtcdSweep, capacity: Int) {
      self.sweep = sweep
      order.reserveCapacity(capacity)
      unused = sweep.calls.requests.indices.filter {
        sweep.calls.requests[$0].kind == .compact && !sweep.calls.requests[$0].isAnswered
      }.map { Int32($0) }
    }

    mutating func appends(_ call: Int32, _ revision: Int64) -> Bool {
      let request = sweep.calls.requests[Int(call)]
      if sweep.task.calls[Int(call)].returned < latest { return false }
      let asked = request.kind == .compact ? request.number : request.range.revision
      var error = EtcdCalls.Refused.no
      switch request.kind {
      case .compact: error = asked <= compacted ? .compacted : asked > revision ? .future : .no
      case .range where request.range.isSerializable:
        error = request.error
        if error == .no, max(asked, request.revision) > revision { return false }
        let isSaid = request.revision != EtcdCalls.unsaid
        if error == .no, isSaid, request.revision < max(asked, 1) { return false }
      case .range:
        error = asked > revision ? .future : asked > 0 && asked < compacted ? .compacted : .no
      default: break
      }
      if error == .no, request.error == .compacted {
        let least = request.kind == .compact ? asked : asked + 1
        guard takesHelper(from: least, to: revision, before: call) else { return false }
        error = .compacted
      }
      guard error == request.error else { return false }
      if request.kind == .compact, error == .no { compacted = asked }
      append(call)
      return true
    }

    /// Somebody whose answer nobody knows may have compacted: the one who took the least away.
    private mutating func takesHelper(
      from least: Int64, to revision: Int64, before call: Int32
    ) -> Bool {
      let end = sweep.task.calls[Int(call)].returned
      var best: (place: Int, number: Int64)?
      for (place, other) in unused.enumerated()
      where sweep.task.calls[Int(other)].invoked < end {
        let number = sweep.calls.requests[Int(other)].number
        if number < least || number <= compacted || number > revision { continue }
        if best.map({ number < $0.number }) ?? true { best = (place, number) }
      }
      guard let best else { return false }
      compacted = best.number
      append(unused.remove(at: best.place))
      return true
    }

    private mutating func append(_ call: Int32) {
      latest = max(latest, sweep.task.calls[Int(call)].invoked)
      order.append(call)
    }
  }
}
