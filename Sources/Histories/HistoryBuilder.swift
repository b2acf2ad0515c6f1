import Base

/// Turns events into operations and keeps the rules of the contract.
///
/// A process has one operation open at a time, a completion belongs to the open invocation of its
/// process and names the same function and key, and after an `info` a process is never heard of
/// again. Whoever breaks a rule gets a ``HistoryError`` that names both lines.
public struct HistoryBuilder: Sendable {
  private var history = History()
  /// The vocabulary of the events; readers intern into it.
  public var names = EventNames()
  private var processes = ProcessStates()
  /// The ids here of a batch's names, kept for their memory.
  private var renaming = EventNames.Renaming()
  /// The rank of the first event that ``drain()`` has not handed over.
  private var stretchStart: Int32 = 0
  /// The order that was asked for; nil takes the lines' and refuses what the times exclude.
  private let order: EventOrder?
  /// Events that wait to be put in order.
  private var held: HeldEvents?
  private let loneCompletions: LoneCompletions
  private var times = TimeRecord()
  /// How many operations are open.
  public private(set) var openCount = 0

  /// Makes a builder of an empty history.
  ///
  /// In another order than the lines', events wait until ``putInOrder()``. Where no order was asked
  /// for, a completion that is timed before its invocation is an error. So events wait where
  /// completions may lack their invocations.
  public init(order: EventOrder? = nil, loneCompletions: LoneCompletions = .refuse) {
    self.order = order
    self.loneCompletions = loneCompletions
    let isSorted = order == .time || order == .index
    held = isSorted || loneCompletions == .earliest ? HeldEvents(order ?? .line) : nil
  }

  /// The values of the history; readers intern into it.
  public var values: ValueTable {
    _read { yield names.values }
    _modify { yield &names.values }
  }

  /// The header line of the file.
  public var header: JSON? {
    get { names.header }
    set { names.header = newValue }
  }

  /// How many events were added.
  public var eventCount: Int { history.eventCount + (held?.count ?? 0) }

  /// How many events ``drain()`` would hand over.
  public var newEventCount: Int { history.eventCount - Int(stretchStart) }

  /// What the history so far takes in memory, in bytes, without spare room.
  public var bytes: Int { history.bytes + names.values.bytes + 2 * (held?.bytes ?? 0) }

  /// What adding a few thousand events more may take for a moment, in bytes: an array that has no
  /// spare room is there twice while it grows.
  public var growth: Int {
    let isFull = history.count + Self.fewEvents > history.processes.capacity
    return names.values.growth(Self.fewEvents) + (isFull ? 16 * history.count : 0)
      + processes.growth(Self.fewEvents)
  }

  private static let fewEvents = 8192

  /// Notes something that a reader should know.
  public mutating func warn(_ message: String) { history.warnings.append(message) }

  /// Counts something that no model will be asked about, by its kind.
  public mutating func leaveUnchecked(_ kind: String, count: Int = 1) {
    history.unchecked[kind, default: 0] += count
  }

  /// The id of a function's name.
  public mutating func function(_ name: String) -> FunctionID { names.function(name) }

  /// The dense name of a further field, for ``keep(_:_:)-(Int32,_)``.
  public mutating func field(_ name: String) -> Int32 { names.field(name) }

  /// Keeps a further field of the event that is added next.
  public mutating func keep(_ name: String, _ value: ValueID) {
    keep(names.field(name), value)
  }

  /// Keeps a further field, named by ``field(_:)``, of the event that is added next.
  public mutating func keep(_ field: Int32, _ value: ValueID) {
    guard held == nil else {
      held?.keep(field, value)
      return
    }
    let rank = Int32(history.eventCount)
    history.extras.append(History.Extra(rank: rank, name: field, value: value))
  }

  /// Adds the next event.
  ///
  /// - Complexity: O(1) expected.
  /// - Throws: ``HistoryError`` when the event breaks a rule of the contract.
  public mutating func add(_ event: Event) throws(HistoryError) {
    guard held == nil else {
      held?.append(event)
      return
    }
    if event.time >= times.latest {
      times.latest = event.time
    } else {
      times.note(backwards: event)
    }
    guard history.eventCount < Int(History.never) - 1 else {
      throw HistoryError(line: event.line, "more than 2^31 events; split the file")
    }
    switch event.process {
    case .nemesis: addNemesis(event)
    case .client(let process) where event.kind == .invoke: try invoke(event, process)
    case .client(let process): try complete(event, process)
    }
    history.eventCount += 1
  }

