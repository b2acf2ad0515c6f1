import Base

/// What decides the order of events.
public enum EventOrder: String, Sendable, CaseIterable {
  /// The order of the lines.
  case line
  /// The events' times; at one instant invocations come before completions.
  case time
  /// The events' `index`, as Jepsen counts them.
  case index
}

/// Events that wait until all are known and can be put in order.
struct HeldEvents: Sendable {
  private let order: EventOrder
  private(set) var events: [Event] = []
  /// The further fields of each event; a rank is the event's place among those that wait.
  private var extras: [History.Extra] = []
  /// Where the further fields of each event begin.
  private var starts: [Int] = []

  init(_ order: EventOrder) { self.order = order }

  /// What they take in memory, in bytes.
  var bytes: Int {
    events.count * MemoryLayout<Event>.stride + extras.count * MemoryLayout<History.Extra>.stride
  }

  /// How many there are.
  var count: Int { events.count }

  mutating func append(_ event: Event) { events.append(event) }

  /// Keeps a further field of the event that is added next.
  mutating func keep(_ field: Int32, _ value: ValueID) {
    extras.append(History.Extra(rank: Int32(events.count), name: field, value: value))
  }

  /// The places of the events, in order.
  ///
  /// - Complexity: O(events · log events).
  /// - Throws: ``HistoryError`` for an event without a time or index, for an index that is there
  ///   twice.
  mutating func inOrder(_ names: EventNames) throws(HistoryError) -> [Int] {
    starts = [Int](repeating: 0, count: events.count + 1)
    for extra in extras { starts[Int(extra.rank) + 1] += 1 }
    for place in events.indices { starts[place + 1] += starts[place] }
    return switch order {
    case .line: Array(events.indices)
    case .time: try byTime()
    case .index: try byIndex(names)
    }
  }

  /// The further fields of an event, once ``inOrder(_:)`` was asked.
  func extras(of place: Int) -> ArraySlice<History.Extra> {
    extras[starts[place]..<starts[place + 1]]
  }

  private func byIndex(_ names: EventNames) throws(HistoryError) -> [Int] {
    var indices = [Int64?](repeating: nil, count: events.count)
    if let field = names.fields.firstIndex(of: "index") {
      for extra in extras where extra.name == Int32(field) {
        indices[Int(extra.rank)] = names.values.integer(extra.value)
      }
    }
    var sorted: [(index: Int64, place: Int)] = []
    for (place, index) in indices.enumerated() {
      guard let index else {
        throw HistoryError(
          line: events[place].line,
          "this event has no “index”, and --order index needs one of each; --order line takes the "
            + "lines as they come")
      }
      sorted.append((index, place))
    }
    sorted.sort { ($0.index, $0.place) < ($1.index, $1.place) }
    for (one, next) in zip(sorted, sorted.dropFirst()) where one.index == next.index {
      throw HistoryError(
        line: events[next.place].line,
        "found the “index” \(one.index) here and on line \(events[one.place].line), and --order "
          + "index needs each once; --order line takes the lines as they come")
    }
    return sorted.map(\.place)
  }

  private func byTime() throws(HistoryError) -> [Int] {
    for event in events where event.time == Event.noTime {
      throw HistoryError(
        line: event.line,
        "this event has no “time”, and --order time needs one of each; --order line takes the "
          + "lines as they come")
    }
    let sorted = events.indices.sorted { (events[$0].time, $0) < (events[$1].time, $1) }
    var order: [Int] = []
    order.reserveCapacity(sorted.count)
    var instant = Instant()
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, events[sorted[end]].time == events[sorted[start]].time { end += 1 }
      order += instant.order(sorted[start..<end], of: events)
      start = end
    }
    return order
  }
}

/// Puts the events of one instant in order.
///
/// Two operations that touch count as concurrent, so invocations come first and completions last.
/// A process does one thing after another, though: where it completes one operation and invokes the
/// next in the same instant, these two stay in that order, between the others.
private struct Instant {
  /// The processes that have an operation open.
  private var open: Set<Event.Process> = []

