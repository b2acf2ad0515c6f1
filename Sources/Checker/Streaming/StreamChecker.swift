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
  private let rows: [Models.Row]
  private var settings: Settings?
  private var model: Model?
  private var values = ValueTable()
  /// What was alive of them when the table was last built.
  private var live = (count: 0, bytes: 0)
  /// So many bytes of values are not worth a look.
  private static let fewBytes = 1 << 22
  private var keys: [ValueID: Int] = [:]
  private var engines: [any KeyStream] = []
  /// Why keys were given up, by their place; the other engines' keys are decided.
  private var undecided: [Int: String] = [:]
  private var open: [Int64: (call: StreamCall, key: Int)] = [:]
  private var eventCount: Int64 = 0
  private let limit: Int
  /// What may pile up before it is worth while to forget; 0 in tests.
  var patience = 32
  /// Whether there was a key when everything was forgotten.
  private var isKeyed = false
  /// Why everything was given up, and how many keys and open operations there were then.
  private var spent: (reason: Budget.Reason?, keys: Int, open: Int)?
  /// Events between two looks at the memory.
  private static let interval: Int64 = 1024
  /// Operations that were invoked, without those that certainly did not happen.
  public private(set) var operations = 0
  /// Completed operations of which nobody knows.
  public private(set) var indeterminate = 0
  /// Whether a key has an answer that could have been wrong, by its place.
  private var stakes: [Stake] = []
  /// The functions that were met, for whoever names no model.
  private var functions: [String] = []
  private var header: JSON?

  /// Makes a checker of a history of which nothing is known yet.
  ///
  /// - Parameters:
  ///   - options: how to read the history; of the budget only the memory of the process is
  ///     asked, and nothing is verified.
  ///   - limit: the configurations that one key may have before it is given up.
  public init(_ options: CheckOptions, limit: Int = 50_000) {
    self.init(options, limit: limit, among: Models.rows)
  }

  /// Makes a checker that chooses among the models of the rows.
  init(_ options: CheckOptions, limit: Int = 50_000, among rows: [Models.Row]) {
    self.options = options
    self.limit = limit
    self.rows = rows
  }

  /// The name of the model, once it is known.
  public var modelName: String? { model?.name }
  /// How many keys there are.
  public var keyCount: Int { spent?.keys ?? engines.count }
  /// How many operations are open.
  public var openCount: Int { spent?.open ?? open.count }
  /// How many keys were given up.
  public var undecidedCount: Int { spent?.reason == nil ? undecided.count : keyCount }
  /// Why the first key was given up, if one was.
  public var undecidedReason: String? {
    spent?.reason?.description ?? undecided.min { $0.key < $1.key }?.value
  }
  /// How many values are remembered.
  public var valueCount: Int { values.count }

  /// Takes the next stretch; the alarm if it holds one, and then nothing more may be given.
  ///
  /// - Complexity: O(events · chains or configurations that are kept).
  /// - Throws: ``CheckError`` as ``Checker/check(_:_:)`` does, for what comes before the alarm.
  public mutating func take(_ stretch: Stretch) throws(CheckError) -> StreamAlarm? {
    guard try prepare(stretch.history), let model else { return nil }
    try Models.requirePlainSwaps(of: stretch.history)
    let history = stretch.history
    // Its values are about to be there twice.
    if history.values.bytes > Self.fewBytes / 4,
      options.budget.isNearlyFull(for: history.values.bytes)
    {
      forget(because: options.budget.memoryReason)
    }
    if spent != nil {
      count(stretch, after: -1)
      return nil
    }
    var reader = try StretchReader(history, options, model)
    for (position, step) in stretch.steps().enumerated() {
      let alarm: StreamAlarm?
      switch step {
      case .nemesis: alarm = nil
      case .invocation(let operation):
        alarm = invoke(reader.invocation(operation, eventCount, &values))
      case .completion(let operation):
        alarm = try complete(operation, &reader)
      }
      eventCount += 1
      if let alarm { return alarm }
      if eventCount % Self.interval == 0, options.budget.isNearlyFull {
        forget(because: options.budget.memoryReason)
        count(stretch, after: position)
        return nil
      }
    }
    if values.count > 2 * live.count + 32 * patience || patience == 0
      || values.bytes > 2 * live.bytes + Self.fewBytes
    {
      collect()
    }
    if values.bytes > Self.fewBytes, options.budget.isNearlyFull {
      forget(because: options.budget.memoryReason)
    }
    return nil
  }

  /// Takes it that nothing more comes: what is open stays so for good.
  ///
  /// - Throws: ``CheckError`` when the values of what is open are not the model's.
  public mutating func finish() throws(CheckError) -> StreamAlarm? {
    guard spent == nil, let model, let settings else { return nil }
    var forms = try model.forms(settings, values)
    for (call, place) in open.values.sorted(by: { $0.call.invoked < $1.call.invoked }) {
      var call = call
      call.traits = try forms.traits(of: call.call)
      weigh(call, place)
      guard undecided[place] == nil else { continue }
      let step = engines[place].complete(call, .indeterminate, values)
      if let alarm = take(step, place, line: 0) { return alarm }
    }
    return nil
  }

  /// What was found when the stream has ended and no alarm was raised.
  public var result: CheckResult {
    var result = CheckResult(
      claim: claim, verdict: undecidedCount == 0 ? .holds : .undecided,
      operations: operations, indeterminate: indeterminate + openCount, keys: keyCount,
      algorithm: "streaming", seconds: 0)
    result.vacuousKeys = keyCount - stakes.count { $0.isMet }
    return result
  }

  /// The options that name the model that was guessed, and others that have the same functions;
  /// empty when the model is certain.
  public var choices: [String] {
    guard let model else { return [] }
    return Guess(model, for: functions, header, options, among: rows)?.options ?? []
  }

  /// What is asked of what came.
  public var claim: Claim {
    let isKeyed = isKeyed || keys.contains { $0.key != ValueTable.none }
    return Claim(model: model?.name ?? Model.register.name, reach: isKeyed ? .key : .whole)
  }

  /// Chooses the model once there is something to choose by; false when there is not.
  private mutating func prepare(_ history: History) throws(CheckError) -> Bool {
    guard history.count > 0 else { return false }
    header = header ?? history.header
    for (name, _) in Models.usedFunctions(of: history) where !functions.contains(name) {
      functions.append(name)
    }
    guard let known = model else {
      let chosen = try Models.choose(options, for: history, among: rows).model
      settings = try Settings(
        options, header: history.header, values: &values, model: chosen.nullRead)
      try Models.requireFunctions(of: history, in: chosen)
      model = chosen
      return true
    }
    do throws(CheckError) {
      try Models.requireFunctions(of: history, in: known)
    } catch {
      guard Models.isOpen(options, history.header),
        let richer = Models.richer(than: known, for: history, among: rows)
      else { throw error }
      model = richer
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

  /// What a call says of whether its key could have been found wrong.
  private mutating func weigh(_ call: StreamCall, _ place: Int) {
    guard let settings, stakes.count <= place || !stakes[place].isMet else { return }
    while stakes.count <= place { stakes.append(Stake()) }
    stakes[place].add(call.call, invoked: call.invoked, returned: call.returned, settings, values)
  }

  private mutating func complete(
    _ operation: Int, _ reader: inout StretchReader
  ) throws(CheckError) -> StreamAlarm? {
    // The history is not taken out of the reader: a copy for each event is dear.
    let process = reader.history.processes[operation]
    guard let (begun, place) = open.removeValue(forKey: process) else {
      return nil
    }
    let outcome = reader.history.outcome[operation]
    if outcome == .indeterminate { indeterminate += 1 }
    let call = try reader.completion(operation, of: begun, at: eventCount, &values)
    if outcome == .fail, call.call.end != .mismatch {
      operations -= 1
    } else {
      weigh(call, place)
    }
    guard undecided[place] == nil else { return nil }
    let line = Int(reader.history.completedLine[operation])
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
      return StreamAlarm(
        line: line, anomaly: flaw.anomaly, operations: flaw.operations, values: values)
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
    guard model.hasZones, let initial = settings.initial else {
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
    for process in zones.open.openProcesses {
      guard let entry = open[process] else { continue }
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
    // Malformed calls that are open are refused when they complete.
    var forms = try? model.forms(settings, values)
    events.sort { $0.moment == $1.moment ? !$0.isEnd && $1.isEnd : $0.moment < $1.moment }
    for event in events {
      var call = calls[event.call]
      let step: KeyStep
      if !event.isEnd {
        step = engine.invoke(call, values)
      } else {
        call.traits = (try? forms?.traits(of: call.call)) ?? FormTraits(isIdle: true)
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
  /// Forgets everything but what was counted; with a reason the keys are given up.
  public mutating func forget(because reason: Budget.Reason? = nil) {
    isKeyed = isKeyed || keys.contains { $0.key != ValueTable.none }
    spent = (reason ?? spent?.reason, keyCount, openCount)
    engines = []
    keys = [:]
    open = [:]
    values = ValueTable()
  }

  /// Counts the events of a stretch behind a position, which are not looked at any more.
  private mutating func count(_ stretch: Stretch, after position: Int) {
    for step in stretch.steps().dropFirst(position + 1) {
      switch step {
      case .invocation: operations += 1
      case .completion(let operation):
        if stretch.history.outcome[operation] == .indeterminate { indeterminate += 1 }
        if stretch.history.outcome[operation] == .fail { operations -= 1 }
      case .nemesis: break
      }
    }
  }

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
    for place in stakes.indices { stakes[place].rename(name) }
    values = fresh
    live = (fresh.count, fresh.bytes)
  }
}

/// A key that was given up.
struct SpentKey: KeyStream {
  mutating func invoke(_ call: StreamCall, _ values: ValueTable) -> KeyStep { .fine }
  mutating func complete(
    _ call: StreamCall, _ outcome: Outcome, _ values: ValueTable
  ) -> KeyStep { .fine }
  mutating func rename(_ name: (ValueID) -> ValueID) {}
}
