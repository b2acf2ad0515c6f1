import Histories

/// The completed puts of a queue, or its completed takes, as a search that takes them one by one in
/// a legal order sees them.
///
/// What was taken is always closed under real time: with `m` the earliest completion of those that
/// are left, the next *event*, all that completed before `m` are taken, and what else is was open
/// at `m`. So the number of the event and a bit for each operation that is open there are all of
/// it. Bits are used again.
struct PairSide {
  /// The calls, in the order of their invocations.
  private(set) var call: [Int32] = []
  private(set) var invoked: [Int32] = []
  private(set) var returned: [Int32] = []
  /// The element that each puts in or takes out, numbered from 0.
  private(set) var element: [Int32] = []
  /// The place of each among the completions.
  private(set) var event: [Int32] = []
  /// The operation that completes at each event.
  private(set) var completing: [Int32] = []
  /// The bit of each operation while it is open.
  private(set) var bit: [UInt64] = []
  /// Operations that are open at an event, by their completions: from ``firstOpen`` of the event to
  /// that of the next.
  private(set) var open: [Int32] = []
  private(set) var firstOpen: [Int32] = []
  /// The latest invocation of those that completed before each event, -1 when none did.
  private(set) var latest: [Int32] = []

  /// The most operations that are open at once.
  private(set) var mostOpen = 0

  var count: Int { call.count }

  /// Adds one; they come in the order of their invocations.
  mutating func add(_ call: Int32, _ element: Int32, _ timeline: Timeline) {
    self.call.append(call)
    self.element.append(element)
    invoked.append(timeline.invoked[Int(call)])
    returned.append(timeline.returned[Int(call)])
  }

  /// Finds the events; false when more than 64 are open at once.
  ///
  /// - Complexity: O(n log n + the sum of what is open at each event).
  mutating func arrange() -> Bool {
    completing = call.indices.sorted { returned[$0] < returned[$1] }.map { Int32($0) }
    event = [Int32](repeating: 0, count: count)
    bit = [UInt64](repeating: 0, count: count)
    for (place, operation) in completing.enumerated() { event[Int(operation)] = Int32(place) }
    var now: [Int32] = []
    var free = UInt64.max
    var next = 0
    var latest: Int32 = -1
    for operation in completing {
      while next < count, invoked[next] < returned[Int(operation)] {
        guard free != 0 else { return false }
        bit[next] = free & (0 &- free)
        free &= ~bit[next]
        let place = now.firstIndex { event[Int($0)] > event[next] } ?? now.count
        now.insert(Int32(next), at: place)
        next += 1
      }
      firstOpen.append(Int32(open.count))
      open += now
      mostOpen = max(mostOpen, now.count)
      self.latest.append(latest)
      latest = max(latest, invoked[Int(operation)])
      free |= bit[Int(operation)]
      now.removeFirst()
    }
    firstOpen.append(Int32(open.count))
    self.latest.append(latest)
    return true
  }

  /// The moment of an event, or ``Timeline/never`` when there is none left.
  @inline(__always)
  func end(_ event: Int) -> Int32 {
    event < count ? returned[Int(completing[event])] : Timeline.never
  }

  /// Takes an operation: the event before which the rest stands then, and what is taken there.
  @inline(__always)
  func take(_ operation: Int, _ event: inout Int, _ taken: inout UInt64) {
    taken |= bit[operation]
    while event < count, taken & bit[Int(completing[event])] != 0 {
      taken &= ~bit[Int(completing[event])]
      event += 1
    }
  }

  /// The latest invocation of what is taken, or -1.
  func latestTaken(_ event: Int, _ taken: UInt64) -> Int32 {
    var latest = latest[event]
    guard taken != 0, event < count else { return latest }
    for place in Int(firstOpen[event])..<Int(firstOpen[event + 1]) {
      let operation = Int(open[place])
      if taken & bit[operation] != 0 { latest = max(latest, invoked[operation]) }
    }
    return latest
  }
}
