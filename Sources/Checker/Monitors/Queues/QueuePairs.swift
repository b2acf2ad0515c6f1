import Histories

/// `queue-pairs`: a queue whose elements may be put in more than once, with pending puts and takes,
/// as a search for pairs: which put and which take are the first, the second, …
///
/// **Claim.** A history without takes that found nothing has an order iff its puts and its takes
/// have one each, both extending real time, such that for every `i` the `i`-th take took the
/// `i`-th put's element, and no take from the `i`-th on completed before the `i`-th put was
/// invoked. *Proof:* the queue gives out what was put in in its order, so the order of a queue is
/// these two, merged with every put before its take. They can be merged iff the two chains, the
/// pairs and real time have no cycle. A cycle can be cut down to one edge from a put to a take and
/// one back; that back is real time: the `j`-th take before the `i`-th put. When the other edge is
/// a pair, `p` say, then `i ≤ p ≤ j`, and that is what the condition forbids. When it is real time
/// as well, the four operations would be two pairs of an interval order that has no third: one of
/// the chains would go against it.
///
/// A take that found nothing is possible after `i` pairs iff one moment is in its interval, after
/// the invocations of all that belong to these pairs and before the completions of all others: a
/// *cut*. The parts between cuts are histories by themselves. The moments of cuts do not descend,
/// so which takes found nothing already is one number: those that were invoked before the latest
/// moment of the last cut; one that completed before what is taken was invoked must be one of them.
///
/// So a configuration is what is taken of the puts and of the takes (``PairSide``), and the
/// elements that are in the queue need not be known: which of two puts was first is decided when
/// one of them is taken out. Z. Lee and U. Mathur, “Fixed parameter tractable linearizability
/// monitoring”, arXiv:2509.05586, have this bound, O(4^k k n²) for `k` processes, where all
/// operations completed. Fewer are met here:
///
/// - *Of the open puts of one element the one that completes first is taken*, and of the takes
///   likewise: if an order has another one first, exchange the two. The condition only gets weaker,
///   for of the takes that are left one completes later now. Cuts between the two see the other
///   invocation: both are tried where a take that found nothing could be between these. A pending
///   put comes last, the one invoked first; when it is not needed its place is taken by the other.
/// - *A pending take is used as late as possible*: it may have taken anything, and nothing waits
///   for it. Its pair can be exchanged with the next one unless its put completed before the next
///   one's was invoked, or a take finds nothing just between for the first time; and dropped at the
///   end. So it takes what completes first of the puts that are left, and the next pair must have
///   waited for it. Pending takes are used in the order of their invocations.
/// - Configurations that differ in the pending operations alone are compared (``UsageTable``): one
///   that used fewer of each dominates. Puts that nobody takes out follow the last pair.
///
/// Depth first, with ``Memo``; first the pair whose operations complete first, then in turns
/// (``Turn``).
enum QueuePairs {
  static let rung = Rung("queue-pairs", bytesPerCall: 640) { (task) throws(CheckError) in
    guard let parts = QueueParts(task) else { return .pass }
    if parts.lacksPuts { return task.impasse }
    return QueuePairSearch.decide(task, "queue-pairs") { QueuePairSearch(parts, $0) }
  }
}

/// The operations of a queue by what they do.
struct QueueParts {
  let task: KeyTask
  let timeline: Timeline
  /// Completed puts, and completed takes of an element.
  private(set) var puts = PairSide()
  private(set) var takes = PairSide()
  /// Pending puts of each element that somebody took, in the order of their invocations.
  private(set) var pendingPuts: [[Int32]] = []
  /// Pending takes, in the order of their invocations.
  private(set) var pendingTakes: [Int32] = []
  /// Takes that found nothing, in the order of their invocations.
  private(set) var empties: [Int32] = []
  private(set) var elements = 0

  /// Reads a key's calls; nil when the queue does not begin empty, when a value has the wrong shape
  /// or when too many operations are open at once.
  init?(_ task: KeyTask) {
    guard task.settings.beginsEmpty(task.values) else { return nil }
    self.task = task
    timeline = Timeline(task.calls)
    var numbers = NumberIndex(capacity: task.calls.count)
    for call in task.calls {
      if call.isOptional { return nil }
      let value = call.function == .enqueue ? call.input : call.output
      if call.function == .enqueue {
        guard (try? call.requireElement(task.values)) != nil else { return nil }
      } else if call.end != .ok || value == ValueTable.null {
        continue
      }
      if value < 0 { return nil }
      if numbers[value] < 0 {
        numbers[value] = Int32(elements)
        elements += 1
      }
    }
    pendingPuts = [[Int32]](repeating: [], count: elements)
    var isTaken = [Bool](repeating: false, count: elements)
    for (place, call) in task.calls.enumerated() where call.function != .enqueue {
      let number = Int32(place)
      if call.end != .ok {
        pendingTakes.append(number)
      } else if call.output == ValueTable.null {
        empties.append(number)
      } else {
        takes.add(number, numbers[call.output], timeline)
        isTaken[Int(numbers[call.output])] = true
      }
    }
    for (place, call) in task.calls.enumerated() where call.function == .enqueue {
      let element = numbers[call.input]
      if call.end == .ok {
        puts.add(Int32(place), element, timeline)
      } else if isTaken[Int(element)] {
        pendingPuts[Int(element)].append(Int32(place))
      }
    }
    guard puts.arrange(), takes.arrange() else { return nil }
  }

  /// Whether some element was taken out more often than it can have been put in by then.
  ///
  /// - Complexity: O(n).
  var lacksPuts: Bool {
    var balance = [Int32](repeating: 0, count: elements)
    var change = [Int32](repeating: 0, count: Int(timeline.end) + 1)
    for put in 0..<puts.count { change[Int(puts.invoked[put])] = puts.element[put] + 1 }
    for (element, pending) in pendingPuts.enumerated() {
      for put in pending { change[Int(timeline.invoked[Int(put)])] = Int32(element) + 1 }
    }
    for take in 0..<takes.count { change[Int(takes.returned[take])] = -1 - takes.element[take] }
    for element in change where element != 0 {
      let number = Int(abs(element)) - 1
      balance[number] += element > 0 ? 1 : -1
      if balance[number] < 0 { return true }
    }
    return false
  }
}
