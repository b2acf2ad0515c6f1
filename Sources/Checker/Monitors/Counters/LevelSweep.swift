import Histories

/// One run over the gaps of a ``LevelledCounter``, with a beam of configurations.
struct LevelSweep {
  /// How a run ended.
  enum Ending {
    /// The additions of each gap, the last one left out.
    case some([[Int32]])
    /// There are none.
    case none
    /// Nobody knows: the beam was too narrow, or a budget ran out.
    case tooMany
  }

  /// Which open additions are placed, how many unknown ones of each number, and the way here.
  private struct Configuration {
    var placed: UInt32
    var usage: Int32
    /// What the unknown ones make.
    var share: Int64
    var node: Int32
    /// What this gap placed.
    var chosen: UInt32 = 0
    /// The first completion of what is not placed.
    var earliest: Int32 = 0
  }

  private struct Key: Hashable {
    var placed: UInt32
    var usage: Int32
  }

  private typealias Open = (addition: LevelledCounter.Addition, bit: UInt32)

  /// A choice among the open additions of one gap while it is being made.
  private struct Choice {
    var chosen: UInt32
    /// What is left of the difference.
    var rest: Int64
    /// The last invocation of what is chosen, and the first completion of what is not.
    var latest: Int32
    var earliest: Int32
  }

  private let counter: LevelledCounter
  private let width: Int
  private let isRelaxed: Bool
  private let ledger: Ledger
  /// Counts of unknown additions by the place of their number.
  private var usages: TrieTable
  private var tree: PathTree
  private var beam: [Configuration] = []
  private var made: [Configuration] = []
  private var seen: Set<Key> = []
  private var open: [Open] = []
  private var free: [UInt32] = (0..<32).map { 1 << $0 }
  /// Whether a configuration may have been left out.
  private var isCut = false
  private var work = 0
  private var nextPoll = 0
  /// The invocations of all unknown additions in their order, and what those up to each make.
  private var starts: [Int32] = []
  private var stocks: [Int64] = [0]

  /// What unknown additions may make in one gap at most.
  private let allowance: Int64
  private let isNarrow: Bool

  /// More ways than this to make a sum of unknown additions are not tried, the fewest first.
  private static let variants = 6

  init(_ counter: LevelledCounter, width: Int, isRelaxed: Bool) {
    self.counter = counter
    self.width = width
    self.isRelaxed = isRelaxed
    ledger = Ledger(counter.task.budget)
    usages = TrieTable(ledger)
    usages.widen(to: max(1, counter.numbers.count))
    tree = PathTree(ledger)
    // A narrow beam is for what happens most: one unknown addition at a time, or two.
    isNarrow = !isRelaxed && !counter.numbers.isEmpty && width <= 512
    allowance = isNarrow ? 2 * (counter.numbers.first ?? 0) : counter.stock
    var all: [(start: Int32, number: Int64)] = []
    for (number, calls) in zip(counter.numbers, counter.unknown) {
      for call in calls { all.append((counter.timeline.invoked[Int(call)], number)) }
    }
    all.sort { $0.start < $1.start }
    for one in all {
      starts.append(one.start)
      stocks.append(stocks[stocks.count - 1] + one.number)
    }
  }

  /// Goes over all gaps that reads bound.
  ///
  /// - Complexity: O(gaps · width · 2^open) in the worst case; what the differences allow is
  ///   usually a handful.
  mutating func run() -> Ending {
    guard ledger.reserve(bytes: min(width * 4, 1 << 18) * 96) else { return .tooMany }
    beam = [Configuration(placed: 0, usage: 0, share: 0, node: -1)]
    var before: Int64 = 0
    for (gap, sum) in counter.sums.enumerated() {
      for addition in counter.opening[gap] {
        // A gap that is too late and one that is too early: nowhere.
        if addition.last < gap { return .none }
        guard let bit = free.popLast() else { return .tooMany }
        open.append((addition, bit))
      }
      // Whoever completes first is the first to be needed.
      open.sort { $0.addition.end < $1.addition.end }
      made.removeAll(keepingCapacity: true)
      seen.removeAll(keepingCapacity: true)
      for configuration in beam {
        guard expand(configuration, at: gap, by: sum - before) else { return .tooMany }
      }
      before = sum
      if made.isEmpty { return isCut || ledger.isExhausted ? .tooMany : .none }
      guard settle(gap) else { return .tooMany }
    }
    let gone = counter.opening[counter.sums.count].contains { $0.last < counter.sums.count }
    return gone ? .none : isRelaxed ? .some([]) : .some(gaps(beam[0]))
  }

