import Histories

/// Brings the pairs that a search of a queue found into one order.
///
/// By ``QueuePairs``' claim one of the two next operations can always come: the take if its put is
/// placed and no put that is left completed before it was invoked, or else the put.
struct QueueMerge {
  private let parts: QueueParts
  /// The calls of the pairs, in their order; then puts that nobody takes out.
  private var puts: [Int32] = []
  private var takes: [Int32] = []
  /// After how many pairs each take that found nothing comes, in the order of their invocations.
  private var cuts: [Int] = []
  private var isPaired: [Bool]
  /// How many of the pending operations are used: by element, and takes.
  private var usedPuts: [Int]
  private var usedTakes = 0

  init(_ parts: QueueParts) {
    self.parts = parts
    isPaired = [Bool](repeating: false, count: parts.puts.count)
    usedPuts = [Int](repeating: 0, count: parts.elements)
  }

  /// Adds a pair, as the search names it.
  mutating func add(put: Int32, take: Int32) {
    if put >= 0 {
      isPaired[Int(put)] = true
      puts.append(parts.puts.call[Int(put)])
    } else {
      let element = Int(-1 - put)
      puts.append(parts.pendingPuts[element][usedPuts[element]])
      usedPuts[element] += 1
    }
    if take >= 0 {
      takes.append(parts.takes.call[Int(take)])
    } else {
      takes.append(parts.pendingTakes[usedTakes])
      usedTakes += 1
    }
  }

  /// That many takes that found nothing come before the next pair at the latest.
  mutating func place(empties: Int) {
    while cuts.count < empties { cuts.append(takes.count) }
  }

  /// - Complexity: O(n).
  mutating func steps() -> [KeyAnswer.Step] {
    for put in parts.puts.completing where !isPaired[Int(put)] {
      puts.append(parts.puts.call[Int(put)])
    }
    let timeline = parts.timeline
    let putEnds = suffixMinima(puts)
    let takeEnds = suffixMinima(takes)
    var order: [KeyAnswer.Step] = []
    var (put, take, cut) = (0, 0, 0)
    func add(_ call: Int32, _ result: ValueID = ValueTable.none) {
      order.append(KeyAnswer.Step(operation: parts.task.operations[Int(call)], result: result))
    }
    while put < puts.count || take < takes.count || cut < cuts.count {
      let end = cut < cuts.count ? cuts[cut] : Int.max
      if put == end, take == end {
        add(parts.empties[cut])
        cut += 1
      } else if take < put, take < takes.count,
        put == end || putEnds[put] > timeline.invoked[Int(takes[take])]
      {
        add(takes[take], parts.task.calls[Int(puts[take])].input)
        take += 1
      } else if put < puts.count, put < end, takeEnds[take] > timeline.invoked[Int(puts[put])] {
        add(puts[put])
        put += 1
      } else {
        break  // the verifier rejects what is not whole
      }
    }
    return order
  }

  private func suffixMinima(_ calls: [Int32]) -> [Int32] {
    var minima = [Int32](repeating: Timeline.never, count: calls.count + 1)
    for place in calls.indices.reversed() {
      minima[place] = min(minima[place + 1], parts.timeline.returned[Int(calls[place])])
    }
    return minima
  }
}
