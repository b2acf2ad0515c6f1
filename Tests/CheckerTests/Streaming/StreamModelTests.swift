import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// Models that the set of configurations watches, and the memory of a long stream.
struct StreamModelTests {
  private func decide(
    _ model: String, seeds: Int, permits: Int? = nil, _ object: some SimulatedObject,
    initial: CheckOptions.Initial? = nil
  ) throws {
    var options = CheckOptions()
    options.model = model
    options.permits = permits
    options.initial = initial
    try streamsAgree(trials(seeds), oneIn: 50) { random in
      let shape = Shape(
        operations: random.draw(2..<9), clients: random.draw(2..<5),
        crashes: random.chance(0.5) ? 0.2 : 0, lies: random.chance(0.5) ? 0.2 : 0.05)
      return (plainEvents(try randomHistory(object, shape, &random)), options)
    }
  }

  @Test func sets() throws { try decide("set", seeds: 200, SimulatedSet()) }

  @Test(arguments: [2, 99])
  func queues(domain: Int) throws {
    try decide(
      "queue", seeds: 150,
      SimulatedContainer(.front, put: "enqueue", take: "dequeue", domain: domain))
    try decide(
      "bag", seeds: 150, SimulatedContainer(.any, put: "enqueue", take: "dequeue", domain: domain))
    try decide(
      "stack", seeds: 150, SimulatedContainer(.back, put: "push", take: "pop", domain: domain))
  }

  @Test func priorityQueues() throws {
    try decide(
      "priority-queue", seeds: 150,
      SimulatedContainer(.least, put: "insert", take: "delete-min", domain: 5))
  }

  @Test func multiRegisters() throws {
    try decide("multi-register", seeds: 150, SimulatedRegisters())
    try decide("multi-register", seeds: 150, SimulatedRegisters(), initial: .unknown)
  }

  /// An object that holds much is given up: its states are copied for each step.
  @Test func anObjectThatHoldsTooMuchIsGivenUp() throws {
    let lines = (0..<900).map { "0 invoke enqueue \($0)\n0 ok enqueue \($0)" }
    let history = try History.text(lines.joined(separator: "\n"))
    for (most, isGivenUp) in [(1_000_000, false), (20_000, true)] {
      var values = history.values
      let settings = try Settings(CheckOptions(), header: nil, values: &values)
      var key = FrontierKey<QueueMachine, SequentialQueue>(
        SequentialQueue(settings: settings, values: values), limit: 1000, mostLoad: most)
      let columns = CallColumns(history, Call.functions(of: history), settings)
      var gaveUp = false
      for operation in 0..<history.count where !gaveUp {
        let call = try #require(Call(operation, columns))
        var begun = StreamCall(
          call: call, key: ValueTable.none, invoked: Int64(call.invoked), invokedTime: 0)
        _ = key.invoke(begun, values)
        begun.returned = Int64(call.returned)
        if case .gaveUp = key.complete(begun, .ok, values) { gaveUp = true }
      }
      #expect(gaveUp == isGivenUp)
    }
  }

  @Test func counters() throws { try decide("counter", seeds: 200, SimulatedCounter()) }

  @Test func locks() throws {
    try decide("lock", seeds: 150, SimulatedLock())
    try decide("reentrant-lock", seeds: 150, SimulatedLock(isReentrant: true))
    try decide("fenced-lock", seeds: 150, SimulatedLock(isFenced: true))
    try decide("semaphore", seeds: 150, permits: 2, SimulatedLock(permits: 2))
  }

  @Test func logs() throws {
    try decide("append-log", seeds: 150, SimulatedLog(isText: false))
    try decide("text", seeds: 150, SimulatedLog(isText: true))
  }

  @Test func uniqueIDs() throws { try decide("unique-ids", seeds: 150, SimulatedIDs()) }

