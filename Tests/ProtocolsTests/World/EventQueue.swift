/// A binary heap of events by time, then by order of insertion.
struct EventQueue<Event> {
  private struct Item {
    var time: Int64
    var number: Int
    var event: Event
  }

  private var items: [Item] = []
  private var inserted = 0

  mutating func insert(_ event: Event, at time: Int64) {
    items.append(Item(time: time, number: inserted, event: event))
    inserted += 1
    var child = items.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func next() -> (time: Int64, event: Event)? {
    guard !items.isEmpty else { return nil }
    items.swapAt(0, items.count - 1)
    let item = items.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < items.count && isBefore(child, least) { least = child }
      guard least != parent else { break }
      items.swapAt(parent, least)
      parent = least
    }
    return (item.time, item.event)
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (items[left].time, items[left].number) < (items[right].time, items[right].number)
  }
}
