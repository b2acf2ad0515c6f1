import Base
import Histories

/// The search of ``StackWindows``.
struct StackWindowSearch: TurnSearch {
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
  var walk: TurnWalk<Configuration, Choice>
  private var masks: PairTable
  private var cells: PairTable
  private var lists: ListTable
  /// The first place of each operation.
  private var from: [Int32] = []
  private var schedule: StackSchedule?
  private let preference: Preference
  private static let words = 2

  init(_ parts: LateParts, _ turn: Turn) {
    self.parts = parts
    preference = Preference.allCases[turn.number % Preference.allCases.count]
    walk = TurnWalk(
      parts.task, turn, pending: parts.pendingPuts.map(\.count) + [parts.pendingTakes.count],
      words: Self.words, start: Configuration())
    masks = PairTable(walk.ledger)
    cells = PairTable(walk.ledger)
    lists = ListTable(walk.ledger)
    var event = 0
    for operation in 0..<parts.operations.count {
      while parts.operations.end(event) < parts.operations.invoked[operation] { event += 1 }
      from.append(Int32(event))
      if parts.isPut[operation], Int(parts.operations.event[operation]) - event >= 64 {
        isExact = false
      }
    }
  }

  mutating func begin() -> Configuration? {
    var start = Configuration()
    settle(&start)
    return start
  }

  func isFinished(_ now: Configuration) -> Bool { now.event == parts.operations.count }

  func explained(_ now: Configuration) -> Int { now.event }

  func sides(_ now: Configuration) -> [(PairSide, Int)] { [(parts.operations, now.event)] }

  mutating func describe(_ now: Configuration) {
    walk.row[0] = UInt64(now.event) << 32 | UInt64(now.inside)
    walk.row[2] = now.taken
    walk.row[3] = now.covered
    walk.describe(usage: now.usage, after: Self.words)
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

  mutating func list(_ now: Configuration) {
    let operations = parts.operations
    let first = walk.choices.count
    let due = operations.completing[now.event]
    if parts.isPut[Int(due)] {
      walk.choices.append(Choice(operation: due, rank: preference.completing))
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
    if walk.choices.count - first > 1 {
      for place in first..<walk.choices.count {
        let choice = walk.choices[place]
        walk.choices[place].place = Int32(place)
        // Noise, but for the first round.
        if walk.turn.number >= Preference.allCases.count {
          walk.choices[place].rank = walk.turn.rank(choice.rank, choice.operation, choice.copy)
        }
      }
      walk.choices[first...].sort { ($0.rank, $0.place) < ($1.rank, $1.place) }
    }
  }

  /// Lists the elements that a pop may take.
  private mutating func list(_ pop: Int32, _ now: Configuration) {
    let operations = parts.operations
    let element = operations.element[Int(pop)]
    if Int(element) == parts.elements {
      walk.choices.append(Choice(operation: pop, rank: 6))
      return
    }
    // Open pushes: of two the one is popped whose going leaves more.
    var pushes: [Int] = []
    var pops = parts.pendingTakes.count - walk.used(walk.groups.count - 1, now.usage)
    for place in Int(operations.firstOpen[now.event])..<Int(operations.firstOpen[now.event + 1]) {
      let operation = Int(operations.open[place])
      guard now.taken & operations.bit[operation] == 0 else { continue }
      if !parts.isPut[operation] {
        pops += 1
      } else if operations.element[operation] == element,
        !pushes.contains(where: { from[operation] <= from[$0] })
      {
        pushes.append(operation)
        walk.choices.append(
          Choice(operation: pop, copy: Int32(operation), rank: preference.passing))
      }
    }
    let pending = parts.pendingPuts[Int(element)]
    let used = pending.isEmpty ? 0 : walk.used(Int(element), now.usage)
    if used < pending.count, isOpen(pending[used], now) {
      walk.choices.append(Choice(operation: pop, copy: Self.pending, rank: 8))
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
      walk.choices.append(
        Choice(
          operation: pop, copy: Int32(copy.push),
          rank: conflicts == 0 ? 4 : 8 + Int32(truncatingIfNeeded: conflicts)))
    }
  }

  // MARK: Taking

  /// Lets a push complete or an element be popped; false when something is left without a place.
  mutating func take(_ choice: Choice, _ now: inout Configuration) -> Bool {
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
      let used = walk.used(element, now.usage)
      guard walk.use(element, &now.usage) else { return false }
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
    let group = walk.groups.count - 1
    let used = walk.used(group, now.usage)
    guard used < parts.pendingTakes.count, isOpen(parts.pendingTakes[used], now) else {
      return false
    }
    guard walk.use(group, &now.usage) else { return false }
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

  mutating func steps() -> [KeyAnswer.Step]? {
    schedule = StackSchedule(parts)
    var now = Configuration()
    settle(&now)
    for frame in walk.path.dropLast() {
      guard take(walk.choices[frame.next - 1], &now) else { return nil }
    }
    for one in held(now.inside, since: 0).held {
      let place = last(one)
      schedule?.stay(parts.operations.call[one.push], at: place)
    }
    return schedule?.steps(parts.task)
  }
}
