import Histories

/// The completed operations of a key that are open behind the watermark, each with a bit of the
/// configurations' rows for as long as it is.
struct OpenSlots {
  struct Entry {
    var call: StreamCall
    var form: Form
    var slot: Int32
  }

  /// In the order of their invocations.
  var operations: [Entry] = []
  /// How many bits rows have.
  private(set) var slotCount = 0
  private var free: [Int32] = []

  /// Adds an operation that was invoked after all that are here.
  mutating func add(_ call: StreamCall, _ form: Form) {
    if free.isEmpty {
      free.append(Int32(truncatingIfNeeded: slotCount))
      slotCount += 1
    }
    operations.append(Entry(call: call, form: form, slot: free.removeLast()))
  }

  /// Removes operations by their places; their bits are zero in every row.
  mutating func removeAll(where isOver: (Int) -> Bool) {
    var kept: [Entry] = []
    for (place, operation) in operations.enumerated() {
      if isOver(place) { free.append(operation.slot) } else { kept.append(operation) }
    }
    operations = kept
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    for place in operations.indices { operations[place].call.rename(name) }
  }
}

/// The pending operations of a key, by their forms.
struct PendingGroups {
  struct Group {
    /// The first of them.
    var call: StreamCall
    var form: Form
    var count = 0
    /// Those that were invoked since ``PendingGroups/begin()``: before which event each.
    var from: [Int32] = []
  }

  private(set) var groups: [Group] = []
  private var places: [Form: Int] = [:]
  /// The groups as the counts of the rows are packed.
  private(set) var previous: [Problem.PendingGroup] = []
  /// Whether the rows have counts.
  private(set) var hadUsage = false
  /// Whether operations were added since the rows were packed.
  private(set) var isChanged = false

  /// Begins with the next events: what came before may take effect before any of them.
  mutating func begin() {
    for place in groups.indices where !groups[place].from.isEmpty { groups[place].from = [] }
  }

  /// Adds an operation that may take effect before an event.
  mutating func add(_ call: StreamCall, _ form: Form, from event: Int32) {
    let place = places[form] ?? groups.count
    if place == groups.count {
      places[form] = place
      groups.append(Group(call: call, form: form))
    }
    groups[place].count += 1
    groups[place].from.append(event)
    isChanged = true
  }

  /// Says what may take effect when.
  func fill(_ problem: inout Problem) {
    for group in groups {
      var pending = Problem.PendingGroup(form: group.form)
      pending.first = problem.pendingFrom.count
      pending.count = group.count
      pending.early = group.count - group.from.count
      problem.pendingFrom += group.from
      problem.pending.append(pending)
    }
  }

  /// Notes how the counts of the rows are packed now.
  mutating func notePacking(_ packed: [Problem.PendingGroup], hasUsage: Bool) {
    previous = packed
    hadUsage = hasUsage
    isChanged = false
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    for place in groups.indices { groups[place].call.rename(name) }
  }

  /// Gives every group another form; no two of them have one in common.
  mutating func name(_ forms: [Form]) {
    places = [:]
    for (place, form) in forms.enumerated() {
      groups[place].form = form
      places[form] = place
    }
  }
}
