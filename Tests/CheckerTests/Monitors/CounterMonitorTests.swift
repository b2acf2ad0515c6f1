import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// The monitors of counters, logs and generators of ids, against the referee.
@Suite struct CounterMonitorTests {
  private func intervals(_ random: inout SplitMix64, most: Int = 10) -> Intervals {
    Intervals(
      random.draw(1..<most), pending: [0, 0.2, 0.4][random.draw(0..<3)],
      open: [2, 3, 4, 99][random.draw(0..<4)],
      invoking: [0.35, 0.5, 0.65][random.draw(0..<3)], &random)
  }

  @Test(arguments: [1, -3]) func countersAgree(step: Int64) throws {
    var random = SplitMix64(seed: 3)
    var count = RungCount()
    let trials = trials(4000)
    for trial in 0..<trials {
      let intervals = intervals(&random)
      let points = intervals.points(&random)
      var value: Int64 = trial % 2 == 0 ? 0 : 7
      var labels = [Label](
        repeating: Label("add", .integer(step), .integer(step)), count: points.count)
      let lies = [0, 0.15, 0.4][random.draw(0..<3)]
      for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
        if random.chance(0.5) {
          if !intervals.isPending[operation] || random.chance(0.5) { value += step }
          continue
        }
        var shown = value
        if random.chance(lies) { shown += [-step, step, 1][random.draw(0..<3)] }
        labels[operation] = Label("read", nil, .integer(shown))
      }
      try judge(
        "counter-slots", .counter, intervals.history(labels),
        initial: trial % 2 == 0 ? nil : 7, &count)
    }
    #expect(count.orders > trials / 5 && count.violations > trials / 8, "\(count)")
    #expect(count.passes == 0, "\(count)")
    RungQuota.expect("counter-slots", decided: count.decided, of: 2)
  }

  /// Additions of different numbers, of one sign or of both: what the bounds refuse is a violation.
  @Test(arguments: [[1, 2, 5], [-4, -1], [3, -2, 1, -1, 0]]) func boundsAgree(
    steps: [Int64]
  ) throws {
    var random = SplitMix64(seed: 8)
    var count = RungCount()
    let trials = trials(3000)
    for trial in 0..<trials {
      let intervals = intervals(&random, most: 8)
      let points = intervals.points(&random)
      var value: Int64 = trial % 2 == 0 ? 0 : 7
      var labels = [Label](repeating: Label("read"), count: points.count)
      let lies = [0.2, 0.5, 0.9][random.draw(0..<3)]
      for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
        if random.chance(0.5) {
          let step = steps[random.draw(0..<steps.count)]
          labels[operation] = Label("add", .integer(step), .integer(step))
          if !intervals.isPending[operation] || random.chance(0.5) { value += step }
          continue
        }
        var shown = value
        if random.chance(lies) { shown += Int64(random.draw(0..<13)) - 6 }
        labels[operation].output = .integer(shown)
      }
      try judge(
        "counter-bounds", .counter, intervals.history(labels),
        initial: trial % 2 == 0 ? nil : 7, &count)
    }
    #expect(count.orders == 0 && count.passes > trials / 5, "\(count)")
    #expect(
      Set(count.certificates.keys) == ["reads-go-back", "count-too-high", "count-too-low"],
      "\(count)")
    RungQuota.expect("counter-bounds", decided: count.decided, of: 3)
  }

  /// Two reads refute each other without the additions that both count, and the later one is wrong.
  @Test(arguments: ["1", "3"]) func theLaterReadIsTheCulprit(other: String) throws {
    let history = try History.text(
      """
      0 invoke add 1
      0 ok add 1
      0 invoke add \(other)
      1 invoke read nil
      1 ok read \(other == "1" ? 2 : 4)
      2 invoke read nil
      2 ok read 1
      """)
    let result = try Checker.check(history, CheckOptions())
    #expect(result.algorithm == (other == "1" ? "counter-slots" : "counter-bounds"))
    #expect(result.violations.map(\.operations) == [[2, 3]])
    #expect(result.violations.map(\.culprit) == [3])
    let dilemmas = result.violations.flatMap(\.dilemmas)
    #expect(dilemmas.map(\.state) == [other == "1" ? "2" : "4"])
    #expect(dilemmas.map(\.path) == [[2]])
  }

  /// The fewest additions are named: the largest.
  @Test func boundsNameTheLargest() throws {
    let history = try History.text(
      """
      0 invoke add 3
      0 ok add 3
      0 invoke add 5
      0 ok add 5
      1 invoke add -1
      0 invoke add 4
      0 ok add 4
      2 invoke add 9
      0 invoke read nil
      0 ok read 7
      """)
    let result = try Checker.check(history, CheckOptions())
    #expect(result.algorithm == "counter-bounds")
    // 5 and 4, even less the 1 that nobody knows of, are more than 7; with the 3 either is not.
    #expect(result.violations.map(\.operations) == [[1, 3, 5]])
    #expect(result.violations.map(\.culprit) == [5])
  }

  /// What forty operations cannot prove is left to the search, however large the additions are.
  @Test(arguments: [(77, "counter-bounds"), (78, "just-in-time")]) func boundsStayReadable(
    seen: Int, algorithm: String
  ) throws {
    let adds = (0..<120).map { "0 invoke add \($0 % 2 + 1)\n0 ok add \($0 % 2 + 1)\n" }
    let history = try History.text(adds.joined() + "0 invoke read nil\n0 ok read \(seen)")
    let result = try Checker.check(history, CheckOptions())
    #expect(result.algorithm == algorithm)
    #expect(result.violations.map(\.culprit) == [120])
    if algorithm == "counter-bounds" {
      // Thirty-nine twos are the fewest that are more.
      let twos = (0..<39).map { 2 * $0 + 1 }
      #expect(result.violations.map(\.operations) == [twos + [120]])
    }
  }

  /// The smallest number of all has no negative.
  @Test func theSmallestNumberIsJudged() throws {
    let history = try History.text(
      """
      0 invoke add -1
      0 ok add -1
      0 invoke read nil
      0 ok read -9223372036854775808
      """)
    let result = try Checker.check(history, CheckOptions())
    #expect(result.algorithm == "counter-slots")
    // What lies between is 2^63 additions, which no 64 bits count: the one that there is may be
    // left out, for with it the read would be as wrong.
    #expect(result.violations.map(\.operations) == [[1]])
    #expect(result.violations.map(\.anomaly) == [.countTooLow])
    var count = RungCount()
    try judge(
      "counter-bounds", .counter, try History.text("0 invoke read nil\n0 ok read 5"),
      initial: .integer(Int64.min), &count)
    #expect(count.passes == 0)
  }

  @Test func logsAgree() throws {
    var random = SplitMix64(seed: 4)
    var count = RungCount()
    let trials = trials(4000)
    for _ in 0..<trials {
      let intervals = intervals(&random)
      let points = intervals.points(&random)
      var log: [JSON] = []
      var labels = [Label](repeating: Label("read"), count: points.count)
      let lies = [0, 0.1, 0.3][random.draw(0..<3)]
      for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
        if random.chance(0.5) {
          let element = JSON.integer(Int64(operation))
          labels[operation] = Label("append", element, element)
          if !intervals.isPending[operation] || random.chance(0.5) { log.append(element) }
          continue
        }
        var shown = log
        if random.chance(lies) {
          switch random.draw(0..<4) {
          case 0: shown = shown.shuffled(using: &random)
          case 1: shown = Array(shown.dropLast())
          case 2: shown.append(.integer(Int64(random.draw(0..<points.count))))
          default: shown = Array(shown.dropFirst())
          }
        }
        labels[operation].output = .array(shown)
      }
      try judge("append-log-order", .appendLog, intervals.history(labels), &count)
    }
    #expect(count.orders > trials / 5 && count.violations > trials / 10, "\(count)")
    #expect(count.passes == 0, "\(count)")
    #expect(count.certificates.values.allSatisfy { $0 <= 4 }, "\(count)")
    RungQuota.expect("append-log-order", decided: count.decided)
  }

  @Test func generatorsAgree() throws {
    var random = SplitMix64(seed: 6)
    var count = RungCount()
    for trial in 0..<trials(2500) {
      let shape = Shape(operations: 3 + trial % 6, clients: 3, lies: trial % 2 == 0 ? 0 : 0.3)
      let history = try randomHistory(SimulatedIDs(), shape, &random)
      try judge("unique-ids-monitor", .uniqueIDs, history, &count)
    }
    #expect(count.orders > 500 && count.violations > 250 && count.passes == 0, "\(count)")
    #expect(count.certificates == ["repeated-id": 2])
    RungQuota.expect("unique-ids-monitor", decided: count.decided)
  }

  @Test func agreeOnAllSmallHistories() throws {
    var counts = [RungCount(), RungCount()]
    var bounds = RungCount()
    for size in 1...3 {
      try everyHistory(size) { _ in
        [Label("add", 1, 1), Label("add", -2, -2)]
          + [-2, -1, 0, 1, 2].map { Label("read", nil, .integer($0)) }
      } visit: { history in
        try judge("counter-bounds", .counter, history, &bounds)
      }
      try everyHistory(size) { _ in
        [Label("add", 1, 1)] + (0..<4).map { Label("read", nil, .integer($0)) }
      } visit: { history in
        try judge("counter-slots", .counter, history, &counts[0])
      }
      try everyHistory(size) { operation in
        let element = JSON.integer(Int64(operation))
        let lists: [JSON] =
          size < 3 || trialFactor > 1
          ? [[], [0], [1], [2], [0, 1], [1, 0], [0, 2], [2, 1]] : [[], [0], [1, 0], [2]]
        return [Label("append", element, element)] + lists.map { Label("read", nil, $0) }
      } visit: { history in
        try judge("append-log-order", .appendLog, history, &counts[1])
      }
    }
    #expect(bounds.orders == 0 && bounds.violations > 1000, "\(bounds)")
    for count in counts {
      #expect(count.orders > 500 && count.violations > 1000 && count.passes == 0, "\(count)")
    }
  }

  /// The tree of maxima against an array.
  @Test func maxima() {
    var random = SplitMix64(seed: 9)
    for size in 1..<40 {
      var plain = (0..<size).map { _ in Int64(random.draw(0..<20)) }
      var tree = MaximumTree(plain)
      for _ in 0..<60 {
        let place = random.draw(0..<size)
        if random.chance(0.5) {
          tree.add(2, through: place)
          for index in 0...place { plain[index] += 2 }
        }
        let limit = Int64(random.draw(0..<60))
        #expect(tree.lastAbove(limit, through: place) == plain[...place].lastIndex { $0 > limit })
      }
    }
  }
}
