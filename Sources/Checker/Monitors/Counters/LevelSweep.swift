import Histories

/// A run over the gaps of a ``LevelledCounter`` along the viable nodes of its ``LevelGraph``, with
/// a beam of configurations: a node, and how many unknown additions of each number made its share.
///
/// Of unknown additions of one number the first invoked are taken first. None is taken while one of
/// its number that completed is left for later and could be here: else exchange the two, since the
/// unknown one has no deadline.
///
/// Where the beam ends in vain it goes back, farther each time, and comes again with a wider one.
/// If it never had to leave a configuration out and none is left, there is no order.
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

  private struct Configuration {
    var node: Int32
    var usage: Int32
    /// The way here.
    var way: Int32
    /// How scarce what is left in stock is.
    var scarcity: Int64 = 0
  }

  private struct Key: Hashable {
    var node: Int32
    var usage: Int32
  }

  /// The beam before a gap.
  private struct Mark {
    var gap: Int
    var beam: [Configuration]
    /// Whether a configuration had been left out by then.
    var isCut: Bool
  }

  private let counter: LevelledCounter
  private let graph: LevelGraph
  private let ledger: Ledger
  /// Counts of unknown additions by the place of their number.
  private var usages: TrieTable
  private var tree: PathTree
  private var beam: [Configuration] = []
  private var made: [Configuration] = []
  private var seen: Set<Key> = []
  private var marks: [Mark] = []
  private var width = LevelSweep.narrowest
  /// How many unknown additions of each number were invoked by the gap.
  private var stock: [Int] = []
  /// The numbers that may not be taken at a node.
  private var barred: UInt64 = 0
  private var isCut: Bool
  private var work = 0
  private var nextPoll = 0

  private static let narrowest = 32
  private static let widest = 1 << 15
  /// Gaps between two marks.
  private static let stride = 16
  /// More ways than this to make a sum of unknown additions are not tried, the largest first.
  private static let variants = 64

  init(_ counter: LevelledCounter, _ graph: LevelGraph) {
    self.counter = counter
    self.graph = graph
    ledger = Ledger(counter.task.budget)
    usages = TrieTable(ledger)
    usages.widen(to: max(1, counter.numbers.count))
    tree = PathTree(ledger)
    isCut = graph.isCut
  }

  /// Goes over all gaps that reads bound.
  ///
  /// - Complexity: O(gaps · width · edges a node), where no sum is hard to make.
  mutating func run() -> Ending {
    beam = [Configuration(node: 0, usage: 0, way: -1)]
    stock = [Int](repeating: 0, count: counter.numbers.count)
    var gap = 0
    // Where it ended in vain, and how often thereabouts.
    var vain = -1
    var times = 0
    while gap < counter.sums.count {
      if gap % Self.stride == 0 {
        guard ledger.reserve(bytes: beam.count * MemoryLayout<Configuration>.stride) else {
          return .tooMany
        }
        marks.append(Mark(gap: gap, beam: beam, isCut: isCut))
      }
      guard step(gap) else { return .tooMany }
      if !made.isEmpty {
        swap(&beam, &made)
        gap += 1
        if gap > vain + Self.stride { width = Self.narrowest }
        continue
      }
      if !isCut { return .none }
      times = gap > vain + 2 * Self.stride ? 1 : times + 1
      vain = max(vain, gap)
      width *= 4
      if width > Self.widest { return .tooMany }
      let target = max(0, gap - Self.stride << times)
      while marks.count > 1, marks[marks.count - 1].gap > target { dropMark() }
      guard let mark = marks.last else { return .tooMany }
      dropMark()
      (gap, beam, isCut) = (mark.gap, mark.beam, mark.isCut)
    }
    return .some(gaps(beam[0]))
  }

  private mutating func dropMark() {
    guard let mark = marks.popLast() else { return }
    ledger.release(bytes: mark.beam.count * MemoryLayout<Configuration>.stride)
  }

  /// Makes what follows from the beam in a gap the beam; false when a budget runs out.
  private mutating func step(_ gap: Int) -> Bool {
    for place in stock.indices { stock[place] = available(place, before: counter.until[gap]) }
    made.removeAll(keepingCapacity: true)
    seen.removeAll(keepingCapacity: true)
    for from in beam {
      let node = Int(from.node)
      for edge in graph.firstEdge[node]..<graph.firstEdge[node + 1] {
        let target = graph.targets[edge]
        guard graph.isViable[Int(target)] else { continue }
        work += 1
        var next = from
        next.node = target
        let rest = graph.share[Int(target)] - graph.share[node]
        if rest == 0 {
          add(next)
        } else {
          bar(gap, target)
          var left = Self.variants
          use(0, rest, next, &left)
          if left < 0 { isCut = true }
        }
      }
      if work >= nextPoll {
        nextPoll = work + 10_000
        if ledger.spent != nil { return false }
      }
    }
    if made.count > width { narrow() }
    for place in made.indices {
      guard let way = tree.add(made[place].node, made[place].usage, under: made[place].way) else {
        return false
      }
      made[place].way = way
    }
    return !ledger.isExhausted
  }

  /// Finds the numbers of which a node leaves an addition for later that could be here.
  private mutating func bar(_ gap: Int, _ target: Int32) {
    barred = 0
    let earliest = graph.earliest[Int(target)]
    for place in graph.firstOpen[gap]..<graph.firstOpen[gap + 1] {
      let one = graph.open[place]
      if one.addition.last <= gap || graph.placed[Int(target)] & one.bit != 0 { continue }
      if one.addition.start < earliest, one.addition.kind < 64 {
        barred |= 1 << UInt64(one.addition.kind)
      }
    }
  }

  /// How many unknown additions of a number were invoked before an event.
  private func available(_ place: Int, before event: Int32) -> Int {
    let calls = counter.unknown[place]
    var low = 0
    var high = calls.count
    while low < high {
      let middle = (low + high) / 2
      if counter.timeline.invoked[Int(calls[middle])] < event {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// Takes unknown additions of the numbers from a place on; large ones first, so that there are
  /// few and small ones stay in stock.
  private mutating func use(
    _ place: Int, _ rest: Int64, _ next: Configuration, _ left: inout Int
  ) {
    work += 1
    if rest == 0 {
      left -= 1
      if left >= 0 { add(next) }
      return
    }
    guard place < counter.numbers.count, left >= 0 else { return }
    let number = counter.numbers[place]
    var taken = 0
    let used = Int(usages.element(next.usage, place))
    if number <= rest, place >= 64 || barred >> UInt64(place) & 1 == 0 {
      let invoked = available(place, before: graph.earliest[Int(next.node)])
      taken = min(invoked - used, Int(min(rest / number, Int64(invoked))))
    }
    while taken >= 0, left >= 0 {
      var following = next
      if taken > 0 {
        following.usage = usages.setting(
          next.usage, place, to: Int32(truncatingIfNeeded: used + taken))
        // The ledger knows.
        if following.usage == refused { return }
      }
      use(place + 1, rest - Int64(taken) * number, following, &left)
      taken -= 1
    }
  }

  private mutating func add(_ configuration: Configuration) {
    if seen.insert(Key(node: configuration.node, usage: configuration.usage)).inserted {
      made.append(configuration)
    }
  }

  /// Leaves configurations out until the beam is no wider than it may be: the less unknown
  /// additions have made, the more are left, and of each number there should be some.
  private mutating func narrow() {
    isCut = true
    for place in made.indices {
      var scarcity: Int64 = 0
      for (number, invoked) in stock.enumerated() {
        let left = invoked - Int(usages.element(made[place].usage, number))
        scarcity += 4096 / Int64(1 + max(0, left))
      }
      made[place].scarcity = scarcity
    }
    made.sort {
      let (one, other) = (graph.share[Int($0.node)], graph.share[Int($1.node)])
      if one != other { return one < other }
      if $0.scarcity != $1.scarcity { return $0.scarcity < $1.scarcity }
      return $0.node != $1.node ? $0.node < $1.node : $0.usage < $1.usage
    }
    // Of those that differ in the unknown ones alone a few come first.
    let alike = max(2, width / 8)
    var counts: [Int32: Int] = [:]
    var kept: [Configuration] = []
    var others: [Configuration] = []
    for configuration in made where kept.count < width {
      let count = counts[configuration.node, default: 0] + 1
      counts[configuration.node] = count
      if count <= alike { kept.append(configuration) } else { others.append(configuration) }
    }
    kept += others.prefix(width - kept.count)
    made = kept
  }

  /// What each gap placed on the way to a configuration.
  private func gaps(_ configuration: Configuration) -> [[Int32]] {
    var ways: [(node: Int, usage: Int32)] = []
    var way = configuration.way
    while way >= 0 {
      ways.append((Int(tree.operation(way)), tree.state(way)))
      way = tree.parent(way)
    }
    ways.reverse()
    var gaps: [[Int32]] = []
    var used = [Int](repeating: 0, count: counter.numbers.count)
    var before: UInt64 = 0
    for (gap, way) in ways.enumerated() {
      var calls: [Int32] = []
      for addition in counter.opening[gap] where addition.first == addition.last {
        calls.append(addition.call)
      }
      for place in graph.firstOpen[gap]..<graph.firstOpen[gap + 1] {
        let one = graph.open[place]
        let isPlaced = one.addition.last <= gap || graph.placed[way.node] & one.bit != 0
        if isPlaced, before & one.bit == 0 { calls.append(one.addition.call) }
      }
      before = graph.placed[way.node]
      for place in counter.numbers.indices {
        let now = Int(usages.element(way.usage, place))
        calls += counter.unknown[place][used[place]..<now]
        used[place] = now
      }
      gaps.append(calls)
    }
    return gaps
  }
}
