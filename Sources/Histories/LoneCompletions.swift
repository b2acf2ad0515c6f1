/// What a completion says whose invocation nobody recorded.
public enum LoneCompletions: String, Sendable, CaseIterable {
  /// The history is wrong.
  case refuse
  /// Its operation may have begun at any time since the event before of its process.
  ///
  /// **Sound**: a process does one thing after another, so that is where it began at the earliest.
  /// Of two histories that differ in an earlier invocation alone, an order that explains the later
  /// one explains the earlier one: there is less that it must come after.
  case earliest
}

/// Invocations for completions that have none.
struct LoneBeginnings {
  /// What a history needs besides its events.
  private(set) var count = 0
  private var firstLine = 0

  /// The events in that order, and before each lone completion an invocation right behind the last
  /// event of its process; at the very beginning for a process that has none.
  ///
  /// - Complexity: O(events).
  /// - Throws: ``HistoryError`` for a completion that does not say what it was asked.
  mutating func add(
    to order: [Int], of events: [Event], _ names: inout EventNames
  ) throws(HistoryError) -> [(event: Event, place: Int?)] {
    /// Behind which event of the order each invocation comes, and of which completion it is.
    var beginnings: [(after: Int, of: Int)] = []
    var processes: [Int64: (last: Int, isOpen: Bool, isOver: Bool)] = [:]
    for (position, place) in order.enumerated() {
      let event = events[place]
      guard case .client(let process) = event.process else { continue }
      var state = processes[process] ?? (last: -1, isOpen: false, isOver: false)
      if event.kind == .invoke {
        state.isOpen = true
      } else {
        if !state.isOpen, !state.isOver { beginnings.append((state.last, place)) }
        state.isOpen = false
        if event.kind == .info { state.isOver = true }
      }
      state.last = position
      processes[process] = state
    }
    beginnings.sort { $0.after < $1.after }
    var all: [(event: Event, place: Int?)] = []
    all.reserveCapacity(order.count + beginnings.count)
    var next = 0
    for position in -1..<order.count {
      if position >= 0 { all.append((events[order[position]], order[position])) }
      while next < beginnings.count, beginnings[next].after == position {
        all.append((try beginning(of: events[beginnings[next].of], &names), nil))
        next += 1
      }
    }
    count = beginnings.count
    firstLine = beginnings.map { events[$0.of].line }.min() ?? 0
    return all
  }

  /// What a person should know; nil when every completion had its invocation.
  var warning: String? {
    guard count > 0 else { return nil }
    return "\(count) \(count == 1 ? "completion has" : "completions have") no invocation, first on "
      + "line \(firstLine): \(count == 1 ? "its operation" : "their operations") may have begun at "
      + "any time since the process's event before (--lone-completions earliest)"
  }

  /// The invocation of a completion. It names no time: nobody knows one.
  private func beginning(
    of completion: Event, _ names: inout EventNames
  ) throws(HistoryError) -> Event {
    var event = completion
    event.kind = .invoke
    event.time = Event.noTime
    event.value = try argument(of: completion, &names)
    return event
  }

  private func argument(
    of completion: Event, _ names: inout EventNames
  ) throws(HistoryError) -> ValueID {
    let function = names.functions[Int(completion.function)]
    let value = completion.value
    let pair = names.values.pair(value)
    let role = FunctionRole(function)
    if role == .asks || role == .acts {
      // A pair may be a key and what was read under it, which says itself what was asked.
      return pair == nil ? ValueTable.null : value
    }
    if role == .looks, let pair {
      if names.values.bool(pair.second) != nil { return pair.first }
      if let inner = names.values.pair(pair.second), names.values.bool(inner.second) != nil {
        return names.values.intern(list: [pair.first, inner.first])
      }
    }
    let said = role == .compares ? value : pair?.second ?? value
    guard completion.kind != .fail, !says(said, completion.kind, names) else {
      return value == ValueTable.none ? ValueTable.null : value
    }
    throw HistoryError(
      line: completion.line,
      "“\(function)” was completed (\(completion.kind.name)) without an invocation and with "
        + "\(value < 0 ? "no value" : names.values.describe(value)), so nobody knows its argument; "
        + "--lone-completions earliest needs it in the completion")
  }

  /// Whether the value of a completion may be its operation's argument: not null, and not a word
  /// on why nobody knows, such as `:timed-out`.
  private func says(_ value: ValueID, _ kind: Event.Kind, _ names: EventNames) -> Bool {
    guard value > ValueTable.null else { return false }
    return kind != .info || names.values.kind(of: value) != .keyword
  }
}
