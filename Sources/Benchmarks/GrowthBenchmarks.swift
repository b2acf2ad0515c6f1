import Base
import Generator
import Glibc

/// How the cost of a check grows with the length of the history: the exponent over three sizes.
enum GrowthBenchmarks {
  static func run(_ suite: Suite) throws(Failure) -> [Measurement] {
    let many = suite.size(1_000_000)
    var all = [
      try exponent("10 clients", many, suite) { Shape.tenClients($0) },
      try exponent("50 clients, 1 % unknown", many, suite) { Shape.fiftyClients($0) },
      try exponent("100 keys", many, suite) { Shape.hundredKeys($0) },
    ]
    for one in FewValues.all {
      // From the promised size on; below it caches hold what they later cannot.
      let largest = suite.size(one.clients > 10 ? 80_000 : 400_000)
      all.append(
        try exponent(one.name, largest, seeds: suite.rounds, suite) { one.options($0) })
    }
    return all
  }

  /// Measures a quarter, a half and the whole; processor time, so that neighbours count less.
  ///
  /// Where a search may be lucky or not, several histories of a size are taken together.
  private static func exponent(
    _ name: String, _ largest: Int, seeds: Int = 1, _ suite: Suite,
    _ options: (Int) -> GeneratorOptions
  ) throws(Failure) -> Measurement {
    var line = Measurement(
      name: "growth, \(name)", unit: "= exponent", bound: .atMost(1.15))
    var points: [(size: Double, seconds: Double)] = []
    for size in [largest / 4, largest / 2, largest] {
      var sum = 0.0
      for seed in 1...seeds {
        var options = options(size)
        options.seed = UInt64(seed)
        let file = try CheckedFile(options, named: "growth", in: suite.folder)
        defer { file.remove() }
        var best = Double.infinity
        for _ in 0..<(seeds > 1 ? 1 : suite.rounds) {
          let outcome = try file.check(suite)
          guard outcome.isRight else {
            line.note = "\(size) operations, seed \(seed): \(outcome.note)"
            return line
          }
          best = min(best, outcome.run.processorSeconds)
        }
        sum += best
      }
      points.append((Double(size), sum))
    }
    line.value = slope(points.map { (log($0.size), log(max($0.seconds, 1e-4))) })
    let times = points.map { "\($0.seconds.thousandths) s" }.joined(separator: ", ")
    let histories = seeds > 1 ? ", \(seeds) histories each" : ""
    line.note = "\(largest / 4), \(largest / 2), \(largest) operations\(histories): \(times)"
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
