import Base
import Generator
import Glibc

/// How the cost of a check grows with the length of the history: the exponent over three sizes.
enum GrowthBenchmarks {
  static func run(_ suite: Suite) throws(Failure) -> [Measurement] {
    let many = suite.size(1_000_000)
    let some = suite.size(100_000)
    return [
      try exponent("10 clients", many, suite) { Workload.tenClients($0) },
      try exponent("50 clients, 1 % unknown", many, suite) { Workload.fiftyClients($0) },
      try exponent("100 keys", many, suite) { Workload.hundredKeys($0) },
      try exponent("values 0–4, valid", some, suite) {
        Workload.repeated($0, clients: 10, indeterminate: 0, error: nil)
      },
      try exponent("values 0–4, 5 % unknown, valid", some, suite) {
        Workload.repeated($0, clients: 10, indeterminate: 0.05, error: nil)
      },
    ]
  }

  /// Measures a quarter, a half and the whole; processor time, so that neighbours count less.
  private static func exponent(
    _ name: String, _ largest: Int, _ suite: Suite, _ options: (Int) -> GeneratorOptions
  ) throws(Failure) -> Measurement {
    var line = Measurement(
      name: "growth, \(name)", unit: "= exponent", bound: .atMost(1.15))
    var points: [(size: Double, seconds: Double)] = []
    for size in [largest / 4, largest / 2, largest] {
      let file = try CheckedFile(options(size), named: "growth", in: suite.folder)
      defer { file.remove() }
      var best = Double.infinity
      for _ in 0..<suite.rounds {
        let outcome = try file.check(suite)
        guard outcome.isRight else {
          line.note = "\(size) operations: \(outcome.note)"
          return line
        }
        best = min(best, outcome.run.processorSeconds)
      }
      points.append((Double(size), best))
    }
    line.value = slope(points.map { (log($0.size), log(max($0.seconds, 1e-4))) })
    let times = points.map { "\($0.seconds.thousandths) s" }.joined(separator: ", ")
    line.note = "\(largest / 4), \(largest / 2), \(largest) operations: \(times)"
    return line
  }

  /// The slope of the line that fits best, by least squares.
  private static func slope(_ points: [(x: Double, y: Double)]) -> Double {
    let count = Double(points.count)
    let meanX = points.reduce(0) { $0 + $1.x } / count
    let meanY = points.reduce(0) { $0 + $1.y } / count
    let above = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
    let below = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    return above / below
  }
}
