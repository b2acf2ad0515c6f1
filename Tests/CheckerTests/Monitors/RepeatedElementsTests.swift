import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// The searches of containers whose elements are put in more than once, against the referee.
@Suite struct RepeatedElementsTests {
  typealias Kind = ContainerKind

  static let kinds = Kind.all(
    queue: "queue-pairs", bag: "bag-late-takes", stack: "stack-windows",
    priorityQueue: "priority-queue-late-takes")

  /// What a faultless container did with a few different elements, some answers then replaced.
  private func history(_ kind: Kind, _ random: inout SplitMix64) throws -> History {
    let count = random.draw(1..<11)
    let intervals = Intervals(
      count, pending: [0, 0.1, 0.2, 0.4][random.draw(0..<4)],
      open: [2, 3, 4, 6, 99][random.draw(0..<5)],
      invoking: [0.35, 0.5, 0.65, 0.8][random.draw(0..<4)], &random)
    let points = intervals.points(&random)
    let puts = [0.4, 0.5, 0.6, 0.7][random.draw(0..<4)]
    let elements = random.draw(1..<5)
    var labels = kind.faultless(intervals, puts: puts, points, &random) {
      $1.draw(0..<elements)
    }
    let lies = [0, 0.1, 0.3, 1][random.draw(0..<4)]
    for operation in 0..<count where labels[operation].function == kind.take && random.chance(lies)
    {
      labels[operation].output =
        random.chance(0.25) ? nil : .integer(Int64(random.draw(0..<elements)))
    }
    return try intervals.history(labels)
  }

  @Test(arguments: kinds) func agreesOnRandomHistories(kind: Kind) throws {
    let model = try Models.named(kind.model)
    var random = SplitMix64(seed: 23)
    var count = RungCount()
    let trials = trials(4000)
    for _ in 0..<trials { try judge(kind.rung, model, history(kind, &random), &count) }
    #expect(count.orders > trials / 4 && count.violations > trials / 8, "\(count)")
    #expect(count.passes == 0, "\(count)")
    RungQuota.expect(kind.rung, decided: count.decided)
  }

  /// What is put in once shows violations among what is put in more often.
  @Test(arguments: kinds) func singleElementsProveTheWhole(kind: Kind) throws {
    let model = try Models.named(kind.model)
    var random = SplitMix64(seed: 29)
    var count = RungCount()
    let trials = trials(9000)
    for _ in 0..<trials { try judge("single-elements", model, history(kind, &random), &count) }
    #expect(count.violations > trials / 20 && count.orders == 0, "\(count)")
    RungQuota.expect("single-elements", decided: count.decided, of: Self.kinds.count)
  }

  /// The whole walk, with the proofs that are shown.
  @Test(arguments: kinds) func isExplained(kind: Kind) throws {
    let model = try Models.named(kind.model)
    var random = SplitMix64(seed: 31)
    for _ in 0..<trials(600) {
      let history = try history(kind, &random)
      let puts = history.input.filter { $0 > ValueTable.null }
      // Where nothing comes back the monitors decide.
      if Set(puts).count < puts.count { try agree(history, model, CheckOptions()) }
    }
  }

  /// Every history of three operations, with two elements.
  @Test(arguments: kinds) func agreesOnAllSmallHistories(kind: Kind) throws {
    let model = try Models.named(kind.model)
    var count = RungCount()
    for size in 1...(trialFactor > 1 ? 4 : 3) {
      try everyHistory(size) { _ in
        [0, 1].map { Label(kind.put, .integer($0), .integer($0)) }
          + [nil, .integer(0), .integer(1)].map { Label(kind.take, nil, $0) }
      } visit: { history in
        try judge(kind.rung, model, history, &count)
      }
    }
    #expect(count.passes == 0 && count.orders > 1000 && count.violations > 1000, "\(count)")
  }

  /// Long histories of many clients are decided by the rung alone, in time that a test has.
  @Test(arguments: kinds.filter { $0.model != "stack" }) func longHistoriesAreDecided(kind: Kind)
    throws
  {
    let model = try Models.named(kind.model)
    var random = SplitMix64(seed: 37)
    let count = 1_000
    let intervals = Intervals(count, pending: 0.02, open: 8, invoking: 0.8, &random)
    let points = intervals.points(&random)
    var labels = [Label](repeating: Label(kind.take), count: count)
    var inside: [Int] = []
    for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
      let happens = !intervals.isPending[operation] || random.chance(0.5)
      if random.chance(inside.count < 8 ? 0.55 : 0.4) {
        let element = random.draw(0..<5)
        labels[operation] = Label(kind.put, .integer(Int64(element)), .integer(Int64(element)))
        if happens { inside.append(element) }
      } else if !inside.isEmpty {
        let place = kind.next(inside, &random)
        labels[operation].output = .integer(Int64(inside[place]))
        if happens { inside.remove(at: place) }
      }
    }
    var options = CheckOptions()
    options.model = model.name
    options.budget = Budget(nanoseconds: 60_000_000_000)
    let result = try Checker.check(try intervals.history(labels), options)
    #expect(result.verdict == .holds)
    #expect(result.algorithm == kind.rung)
  }
}