  /// Makes room for that many operations, so that columns are not copied as they grow.
  public mutating func reserve(operations: Int) {
    history.reserve(operations)
  }

  /// Puts events that waited in order; call it once, after the last one was added.
  ///
  /// - Complexity: O(events · log events) when they waited, else O(1).
  /// - Throws: ``HistoryError`` for an event that lacks what it is sorted by, or breaks a rule.
  public mutating func putInOrder() throws(HistoryError) {
    guard var waiting = held else { return }
    held = nil
    do throws(HistoryError) {
      let sorted = try waiting.inOrder(names)
      guard loneCompletions == .earliest else {
        for place in sorted { try add(waiting, place) }
        return
      }
      var beginnings = LoneBeginnings()
      for (event, place) in try beginnings.add(to: sorted, of: waiting.events, &names) {
        if let place { try add(waiting, place) } else { try add(event) }
      }
      if let warning = beginnings.warning { warn(warning) }
    } catch {
      guard let order, !error.message.contains("--order") else { throw error }
      throw HistoryError(
        line: error.line, column: error.column,
        error.message + " (in the order of --order \(order.rawValue))")
    }
  }

  private mutating func add(_ waiting: HeldEvents, _ place: Int) throws(HistoryError) {
    for extra in waiting.extras(of: place) { keep(extra.name, extra.value) }
    try add(waiting.events[place])
  }

  /// The history of all that was added. What is still open stays indeterminate.
  public consuming func build() -> History {
    history.warnings += times.warnings(order)
    history.values = names.values
    history.functions = names.functions
    history.extraNames = names.fields
    history.header = names.header
    history.takeUnchecked()
    if order == nil || order == .line, let warning = history.indexWarning {
      history.warnings.append(warning)
    }
    return history
  }

  /// Adds the events of a batch in their order; `linesBefore` is how many lines of the file come
  /// before its stretch.
  ///
  /// What follows is what adding each event by itself would have made, ids included: see
  /// ``ValueTable/merge(_:names:)``.
  ///
  /// - Complexity: O(size of the batch) expected.
  /// - Throws: ``HistoryError`` for the first event that breaks a rule of the contract.
  public mutating func add(_ batch: EventBatch, linesBefore: Int) throws(HistoryError) {
    names.merge(batch.names, into: &renaming)
    var next = 0
    let extras = batch.extras
    for index in 0..<batch.events.count {
      var event = batch.events[index]
      event.line += linesBefore
      event.function = renaming.functions[Int(event.function)]
      if event.key >= 0 { event.key = renaming.values[Int(event.key)] }
      if event.value >= 0 { event.value = renaming.values[Int(event.value)] }
      while next < extras.count, Int(extras[next].rank) == index {
        keep(renaming.fields[Int(extras[next].name)], renaming.values[Int(extras[next].value)])
        next += 1
      }
      try add(event)
    }
  }

  /// Hands over what was added since the last time and goes on with what is open.
  ///
  /// The rules go on to be kept: the new stretch begins with the invocations that are open, in
  /// their order and without their further fields, and who was retired stays so. Values are
  /// interned anew, so that memory grows with what is open and with processes, not with the length.
  ///
  /// - Complexity: O(new events and open operations): where ``newEventCount`` is less than
  ///   ``openCount``, waiting for more is cheaper.
  public mutating func drain() -> Stretch {
    history.warnings += times.warnings(mayGoOn: true)
    var next = History()
    var values = ValueTable()
    let carried = stretchStart
    for operation in 0..<history.count where history.completed[operation] == History.never {
      processes[history.processes[operation]] = .open(next.count)
      next.processes.append(history.processes[operation])
      next.function.append(history.function[operation])
      next.key.append(values.intern(history.key[operation], of: names.values))
      next.input.append(values.intern(history.input[operation], of: names.values))
      next.output.append(ValueTable.none)
      next.outcome.append(.indeterminate)
      next.invoked.append(Int32(next.count) - 1)
      next.completed.append(History.never)
      next.invokedTime.append(history.invokedTime[operation])
      next.completedTime.append(Event.noTime)
      next.line.append(history.line[operation])
      next.completedLine.append(0)
    }
    // One rank more stands for all that was handed over: what must come first is now too late.
    next.eventCount = next.count + 1
    stretchStart = Int32(next.eventCount)
    swap(&next, &history)
    next.values = names.values
    next.functions = names.functions
    next.extraNames = names.fields
    next.header = names.header
    next.takeUnchecked()
    names.values = values
    return Stretch(history: next, firstRank: carried)
  }

