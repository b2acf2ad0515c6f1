/// What happens next in virtual time: a binary heap of moments, the earliest on top.
///
/// Moments of the same time come in an order that depends on nothing but the seed.
struct EventQueue {
  /// Something that is to happen.
  struct Moment {
    /// Nanoseconds since the run began.
    var time: Int64
    /// The slot of the operation that it happens to.
    var slot: Int32
  }

  private var heap: [Moment] = []

  /// The earliest moment, or nil when nothing is to happen any more.
  var first: Moment? { heap.first }

  /// Adds a moment.
  ///
  /// - Complexity: O(log of the moments that wait).
  mutating func insert(_ moment: Moment) {
    heap.append(moment)
    var place = heap.count - 1
    while place > 0 {
      let parent = (place - 1) / 2
      guard moment.time < heap[parent].time else { break }
      heap[place] = heap[parent]
      place = parent
    }
    heap[place] = moment
  }

  /// Puts the first moment off, which is cheaper than to remove and to insert it.
  mutating func postponeFirst(to time: Int64) {
    sink(Moment(time: time, slot: heap[0].slot))
  }

  /// Removes the first moment.
  mutating func removeFirst() {
    let last = heap.removeLast()
    if !heap.isEmpty { sink(last) }
  }

  private mutating func sink(_ moment: Moment) {
    var place = 0
    let count = heap.count
    while true {
      var child = 2 * place + 1
      guard child < count else { break }
      if child + 1 < count, heap[child + 1].time < heap[child].time { child += 1 }
      guard heap[child].time < moment.time else { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = moment
  }
}
