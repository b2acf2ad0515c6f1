import Histories

/// `queue-monitor`: a first-in first-out queue whose elements are each put in once, with pending
/// puts and pending takes.
///
/// The shapes of violations are those of T. Henzinger, A. Sezgin, V.
/// Vafeiadis, “Aspect-oriented linearizability proofs”, CONCUR 2013,
/// doi:10.1007/978-3-642-40184-8_18, and A. Bouajjani, M. Emmi, C. Enea, J. Hamza, “On reducing
/// linearizability to state reachability”, ICALP 2015, doi:10.1007/978-3-662-47666-6_8. What an
/// element's intervals are and what concerns one element alone is ``Elements``'.
///
/// **Lost elements.** A pending take may have removed one. When `b` is put in after the put of lost
/// `v` ended, `v` must be gone before `b` is taken: its *deadline* is the earliest end of the take
/// of such a `b`. Deadlines do not descend along the ends of the puts, so the lost elements are a
/// schedule of unit jobs: the `i`-th gets the `i`-th pending take, and when that was not invoked
/// before the deadline, the first `i` lost elements have fewer than `i` takes for them (*lost*:
/// these puts, those takes, and the put and take of `b`). A take that is not needed may as well
/// remove its element: then the element covers no more than if it stayed.
///
/// **Order.** Let `a → b` when `a` must be put in before `b` or taken out before `b`. Each is an
/// interval order on ``Elements``' intervals. The elements are taken by Kahn's algorithm; when no
/// element is minimal in both orders, let `x` have the earliest end of a put and `y` the earliest
/// end of a take among the rest. `x` is minimal for the puts, so not for the takes, and `y` the
/// other way round: `x` is put in before `y` and `y` taken out before `x` (*inverted*: the four
/// operations). After the deadlines held neither take is pending.
///
/// **Takes that found nothing.** A free moment (``Cover``) is necessary. It suffices, for all at
/// once: let `m` be free, `A` the elements whose take starts at `m` or later (these are not in yet,
/// for `m` is free, so they can be put in after `m`) and `B` those whose put ends before `m`. There
/// is no path from `A` to `B`: everything that must follow an element of `A` has a put or a take
/// that starts after `m`, and as `m` is free it is in `A`. Kahn's algorithm takes the minimal
/// element whose take starts first, so it takes all of `B` before all of `A`: an element of `A` is
/// only taken when no element outside `A` is minimal, and every element of `B` that is left has a
/// minimal one before it, which is not in `A`. Along the order each put takes effect at its last
/// moment that does not delay an earlier one (the minimum over the rest) and each take at its first
/// (the maximum so far), or at the put's if that is later. The moments then ascend along the order
/// and are the operations' own: an earliest end below a start would be an `a → b` the other way
/// round. Between puts at minima over the rest and takes at maxima so far, the queue holds
/// something at `m` only if some `j` not before `k` has its put end before `m` and `k` its take
/// start at `m` or later: `j` is in `B` and `k` in `A`, or the two are one and `m` is not free.
enum QueueMonitor {
  static let rung = Rung("queue-monitor", bytesPerCall: 200) { (task) throws(CheckError) in
    var elements: Elements
    switch Elements.read(task, puts: .enqueue) {
    case .answer(let answer): return answer
    case .elements(let read): elements = read
    }
    if let lost = lostForGood(elements) {
      // One without lost elements is smaller, if there is one: leaving out these and the pending
      // takes keeps any order legal.
      if !elements.pendingTakes.isEmpty {
        let rest = decide(elements.withoutLost())
        if case .violation = rest { return rest }
      }
      return lost
    }
    elements.matchPendingTakes()
    return decide(elements)
  }

  /// Decides once no lost element is overtaken.
  private static func decide(_ elements: Elements) -> RungAnswer {
    var schedule = Schedule(capacity: elements.task.calls.count)
    if let impossible = Cover(elements).placeEmpties(elements, &schedule) { return impossible }
    switch order(elements) {
    case .inverted(let x, let y):
      return .violation(.outOfOrder, elements.calls(of: x) + elements.calls(of: y))
    case .order(let order):
      place(order, elements, &schedule)
      return .order(schedule.steps(elements.task))
    }
  }

