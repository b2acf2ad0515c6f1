import Histories

/// Every way through the gaps of a ``LevelledCounter`` when unknown additions may be taken again.
///
/// A node is what of the open additions is placed after a gap; what the unknown ones have made by
/// then, their *share*, follows from it and from the sum that is read there. An edge places what a
/// gap needs. Whatever an order places is a way through the graph: a share is no more than what was
/// invoked in time can make, but which of the unknown ones made it is left open. So no way through
/// means no order, and with no unknown additions a way is an order. ``LevelSweep`` finds the ways
/// whose shares can be made, and never leaves those that lead to the end.
///
/// Of two open additions of one number the one that was invoked first and completes first is placed
/// first: else exchange the two. Both are open at the earlier place, what is left there completes
/// after either began, and the later place is before both deadlines.
///
/// *Relaxed*, of two nodes the one that has placed all that the other has, and more, dominates:
/// where a way from the other places the rest, unknown additions make as much. Unlike the ways of
/// ``LevelSweep`` these need not be kept apart.
struct LevelGraph {
  /// How much of it is made.
  struct Scope {
    /// Nodes a gap at most: those with the smallest share, which have placed most.
    var width: Int
    /// What unknown additions may make in one gap at most.
    var allowance = Int64.max
    /// Whether unknown additions may make any sum, and dominated nodes are left out.
    var isRelaxed = false

    /// For what happens most: one unknown addition at a time, or two.
    static func narrow(_ width: Int, _ largest: Int64) -> Scope {
      Scope(width: width, allowance: 2 * largest)
    }
    /// All of it, if it is not too large.
    static let exact = Scope(width: 1 << 15)
    /// Enough to show that there is no order whatever the unknown additions make.
    static let relaxed = Scope(width: 1 << 12, isRelaxed: true)
  }

  /// How a run ended.
  enum Ending {
    /// There are ways through.
    case some
    /// There are none.
    case none
    /// Nobody knows: the graph was too narrow, or a budget ran out.
    case tooMany
  }

  /// An addition that may be in more than one gap.
  struct Open {
    var addition: LevelledCounter.Addition
    var bit: UInt64
  }

  /// A choice among the open additions of one gap while it is being made.
  private struct Choice {
    var placed: UInt64
    /// What is left of the difference.
    var rest: Int64
    /// The last invocation of what is chosen, and the first completion of what is not.
    var latest: Int32
    var earliest: Int32
    /// Places of optional additions that were left out.
    var skipped: UInt64 = 0
  }

  private let counter: LevelledCounter
  private let scope: Scope
  private let ledger: Ledger
  private let stock: UnknownStock
  /// The open additions that are placed at each node.
  private(set) var placed: [UInt64] = [0]
  /// What the unknown additions have made.
  private(set) var share: [Int64] = [0]
  /// The first completion of what a node leaves for later; what is placed was invoked before it.
  private(set) var earliest: [Int32] = [Timeline.never]
  /// The first node before each gap; those after it begin where the next one's do.
  private(set) var firstNode = [0, 1]
  /// The first edge of each node, and where the edges lead.
  private(set) var firstEdge = [0]
  private(set) var targets: [Int32] = []
  /// Whether the last gap can be reached from a node.
  private(set) var isViable: [Bool] = []
  /// The open additions at each gap, those that complete first first.
  private(set) var open: [Open] = []
  private(set) var firstOpen = [0]
  /// Whether a way may have been left out.
  private(set) var isCut = false
  private var capacity = 0
  private var edgeCapacity = 0
  private var numbers: [UInt64: Int32] = [:]
  private var optional: [Open] = []
  private var sums: [Int64] = []
  private var choices = 0
  /// What unknown additions may make in this gap, and whether they might make more.
  private var allowance: Int64 = 0
  private var isLimited = false
  private var work = 0
  private var nextPoll = 0

  private static let edgeLimit = 1 << 26
  private static let mostChoices = 1 << 13

  init(_ counter: LevelledCounter, _ stock: UnknownStock, _ scope: Scope) {
    self.counter = counter
    self.stock = stock
    self.scope = scope
    ledger = Ledger(counter.task.budget)
  }