  /// What never completed says as much as in a history that is there.
  @Test func whatIsOpenWeighsAsMuch() throws {
    var options = CheckOptions()
    options.model = "multi-register"
    options.initial = .unknown
    let reader = Event.Process.client(2)
    let events = [
      PlainEvent(
        kind: .invoke, process: .client(1), function: "txn", value: [["w", "x", 1]]),
      PlainEvent(
        kind: .invoke, process: reader, function: "txn",
        value: [["r", "x", nil], ["r", "y", nil]]),
      PlainEvent(
        kind: .ok, process: reader, function: "txn", value: [["r", "x", 3], ["r", "y", 4]]),
    ]
    var random = SplitMix64(seed: 1)
    #expect(try StreamedEvents(events, options, &random).vacuousKeys == 0)
    #expect(try StreamedEvents(Array(events[1...]), options, &random).vacuousKeys == 1)
  }

  /// Memory does not grow with the length: neither with values that come and go, nor with clients
  /// that end and never come back.
  @Test(arguments: [("read", "write"), ("dequeue", "enqueue")])
  func aLongStreamForgets(take: String, put: String) throws {
    var options = CheckOptions()
    options.model = put == "write" ? "register" : "queue"
    var checker = StreamChecker(options)
    var builder = HistoryBuilder()
    var most = 0
    for round in 1...4000 {
      for (process, function, value) in [(1, put, JSON(round)), (2, take, nil)]
        as [(Int64, String, JSON)]
      {
        var event = PlainEvent(
          kind: .invoke, process: .client(process), function: function, value: value)
        try builder.add(event, line: 1)
        event.kind = .ok
        event.value = JSON(round)
        try builder.add(event, line: 1)
      }
      guard round % 10 == 0 else { continue }
      #expect(try checker.take(builder.drain())?.line == nil)
      most = max(most, checker.valueCount)
    }
    #expect(try checker.finish()?.line == nil)
    #expect(checker.operations == 8000)
    #expect(most < 1500)
  }

  /// A key that is too hard is given up, and no verdict is made up for it.
  @Test func whatIsTooHardIsUndecided() throws {
    var options = CheckOptions()
    options.model = "register"
    var events: [PlainEvent] = []
    for process in 0..<10 {
      events.append(
        PlainEvent(
          kind: .invoke, process: .client(Int64(process)), function: "write",
          value: JSON(process % 5)))
    }
    for process in 0..<10 {
      events.append(
        PlainEvent(
          kind: .ok, process: .client(Int64(process)), function: "write", value: JSON(process % 5)))
    }
    var random = SplitMix64(seed: 1)
    let streamed = try StreamedEvents(events, options, &random, limit: 3)
    #expect(streamed.alarm == nil)
    #expect(streamed.isUndecided)
  }

  /// A counter that leaves the range of 64 bits counts on, and may come back.
  @Test(arguments: [(-6, false), (9_223_372_036_854_775_801, true)])
  func aCounterBeyondItsRangeIsDecided(seen: Int64, isRight: Bool) throws {
    let history = try History.text(
      """
      0 invoke add 9223372036854775807
      0 ok add 9223372036854775807
      1 invoke add 5
      1 ok add 5
      0 invoke add -11
      0 ok add -11
      0 invoke read nil
      0 ok read \(seen)
      """)
    var options = CheckOptions()
    options.model = "counter"
    var random = SplitMix64(seed: 2)
    let streamed = try StreamedEvents(plainEvents(history), options, &random)
    #expect((streamed.alarm == nil) == isRight)
    #expect(!streamed.isUndecided)
    let checked = try Checker.check(history, options)
    #expect(checked.verdict == (isRight ? .holds : .violation))
  }

  /// The token that a pending acquisition got is nobody's to see, at the end of the range as well.
  @Test func noTokenComesAfterTheLargest() throws {
    let history = try History.text(
      """
      0 invoke acquire nil
      0 ok acquire 9223372036854775807
      0 invoke release nil
      0 ok release nil
      1 invoke acquire nil
      1 info acquire nil
      2 invoke acquire nil
      2 ok acquire 9223372036854775807
      """)
    var options = CheckOptions()
    options.model = "fenced-lock"
    var random = SplitMix64(seed: 3)
    let streamed = try StreamedEvents(plainEvents(history), options, &random)
    #expect(streamed.alarm == 8)
    #expect(try Checker.check(history, options).verdict == .violation)
  }
}
