/// The intervals of some elements, as ``Elements`` has them.
struct Spans {
  var putStart: [Int32]
  var putEnd: [Int32]
  var takeStart: [Int32]
  var takeEnd: [Int32]
  /// The last moment.
  var end: Int32

  /// All elements' intervals.
  init(_ elements: Elements) {
    putStart = elements.putStart
    putEnd = elements.putEnd
    takeStart = elements.takeStart
    takeEnd = elements.takeEnd
    end = elements.timeline.end
  }

  /// Those of some elements, with their events numbered anew.
  init(_ elements: Elements, of some: [Int]) {
    var events: [Int32] = []
    events.reserveCapacity(4 * some.count)
    for column in [elements.putStart, elements.putEnd, elements.takeStart, elements.takeEnd] {
      for element in some where column[element] < Elements.pendingEnd {
        events.append(column[element])
      }
    }
    events.sort()
    func renumbered(_ column: [Int32]) -> [Int32] {
      some.map { element in
        if column[element] >= Elements.pendingEnd { return column[element] }
        var low = 0
        var high = events.count
        while low < high {
          let middle = (low + high) / 2
          if events[middle] < column[element] { low = middle + 1 } else { high = middle }
        }
        return Int32(low)
      }
    }
    putStart = renumbered(elements.putStart)
    putEnd = renumbered(elements.putEnd)
    takeStart = renumbered(elements.takeStart)
    takeEnd = renumbered(elements.takeEnd)
    end = Int32(events.count)
  }
}

/// The peeling of a stack's elements; see ``StackMonitor``.
struct Peeling {
  /// When each element was peeled, or -1.
  private(set) var order: [Int32]
  /// The free moments at which each is put in and taken out.
  private(set) var putMoment: [Int32]
  private(set) var takeMoment: [Int32]
  /// How many elements are not peeled.
  private(set) var left: Int

  private let elements: Spans
  /// Whether the put (1), the take (2) of each element has a free moment.
  private var satisfied: [UInt8]
  private var puts: EndTree
  private var takes: EndTree
  private var depths: DepthTree
  /// Free moments that nobody has looked at.
  private var found: [Int32] = []
  /// Elements to be peeled.
  private var ready: [Int32] = []
  private var free: FreeSet

  /// - Precondition: each element is certainly in at some moment.
  init(_ elements: Spans) {
    self.elements = elements
    let count = elements.putStart.count
    // After all events there is a moment at which what stays may be taken out.
    let beyond = Int(elements.end) + 1
    order = [Int32](repeating: -1, count: count)
    putMoment = [Int32](repeating: 0, count: count)
    takeMoment = [Int32](repeating: 0, count: count)
    satisfied = [UInt8](repeating: 0, count: count)
    left = count
    let identity = (0..<count).map { Int32($0) }
    puts = EndTree(starts: elements.putStart, ends: elements.putEnd, identity)
    takes = EndTree(
      starts: elements.takeStart.map { min($0, Int32(beyond) - 1) }, ends: elements.takeEnd,
      identity.sorted {
        let one = elements.takeStart[Int($0)]
        let other = elements.takeStart[Int($1)]
        return one != other ? one < other : $0 < $1
      })
    var depth = [Int32](repeating: 0, count: beyond + 1)
    for element in 0..<count {
      depth[Int(elements.putEnd[element]) + 1] += 1
      depth[min(Int(elements.takeStart[element]), beyond - 1) + 1] -= 1
    }
    for moment in 1...beyond { depth[moment] += depth[moment - 1] }
    free = FreeSet(count: beyond + 1)
    depths = DepthTree(depth)
  }

  /// Peels until nothing can be peeled.
  mutating func run() {
    findFree(0, free.count - 1)
    while true {
      if let moment = found.popLast() {
        satisfy(moment)
      } else if let element = ready.popLast() {
        peel(Int(element))
      } else {
        break
      }
    }
  }

  private mutating func findFree(_ first: Int, _ last: Int) {
    while let moment = depths.takeZero(first, last) {
      free.insert(moment)
      found.append(Int32(moment))
    }
  }

  private mutating func satisfy(_ moment: Int32) {
    while let element = puts.take(containing: moment) { satisfy(Int(element), 1) }
    while let element = takes.take(containing: moment) { satisfy(Int(element), 2) }
  }

  private mutating func satisfy(_ element: Int, _ bit: UInt8) {
    satisfied[element] |= bit
    if satisfied[element] == 3 { ready.append(Int32(element)) }
  }

  private mutating func peel(_ element: Int) {
    let putEnd = Int(elements.putEnd[element])
    let takeStart = min(Int(elements.takeStart[element]), free.count - 2)
    order[element] = Int32(order.count - left)
    left -= 1
    putMoment[element] = Int32(free.last(through: putEnd))
    takeMoment[element] = Int32(free.first(from: takeStart + 1))
    depths.add(-1, putEnd + 1, takeStart)
    findFree(putEnd + 1, takeStart)
  }
}

/// Intervals in the order of their starts; finds one that contains a moment and takes it away.
struct EndTree {
  private let starts: [Int32]
  private let numbers: [Int32]
  /// The latest end below each node.
  private var latest: [Int32]
  private let size: Int