  /// Goes over all gaps that reads bound.
  ///
  /// - Complexity: O(gaps · 3^open) in the worst case; what the differences allow is usually a
  ///   handful.
  mutating func run() -> Ending {
    guard ledger.reserve(bytes: (counter.sums.count + 1) * 16) else { return .tooMany }
    var now: [Open] = []
    var free = (0..<64).map { UInt64(1) << $0 }
    var before: Int64 = 0
    for (gap, sum) in counter.sums.enumerated() {
      for addition in counter.opening[gap] where addition.first != addition.last {
        // A gap that is too late and one that is too early: nowhere.
        if addition.last < gap { return .none }
        guard let bit = free.popLast() else { return .tooMany }
        now.append(Open(addition: addition, bit: bit))
      }
      now.sort { $0.addition.end < $1.addition.end }
      guard ledger.reserve(bytes: now.count * MemoryLayout<Open>.stride) else { return .tooMany }
      open += now
      firstOpen.append(open.count)
      guard expand(gap, by: sum - before, now) else { return .tooMany }
      before = sum
      if firstNode[gap + 1] == placed.count { return isCut ? .tooMany : .none }
      narrow(gap)
      firstNode.append(placed.count)
      free += now.filter { $0.addition.last <= gap }.map(\.bit)
      now.removeAll { $0.addition.last <= gap }
    }
    if counter.opening[counter.sums.count].contains(where: { $0.last < counter.sums.count }) {
      return .none
    }
    judge()
    return .some
  }

  /// Makes the nodes after a gap; false when a budget runs out.
  private mutating func expand(_ gap: Int, by difference: Int64, _ now: [Open]) -> Bool {
    numbers.removeAll(keepingCapacity: true)
    var fixed = Choice(placed: 0, rest: difference, latest: -1, earliest: counter.until[gap])
    for addition in counter.opening[gap] where addition.first == addition.last {
      fixed.rest -= addition.number
      fixed.latest = max(fixed.latest, addition.start)
    }
    var past: UInt64 = 0
    for one in now where one.addition.last <= gap { past |= one.bit }
    for node in firstNode[gap]..<firstNode[gap + 1] {
      var choice = fixed
      choice.placed = placed[node]
      optional.removeAll(keepingCapacity: true)
      for one in now where choice.placed & one.bit == 0 {
        if one.addition.last > gap {
          optional.append(one)
          continue
        }
        choice.rest -= one.addition.number
        choice.latest = max(choice.latest, one.addition.start)
      }
      choice.placed &= ~past
      let invoked = stock.most[stock.count(before: counter.until[gap])]
      allowance = min(scope.allowance, invoked - share[node])
      isLimited = allowance < invoked - share[node]
      if choice.rest >= 0 {
        // What is left from each place on.
        sums = [Int64](repeating: 0, count: optional.count + 1)
        for place in optional.indices.reversed() {
          sums[place] = sums[place + 1] + optional[place].addition.number
        }
        choices = 0
        choose(0, choice, node)
        if ledger.isExhausted || targets.count > Self.edgeLimit { return false }
      }
      firstEdge.append(targets.count)
      if work >= nextPoll {
        nextPoll = work + 100_000
        if ledger.spent != nil { return false }
      }
    }
    return true
  }

  /// Chooses among the optional additions from a place on.
  private mutating func choose(_ place: Int, _ choice: Choice, _ from: Int) {
    work += 1
    if choice.latest > choice.earliest { return }
    if choice.rest - sums[place] > allowance {
      if isLimited { isCut = true }
      return
    }
    if choices >= Self.mostChoices {
      isCut = true
      return
    }
    if place == optional.count || choice.rest == 0 {
      var choice = choice
      for one in optional[place...] { choice.earliest = min(choice.earliest, one.addition.end) }
      if choice.latest < choice.earliest { make(choice, from) }
      return
    }
    let one = optional[place]
    if one.addition.number <= choice.rest, !isSecond(place, choice) {
      var with = choice
      with.placed |= one.bit
      with.rest -= one.addition.number
      with.latest = max(with.latest, one.addition.start)
      choose(place + 1, with, from)
    }
    var without = choice
    without.earliest = min(without.earliest, one.addition.end)
    without.skipped |= 1 << UInt64(place)
    choose(place + 1, without, from)
  }

  /// Whether an addition of the same number was left out that began and completes earlier.
  private func isSecond(_ place: Int, _ choice: Choice) -> Bool {
    var skipped = choice.skipped
    let addition = optional[place].addition
    while skipped != 0 {
      let other = optional[skipped.trailingZeroBitCount].addition
      if other.number == addition.number, other.start < addition.start { return true }
      skipped &= skipped - 1
    }
    return false
  }

  /// Makes the node of a choice, if unknown additions that were invoked before all that is left
  /// completed can make the rest, and all that they have made by then.
  private mutating func make(_ choice: Choice, _ from: Int) {
    let total = share[from] + choice.rest
    if choice.rest > 0 {
      let count = stock.count(before: choice.earliest)
      if total > stock.most[count] { return }
      if !scope.isRelaxed {
        guard stock.makes(total, ofFirst: count), stock.makes(choice.rest, ofFirst: count) else {
          return
        }
      }
    }
    guard reserve() else { return }
    if let known = numbers[choice.placed] {
      targets.append(known)
    } else if numbers.count >= 8 * scope.width {
      isCut = true
      return
    } else {
      let node = Int32(truncatingIfNeeded: placed.count)
      numbers[choice.placed] = node
      placed.append(choice.placed)
      share.append(total)
      earliest.append(choice.earliest)
      targets.append(node)
    }
    choices += 1
  }

