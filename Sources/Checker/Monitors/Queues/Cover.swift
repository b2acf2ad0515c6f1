import Histories

/// The moments at which a container is certainly not empty.
///
/// Made after the pending takes have been matched with lost elements. An element is certainly in
/// at `putEnd + 1 ... takeStart`; that no pending take could have done better is because the
/// `i`-th lost element (by the end of its put) has the `i`-th take (by its invocation): at moment
/// `m`, if `k` lost elements are certainly in unless removed and fewer than `k` pending takes were
/// invoked, one is left, and it is the `k`-th that has no take yet. Conversely when there are `k`
/// takes all `k` are gone. So for lost elements alone the moments that are free are exactly those
/// that any use of the pending takes could free.
struct Cover {
  /// The first free moment at or after each, or ``Timeline/never``.
  private var nextFree: [Int32]

  /// - Complexity: O(n).
  init(_ elements: Elements) {
    let end = Int(elements.timeline.end)
    var change = [Int32](repeating: 0, count: end + 2)
    for element in 0..<elements.count
    where elements.putEnd[element] < elements.takeStart[element] {
      change[Int(elements.putEnd[element]) + 1] += 1
      change[min(Int(elements.takeStart[element]), end) + 1] -= 1
    }
    nextFree = [Int32](repeating: Timeline.never, count: end + 2)
    var depth: Int32 = 0
    for moment in 0...end {
      depth += change[moment]
      if depth == 0 { nextFree[moment] = Int32(moment) }
    }
    for moment in stride(from: end, through: 0, by: -1) where nextFree[moment] == Timeline.never {
      nextFree[moment] = nextFree[moment + 1]
    }
  }

  /// Places each take that found nothing at its first free moment, in phase 1; the certificate of
  /// the first that has none.
  /// - Complexity: O(n).
  func placeEmpties(_ elements: Elements, _ schedule: inout Schedule) -> RungAnswer? {
    for empty in elements.empties {
      let moment = nextFree[Int(elements.timeline.invoked[Int(empty)]) + 1]
      if moment > elements.timeline.returned[Int(empty)] {
        return Self.certificate(elements, empty: empty)
      }
      schedule.place(empty, at: moment, phase: 1)
    }
    return nil
  }

  /// Elements that together are certainly in at all moments from the first to the last: the fewest
  /// of those that `isUsable`, or nil when they do not suffice.
  ///
  /// The greedy choice: of those that are in at the first moment, the one that stays longest.
  /// - Complexity: O(n).
  static func fewest(
    _ elements: Elements, from first: Int32, through last: Int32, _ isUsable: (Int) -> Bool
  ) -> [Int]? {
    let order = elements.sorted(by: elements.putEnd)
    var chosen: [Int] = []
    var moment = first
    var next = 0
    var best = -1
    while moment <= last {
      while next < order.count, elements.putEnd[Int(order[next])] < moment {
        let element = Int(order[next])
        next += 1
        if !isUsable(element) { continue }
        if best < 0 || elements.takeStart[element] > elements.takeStart[best] { best = element }
      }
      guard best >= 0, elements.takeStart[best] >= moment else { return nil }
      chosen.append(best)
      if elements.takeStart[best] >= last { break }
      moment = elements.takeStart[best] + 1
    }
    return chosen
  }

  /// The certificate that a take found nothing although something was certainly in throughout: the
  /// take, and the fewest elements that cover it with their puts and takes.
  ///
  /// **Why it proves the whole.** Each element with a take is certainly in at its moments whatever
  /// else happened. Of lost elements the first `i` and the pending takes before the `i`-th are
  /// named: at each moment of the `i`-th more of them are put in than pending takes invoked, and
  /// in the whole no other take removes one, because only those that were invoked by then could,
  /// and all of them are named.
  static func certificate(_ elements: Elements, empty: Int32) -> RungAnswer {
    let first = elements.timeline.invoked[Int(empty)] + 1
    let last = elements.timeline.returned[Int(empty)]
    var calls = [empty]
    let hasTakes = !elements.pendingTakes.isEmpty
    let plain = fewest(elements, from: first, through: last) {
      elements.takeEnd[$0] < Elements.pendingEnd || !hasTakes
    }
    let chosen = plain ?? fewest(elements, from: first, through: last) { _ in true } ?? []
    for element in chosen {
      guard hasTakes, elements.takeEnd[element] >= Elements.pendingEnd else {
        calls += elements.calls(of: element)
        continue
      }
      guard let place = elements.lost.firstIndex(of: Int32(element)) else { return .pass }
      for other in elements.lost[...place] { calls.append(elements.put[Int(other)]) }
      calls += elements.pendingTakes.prefix(place)
    }
    return chosen.isEmpty ? .pass : .violation(.wrongEmpty, calls)
  }
}