  /// The intervals have the moments `start + 1 ... end`; `order` sorts them by their starts.
  init(starts: [Int32], ends: [Int32], _ order: [Int32]) {
    var size = 1
    while size < order.count { size *= 2 }
    self.size = size
    numbers = order
    self.starts = order.map { starts[Int($0)] }
    latest = [Int32](repeating: -1, count: 2 * size)
    for (place, number) in order.enumerated() { latest[size + place] = ends[Int(number)] }
    for node in stride(from: size - 1, to: 0, by: -1) {
      latest[node] = max(latest[2 * node], latest[2 * node + 1])
    }
  }

  /// Takes away an interval that contains a moment, nil when there is none.
  ///
  /// - Complexity: O(log n).
  mutating func take(containing moment: Int32) -> Int32? {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < moment { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    // The last node from the left among those that begin in time.
    var node = size + low - 1
    while latest[node] < moment {
      while node > 1, node & 1 == 0 { node /= 2 }
      if node <= 1 { return nil }
      node -= 1
    }
    while node < size { node = latest[2 * node + 1] >= moment ? 2 * node + 1 : 2 * node }
    let number = numbers[node - size]
    latest[node] = -1
    while node > 1 {
      node /= 2
      latest[node] = max(latest[2 * node], latest[2 * node + 1])
    }
    return number
  }
}

/// How many elements are certainly in at each moment, with additions to ranges.
struct DepthTree {
  private var least: [Int32]
  private var added: [Int32]
  private let size: Int
  /// What stands for a moment that was taken.
  private static let gone = Int32.max / 2

  init(_ depth: [Int32]) {
    var size = 1
    while size < depth.count { size *= 2 }
    self.size = size
    added = [Int32](repeating: 0, count: 2 * size)
    least = [Int32](repeating: Self.gone, count: 2 * size)
    for (place, number) in depth.enumerated() { least[size + place] = number }
    for node in stride(from: size - 1, to: 0, by: -1) {
      least[node] = min(least[2 * node], least[2 * node + 1])
    }
  }

  /// Adds to a range of moments.
  ///
  /// - Complexity: O(log n).
  mutating func add(_ number: Int32, _ first: Int, _ last: Int) {
    guard first <= last else { return }
    var low = size + first
    var high = size + last + 1
    let edges = (low, high - 1)
    while low < high {
      if low & 1 == 1 {
        change(low, by: number)
        low += 1
      }
      if high & 1 == 1 {
        high -= 1
        change(high, by: number)
      }
      low /= 2
      high /= 2
    }
    renew(above: edges.0)
    renew(above: edges.1)
  }

  private mutating func change(_ node: Int, by number: Int32) {
    least[node] += number
    added[node] += number
  }

  private mutating func renew(above leaf: Int) {
    var node = leaf / 2
    while node >= 1 {
      least[node] = min(least[2 * node], least[2 * node + 1]) + added[node]
      node /= 2
    }
  }

  /// Takes away a moment of a range at which nothing is in; nil when there is none.
  ///
  /// - Complexity: O(log n).
  mutating func takeZero(_ first: Int, _ last: Int) -> Int? {
    guard first <= last, let leaf = zero(1, 0, size - 1, 0, first, last) else { return nil }
    least[leaf] = Self.gone
    renew(above: leaf)
    return leaf - size
  }

  private func zero(
    _ node: Int, _ begin: Int, _ end: Int, _ above: Int32, _ first: Int, _ last: Int
  ) -> Int? {
    if last < begin || end < first || least[node] + above > 0 { return nil }
    if begin == end { return node }
    let middle = (begin + end) / 2
    let below = above + added[node]
    return zero(2 * node, begin, middle, below, first, last)
      ?? zero(2 * node + 1, middle + 1, end, below, first, last)
  }
}

/// A set of moments that grows, with the nearest member on either side.
struct FreeSet {
  private var rows: [[UInt64]] = []
  let count: Int

  init(count: Int) {
    self.count = count
    var size = count
    repeat {
      size = (size + 63) / 64
      rows.append([UInt64](repeating: 0, count: size))
    } while size > 1
  }

  /// - Complexity: O(log n), of base 64.
  mutating func insert(_ moment: Int) {
    var place = moment
    for row in rows.indices {
      rows[row][place / 64] |= 1 << UInt64(place & 63)
      place /= 64
    }
  }

  /// The last member up to a moment, or -1.
  func last(through moment: Int) -> Int {
    var place = moment
    for row in rows.indices {
      let word = rows[row][place / 64] & (UInt64.max >> UInt64(63 - place & 63))
      if word != 0 { return descend(row, place / 64 * 64 + 63 - word.leadingZeroBitCount, true) }
      place = place / 64 - 1
      if place < 0 { return -1 }
    }
    return -1
  }

  /// The first member from a moment on, or the count.
  func first(from moment: Int) -> Int {
    var place = moment
    for row in rows.indices {
      if place / 64 >= rows[row].count { return count }
      let word = rows[row][place / 64] & (UInt64.max << UInt64(place & 63))
      if word != 0 { return descend(row, place / 64 * 64 + word.trailingZeroBitCount, false) }
      place = place / 64 + 1
    }
    return count
  }

  private func descend(_ row: Int, _ place: Int, _ isLast: Bool) -> Int {
    var place = place
    for row in stride(from: row - 1, through: 0, by: -1) {
      let word = rows[row][place]
      place = place * 64 + (isLast ? 63 - word.leadingZeroBitCount : word.trailingZeroBitCount)
    }
    return place
  }
}