  private mutating func addNemesis(_ event: Event) {
    history.nemesis.append(
      NemesisEvent(
        kind: event.kind, function: names.functions[Int(event.function)], value: event.value,
        time: event.time, line: event.line, rank: Int32(history.eventCount)))
  }

  private mutating func invoke(_ event: Event, _ process: Int64) throws(HistoryError) {
    switch processes[process] {
    case .idle: break
    case .open(let operation):
      throw HistoryError(
        line: event.line,
        "process \(process) invokes “\(name(event))” while its "
          + "“\(functionName(operation))” "
          + "of line \(history.line[operation]) is still open; a process has one operation open "
          + "at a time")
    case .retired(let line):
      throw HistoryError(
        line: event.line,
        "process \(process) invokes “\(name(event))” after its operation ended as info on line "
          + "\(line); after an info a process must not be used again (go on under a new number)")
    }
    processes[process] = .open(history.count)
    openCount += 1
    history.processes.append(process)
    history.function.append(event.function)
    history.key.append(event.key)
    history.input.append(event.value == ValueTable.none ? ValueTable.null : event.value)
    history.output.append(ValueTable.none)
    history.outcome.append(.indeterminate)
    history.invoked.append(Int32(history.eventCount))
    history.completed.append(History.never)
    history.invokedTime.append(event.time)
    history.completedTime.append(Event.noTime)
    history.line.append(Int32(truncatingIfNeeded: event.line))
    history.completedLine.append(0)
  }

  private mutating func complete(_ event: Event, _ process: Int64) throws(HistoryError) {
    let operation: Int
    switch processes[process] {
    case .open(let open): operation = open
    case .idle:
      throw HistoryError(
        line: event.line,
        "process \(process) completes “\(name(event))” (\(event.kind.name)) but has no operation "
          + "open; an invoke must come first (--lone-completions earliest takes it as begun before)"
      )
    case .retired(let line):
      throw HistoryError(
        line: event.line,
        "process \(process) completes “\(name(event))” (\(event.kind.name)) a second time; it "
          + "ended as info on line \(line)")
    }
    guard event.function == history.function[operation] else {
      throw HistoryError(
        line: event.line,
        "process \(process) completes “\(name(event))” but invoked “"
          + "\(functionName(operation))” on line \(history.line[operation])")
    }
    guard event.key == ValueTable.none || event.key == history.key[operation] else {
      throw HistoryError(
        line: event.line,
        "process \(process) completes “\(name(event))” of key "
          + "\(names.values.describe(event.key)) "
          + "but invoked it on key \(names.values.describe(history.key[operation])) on line "
          + "\(history.line[operation])")
    }
    if event.time < history.invokedTime[operation], event.time != Event.noTime {
      try noteEarly(event, operation)
    }
    openCount -= 1
    history.output[operation] = event.value
    history.completed[operation] = Int32(history.eventCount)
    history.completedTime[operation] = event.time
    history.completedLine[operation] = Int32(truncatingIfNeeded: event.line)
    switch event.kind {
    case .ok: history.outcome[operation] = .ok
    case .fail: history.outcome[operation] = .fail
    case .info, .invoke: history.outcome[operation] = .indeterminate
    }
    processes[process] = event.kind == .info ? .retired(line: event.line) : .idle
  }

  /// Refuses a completion that is timed before its invocation, unless an order was asked for.
  private mutating func noteEarly(_ event: Event, _ operation: Int) throws(HistoryError) {
    guard order == nil else { return times.note(early: event.line) }
    let other = names.fields.contains("index") ? " (--order index sorts by “index”)" : ""
    throw HistoryError(
      line: event.line,
      "“\(name(event))” is completed at the time \(event.time), before it was invoked at "
        + "\(history.invokedTime[operation]) on line \(history.line[operation]); if the lines are "
        + "right and the times are not, say --order line\(other)")
  }

  private func name(_ event: Event) -> String { names.functions[Int(event.function)] }

  private func functionName(_ operation: Int) -> String {
    names.functions[Int(history.function[operation])]
  }
}