  /// The violation that some lost element is overtaken before a pending take can have removed it.
  private static func lostForGood(_ elements: Elements) -> RungAnswer? {
    // From the last: of the elements put in from there on, the one whose take ends first.
    var earliest = -1
    var next = elements.count - 1
    var deadlines = [Int](repeating: -1, count: elements.lost.count)
    for (place, lost) in elements.lost.enumerated().reversed() {
      while next >= 0, elements.putStart[next] > elements.putEnd[Int(lost)] {
        if elements.takeEnd[next] < Elements.pendingEnd,
          earliest < 0 || elements.takeEnd[next] < elements.takeEnd[earliest]
        {
          earliest = next
        }
        next -= 1
      }
      deadlines[place] = earliest
    }
    for (place, witness) in deadlines.enumerated() where witness >= 0 {
      let deadline = elements.takeEnd[witness]
      let early = elements.pendingTakes.prefix {
        elements.timeline.invoked[Int($0)] < deadline
      }
      if early.count > place { continue }
      return .violation(
        .lostElement,
        elements.lost[...place].map { elements.put[Int($0)] } + early
          + elements.calls(of: witness))
    }
    return nil
  }

  private enum Order {
    case order([Int32])
    case inverted(Int, Int)
  }

  /// Kahn's algorithm on the union of the two interval orders.
  private static func order(_ elements: Elements) -> Order {
    let count = elements.count
    let byPutEnd = elements.sorted(by: elements.putEnd)
    let byTakeStart = elements.sorted(by: elements.takeStart)
    let byTakeEnd = elements.sorted(by: elements.takeEnd)
    // Whether an element is minimal for the puts, the takes; 3 is both, 4 is placed.
    var state = [UInt8](repeating: 0, count: count)
    var minimal = NumberHeap()
    var firstPutEnd = 0
    var firstTakeEnd = 0
    var put = 0
    var take = 0
    var order: [Int32] = []
    order.reserveCapacity(count)
    while order.count < count {
      while state[Int(byPutEnd[firstPutEnd])] == 4 { firstPutEnd += 1 }
      while state[Int(byTakeEnd[firstTakeEnd])] == 4 { firstTakeEnd += 1 }
      let x = Int(byPutEnd[firstPutEnd])
      let y = Int(byTakeEnd[firstTakeEnd])
      while put < count, elements.putStart[put] <= elements.putEnd[x] {
        state[put] |= 1
        if state[put] == 3 { minimal.push(key: elements.takeStart[put], put) }
        put += 1
      }
      while take < count {
        let element = Int(byTakeStart[take])
        if elements.takeStart[element] > elements.takeEnd[y] { break }
        state[element] |= 2
        if state[element] == 3 { minimal.push(key: elements.takeStart[element], element) }
        take += 1
      }
      guard let next = minimal.pop() else { return .inverted(x, y) }
      state[next.number] = 4
      order.append(Int32(next.number))
    }
    return .order(order)
  }

  /// Lets the puts take effect as late and the takes as early as the order allows.
  private static func place(_ order: [Int32], _ elements: Elements, _ schedule: inout Schedule) {
    var latest = [Int32](repeating: 0, count: order.count)
    var minimum = Int32.max
    for place in order.indices.reversed() {
      minimum = min(minimum, elements.putEnd[Int(order[place])])
      latest[place] = minimum
    }
    var earliest: Int32 = 0
    for (place, number) in order.enumerated() {
      let element = Int(number)
      schedule.place(elements.put[element], at: latest[place], phase: 2, place * 2)
      guard elements.take[element] >= 0 else { continue }
      earliest = max(earliest, elements.takeStart[element] + 1)
      if earliest <= latest[place] {
        schedule.place(
          elements.take[element], at: latest[place], phase: 2, place * 2 + 1,
          result: elements.value[element])
      } else {
        schedule.place(
          elements.take[element], at: earliest, phase: 0, place, result: elements.value[element])
      }
    }
  }
}
