import Histories

/// The least element leaves first: a binary heap.
struct LeastFirst: ContainerKind {
  static var functions: [StaticString] { ["insert", "delete-min"] }
  static var isOrdered: Bool { true }

  private var heap: [Int64] = []

  var count: Int { heap.count }

  mutating func put(_ element: Int64) {
    heap.append(element)
    var place = heap.count - 1
    while place > 0, heap[(place - 1) / 2] > heap[place] {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func take(_ source: inout Source) -> Int64? {
    guard let least = heap.first else { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return least }
    heap[0] = last
    var place = 0
    while true {
      let children = [2 * place + 1, 2 * place + 2].filter { $0 < heap.count }
      guard let child = children.min(by: { heap[$0] < heap[$1] }), heap[child] < heap[place] else {
        return least
      }
      heap.swapAt(place, child)
      place = child
    }
  }
}

extension InjectedAnomaly {
  /// The marks m < n are put in by the script alone, once each, and never reach the true object.
  static let priorityQueues =
    bags + [
      // m is in before the first taking is invoked and is taken out by the second: so the first
      // one can't be given n.
      InjectedAnomaly(
        .outOfOrder, "an element leaves before a smaller one that is in",
        [
          Step(0, .mark(0)), Step(0, .mark(1)), Step(1, answered: .answer(.mark(1))),
          Step(1, answered: .answer(.mark(0))),
        ].acknowledging),
      // m is in before the taking is invoked; no taking that could have taken m does.
      InjectedAnomaly(
        .lostElement, "an element leaves, a smaller one that was put in never does",
        needs: .takesComplete,
        [Step(0, .mark(0)), Step(0, .mark(1)), Step(1, answered: .answer(.mark(1)))]
          .acknowledging),
    ]
}
