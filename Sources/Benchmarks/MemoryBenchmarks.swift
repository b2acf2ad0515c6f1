import Base
import Checker
import Formats
import Generator
import Histories

/// What happens within this process, on one core, by the processor's clock.
enum MemoryBenchmarks {
  /// How fast histories are generated.
  static func generate(_ suite: Suite) throws(Failure) -> [Measurement] {
    let operations = suite.size(1_000_000)
    return [
      try rate("generate, 10 clients", Shape.tenClients(operations), suite),
      try rate("generate, 100 keys", Shape.hundredKeys(operations), suite),
    ]
  }

  private static func rate(
    _ name: String, _ options: GeneratorOptions, _ suite: Suite
  ) throws(Failure) -> Measurement {
    var bytes = 0
    var best = Int64.max
    for _ in 0..<suite.rounds {
      bytes = 0
      let start = Ruler.processorTime
      try Generator.generate(options) { bytes += $0.count }
      best = min(best, Ruler.processorTime - start)
    }
    return Measurement(
      name: name, value: Double(bytes) * 1000 / Double(max(best, 1)), unit: "MB/s",
      bound: .atLeast(100), note: "\(bytes / 1_000_000) MB, not written anywhere")
  }

  /// The zones of unique-value registers: a history in memory, one thread; by themselves, and with
  /// the split by key before and the verification of the order after.
  static func zones(_ suite: Suite) throws -> [Measurement] {
    let operations = suite.size(1_000_000)
    return try zones("10 clients", Shape.tenClients(operations), suite)
      + zones("50 clients, 1 % unknown", Shape.fiftyClients(operations), suite)
      + zones("100 keys", Shape.hundredKeys(operations), suite)
  }

  private static func zones(
    _ name: String, _ options: GeneratorOptions, _ suite: Suite
  ) throws -> [Measurement] {
    let history = try HistoryReader.read(Generator.bytes(options), file: "generated")
    let unit = "million operations/s"
    var alone = Measurement(name: "zones, \(name)", unit: unit, bound: .atLeast(20))
    var whole = Measurement(name: "whole check in memory, \(name)", unit: unit)
    var best = Int64.max
    var bestAlone = Double.infinity
    for _ in 0..<suite.rounds {
      var check = CheckOptions(
        budget: Budget(nanoseconds: Units.nanoseconds(suite.timeLimit), bytes: 8 << 30))
      check.threads = 1
      let start = Ruler.processorTime
      let result = try Checker.check(history, check)
      best = min(best, Ruler.processorTime - start)
      bestAlone = min(bestAlone, result.decidingSeconds)
      alone.note = result.algorithm
      if result.verdict == .violation {
        throw Failure(.defect, "\(options): found a violation, expected linearizable")
      }
      guard result.verdict == .holds else {
        alone.note = "\(result.word), expected linearizable"
        return [alone]
      }
    }
    alone.value = Double(history.count) * 1e-6 / max(bestAlone, 1e-9)
    alone.note += ", \(bestAlone.thousandths) s"
    whole.value = Double(history.count) * 1000 / Double(max(best, 1))
    whole.note = "\((Double(best) * 1e-9).thousandths) s, the order verified"
    return [alone, whole]
  }
}
