/// A binary heap of things that are due at a time; equal times leave in the order they came.
struct MinHeap<Element> {
  private var items: [(due: Int64, order: UInt64, element: Element)] = []
  private var order: UInt64 = 0

  /// When the earliest is due, or nil.
  var nextDue: Int64? { items.first?.due }

  /// How many wait.
  var count: Int { items.count }

  /// Adds an element.
  ///
  /// - Complexity: O(log n).
  mutating func push(_ element: Element, due: Int64) {
    items.append((due, order, element))
    order += 1
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard isBefore(child, parent) else { return }
      items.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the earliest element that is due, or nil.
  ///
  /// - Complexity: O(log n).
  mutating func pop(now: Int64) -> Element? {
    guard let first = items.first, first.due <= now else { return nil }
    let last = items.removeLast()
    if !items.isEmpty {
      items[0] = last
      sink()
    }
    return first.element
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      let left = 2 * parent + 1
      if left < items.count, isBefore(left, least) { least = left }
      if left + 1 < items.count, isBefore(left + 1, least) { least = left + 1 }
      guard least != parent else { return }
      items.swapAt(least, parent)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (items[left].due, items[left].order) < (items[right].due, items[right].order)
  }
}
