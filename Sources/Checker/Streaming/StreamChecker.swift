import Base
import Histories

/// Checks a history while it is written, and raises the alarm as soon as no continuation could
/// make it linearizable.
///
/// Feed it the stretches that ``HistoryBuilder/drain()`` hands over. Keys of registers are watched
/// by their zones (``RegisterStream``) and raise the alarm at the very completion; keys of other
/// models, and registers in which a value comes back, by the set of all configurations
/// (``FrontierKey``), as soon as everything invoked before that completion has ended.
///
/// **Memory** is proportional to what is open: operations in flight, those of which nobody knows
/// and whose value nobody saw, and what the objects hold. Values live in a table that is built
/// anew whenever it has doubled.
public struct StreamChecker {
  private let options: CheckOptions
  private var settings: Settings?
  private var model: Model?
  private var values = ValueTable()
  /// The values that were alive when the table was last built.
  private var live = 0
  private var keys: [ValueID: Int] = [:]
  private var engines: [any KeyStream] = []
  /// Why keys were given up, by their place; the other engines' keys are decided.
  private var undecided: [Int: String] = [:]
  private var open: [Int64: (call: StreamCall, key: Int)] = [:]
  private var eventCount: Int64 = 0
  private let limit: Int
  /// What may pile up before it is worth while to forget; 0 in tests.
  var patience = 32
  /// Operations that were invoked, without those that certainly did not happen.
  public private(set) var operations = 0
  /// Completed operations of which nobody knows.
  public private(set) var indeterminate = 0

  /// Makes a checker of a history of which nothing is known yet.
  ///
  /// - Parameters:
  ///   - options: how to read the history; the budget is not asked, and nothing is verified.
  ///   - limit: the configurations that one key may have before it is given up.
  public init(_ options: CheckOptions, limit: Int = 50_000) {
    self.options = options
    self.limit = limit
  }

  /// The name of the model, once it is known.
  public var modelName: String? { model?.name }
  /// How many keys there are.
  public var keyCount: Int { engines.count }
  /// How many operations are open.
  public var openCount: Int { open.count }
  /// How many keys were given up.
  public var undecidedCount: Int { undecided.count }
  /// Why the first key was given up, if one was.
  public var undecidedReason: String? { undecided.min { $0.key < $1.key }?.value }
  /// How many values are remembered.
  public var valueCount: Int { values.count }

  /// Takes the next stretch; the alarm if it holds one, and then nothing more may be given.
  ///
  /// - Complexity: O(events · chains or configurations that are kept).
  /// - Throws: ``CheckError`` as ``Checker/check(_:_:)`` does, for what comes before the alarm.
  public mutating func take(_ stretch: Stretch) throws(CheckError) -> StreamAlarm? {
    guard try prepare(stretch.history), let model else { return nil }
    let history = stretch.history
    var reader = try StretchReader(history, options, into: values)
    var completed: [Call] = []
    for step in stretch.steps() {
      let alarm: StreamAlarm?
      switch step {
      case .nemesis: alarm = nil
      case .invocation(let operation):
        alarm = invoke(reader.invocation(operation, eventCount, &values))
      case .completion(let operation):
        if let call = reader.call(operation) { completed.append(call) }
        alarm = complete(operation, &reader)
      }
      eventCount += 1
      if let alarm {
        try model.requireForms(completed, reader.settings, reader.values)
        return alarm
      }
    }
    try model.requireForms(completed, reader.settings, reader.values)
    if values.count > 2 * live + 32 * patience || patience == 0 { collect() }
    return nil
  }

  /// Takes it that nothing more comes: what is open stays so for good.
  public mutating func finish() -> StreamAlarm? {
    for place in engines.indices where undecided[place] == nil {
      if let alarm = take(engines[place].finish(values), place, line: 0) { return alarm }
    }
    return nil
  }

  /// What was found when the stream has ended and no alarm was raised.
  public var result: CheckResult {
    CheckResult(
      verdict: undecided.isEmpty ? .linearizable : .undecided, model: model?.name ?? "register",
      operations: operations, indeterminate: indeterminate + open.count, keys: engines.count,
      algorithm: "streaming", seconds: 0)
  }

  /// Chooses the model once there is something to choose by; false when there is not.
  private mutating func prepare(_ history: History) throws(CheckError) -> Bool {
    guard history.count > 0 else { return false }
    guard let known = model else {
      model = try Models.choose(options.model, for: history)
      settings = try Settings(options, header: history.header, values: &values)
      if let model { try Models.requireFunctions(of: history, in: model) }
      return true
    }
    do throws(CheckError) {
      try Models.requireFunctions(of: history, in: known)
    } catch {
      guard known.name == "register", options.model == "auto", history.header?["model"] == nil
      else {
        throw error
      }
      try Models.requireFunctions(of: history, in: .casRegister)
      model = .casRegister
    }
    return true
  }
}

// MARK: - Events

