import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// Numbers and processes at the ends of their ranges: search, stream and referee say the same, and
/// none of them leaves the range.
@Suite struct EndsOfRangesTests {
  private static let ends: [Int64] = [
    .max, .min, .max - 1, .min + 1, 1 << 53, 1 << 62, -(1 << 62), Int64(Int32.max),
    Int64(Int32.min), Int64(Int32.max) + 1, -1,
  ]

  /// The same value with its numbers moved to the ends; different ones stay different.
  private static func moved(_ json: JSON, by shift: Int) -> JSON {
    switch json {
    case .integer(let number) where (0..<Int64(ends.count)).contains(number):
      return .integer(ends[(Int(number) + shift) % ends.count])
    case .array(let parts): return .array(parts.map { moved($0, by: shift) })
    default: return json
    }
  }

  private func decide(
    _ model: String, permits: Int? = nil, _ object: some SimulatedObject
  ) throws {
    var verdicts: Set<Verdict> = []
    try streamsAgree(trials(60), oneIn: 60) { random in
      var options = CheckOptions()
      options.model = model
      options.permits = permits
      let shift = random.draw(0..<Self.ends.count)
      let shape = Shape(
        operations: random.draw(2..<8), clients: random.draw(2..<4),
        crashes: random.chance(0.5) ? 0.2 : 0, lies: 0.2)
      let events = plainEvents(try randomHistory(object, shape, &random)).map { event in
        var event = event
        event.value = event.value.map { Self.moved($0, by: shift) }
        if case .client(let number) = event.process {
          event.process = .client(number % 2 == 0 ? Int64.max - number : Int64.min + number)
        }
        return event
      }
      var builder = HistoryBuilder()
      for (index, event) in events.enumerated() { try builder.add(event, line: index + 1) }
      let checked = try Checker.check(builder.build(), options)
      #expect((checked.verdict == .holds) == (try referee(events, options)), "\(show(events))")
      verdicts.insert(checked.verdict)
      return (events, options)
    }
    #expect(verdicts == [.holds, .violation])
  }

  @Test func registers() throws { try decide("cas-register", SimulatedRegister(domain: 4)) }

  @Test func multiRegisters() throws { try decide("multi-register", SimulatedRegisters()) }

  @Test func counters() throws { try decide("counter", SimulatedCounter()) }

  @Test func locks() throws {
    try decide("lock", SimulatedLock())
    try decide("reentrant-lock", SimulatedLock(isReentrant: true))
    try decide("fenced-lock", SimulatedLock(isFenced: true))
    try decide("semaphore", permits: 1, SimulatedLock(permits: 1))
  }

  @Test func containers() throws {
    try decide(
      "queue", SimulatedContainer(.front, put: "enqueue", take: "dequeue", domain: 5))
    try decide(
      "priority-queue", SimulatedContainer(.least, put: "insert", take: "delete-min", domain: 5))
    try decide("set", SimulatedSet())
    try decide("append-log", SimulatedLog(isText: false))
    try decide("unique-ids", SimulatedIDs())
  }

  /// Additions of ends sum up beyond 64 bits, exactly.
  @Test func countersComeBack() throws {
    var random = SplitMix64(seed: 8)
    var options = CheckOptions()
    options.model = "counter"
    for _ in 0..<trials(200) {
      var (text, sum) = ("", Int128(0))
      for process in 0..<random.draw(1..<6) {
        let number = Self.ends[random.draw(0..<Self.ends.count)]
        text += "\(process) invoke add \(number)\n\(process) ok add \(number)\n"
        sum += Int128(number)
      }
      let seen = Int64(exactly: sum) ?? Int64(truncatingIfNeeded: sum)
      let history = try History.text(text + "9 invoke read nil\n9 ok read \(seen)")
      let result = try Checker.check(history, options)
      #expect((result.verdict == .holds) == (Int64(exactly: sum) != nil), "\(text)\(seen)")
      var stream = SplitMix64(seed: 9)
      let streamed = try StreamedEvents(plainEvents(history), options, &stream)
      #expect((streamed.alarm == nil) == (result.verdict == .holds))
    }
  }
}
