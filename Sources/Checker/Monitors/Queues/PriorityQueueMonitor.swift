import Histories

/// `priority-queue-monitor`: a priority queue whose elements are each put in once.
///
/// The idea is that of Z. Lee and U. Mathur, “Decrease-and-conquer linearizability monitoring”,
/// arXiv:2410.04581: the take of `v` needs one of its moments at which no lesser element is
/// certainly in, and a take that found nothing one at which none is (``Elements`` has the
/// intervals).
///
/// **Why that suffices.** In ascending order, let each element be put in at its last moment and
/// taken out at its first moment `t` that no lesser one covers (or put in and taken out at one
/// moment, if that comes first). Between its first moment and `t` all moments are covered by lesser
/// ones: so the elements up to `v` are in, as they are placed, at no moment that is not covered by
/// one of them by itself, and the next element finds free what is free. At one moment: takes in
/// ascending order, then those that find nothing, then elements put in and taken out at once, then
/// puts. A lesser element that is in at the moment of a take is taken out there as well, before.
///
/// Of free moments the first at or after each is kept with union and find, so all takes O(n α(n)),
/// after sorting.
///
/// **Lost elements**: ``Elements/decide(_:_:)``. A lost `v` whose put ended before the take of a
/// greater `u` began must be gone before that completed.
///
/// *greater-first*: a take of `v`, its put, and the fewest lesser elements that cover it, with
/// their puts and takes. *empty-while-in*: the same for a take that found nothing.
enum PriorityQueueMonitor {
  static let rung = Rung("priority-queue-monitor", bytesPerCall: 220) {
    (task) throws(CheckError) in
    let elements: Elements
    let values = task.values
    switch Elements.read(task, puts: .insert, isElement: { values.integer($0) != nil }) {
    case .answer(let answer): return answer
    case .elements(let read): elements = read
    }
    return elements.decide(deadlines, decide)
  }

  /// In the order of the takes' beginnings from the last, by number.
  private static func deadlines(_ elements: Elements) -> [Elements.Deadline?] {
    let numbers = elements.value.map { elements.task.values.integer($0) ?? 0 }
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    var rank = [Int](repeating: 0, count: order.count)
    for (place, element) in order.enumerated() { rank[element] = place }
    var obstacles = elements.obstacles { rank[$0] }
    for place in obstacles.indices where obstacles[place].place < 0 {
      obstacles[place].place = order.count
    }
    obstacles.sort { $0.start > $1.start }
    var minimum = SuffixMinimum(count: order.count + 1)
    var next = 0
    var deadlines = [Elements.Deadline?](repeating: nil, count: elements.lost.count)
    for (place, lost) in elements.lost.enumerated().reversed() {
      while next < obstacles.count, obstacles[next].start > elements.putEnd[Int(lost)] {
        minimum.insert(obstacles[next].deadline, at: obstacles[next].place)
        next += 1
      }
      deadlines[place] = minimum.from(rank[Int(lost)] + 1)
    }
    return deadlines
  }

  private static func decide(_ elements: Elements) -> RungAnswer {
    let end = Int(elements.timeline.end)
    var free = FreeMoments(through: end)
    let values = elements.task.values
    let numbers = elements.value.map { values.integer($0) ?? 0 }
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    var schedule = Schedule(capacity: elements.task.calls.count)
    for (place, element) in order.enumerated() {
      let last = elements.putEnd[element]
      if elements.take[element] >= 0 {
        let moment = free.first(from: Int(elements.takeStart[element]) + 1)
        if moment > Int(elements.takeEnd[element]) || moment > end {
          return greaterFirst(elements, element, numbers)
        }
        let taken = Int32(moment)
        let isAtOnce = taken <= last
        schedule.place(
          elements.put[element], at: min(taken, last), phase: isAtOnce ? 2 : 3, place * 2)
        schedule.place(
          elements.take[element], at: taken, phase: isAtOnce ? 2 : 0, place * 2 + 1,
          result: elements.value[element])
      } else {
        schedule.place(elements.put[element], at: last, phase: 3, place * 2)
      }
      free.cover(Int(last) + 1, through: min(Int(elements.takeStart[element]), end))
    }
    for empty in elements.empties {
      let moment = free.first(from: Int(elements.timeline.invoked[Int(empty)]) + 1)
      if moment > Int(elements.timeline.returned[Int(empty)]) {
        return Cover.certificate(elements, empty: empty)
      }
      schedule.place(empty, at: Int32(moment), phase: 1)
    }
    return .order(schedule.steps(elements.task))
  }

  private static func greaterFirst(
    _ elements: Elements, _ element: Int, _ numbers: [Int64]
  ) -> RungAnswer {
    let lesser = Cover.fewest(
      elements, from: elements.takeStart[element] + 1,
      through: min(elements.takeEnd[element], elements.timeline.end)
    ) { numbers[$0] < numbers[element] }
    guard let lesser, !lesser.isEmpty else { return .pass }
    return .violation(
      .outOfOrder, elements.calls(of: element) + lesser.flatMap { elements.calls(of: $0) })
  }
}

/// Moments of which more and more are covered; finds the next free one by union and find.
struct FreeMoments {
  private var next: [Int32]

  /// All moments from 0 through the last are free.
  init(through last: Int) {
    next = (0...Int32(last) + 1).map { $0 }
  }

  /// The first free moment from one on; one more than the last when there is none.
  mutating func first(from moment: Int) -> Int {
    var root = min(moment, next.count - 1)
    while Int(next[root]) != root { root = Int(next[root]) }
    var place = min(moment, next.count - 1)
    while Int(next[place]) != root, place != root {
      let after = Int(next[place])
      next[place] = Int32(root)
      place = after
    }
    return root
  }

  /// Covers moments.
  mutating func cover(_ first: Int, through last: Int) {
    var moment = self.first(from: first)
    while moment <= last {
      next[moment] = Int32(moment + 1)
      moment = self.first(from: moment + 1)
    }
  }
}
