import Base
import Histories

/// The search of ``LateTakes``.
struct LateSearch {
  typealias Ending = DepthFirst<BagMachine>.Ending

  struct Configuration {
    var event = 0
    var taken: UInt64 = 0
    /// How often each element is in, in ``counts``.
    var inside: Int32 = 0
    var usage: Int32 = 0
  }

  private struct Frame {
    var configuration: Configuration
    var first: Int
    var next: Int
  }

  /// An operation that comes next, and how little it promises.
  private struct Choice {
    var operation: Int32
    var rank: Int32
  }

  private let parts: LateParts
  private let ledger: Ledger
  private var memo: Memo
  private var usage: UsageTable
  private var counts: TrieTable
  private let groups: [Problem.PendingGroup]
  private let hasUsage: Bool
  private var row: [UInt64]
  private var path: [Frame] = []
  private var choices: [Choice] = []
  private var tried = 0
  private var order: [KeyAnswer.Step] = []
  private var isRecording = false
  /// The configuration of the latest event.
  private(set) var deepest = Configuration()

  private let turn: Turn

  init(_ parts: LateParts, _ turn: Turn) {
    self.parts = parts
    self.turn = turn
    ledger = Ledger(parts.task.budget)
    var packed = Problem()
    for count in parts.pendingPuts.map(\.count) + [parts.pendingTakes.count] {
      packed.pending.append(
        Problem.PendingGroup(form: Form(code: 0), first: packed.pending.count, count: count))
    }
    hasUsage = packed.pending.contains { $0.count > 0 }
    if hasUsage { packed.packUsage(.all) }
    groups = packed.pending
    var layout = Problem.Layout()
    layout.slotWords = 1
    layout.exact = [UInt64.max]
    layout.pure = [0]
    layout.optional = [0]
    layout.hasUsage = hasUsage
    usage = UsageTable(guards: packed.usageGuards, ledger: ledger)
    counts = TrieTable(ledger)
    counts.widen(to: max(1, parts.elements))
    memo = Memo(layout, ledger: ledger)
    row = [UInt64](repeating: 0, count: layout.rowWords)
  }

  /// Runs to the end.
  mutating func run() -> Ending {
    var start = Configuration()
    settle(&start)
    if start.event == parts.operations.count {
      path.append(Frame(configuration: start, first: 0, next: 0))
      return .found
    }
    if !push(start) { return .stopped(ledger.spent ?? .cancelled) }
    while let frame = path.last {
      guard frame.next < choices.count else {
        choices.removeLast(choices.count - frame.first)
        path.removeLast()
        continue
      }
      path[path.count - 1].next += 1
      tried &+= 1
      if memo.count >= turn.limit { return .paused }
      if tried & 0xFFF == 0, let reason = ledger.spent { return .stopped(reason) }
      var next = frame.configuration
      guard take(Int(choices[frame.next].operation), &next) else {
        if ledger.isExhausted { return .stopped(ledger.spent ?? .cancelled) }
        continue
      }
      if next.event == parts.operations.count {
        path.append(Frame(configuration: next, first: choices.count, next: choices.count))
        return .found
      }
      if !push(next) { return .stopped(ledger.spent ?? .cancelled) }
    }
    return .exhausted
  }

  /// Puts a configuration on the path unless one that is known dominates it; false without memory.
  private mutating func push(_ now: Configuration) -> Bool {
    row[0] = UInt64(now.event) << 32 | UInt64(now.inside)
    row[2] = now.taken
    if hasUsage { row[3] = UInt64(UInt32(bitPattern: now.usage)) }
    switch memo.insert(row, usage) {
    case .known: return true
    case .noMemory: return false
    case .new: break
    }
    if now.event > deepest.event { deepest = now }
    if path.count == path.capacity {
      let larger = max(64, path.capacity * 2)
      guard ledger.reserve(bytes: (larger - path.capacity) * 128) else { return false }
      path.reserveCapacity(larger)
    }
    let first = choices.count
    list(now)
    path.append(Frame(configuration: now, first: first, next: first))
    return true
  }

  private func used(_ group: Int, _ now: Configuration) -> Int {
    hasUsage ? usage.used(now.usage, groups[group]) : 0
  }

  private func isBlocked(_ element: Int32, by other: Int32) -> Bool {
    Int(element) == parts.elements || parts.isOrdered && other < element
  }

  // MARK: Choices

  /// Lists what may come next, the most promising first.
  private mutating func list(_ now: Configuration) {
    let operations = parts.operations
    let first = choices.count
    let due = operations.completing[now.event]
    choices.append(Choice(operation: due, rank: 1))
    guard parts.isPut[Int(due)] else { return }
    let element = operations.element[Int(due)]
    let open = operations.firstOpen[now.event]..<operations.firstOpen[now.event + 1]
    for place in open {
      let operation = operations.open[Int(place)]
      let other = operations.element[Int(operation)]
      guard !parts.isPut[Int(operation)], now.taken & operations.bit[Int(operation)] == 0,
        isBlocked(other, by: element),
        !choices[(first + 1)...].contains(where: {
          operations.element[Int($0.operation)] == other
        })
      else { continue }
      choices.append(Choice(operation: operation, rank: rank(other, now)))
    }
    guard choices.count - first > 1 else { return }
    for place in first..<choices.count {
      let choice = choices[place]
      choices[place].rank = turn.rank(choice.rank, choice.operation, Int32(now.event))
    }
    choices[first...].sort { ($0.rank, $0.operation) < ($1.rank, $1.operation) }
  }

