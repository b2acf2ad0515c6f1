import Histories

/// `stack-monitor`: a stack whose elements are each put in once.
///
/// The idea of peeling is that of P. Abdulla et al., “Efficient
/// linearizability monitoring”, PLDI 2025, doi:10.1145/3729328, and of Z. Lee and U. Mathur,
/// “Decrease-and-conquer linearizability monitoring”, arXiv:2410.04581. ``Elements`` has the
/// intervals. An element that can be put in and taken out at one moment is put in and taken out
/// there and concerns no other. A moment is *free* when no element that is left is certainly in.
///
/// **All free moments can be empty.** Let `m` be free. Every element that is left is either taken
/// out before `m` in full (its take begins before) or put in after it, not both; from any order,
/// those of the first kind in their order and then those of the second are an order too: a part of
/// a stack's order that leaves out elements is legal, and nothing of the second kind ends before
/// something of the first begins, as it ends after `m` and the other begins before. So the stack
/// may be taken to be empty at every free moment; a take that found nothing needs one of its
/// moments free.
///
/// **Peeling.** Between two free moments next to each other, `a` and `b`, something is certainly in
/// throughout, so one element lies at the bottom throughout: it is put in at `a` and taken out at
/// `b`. Conversely, an element that has a free moment in its put and one in its take can be at the
/// bottom: it is removed, the rest is put in order with all free moments empty, and it is put in at
/// the last free moment of its put, before all that is put in there, and taken out at the first of
/// its take, after all else. And removing it costs nothing: an order without it is legal. So such
/// elements are peeled in any order, each makes more moments free, and an order exists iff all are
/// peeled. The moments of peeled elements nest, or touch: at one moment the takes come first, the
/// one peeled last before the others, and the puts last, the one peeled first before the others.
///
/// Each free moment is met once. It satisfies the puts and takes whose intervals it lies in, each
/// once, found in a tree of the intervals' ends: O(n log n) in all.
///
/// **Lost elements**: ``Elements/decide(_:_:)``. A lost `v` that was put in after the put of `w`
/// ended, and whose own put ended before the take of `w` began, must be gone before that completed.
///
/// *no-bottom*: elements of which none can be peeled, with their puts and takes; of those that are
/// left the fewest that still cannot be: elements are left out as long as that is so, which is
/// sound, as removing an element keeps any order legal. *empty-while-in*: as in ``Cover``.
enum StackMonitor {
  static let rung = Rung("stack-monitor", bytesPerCall: 300) { (task) throws(CheckError) in
    switch Elements.read(task, puts: .push) {
    case .answer(let answer): return answer
    case .elements(let elements): return elements.decide(deadlines, decide)
    }
  }

  /// In the order of the puts' beginnings, by the takes' beginnings.
  private static func deadlines(_ elements: Elements) -> [Elements.Deadline?] {
    let end = Int(elements.timeline.end)
    // Takes that found nothing are in the way from the start.
    var obstacles = elements.obstacles { Int(elements.putEnd[$0]) }
    obstacles.sort { $0.place < $1.place }
    var minimum = SuffixMinimum(count: end + 1)
    var next = 0
    var deadlines = [Elements.Deadline?](repeating: nil, count: elements.count)
    for element in 0..<elements.count where elements.take[element] < 0 {
      while next < obstacles.count, obstacles[next].place < Int(elements.putStart[element]) {
        minimum.insert(obstacles[next].deadline, at: Int(obstacles[next].start))
        next += 1
      }
      deadlines[element] = minimum.from(Int(elements.putEnd[element]) + 1)
    }
    return elements.lost.map { deadlines[Int($0)] }
  }

  private static func decide(_ elements: Elements) -> RungAnswer {
    var schedule = Schedule(capacity: elements.task.calls.count)
    if let impossible = Cover(elements).placeEmpties(elements, &schedule) { return impossible }
    var lasting = elements
    lasting.keep { elements.putEnd[$0] < elements.takeStart[$0] }
    for element in 0..<elements.count
    where elements.putEnd[element] >= elements.takeStart[element] {
      let moment = elements.putEnd[element]
      schedule.place(elements.put[element], at: moment, phase: 2, element * 2)
      schedule.place(
        elements.take[element], at: moment, phase: 2, element * 2 + 1,
        result: elements.value[element])
    }
    var peeling = Peeling(Spans(lasting))
    peeling.run()
    if peeling.left > 0 { return certificate(lasting, peeling) }
    for element in 0..<lasting.count {
      let place = Int(peeling.order[element])
      schedule.place(
        lasting.put[element], at: peeling.putMoment[element], phase: 3, place)
      guard lasting.take[element] >= 0 else { continue }
      schedule.place(
        lasting.take[element], at: peeling.takeMoment[element], phase: 0,
        lasting.count - place, result: lasting.value[element])
    }
    return .order(schedule.steps(elements.task))
  }

  /// Leaves out elements as long as some cannot be peeled.
  ///
  /// What is certainly in without a break hangs together, and each such part is stuck by itself:
  /// the smallest is taken. Which elements can be peeled only grows when others are left out, so
  /// the shortest prefix of the candidates that cannot be peeled ends with one that is needed; it
  /// is kept, and the next is looked for among those before.
  private static func certificate(_ elements: Elements, _ peeling: Peeling) -> RungAnswer {
    var candidates = smallestPart(
      elements,
      elements.sorted(by: elements.putEnd).map { Int($0) }.filter { peeling.order[$0] < 0 })
    var needed: [Int] = []
    func isStuck(_ kept: ArraySlice<Int>) -> Bool {
      var peeling = Peeling(Spans(elements, of: (needed + kept).sorted()))
      peeling.run()
      return peeling.left > 0
    }
    while !isStuck([]) {
      // Short prefixes are cheap: double, then halve.
      var low = 1
      var high = 1
      while high < candidates.count, !isStuck(candidates[..<high]) {
        low = high + 1
        high = min(2 * high, candidates.count)
      }
      while low < high {
        let middle = (low + high) / 2
        if isStuck(candidates[..<middle]) { high = middle } else { low = middle + 1 }
      }
      needed.append(candidates[high - 1])
      candidates.removeLast(candidates.count - high + 1)
    }
    return .violation(.outOfOrder, needed.flatMap { elements.calls(of: $0) })
  }

  /// Of elements by the ends of their puts, the fewest that hang together.
  private static func smallestPart(_ elements: Elements, _ stuck: [Int]) -> [Int] {
    var best = stuck[...]
    var start = 0
    var last = Int32.min
    for (place, element) in stuck.enumerated() {
      if place > start, elements.putEnd[element] > last {
        if place - start < best.count { best = stuck[start..<place] }
        start = place
        last = Int32.min
      }
      last = max(last, elements.takeStart[element])
    }
    if stuck.count - start < best.count { best = stuck[start...] }
    return Array(best)
  }
}
