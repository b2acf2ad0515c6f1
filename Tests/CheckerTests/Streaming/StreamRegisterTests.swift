import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// A register whose writers never repeat a value, but whose readers may lie.
struct UniqueRegister: SimulatedObject {
  var value: JSON = nil
  var written: [JSON] = [nil]
  var hasCas = true
  /// How often a value comes back.
  var repeats = 0.0

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    var new = JSON(written.count)
    if random.chance(repeats) { new = written[random.draw(0..<written.count)] }
    switch random.draw(0..<(hasCas ? 4 : 2)) {
    case 0:
      written.append(new)
      return Request(function: "write", input: new)
    case 1: return Request(function: "read")
    default:
      let old = random.chance(0.6) ? value : written[random.draw(0..<written.count)]
      if random.chance(0.1) { return Request(function: "cas", input: [old, old]) }
      written.append(new)
      return Request(function: "cas", input: [old, new])
    }
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    request.answer(ofRegister: &value)
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    switch request.function {
    case "read": written[random.draw(0..<written.count)]
    case "cas": request.input
    default: nil
    }
  }
}

struct StreamRegisterTests {
  /// The alarm comes at exactly the first event after which no order exists.
  @Test func zonesFlagTheFirstImpossibleEvent() throws {
    var options = CheckOptions()
    options.model = "cas-register"
    var flagged = 0
    let count = trials(1500)
    for seed in 0..<count {
      var random = SplitMix64(seed: UInt64(seed))
      let shape = Shape(
        operations: random.draw(2..<10), clients: random.draw(2..<6),
        crashes: random.chance(0.5) ? 0.2 : 0, lies: random.chance(0.5) ? 0.2 : 0.05)
      let history = try randomHistory(
        UniqueRegister(hasCas: random.chance(0.6)), shape, &random)
      // A mismatch is for the other engine, and so is not among these.
      let events = plainEvents(history).map { event in
        var event = event
        if event.isSwapped == false { (event.kind, event.isSwapped) = (.fail, nil) }
        // Some nodes lie about what did not happen.
        if event.kind == .ok, event.function != "read", random.chance(0.05) { event.kind = .fail }
        return event
      }
      let streamed = try StreamedEvents(events, options, &random)
      let expected = try firstViolation(events, options)
      #expect(streamed.rule != "other")
      #expect(
        streamed.alarm == expected,
        "seed \(seed): \(streamed.rule ?? "no alarm")\n\(show(events))")
      if expected != nil { flagged += 1 }
      if streamed.alarm != expected { return }
    }
    #expect(flagged > count / 20)
  }

  private func decide(
    _ options: CheckOptions, trials count: Int,
    _ object: (inout SplitMix64) -> any SimulatedObject
  ) throws {
    try streamsAgree(count, oneIn: 20) { random in
      var options = options
      options.model = "cas-register"
      options.failedCas = random.chance(0.5) ? .observes : .drops
      let shape = Shape(
        operations: random.draw(2..<13), clients: random.draw(2..<6),
        crashes: [0, 0.2, 0.4][random.draw(0..<3)], lies: random.chance(0.5) ? 0.2 : 0.05,
        lost: random.chance(0.5) ? 0.3 : 0.05)
      return (plainEvents(try randomHistory(object(&random), shape, &random)), options)
    }
  }

  /// Few values, mismatches, an initial value that nobody knows: no alarm without a violation, none
  /// missed, and none before its time.
  @Test(arguments: [CheckOptions.Initial.value(nil), .value(1), .unknown])
  func repeatedValuesAreDecided(initial: CheckOptions.Initial) throws {
    var options = CheckOptions()
    options.initial = initial
    try decide(options, trials: trials(2000)) { random in
      SimulatedRegister(
        domain: Int64([2, 3, 5, 20][random.draw(0..<4)]), hasCas: random.chance(0.5))
    }
  }

  /// Zones hand over to configurations in the middle of it, when the first value comes back.
  @Test func aValueThatComesBackLateIsDecided() throws {
    try decide(CheckOptions(), trials: trials(5000)) { random in
      UniqueRegister(hasCas: random.chance(0.5), repeats: 0.15)
    }
  }
}