  /// Before the put that completes now (0) comes a take whose element is in and has nothing in its
  /// way; other takes come after it.
  private func rank(_ element: Int32, _ now: Configuration) -> Int32 {
    let isInside =
      Int(element) < parts.elements && counts.element(now.inside, Int(element)) > 0
    guard let least = counts.firstNonZero(now.inside, from: 0) else { return 2 }
    if isBlocked(element, by: Int32(least)) { return 3 }
    return isInside ? 0 : 2
  }

  // MARK: Taking

  /// Lets an operation take effect, after what it needs; false when that is not to be had.
  private mutating func take(_ operation: Int, _ now: inout Configuration) -> Bool {
    let element = Int(parts.operations.element[operation])
    if parts.isPut[operation] {
      record(parts.operations.call[operation])
      now.taken |= parts.operations.bit[operation]
      guard change(element, by: 1, &now) else { return false }
    } else {
      guard clear(Int32(element), &now), fetch(element, &now) else { return false }
      record(parts.operations.call[operation])
      now.taken |= parts.operations.bit[operation]
    }
    settle(&now)
    return true
  }

  private mutating func change(
    _ element: Int, by count: Int32, _ now: inout Configuration
  ) -> Bool {
    let before = counts.element(now.inside, element)
    now.inside = counts.setting(now.inside, element, to: before + count)
    return now.inside != refused
  }

  /// Takes out all that blocks an element.
  private mutating func clear(_ element: Int32, _ now: inout Configuration) -> Bool {
    while let other = counts.firstNonZero(now.inside, from: 0),
      isBlocked(element, by: Int32(other))
    {
      if let take = open(other, isPut: false, now) {
        record(parts.operations.call[take])
        now.taken |= parts.operations.bit[take]
      } else {
        let group = groups.count - 1
        let used = used(group, now)
        guard used < parts.pendingTakes.count,
          parts.timeline.invoked[Int(parts.pendingTakes[used])] < parts.operations.end(now.event)
        else { return false }
        now.usage = usage.setting(now.usage, groups[group], to: used + 1)
        if now.usage == refused { return false }
        record(parts.pendingTakes[used], parts.values[other])
      }
      guard change(other, by: -1, &now) else { return false }
    }
    return true
  }

  /// Takes an element out, after putting it in where it is not.
  private mutating func fetch(_ element: Int, _ now: inout Configuration) -> Bool {
    if element == parts.elements { return true }
    if counts.element(now.inside, element) > 0 { return change(element, by: -1, &now) }
    if let put = open(element, isPut: true, now) {
      record(parts.operations.call[put])
      now.taken |= parts.operations.bit[put]
      return true
    }
    let used = used(element, now)
    guard used < parts.pendingPuts[element].count,
      parts.timeline.invoked[Int(parts.pendingPuts[element][used])]
        < parts.operations.end(now.event)
    else { return false }
    now.usage = usage.setting(now.usage, groups[element], to: used + 1)
    if now.usage == refused { return false }
    record(parts.pendingPuts[element][used])
    return true
  }

  /// The open operation of one kind and element that completes first.
  private func open(_ element: Int, isPut: Bool, _ now: Configuration) -> Int? {
    let operations = parts.operations
    for place in Int(operations.firstOpen[now.event])..<Int(operations.firstOpen[now.event + 1]) {
      let operation = Int(operations.open[place])
      if Int(operations.element[operation]) == element, parts.isPut[operation] == isPut,
        now.taken & operations.bit[operation] == 0
      {
        return operation
      }
    }
    return nil
  }

  /// Passes completions that need nothing more; lets takes find nothing where nothing is in.
  private mutating func settle(_ now: inout Configuration) {
    let operations = parts.operations
    while now.event < operations.count {
      if now.inside == 0 {
        while let empty = open(parts.elements, isPut: false, now) {
          record(operations.call[empty])
          now.taken |= operations.bit[empty]
        }
      }
      let bit = operations.bit[Int(operations.completing[now.event])]
      if now.taken & bit == 0 { return }
      now.taken &= ~bit
      now.event += 1
    }
  }

  // MARK: Order

  private mutating func record(_ call: Int32, _ result: ValueID = ValueTable.none) {
    guard isRecording else { return }
    order.append(
      KeyAnswer.Step(operation: parts.task.operations[Int(call)], result: result))
  }

  /// The order that was found; nil when there was no memory to go along it once more.
  mutating func steps() -> [KeyAnswer.Step]? {
    isRecording = true
    var now = Configuration()
    settle(&now)
    for frame in path.dropLast() {
      guard take(Int(choices[frame.next - 1].operation), &now) else { return nil }
    }
    return order
  }
}