extension StreamChecker {
  private mutating func invoke(_ call: StreamCall) -> StreamAlarm? {
    operations += 1
    let place = place(of: call.key)
    defer { open[call.call.process] = (call, place) }
    guard undecided[place] == nil else { return nil }
    let step = engines[place].invoke(call, values)
    guard case .repeats = step else { return take(step, place, line: call.call.line) }
    replace(place)
    return take(engines[place].invoke(call, values), place, line: call.call.line)
  }

  private mutating func complete(_ operation: Int, _ reader: inout StretchReader) -> StreamAlarm? {
    let history = reader.history
    guard let (begun, place) = open.removeValue(forKey: history.processes[operation]) else {
      return nil
    }
    let outcome = history.outcome[operation]
    if outcome == .indeterminate { indeterminate += 1 }
    let call = reader.completion(operation, of: begun, at: eventCount, &values)
    if outcome == .fail, call.call.end != .mismatch { operations -= 1 }
    guard undecided[place] == nil else { return nil }
    let line = Int(history.completedLine[operation])
    let step = engines[place].complete(call, outcome, values)
    guard case .repeats = step else { return take(step, place, line: line) }
    open[begun.call.process] = (begun, place)
    replace(place)
    open[begun.call.process] = nil
    return take(engines[place].complete(call, outcome, values), place, line: line)
  }

  private mutating func take(_ step: KeyStep, _ place: Int, line: Int) -> StreamAlarm? {
    switch step {
    case .fine, .repeats: return nil
    case .gaveUp(let why):
      undecided[place] = why
      engines[place] = SpentKey()
      return nil
    case .flaw(let flaw):
      return StreamAlarm(line: line, rule: flaw.rule, operations: flaw.operations, values: values)
    }
  }

  private mutating func place(of key: ValueID) -> Int {
    if let known = keys[key] { return known }
    let place = engines.count
    keys[key] = place
    if let settings, let model { engines.append(engine(settings, model)) }
    return place
  }

  private func engine(_ settings: Settings, _ model: Model) -> any KeyStream {
    guard ["register", "cas-register"].contains(model.name), let initial = settings.initial else {
      return model.stream(settings, values, limit)
    }
    return RegisterKey(
      initial: initial == ValueTable.none ? ValueTable.null : initial, settings,
      patience: patience)
  }

  /// Lets the set of configurations go on where zones end.
  private mutating func replace(_ place: Int) {
    guard let zones = (engines[place] as? RegisterKey)?.zones, var settings, let model else {
      return
    }
    let remains = zones.remains(at: eventCount, &values)
    settings.initial = remains.initial
    var engine = model.stream(settings, values, limit)
    var calls = remains.calls
    let known = Set(calls.map(\.invoked))
    var isOpen: Set<Int64> = []
    for entry in open.values where entry.key == place {
      isOpen.insert(entry.call.invoked)
      if !known.contains(entry.call.invoked) { calls.append(entry.call) }
    }
    var events: [(moment: Int64, call: Int, isEnd: Bool)] = []
    for (index, call) in calls.enumerated() {
      events.append((call.invoked, index, false))
      if call.returned < StreamCall.never {
        events.append((call.returned, index, true))
      } else if !isOpen.contains(call.invoked) {
        events.append((eventCount, index, true))
      }
    }
    events.sort { $0.moment == $1.moment ? !$0.isEnd && $1.isEnd : $0.moment < $1.moment }
    for event in events {
      let call = calls[event.call]
      let step: KeyStep
      if !event.isEnd {
        step = engine.invoke(call, values)
      } else {
        step = engine.complete(
          call, call.returned < StreamCall.never ? .ok : .indeterminate, values)
      }
      if case .gaveUp(let why) = step { undecided[place] = why }
    }
    engines[place] = engine
  }
}

// MARK: - Memory

extension StreamChecker {
  /// Builds the table of values anew from those that somebody still needs.
  private mutating func collect() {
    let old = values
    var fresh = ValueTable()
    var names = [ValueID](repeating: ValueTable.none, count: old.count)
    func name(_ id: ValueID) -> ValueID {
      guard id > ValueTable.true else { return id }
      if names[Int(id)] == ValueTable.none { names[Int(id)] = fresh.intern(id, of: old) }
      return names[Int(id)]
    }
    if let initial = settings?.initial { settings?.initial = name(initial) }
    for process in open.keys { open[process]?.call.rename(name) }
    var renamed: [ValueID: Int] = [:]
    for (key, place) in keys { renamed[name(key)] = place }
    keys = renamed
    for place in engines.indices { engines[place].rename(name) }
    values = fresh
    live = fresh.count
  }
}

/// A key that was given up.
struct SpentKey: KeyStream {
  mutating func invoke(_ call: StreamCall, _ values: ValueTable) -> KeyStep { .fine }
  mutating func complete(
    _ call: StreamCall, _ outcome: Outcome, _ values: ValueTable
  ) -> KeyStep { .fine }
  mutating func finish(_ values: ValueTable) -> KeyStep { .fine }
  mutating func rename(_ name: (ValueID) -> ValueID) {}
}
