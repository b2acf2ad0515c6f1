import Base
import Histories
import Testing

@testable import Checker

/// One event as a builder takes it, with values that belong to no table.
struct PlainEvent {
  var kind: Event.Kind
  var process: Event.Process
  var function: String
  var value: JSON?
  var key: JSON?
  var isSwapped: Bool?
}

/// The events of a history in order.
func plainEvents(_ history: History) -> [PlainEvent] {
  history.steps().compactMap { step in
    switch step {
    case .nemesis: return nil
    case .invocation(let index):
      return PlainEvent(
        kind: .invoke, process: .client(history.processes[index]),
        function: history.functionName(index), value: history.values.json(history.input[index]),
        key: key(of: index, history))
    case .completion(let index):
      let output = history.output[index]
      let kinds: [Outcome: Event.Kind] = [.ok: .ok, .fail: .fail, .indeterminate: .info]
      return PlainEvent(
        kind: kinds[history.outcome[index]] ?? .info,
        process: .client(history.processes[index]), function: history.functionName(index),
        value: output == ValueTable.none ? nil : history.values.json(output),
        key: key(of: index, history),
        isSwapped: history.evidence("swapped", of: index) == ValueTable.false ? false : nil)
    }
  }
}

private func key(of index: Int, _ history: History) -> JSON? {
  history.key[index] == ValueTable.none ? nil : history.values.json(history.key[index])
}

extension HistoryBuilder {
  mutating func add(_ plain: PlainEvent, line: Int) throws {
    var event = Event(
      plain.kind, process: plain.process, function: function(plain.function), line: line)
    if plain.isSwapped == false { keep("swapped", ValueTable.false) }
    if let value = plain.value { event.value = values.intern(value) }
    if let key = plain.key { event.key = values.intern(key) }
    try add(event)
  }
}

/// The events as one history.
private func history(_ events: some Sequence<PlainEvent>) throws -> History {
  var builder = HistoryBuilder()
  for (index, event) in events.enumerated() { try builder.add(event, line: index + 1) }
  return builder.build()
}

/// Whether the events are linearizable, by exhaustion.
func referee(_ events: some Sequence<PlainEvent>, _ options: CheckOptions) throws -> Bool {
  let history = try history(events)
  var values = history.values
  let settings = try Settings(options, header: nil, values: &values)
  let model = try Models.named(options.model)
  return Checker.partition(history, values: values, settings, options).allSatisfy {
    model.referee($0.task.calls, settings, values)
  }
}

/// What a stream of events comes to, handed over in stretches of random sizes.
struct StreamedEvents {
  /// How many events were given when the alarm was raised; nil when it was not.
  var alarm: Int?
  var isUndecided: Bool
  var rule: String?
  /// The keys of which nothing could have been found wrong.
  var vacuousKeys: Int

  init(
    _ events: [PlainEvent], _ options: CheckOptions, _ random: inout SplitMix64,
    limit: Int = 50_000
  ) throws {
    var builder = HistoryBuilder()
    var checker = StreamChecker(options, limit: limit)
    if random.chance(0.7) { checker.patience = 0 }
    alarm = nil
    for (index, event) in events.enumerated() {
      try builder.add(event, line: index + 1)
      guard index == events.count - 1 || random.chance(0.4) else { continue }
      if let found = try checker.take(builder.drain()) {
        alarm = found.line
        rule = found.anomaly.name
        break
      }
    }
    if alarm == nil, let found = try checker.finish() {
      alarm = events.count
      rule = found.anomaly.name
    }
    isUndecided = checker.undecidedCount > 0
    vacuousKeys = checker.result.vacuousKeys
  }
}

/// Streams as many histories as are asked for, drawn with a seed each: no alarm without a
/// violation, none missed, and none before its time. More than one in `share` has a violation.
func streamsAgree(
  _ count: Int, oneIn share: Int,
  _ draw: (inout SplitMix64) throws -> (events: [PlainEvent], options: CheckOptions)
) throws {
  var flagged = 0
  for seed in 0..<count {
    var random = SplitMix64(seed: UInt64(seed))
    let (events, options) = try draw(&random)
    let streamed = try StreamedEvents(events, options, &random)
    let expected = try firstViolation(events, options)
    let isRight =
      (streamed.alarm == nil) == (expected == nil) && (streamed.alarm ?? 99) >= (expected ?? 0)
    #expect(
      isRight && !streamed.isUndecided,
      "\(options.model), seed \(seed): \(streamed) but \(expected ?? 0)\n\(show(events))")
    if expected != nil { flagged += 1 }
    if !isRight { return }
    if expected == nil {
      let whole = try Checker.check(history(events), options)
      #expect(
        streamed.vacuousKeys == whole.vacuousKeys,
        "\(options.model), seed \(seed)\n\(show(events))")
    }
  }
  #expect(flagged > count / share)
}

/// The first event after which the history is not linearizable, or nil.
func firstViolation(_ events: [PlainEvent], _ options: CheckOptions) throws -> Int? {
  guard try !referee(events, options) else { return nil }
  // Once a prefix is not linearizable no longer one is.
  var low = 0
  var high = events.count
  while low + 1 < high {
    let middle = (low + high) / 2
    if try referee(events[..<middle], options) { low = middle } else { high = middle }
  }
  return high
}

func show(_ events: [PlainEvent]) -> String {
  events.enumerated().map { index, event in
    let process = if case .client(let number) = event.process { "\(number)" } else { "nemesis" }
    let value = event.value.map { "\($0)" } ?? ""
    let swapped = event.isSwapped == false ? " not-swapped" : ""
    return "\(index + 1): \(process) \(event.kind.name) \(event.function) \(value)\(swapped)"
  }.joined(separator: "\n")
}
