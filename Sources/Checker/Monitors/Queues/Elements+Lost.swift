import Histories

/// What a stack or a priority queue does with lost elements and pending takes.
extension Elements {
  /// Until when a lost element must be gone, and the calls that say so.
  struct Deadline {
    var end: Int32
    /// The take that cannot happen while the element is in.
    var take: Int32
    /// The put of what it takes, or -1 when it found nothing.
    var put: Int32
  }

  /// A completed take that a lost element can be in the way of.
  struct Obstacle {
    /// When the take, at the earliest, begins.
    var start: Int32
    var deadline: Deadline
    /// The element's place in an order; -1 for a take that found nothing.
    var place: Int
  }

  /// All completed takes.
  func obstacles(_ place: (Int) -> Int) -> [Obstacle] {
    var obstacles: [Obstacle] = []
    for element in 0..<count where takeEnd[element] < Self.pendingEnd {
      let deadline = Deadline(end: takeEnd[element], take: take[element], put: put[element])
      obstacles.append(
        Obstacle(start: takeStart[element], deadline: deadline, place: place(element)))
    }
    for empty in empties {
      let deadline = Deadline(end: timeline.returned[Int(empty)], take: empty, put: -1)
      obstacles.append(
        Obstacle(start: timeline.invoked[Int(empty)], deadline: deadline, place: -1))
    }
    return obstacles
  }

  /// Decides with a function that is exact when no element is lost or no take is pending.
  ///
  /// A lost element that is in the way of a completed take must be removed by a pending one before
  /// that completes: its deadline, the earliest of these.
  ///
  /// - *lost*: for some `i`, the `i` first deadlines have fewer than `i` pending takes that were
  ///   invoked before the last of them. Named are these elements' puts, what sets their deadlines,
  ///   and those pending takes: in the whole no other can have removed one in time.
  /// - Otherwise the elements with a deadline get the pending takes, the first the first, as if
  ///   these had completed after everything, and those without stay. If there is an order then, it
  ///   is one. If not, other ways may be right.
  /// - Leaving out all lost elements and pending takes keeps any order legal: in it a pending take
  ///   that did something removed a lost element. So a violation of the rest is one of the whole.
  /// - Else the rung passes.
  func decide(
    _ deadlines: (Elements) -> [Deadline?], _ exactly: (Elements) -> RungAnswer
  ) -> RungAnswer {
    if pendingTakes.isEmpty || lost.isEmpty { return exactly(self) }
    var due: [(deadline: Deadline, element: Int32)] = []
    for (deadline, element) in zip(deadlines(self), lost) {
      if let deadline { due.append((deadline, element)) }
    }
    due.sort {
      $0.deadline.end != $1.deadline.end
        ? $0.deadline.end < $1.deadline.end : $0.element < $1.element
    }
    for place in due.indices {
      let end = due[place].deadline.end
      if place < pendingTakes.count, timeline.invoked[Int(pendingTakes[place])] < end { continue }
      var calls = Array(pendingTakes.prefix(place))
      for (deadline, element) in due[...place] {
        calls += [put[Int(element)], deadline.take] + (deadline.put < 0 ? [] : [deadline.put])
      }
      // One without lost elements is smaller.
      if case .violation(let certificate) = exactly(withoutLost()) {
        return .violation(certificate)
      }
      return .violation(.lostElement, calls)
    }
    var matched = self
    matched.lost = due.map(\.element)
    matched.matchPendingTakes()
    if case .order(let steps) = exactly(matched) { return .order(steps) }
    let rest = exactly(withoutLost())
    if case .violation = rest { return rest }
    return .pass
  }
}

/// The earliest of the deadlines that were inserted from a place on.
struct SuffixMinimum {
  private var minima: [Elements.Deadline?]

  init(count: Int) {
    minima = [Elements.Deadline?](repeating: nil, count: count + 1)
  }

  /// - Complexity: O(log n).
  mutating func insert(_ deadline: Elements.Deadline, at place: Int) {
    var node = minima.count - 1 - place
    while node < minima.count {
      if minima[node].map({ deadline.end < $0.end }) ?? true { minima[node] = deadline }
      node += node & -node
    }
  }

  /// - Complexity: O(log n).
  func from(_ place: Int) -> Elements.Deadline? {
    var node = minima.count - 1 - place
    var best: Elements.Deadline?
    while node > 0 {
      if let found = minima[node], best.map({ found.end < $0.end }) ?? true { best = found }
      node -= node & -node
    }
    return best
  }
}
