/// What is due at a time; equal times leave in the order they came.
///
/// A heap of times over slots that are used again: what is moved about is small whatever an event
/// holds, and nothing is allocated once the queue has been as long as it gets. Inlinable and so
/// public, because the simulator has no time for code that does not know its events: what is only
/// for the package is not made anew for them.
public struct EventQueue<Event> {
  @usableFromInline
  struct Entry {
    @usableFromInline var due: Int64
    @usableFromInline var order: UInt64
    @usableFromInline var slot: Int32

    @inlinable
    init(due: Int64, order: UInt64, slot: Int32) {
      self.due = due
      self.order = order
      self.slot = slot
    }
  }

  @usableFromInline var heap: [Entry] = []
  @usableFromInline var slots: [Event?] = []
  @usableFromInline var free: [Int32] = []
  @usableFromInline var order: UInt64 = 0

  /// Nothing is due.
  @inlinable
  public init() {}

  /// How many events wait.
  @inlinable
  public var count: Int { heap.count }

  /// When the earliest is due, or nil.
  @inlinable
  public var nextDue: Int64? { heap.first?.due }

  /// Adds an event.
  ///
  /// - Complexity: O(log n).
  @inlinable
  public mutating func push(_ event: Event, due: Int64) {
    let slot: Int32
    if let last = free.popLast() {
      slot = last
      slots[Int(slot)] = event
    } else {
      slot = Int32(slots.count)
      slots.append(event)
    }
    heap.append(Entry(due: due, order: order, slot: slot))
    order += 1
    rise(heap.count - 1)
  }

  /// Takes the earliest event that is due, or nil.
  ///
  /// - Complexity: O(log n).
  @inlinable
  public mutating func pop(now: Int64) -> Event? {
    guard let first = heap.first, first.due <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty { sink(last) }
    free.append(first.slot)
    return slots[Int(first.slot)].take()
  }

  @inlinable
  mutating func rise(_ start: Int) {
    heap.withUnsafeMutableBufferPointer { heap in
      var child = start
      let entry = heap[child]
      while child > 0 {
        let parent = (child - 1) / 2
        guard Self.isBefore(entry, heap[parent]) else { break }
        heap[child] = heap[parent]
        child = parent
      }
      heap[child] = entry
    }
  }

  @inlinable
  mutating func sink(_ entry: Entry) {
    heap.withUnsafeMutableBufferPointer { heap in
      let count = heap.count
      var parent = 0
      while true {
        var child = 2 * parent + 1
        guard child < count else { break }
        if child + 1 < count, Self.isBefore(heap[child + 1], heap[child]) { child += 1 }
        guard Self.isBefore(heap[child], entry) else { break }
        heap[parent] = heap[child]
        parent = child
      }
      heap[parent] = entry
    }
  }

  @inlinable
  static func isBefore(_ left: Entry, _ right: Entry) -> Bool {
    left.due != right.due ? left.due < right.due : left.order < right.order
  }
}
