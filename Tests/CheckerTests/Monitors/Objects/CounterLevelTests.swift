import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// Counters by levels, against the referee; what the ladder leaves to the search is judged too.
@Suite struct CounterLevelTests {
  private let rung = Rung(name: "counter-levels") { CounterLevels.decide($0) }

  /// One graph that is so narrow that it leaves most out, and a sweep that comes back.
  private let narrow = [1, 2, 3].map { (width: Int) in
    Rung(name: "counter-levels") { task in
      guard let levels = LevelledCounter(task) else { return .pass }
      return levels.run(UnknownStock(levels), .narrow(width, levels.numbers.first ?? 1)) ?? .pass
    }
  }
  /// A violation where the relaxed graph has no way through; an order where all of it has one.
  private let relaxed = Rung(name: "counter-levels") { task in
    guard let levels = LevelledCounter(task) else { return .pass }
    let stock = UnknownStock(levels)
    if !levels.hasNone(stock) { return levels.run(stock, .exact) ?? .pass }
    let last = task.calls.indices.last ?? 0
    return .violation(.countTooLow, [Int32](0...Int32(last)))
  }

  @Test(arguments: [[1, 2, 5], [-4, -1, 0], [1, 2, 3, 3, 0]]) func levelsAgree(
    steps: [Int64]
  ) throws {
    let (count, trials) = try judged([rung], steps)
    #expect(count.orders > trials / 3 && count.violations > trials / 60, "\(count)")
    #expect(count.passes < trials / 3, "\(count)")
    RungQuota.expect("counter-levels", decided: count.decided, of: 3)
  }

  @Test(arguments: [[1, 2, 5], [1, 1, 4]]) func narrowGraphsAreNoProof(steps: [Int64]) throws {
    let (count, trials) = try judged(narrow, steps)
    #expect(count.orders > trials / 6 && count.violations > trials / 300, "\(count)")
  }

  @Test(arguments: [[1, 2, 5], [2, 3]]) func relaxedGraphsProve(steps: [Int64]) throws {
    let (count, trials) = try judged([relaxed], steps)
    #expect(count.orders > trials / 3 && count.violations > trials / 60, "\(count)")
  }

  /// Judges answers about counters with these additions, some unknown, and reads of which some are
  /// wrong.
  private func judged(
    _ rungs: [Rung], _ steps: [Int64]
  ) throws -> (count: RungCount, trials: Int) {
    var random = SplitMix64(seed: 17)
    var count = RungCount()
    let trials = trials(3500)
    for trial in 0..<trials {
      let intervals = Intervals.small(most: 11, &random)
      let points = intervals.points(&random)
      var value: Int64 = trial % 2 == 0 ? 0 : 7
      var labels = [Label](repeating: Label("read"), count: points.count)
      let lies = [0, 0.1, 0.3][random.draw(0..<3)]
      for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
        let step = steps[random.draw(0..<steps.count)]
        if random.chance(0.6) {
          labels[operation] = Label("add", .integer(step), .integer(step))
          if !intervals.isPending[operation] || random.chance(0.5) { value += step }
          continue
        }
        labels[operation].output = .integer(value + (random.chance(lies) ? step : 0))
      }
      try judge(
        rungs[trial % rungs.count], .counter, intervals.history(labels),
        initial: trial % 2 == 0 ? nil : 7, &count)
    }
    return (count, trials)
  }

  @Test func agreesOnAllSmallHistories() throws {
    var count = RungCount()
    for size in 1...3 {
      try everyHistory(size) { _ in
        [Label("add", 1, 1), Label("add", 2, 2)]
          + (0...(size < 3 ? 3 : 2)).map { Label("read", nil, .integer($0)) }
      } visit: { history in
        try judge(rung, .counter, history, &count)
      }
    }
    #expect(count.orders > 1000 && count.violations > 100, "\(count)")
  }

  /// Many additions of which some are unknown; or none is, and no choice explains the last read.
  @Test(arguments: [0, 1]) func longHistoriesAreDecided(lie: Int64) throws {
    var random = SplitMix64(seed: 5)
    var lines: [String] = []
    var value: Int64 = 0
    for round in 0..<400 {
      // Four clients at once, additions of 2 and 4, every tenth unknown.
      var ends: [String] = []
      for client in 0..<4 {
        let isUnknown = random.chance(lie == 0 ? 0.1 : 0)
        let process = isUnknown ? 10 + 4 * round + client : client
        if random.chance(0.5) {
          let step = 2 * Int64(random.draw(1..<3))
          if !isUnknown || random.chance(0.5) { value += step }
          lines.append("\(process) invoke add \(step)")
          if !isUnknown { ends.append("\(process) ok add \(step)") }
        } else {
          lines.append("\(process) invoke read nil")
          ends.append("\(process) ok read \(value)")
        }
      }
      lines += ends.shuffled(using: &random)
    }
    lines += ["0 invoke add 4", "1 invoke read nil", "1 ok read \(value + lie)", "0 ok add 4"]
    let result = try Checker.check(History.text(lines.joined(separator: "\n")), CheckOptions())
    #expect(result.algorithm == "counter-levels")
    #expect(result.verdict == (lie == 0 ? .holds : .violation))
  }
}

extension Intervals {
  /// A few operations, some pending.
  static func small(most: Int, _ random: inout SplitMix64) -> Intervals {
    Intervals(
      random.draw(1..<most), pending: [0, 0.2, 0.4][random.draw(0..<3)],
      open: [2, 3, 4, 99][random.draw(0..<4)],
      invoking: [0.35, 0.5, 0.65][random.draw(0..<3)], &random)
  }
}