  /// Makes what was made the beam, and forgets what is past.
  private mutating func settle(_ gap: Int) -> Bool {
    if made.count > width { narrow() }
    var past: UInt32 = 0
    for (addition, bit) in open where addition.last <= gap {
      past |= bit
      free.append(bit)
    }
    open.removeAll { $0.addition.last <= gap }
    beam.removeAll(keepingCapacity: true)
    for var configuration in made {
      if !isRelaxed {
        let node = tree.add(
          Int32(bitPattern: configuration.chosen), configuration.usage, under: configuration.node)
        guard let node else { return false }
        configuration.node = node
      }
      configuration.placed &= ~past
      configuration.chosen = 0
      beam.append(configuration)
    }
    if tree.count > tree.threshold {
      guard let numbers = tree.keep(beam.map(\.node)) else { return false }
      for place in beam.indices { beam[place].node = numbers[Int(beam[place].node)] }
    }
    return true
  }

  /// Leaves configurations out until the beam is no wider than it may be.
  private mutating func narrow() {
    isCut = true
    // The more of the known ones is placed, the less is yet to be, and the larger the stock; and
    // what completes late may be placed late.
    made.sort {
      if $0.share != $1.share { return $0.share < $1.share }
      if $0.earliest != $1.earliest { return $0.earliest > $1.earliest }
      return $0.placed != $1.placed ? $0.placed < $1.placed : $0.usage < $1.usage
    }
    // Of those that differ in the unknown ones alone a few will do.
    let alike = max(2, width / 512)
    var kept: [Configuration] = []
    var run = 0
    for configuration in made where kept.count < width {
      run = kept.last?.placed == configuration.placed ? run + 1 : 0
      if run < alike { kept.append(configuration) }
    }
    made = kept
  }

  /// Makes all that follow from a configuration in a gap; false when a budget runs out.
  private mutating func expand(
    _ from: Configuration, at gap: Int, by difference: Int64
  ) -> Bool {
    var choice = Choice(
      chosen: 0, rest: difference, latest: -1, earliest: counter.until[gap])
    var optional: [Open] = []
    for one in open where from.placed & one.bit == 0 {
      if one.addition.last > gap {
        optional.append(one)
        continue
      }
      choice.chosen |= one.bit
      choice.rest -= one.addition.number
      choice.latest = max(choice.latest, one.addition.start)
    }
    if choice.rest < 0 { return true }
    // What is left from each place on.
    var sums = [Int64](repeating: 0, count: optional.count + 1)
    for place in optional.indices.reversed() {
      sums[place] = sums[place + 1] + optional[place].addition.number
    }
    choose(0, choice, optional, sums, from)
    if work >= nextPoll {
      nextPoll = work + 100_000
      if ledger.spent != nil { return false }
    }
    return !(ledger.isExhausted)
  }

  /// Chooses among the additions from a place on.
  private mutating func choose(
    _ place: Int, _ choice: Choice, _ optional: [Open], _ sums: [Int64], _ from: Configuration
  ) {
    work += 1
    if choice.latest > choice.earliest { return }
    if choice.rest > sums[place], choice.rest - sums[place] > allowance {
      if isNarrow { isCut = true }
      return
    }
    if place == optional.count || choice.rest == 0 {
      var choice = choice
      for one in optional[place...] { choice.earliest = min(choice.earliest, one.addition.end) }
      if choice.latest < choice.earliest { make(choice, from) }
      return
    }
    let (addition, bit) = optional[place]
    if addition.number <= choice.rest {
      var with = choice
      with.chosen |= bit
      with.rest -= addition.number
      with.latest = max(with.latest, addition.start)
      choose(place + 1, with, optional, sums, from)
    }
    var without = choice
    without.earliest = min(without.earliest, addition.end)
    choose(place + 1, without, optional, sums, from)
  }

