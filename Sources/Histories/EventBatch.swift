/// Events of one stretch of a file in a vocabulary of their own, so that many stretches can be read
/// side by side; ``HistoryBuilder/add(_:linesBefore:)`` takes them over in the order of the file.
public struct EventBatch: Sendable {
  /// The values, functions and fields that the events use, and a header if there was one.
  public var names = EventNames()
  /// The events; lines count from the first line of the stretch.
  public private(set) var events: [Event] = []
  /// The further fields; a rank counts from the first event of the stretch.
  var extras: [History.Extra] = []

  /// Begins with a vocabulary of its own; ``removeAll()`` makes it ready for another stretch.
  public init() {}

  /// Keeps a further field, named by ``EventNames/field(_:)``, of the event that is added next.
  public mutating func keep(_ field: Int32, _ value: ValueID) {
    extras.append(History.Extra(rank: Int32(events.count), name: field, value: value))
  }

  /// Adds the next event, unchecked.
  public mutating func append(_ event: Event) { events.append(event) }

  /// Forgets everything but keeps the memory.
  public mutating func removeAll() {
    names.removeAll()
    events.removeAll(keepingCapacity: true)
    extras.removeAll(keepingCapacity: true)
  }
}
