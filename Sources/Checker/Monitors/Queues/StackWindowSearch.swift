import Base
import Histories

/// The search of ``StackWindows``.
struct StackWindowSearch {
  typealias Ending = DepthFirst<StackMachine>.Ending

  struct Configuration {
    var event = 0
    var taken: UInt64 = 0
    /// Completed pushes that were not popped, by completion, with the places that they have left.
    var inside: Int32 = 0
    /// The covered places before the event, the last one first, as far as an open push had them.
    var covered: UInt64 = 0
    var usage: Int32 = 0
  }

  /// What comes next: a push completes, or is popped.
  struct Choice {
    var operation: Int32
    /// The push that a pop takes; ``pending`` or ``nothing``.
    var copy: Int32 = StackWindowSearch.nothing
    var rank: Int32
    /// Where it was listed; of equal ranks the first comes first.
    var place: Int32 = 0
  }

  /// What is tried first; each finds orders where others go astray.
  enum Preference: CaseIterable {
    /// Pops come before a push that completes; what is in is popped rather than what comes in.
    case early
    /// Pops come when they must; what comes in is popped rather than what is in.
    case late
    /// Pops come early, and pop what comes in rather than what is in.
    case passing
    /// Pops come when they must, and pop what is in rather than what comes in.
    case lateOfInside

    /// Of a push that completes, where pops have the ranks below.
    var completing: Int32 { self == .early || self == .passing ? 5 : 0 }
    /// Of the pop of an open push; of one that is in it is 4.
    var passing: Int32 { self == .late || self == .passing ? 3 : 7 }
  }

  private struct Frame {
    var configuration: Configuration
    var first: Int
    var next: Int
  }

  /// A completed push that is in.
  struct Held {
    var push: Int
    /// Bit `i` is the place `i` completions before its own.
    var places: UInt64
  }

  static let pending: Int32 = -2
  static let nothing: Int32 = -1

  let parts: LateParts
  /// Whether every push has all places of its interval.
  private(set) var isExact = true
  private let ledger: Ledger
  private var memo: Memo
  private var usage: UsageTable
  private var masks: PairTable
  private var cells: PairTable
  private var lists: ListTable
  private let groups: [Problem.PendingGroup]
  private let hasUsage: Bool
  private var row: [UInt64]
  private var path: [Frame] = []
  private var choices: [Choice] = []
  private var tried = 0
  /// The first place of each operation.
  private var from: [Int32] = []
  private var schedule: StackSchedule?
  /// The configuration of the latest event.
  private(set) var deepest = Configuration()

  private let turn: Turn
  private let preference: Preference