  /// Makes the configurations of a choice: unknown additions that were invoked before all that is
  /// left completed make what is left of the difference.
  private mutating func make(_ choice: Choice, _ from: Configuration) {
    var next = from
    next.placed |= choice.chosen
    next.chosen = choice.chosen
    next.share += choice.rest
    next.earliest = choice.earliest
    if choice.rest == 0 { return add(next) }
    guard next.share <= stocks[count(in: starts, before: choice.earliest)] else { return }
    if isRelaxed { return add(next) }
    var left = Self.variants
    use(0, choice.rest, choice.earliest, next, &left)
    if left < 0 { isCut = true }
  }

  /// Takes unknown additions of the numbers from a place on; large ones first, so that there are
  /// few and small ones stay in stock.
  private mutating func use(
    _ place: Int, _ rest: Int64, _ earliest: Int32, _ next: Configuration, _ left: inout Int
  ) {
    work += 1
    if rest == 0 {
      left -= 1
      if left >= 0 { add(next) }
      return
    }
    guard place < counter.numbers.count, left >= 0 else { return }
    let number = counter.numbers[place]
    let used = Int(usages.element(next.usage, place))
    let calls = counter.unknown[place]
    var available = -used
    if number <= rest {
      // As many as are invoked in time.
      var low = used
      var high = calls.count
      while low < high {
        let middle = (low + high) / 2
        if counter.timeline.invoked[Int(calls[middle])] < earliest {
          low = middle + 1
        } else {
          high = middle
        }
      }
      available = min(low - used, Int(min(rest / number, Int64(calls.count))))
    } else {
      available = 0
    }
    var taken = available
    while taken >= 0, left >= 0 {
      var following = next
      if taken > 0 {
        following.usage = usages.setting(
          next.usage, place, to: Int32(truncatingIfNeeded: used + taken))
        // The ledger knows.
        if following.usage == refused { return }
      }
      use(place + 1, rest - Int64(taken) * number, earliest, following, &left)
      taken -= 1
    }
  }

  private mutating func add(_ configuration: Configuration) {
    if seen.insert(Key(placed: configuration.placed, usage: configuration.usage)).inserted {
      made.append(configuration)
    }
  }

  private func count(in events: [Int32], before event: Int32) -> Int {
    var low = 0
    var high = events.count
    while low < high {
      let middle = (low + high) / 2
      if events[middle] < event { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What each gap placed on the way to a configuration.
  private func gaps(_ configuration: Configuration) -> [[Int32]] {
    var ways: [(chosen: UInt32, usage: Int32)] = []
    var node = configuration.node
    while node >= 0 {
      ways.append((UInt32(bitPattern: tree.operation(node)), tree.state(node)))
      node = tree.parent(node)
    }
    ways.reverse()
    var gaps: [[Int32]] = []
    var replay = Bits()
    var used = [Int](repeating: 0, count: counter.numbers.count)
    for (gap, way) in ways.enumerated() {
      var calls: [Int32] = []
      for (addition, bit) in replay.open(counter.opening[gap]) where way.chosen & bit != 0 {
        calls.append(addition.call)
      }
      replay.close(gap)
      for place in counter.numbers.indices {
        let now = Int(usages.element(way.usage, place))
        calls += counter.unknown[place][used[place]..<now]
        used[place] = now
      }
      gaps.append(calls)
    }
    return gaps
  }

  /// The bits of the open additions, given out as a run gives them.
  private struct Bits {
    private var all: [Open] = []
    private var free: [UInt32] = (0..<32).map { 1 << $0 }

    mutating func open(_ additions: [LevelledCounter.Addition]) -> [Open] {
      for addition in additions { if let bit = free.popLast() { all.append((addition, bit)) } }
      all.sort { $0.addition.end < $1.addition.end }
      return all
    }

    mutating func close(_ gap: Int) {
      for (addition, bit) in all where addition.last <= gap { free.append(bit) }
      all.removeAll { $0.addition.last <= gap }
    }
  }
}