  /// - Complexity: O(events of the instant).
  mutating func order(_ places: ArraySlice<Int>, of events: [Event]) -> [Int] {
    if places.count == 1, let place = places.first {
      note(events[place])
      return [place]
    }
    var first: [Int] = []
    var chains: [Event.Process: (invocations: [Int], completions: [Int])] = [:]
    var processes: [Event.Process] = []
    for place in places {
      let event = events[place]
      guard event.process != .nemesis else {
        first.append(place)
        continue
      }
      if chains[event.process] == nil { processes.append(event.process) }
      if event.kind == .invoke {
        chains[event.process, default: ([], [])].invocations.append(place)
      } else {
        chains[event.process, default: ([], [])].completions.append(place)
      }
    }
    var middle: [Int] = []
    var last: [Int] = []
    for process in processes {
      guard let (invocations, completions) = chains[process] else { continue }
      var chain: [Int] = []
      var isOpen = open.contains(process)
      var (begun, done) = (0, 0)
      while isOpen ? done < completions.count : begun < invocations.count {
        chain.append(isOpen ? completions[done] : invocations[begun])
        if isOpen { done += 1 } else { begun += 1 }
        isOpen.toggle()
      }
      if isOpen { open.insert(process) } else { open.remove(process) }
      // What is left breaks a rule, and whoever adds it says which.
      let rest = invocations[begun...] + completions[done...]
      let isFree = chain.first == invocations.first && !chain.isEmpty
      let lastInvocation = chain.lastIndex { events[$0].kind == .invoke } ?? -1
      if isFree { first.append(chain[0]) }
      let from = isFree ? 1 : 0
      middle += chain[from..<max(from, lastInvocation + 1)]
      last += chain[max(from, lastInvocation + 1)...] + rest
    }
    return first.sorted() + middle + last
  }

  private mutating func note(_ event: Event) {
    guard event.process != .nemesis else { return }
    if event.kind == .invoke { open.insert(event.process) } else { open.remove(event.process) }
  }
}

/// What the times of the events said that does not fit their order.
struct TimeRecord: Sendable {
  /// The time of the last event that has one.
  var latest = Event.noTime
  /// Events that are earlier than the one before, and the first of them.
  private var backwards = 0
  private var firstBackwards: (line: Int, time: Int64, before: Int64)?
  /// Completions that are earlier than their invocations, and the line of the first.
  private var early = 0
  private var firstEarly = 0
  private var isTold = false

  /// Notes an event that is earlier than the last one, or has no time.
  @inline(never)
  mutating func note(backwards event: Event) {
    guard event.time != Event.noTime else { return }
    backwards += 1
    if firstBackwards == nil { firstBackwards = (event.line, event.time, latest) }
    latest = event.time
  }

  /// Notes a completion that is earlier than its invocation.
  mutating func note(early line: Int) {
    early += 1
    if early == 1 { firstEarly = line }
  }

  /// What a person should know, said once; while more may come it is said without counts.
  mutating func warnings(_ order: EventOrder? = nil, mayGoOn: Bool = false) -> [String] {
    guard let firstBackwards, !isTold else { return [] }
    isTold = true
    let count = mayGoOn ? "" : " on \(backwards) \(backwards == 1 ? "line" : "lines")"
    var words = [
      "the times go backwards\(count), first on line \(firstBackwards.line) "
        + "(\(firstBackwards.time) after \(firstBackwards.before)); the order is that of "
        + "\(order == .index ? "“index”" : "the lines") (--order time sorts by the times)"
    ]
    if early > 0, !mayGoOn {
      words.append(
        "\(early) \(early == 1 ? "operation is" : "operations are") completed before being "
          + "invoked, by the times, first on line \(firstEarly)")
    }
    return words
  }
}

extension History {
  /// What to say when every event has an `index` and those do not ascend.
  ///
  /// - Complexity: O(fields beyond the contract's); O(1) when none is named `index`.
  var indexWarning: String? {
    guard let name = extraNames.firstIndex(of: "index") else { return nil }
    var count = 0
    var backwards = 0
    var first: Int32 = 0
    var latest = Int64.min
    for extra in extras where extra.name == Int32(name) {
      guard let index = values.integer(extra.value) else { return nil }
      count += 1
      if index < latest {
        backwards += 1
        if backwards == 1 { first = extra.rank }
      }
      latest = index
    }
    guard backwards > 0, count == eventCount else { return nil }
    return "the “index” goes backwards on \(backwards) \(backwards == 1 ? "line" : "lines"), first "
      + "on line \(line(ofRank: first)); the order is that of the lines (--order index sorts)"
  }

  /// The line of the event with that rank; 0 when there is none.
  private func line(ofRank rank: Int32) -> Int {
    if let operation = invoked.firstIndex(of: rank) { return Int(line[operation]) }
    if let operation = completed.firstIndex(of: rank) { return Int(completedLine[operation]) }
    return nemesis.first { $0.rank == rank }?.line ?? 0
  }
}