  init(_ parts: LateParts, _ turn: Turn) {
    self.parts = parts
    self.turn = turn
    preference = Preference.allCases[turn.number % Preference.allCases.count]
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
    layout.slotWords = 2
    layout.exact = [UInt64.max, UInt64.max]
    layout.pure = [0, 0]
    layout.optional = [0, 0]
    layout.hasUsage = hasUsage
    usage = UsageTable(guards: packed.usageGuards, ledger: ledger)
    masks = PairTable(ledger)
    cells = PairTable(ledger)
    lists = ListTable(ledger)
    memo = Memo(layout, ledger: ledger)
    row = [UInt64](repeating: 0, count: layout.rowWords)
    var event = 0
    for operation in 0..<parts.operations.count {
      while parts.operations.end(event) < parts.operations.invoked[operation] { event += 1 }
      from.append(Int32(event))
      if parts.isPut[operation], Int(parts.operations.event[operation]) - event >= 64 {
        isExact = false
      }
    }
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
      guard take(choices[frame.next], &next) else {
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
    row[3] = now.covered
    if hasUsage { row[4] = UInt64(UInt32(bitPattern: now.usage)) }
    switch memo.insert(row, usage) {
    case .known: return true
    case .noMemory: return false
    case .new: break
    }
    if now.event > deepest.event { deepest = now }
    if path.count == path.capacity {
      let larger = max(64, path.capacity * 2)
      guard ledger.reserve(bytes: (larger - path.capacity) * 160) else { return false }
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

  private func isOpen(_ call: Int32, _ now: Configuration) -> Bool {
    parts.timeline.invoked[Int(call)] < parts.operations.end(now.event)
  }

  /// The pushes that are in and completed at an event or later, the last first.
  private func held(_ list: Int32, since event: Int) -> (held: [Held], rest: Int32) {
    var held: [Held] = []
    var list = list
    while list != 0 {
      let cell = Int(lists.last(of: list))
      let push = Int(cells.left[cell])
      if Int(parts.operations.event[push]) < event { break }
      let mask = Int(cells.right[cell])
      let places =
        UInt64(UInt32(bitPattern: masks.left[mask])) << 32
        | UInt64(UInt32(bitPattern: masks.right[mask]))
      held.append(Held(push: push, places: places))
      list = lists.rest(of: list)
    }
    return (held, list)
  }

  private mutating func append(_ held: Held, to list: Int32) -> Int32 {
    let mask = masks.id(
      Int32(truncatingIfNeeded: held.places >> 32), Int32(truncatingIfNeeded: held.places))
    if mask == refused { return refused }
    let cell = cells.id(Int32(held.push), mask)
    return cell == refused ? refused : lists.append(cell, to: list)
  }

  /// The last place that a push has left.
  private func last(_ held: Held) -> Int {
    Int(parts.operations.event[held.push]) - held.places.trailingZeroBitCount
  }

  /// The places that a push has left besides a window that begins at `start` and ends now.
  private func left(_ held: Held, _ start: Int) -> UInt64 {
    held.places & ~Self.low(Int(parts.operations.event[held.push]) - start)
  }

  private static func low(_ count: Int) -> UInt64 {
    count >= 64 ? UInt64.max : count <= 0 ? 0 : (1 << UInt64(count)) - 1
  }

  // MARK: Choices

  /// Lists what may come next, the most promising first.
  private mutating func list(_ now: Configuration) {
    let operations = parts.operations
    let first = choices.count
    let due = operations.completing[now.event]
    if parts.isPut[Int(due)] {
      choices.append(Choice(operation: due, rank: preference.completing))
      var met: [Int32] = []
      let open = operations.firstOpen[now.event]..<operations.firstOpen[now.event + 1]
      for place in open {
        let pop = operations.open[Int(place)]
        let element = operations.element[Int(pop)]
        guard !parts.isPut[Int(pop)], now.taken & operations.bit[Int(pop)] == 0,
          !met.contains(element)
        else { continue }
        met.append(element)
        list(pop, now)
      }
    } else {
      list(due, now)
    }
    if choices.count - first > 1 {
      for place in first..<choices.count {
        let choice = choices[place]
        choices[place].place = Int32(place)
        // Noise, but for the first round.
        if turn.number >= Preference.allCases.count {
          choices[place].rank = turn.rank(choice.rank, choice.operation, choice.copy)
        }
      }
      choices[first...].sort { ($0.rank, $0.place) < ($1.rank, $1.place) }
    }
  }

  /// Lists the elements that a pop may take.
  private mutating func list(_ pop: Int32, _ now: Configuration) {
    let operations = parts.operations
    let element = operations.element[Int(pop)]
    if Int(element) == parts.elements {
      choices.append(Choice(operation: pop, rank: 6))
      return
    }
    // Open pushes: of two the one is popped whose going leaves more.
    var pushes: [Int] = []
    var pops = parts.pendingTakes.count - used(groups.count - 1, now)
    for place in Int(operations.firstOpen[now.event])..<Int(operations.firstOpen[now.event + 1]) {
      let operation = Int(operations.open[place])
      guard now.taken & operations.bit[operation] == 0 else { continue }
      if !parts.isPut[operation] {
        pops += 1
      } else if operations.element[operation] == element,
        !pushes.contains(where: { from[operation] <= from[$0] })
      {
        pushes.append(operation)
        choices.append(
          Choice(operation: pop, copy: Int32(operation), rank: preference.passing))
      }
    }
    let pending = parts.pendingPuts[Int(element)]
    let used = pending.isEmpty ? 0 : used(Int(element), now)
    if used < pending.count, isOpen(pending[used], now) {
      choices.append(Choice(operation: pop, copy: Self.pending, rank: 8))
    }
    // Those that are in, from the one with the smallest window.
    let all = held(now.inside, since: 0).held
    var copies = all.filter { operations.element[$0.push] == element }
    if copies.count > 1 {
      copies.sort { (last($0), $0.push) > (last($1), $1.push) }
    }
    for copy in copies {
      let start = last(copy)
      var conflicts = 0
      for other in all {
        if Int(operations.event[other.push]) <= start { break }
        if other.push != copy.push, left(other, start) == 0 { conflicts += 1 }
      }
      if conflicts > pops { break }
      choices.append(
        Choice(
          operation: pop, copy: Int32(copy.push),
          rank: conflicts == 0 ? 4 : 8 + Int32(truncatingIfNeeded: conflicts)))
    }
  }

  // MARK: Taking

  /// Lets a push complete or an element be popped; false when something is left without a place.
  private mutating func take(_ choice: Choice, _ now: inout Configuration) -> Bool {
    let operations = parts.operations
    let operation = Int(choice.operation)
    now.taken |= operations.bit[operation]
    if parts.isPut[operation] {
      let count = now.event - Int(from[operation]) + 1
      let places = (~now.covered << 1 | 1) & Self.low(count)
      now.inside = append(Held(push: operation, places: places), to: now.inside)
      if now.inside == refused { return false }
    } else {
      guard pop(operation, choice.copy, &now) else { return false }
    }
    settle(&now)
    return true
  }

  private mutating func pop(
    _ pop: Int, _ copy: Int32, _ now: inout Configuration
  ) -> Bool {
    let operations = parts.operations
    if copy == Self.pending {
      let element = Int(operations.element[pop])
      let used = used(element, now)
      now.usage = usage.setting(now.usage, groups[element], to: used + 1)
      if now.usage == refused { return false }
      schedule?.push(parts.pendingPuts[element][used])
    } else if copy >= 0, Int(operations.event[Int(copy)]) >= now.event {
      now.taken |= operations.bit[Int(copy)]
      schedule?.push(operations.call[Int(copy)])
    } else {
      guard leave(copy, &now) else { return false }
    }
    schedule?.pop(operations.call[pop], at: now.event)
    return true
  }

  /// Lets a completed push be popped now, or with ``nothing`` all that are in, after what has no
  /// place left then.
  private mutating func leave(_ copy: Int32, _ now: inout Configuration) -> Bool {
    let operations = parts.operations
    var start = -1
    if copy >= 0 {
      let found = held(now.inside, since: Int(operations.event[Int(copy)])).held.last
      guard let found, found.push == Int(copy) else { return false }
      start = last(found)
    }
    let (all, rest) = held(now.inside, since: max(0, start))
    var gone: [Held] = []
    var list = rest
    for one in all.reversed() where one.push != Int(copy) {
      let places = left(one, start)
      if places == 0 {
        gone.append(one)
      } else {
        list = append(Held(push: one.push, places: places), to: list)
        if list == refused { return false }
      }
    }
    gone.sort { (last($0), $0.push) > (last($1), $1.push) }
    for one in gone {
      guard pop(one, &now) else { return false }
    }
    if copy >= 0 { schedule?.push(operations.call[Int(copy)], at: start) }
    now.inside = list
    now.covered |= Self.low(now.event - 1 - start)
    return true
  }

  /// Pops what is in the way, by a completed pop rather than by a pending one.
  private mutating func pop(_ held: Held, _ now: inout Configuration) -> Bool {
    let operations = parts.operations
    let element = operations.element[held.push]
    let place = last(held)
    schedule?.push(operations.call[held.push], at: place)
    for place in Int(operations.firstOpen[now.event])..<Int(operations.firstOpen[now.event + 1]) {
      let pop = Int(operations.open[place])
      if operations.element[pop] == element, !parts.isPut[pop],
        now.taken & operations.bit[pop] == 0
      {
        now.taken |= operations.bit[pop]
        schedule?.pop(operations.call[pop], at: now.event)
        return true
      }
    }
    let group = groups.count - 1
    let used = used(group, now)
    guard used < parts.pendingTakes.count, isOpen(parts.pendingTakes[used], now) else {
      return false
    }
    now.usage = usage.setting(now.usage, groups[group], to: used + 1)
    if now.usage == refused { return false }
    schedule?.pop(
      parts.pendingTakes[used], at: now.event, result: parts.values[Int(element)])
    return true
  }

  /// Passes completions that need nothing more; lets pops find nothing where nothing is in.
  private mutating func settle(_ now: inout Configuration) {
    let operations = parts.operations
    while now.event < operations.count {
      if now.inside == 0 {
        for place in Int(operations.firstOpen[now.event])..<Int(operations.firstOpen[now.event + 1])
        {
          let empty = Int(operations.open[place])
          guard Int(operations.element[empty]) == parts.elements,
            now.taken & operations.bit[empty] == 0
          else { continue }
          now.taken |= operations.bit[empty]
          now.covered = UInt64.max
          schedule?.pop(operations.call[empty], at: now.event)
        }
      }
      let bit = operations.bit[Int(operations.completing[now.event])]
      if now.taken & bit == 0 { break }
      now.taken &= ~bit
      now.event += 1
      now.covered <<= 1
    }
    guard now.covered != 0 else { return }
    var most = 0
    if now.event < operations.count {
      for place in Int(operations.firstOpen[now.event])..<Int(operations.firstOpen[now.event + 1]) {
        let push = Int(operations.open[place])
        if parts.isPut[push], now.taken & operations.bit[push] == 0 {
          most = max(most, now.event - Int(from[push]))
        }
      }
    }
    now.covered &= Self.low(most)
  }

  // MARK: Order

  /// The order that was found; nil when there was no memory to go along it once more.
  mutating func steps() -> [KeyAnswer.Step]? {
    schedule = StackSchedule(parts)
    var now = Configuration()
    settle(&now)
    for frame in path.dropLast() {
      guard take(choices[frame.next - 1], &now) else { return nil }
    }
    for one in held(now.inside, since: 0).held {
      let place = last(one)
      schedule?.stay(parts.operations.call[one.push], at: place)
    }
    return schedule?.steps(parts.task)
  }
}