  /// Leaves out nodes after a gap that others dominate, and others until there are no more than
  /// there may be.
  private mutating func narrow(_ gap: Int) {
    let first = firstNode[gap + 1]
    guard scope.isRelaxed || placed.count - first > scope.width else { return }
    let sorted = (first..<placed.count).sorted {
      if share[$0] != share[$1] { return share[$0] < share[$1] }
      return earliest[$0] != earliest[$1] ? earliest[$0] > earliest[$1] : placed[$0] < placed[$1]
    }
    var kept: [(placed: UInt64, share: Int64, earliest: Int32)] = []
    var names = [Int32](repeating: -1, count: placed.count - first)
    for node in sorted {
      let bits = placed[node]
      if scope.isRelaxed, kept.contains(where: { bits & ~$0.placed == 0 }) { continue }
      if kept.count == scope.width {
        isCut = true
        break
      }
      names[node - first] = Int32(truncatingIfNeeded: first + kept.count)
      kept.append((bits, share[node], earliest[node]))
    }
    for (place, node) in kept.enumerated() {
      (placed[first + place], share[first + place]) = (node.placed, node.share)
      earliest[first + place] = node.earliest
    }
    placed.removeLast(placed.count - first - kept.count)
    share.removeLast(share.count - placed.count)
    earliest.removeLast(earliest.count - placed.count)
    var write = firstEdge[firstNode[gap]]
    var read = write
    for node in firstNode[gap]..<first {
      while read < firstEdge[node + 1] {
        let name = names[Int(targets[read]) - first]
        if name >= 0 {
          targets[write] = name
          write += 1
        }
        read += 1
      }
      firstEdge[node + 1] = write
    }
    targets.removeLast(targets.count - write)
  }

  /// Books memory for a node and an edge; the ledger knows when there is none.
  private mutating func reserve() -> Bool {
    if placed.count >= capacity {
      let larger = max(1024, capacity * 2)
      guard larger < 1 << 30, ledger.reserve(bytes: larger * 30) else { return false }
      placed.reserveCapacity(larger)
      share.reserveCapacity(larger)
      earliest.reserveCapacity(larger)
      firstEdge.reserveCapacity(larger + 1)
      ledger.release(bytes: capacity * 30)
      capacity = larger
    }
    if targets.count >= edgeCapacity {
      let larger = max(1024, edgeCapacity * 2)
      guard ledger.reserve(bytes: larger * 4) else { return false }
      targets.reserveCapacity(larger)
      ledger.release(bytes: edgeCapacity * 4)
      edgeCapacity = larger
    }
    return true
  }

  /// Finds from where the end can be reached.
  private mutating func judge() {
    isViable = [Bool](repeating: false, count: placed.count)
    for node in placed.indices.reversed() {
      isViable[node] =
        node >= firstNode[counter.sums.count]
        || targets[firstEdge[node]..<firstEdge[node + 1]].contains { isViable[Int($0)] }
    }
  }
}

/// What the unknown additions of a counter can make, whichever of them take effect.
struct UnknownStock {
  /// The invocations of all unknown additions in their order.
  private var starts: [Int32] = []
  /// What those up to each make at most.
  private(set) var most: [Int64] = [0]
  /// How many of them, from the first, each sum needs; empty when there are too many sums.
  private var needed: [Int32] = []

  private var total: Int64 { most[most.count - 1] }

  /// - Complexity: O(unknown additions · their sum), where that is bearable.
  init(_ counter: LevelledCounter) {
    var all: [(start: Int32, number: Int64)] = []
    for (number, calls) in zip(counter.numbers, counter.unknown) {
      for call in calls { all.append((counter.timeline.invoked[Int(call)], number)) }
    }
    all.sort { $0.start < $1.start }
    for one in all {
      starts.append(one.start)
      most.append(total + one.number)
    }
    guard total < 1 << 20, Int(total) * all.count < 1 << 28 else { return }
    needed = [Int32](repeating: Int32.max, count: Int(total) + 1)
    needed[0] = 0
    for (place, one) in all.enumerated() {
      let number = Int(one.number)
      for sum in stride(from: Int(most[place + 1]), through: number, by: -1)
      where needed[sum] == Int32.max && needed[sum - number] <= place {
        needed[sum] = Int32(truncatingIfNeeded: place + 1)
      }
    }
  }

  /// How many were invoked before an event.
  func count(before event: Int32) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < event { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Whether some of the first ones may make a sum, as far as it is known.
  func makes(_ sum: Int64, ofFirst count: Int) -> Bool {
    if sum > most[count] { return false }
    return needed.isEmpty || Int(needed[Int(sum)]) <= count
  }
}
