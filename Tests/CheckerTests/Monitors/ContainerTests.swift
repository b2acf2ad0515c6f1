import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// The monitors of containers whose elements are put in once, against the referee.
@Suite struct ContainerTests {
  typealias Kind = ContainerKind

  static let kinds = Kind.all(
    queue: "queue-monitor", bag: "bag-monitor", stack: "stack-monitor",
    priorityQueue: "priority-queue-monitor")

  /// Operations that a faultless container did, some answers then replaced.
  private func faultless(_ kind: Kind, _ random: inout SplitMix64) throws -> History {
    let count = random.draw(1..<(random.chance(0.3) ? 14 : 10))
    let intervals = Intervals(
      count, pending: [0, 0, 0.2, 0.4][random.draw(0..<4)],
      open: [2, 3, 4, 99][random.draw(0..<4)],
      invoking: [0.35, 0.5, 0.65][random.draw(0..<3)], &random)
    let points = intervals.points(&random)
    let puts = [0.4, 0.5, 0.65][random.draw(0..<3)]
    // Numbers that do not grow with time, for a priority queue.
    let numbers = Array(0..<count).shuffled(using: &random)
    var labels = kind.faultless(intervals, puts: puts, points, &random) { place, _ in
      numbers[place]
    }
    let lies = [0, 0.1, 0.3, 1][random.draw(0..<4)]
    let answers = labels.filter { $0.function == kind.put }.map(\.input) + [nil]
    for operation in 0..<count where labels[operation].function == kind.take && random.chance(lies)
    {
      labels[operation].output = answers[random.draw(0..<answers.count)]
    }
    return try intervals.history(labels)
  }

  /// Several lost elements, pending takes and takes that found nothing; or nearly one after the
  /// other with any answers.
  private func biased(_ kind: Kind, _ random: inout SplitMix64) throws -> History {
    let count = random.draw(4..<10)
    let isSequential = random.chance(0.5)
    var intervals = Intervals(
      count, pending: 0,
      open: isSequential ? random.draw(1..<3) : [3, 4, 6, 99][random.draw(0..<4)],
      invoking: 0.5, &random)
    let points = intervals.points(&random)
    var labels = [Label](repeating: Label(kind.take), count: count)
    let numbers = Array(0..<count).shuffled(using: &random)
    var inside: [Int] = []
    var pending = 0
    for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
      let draw = random.draw(0..<100)
      if draw < 42 {
        let element = numbers[operation]
        labels[operation] = Label(kind.put, .integer(Int64(element)), .integer(Int64(element)))
        if draw < 3 { pending |= 1 << operation }
        inside.append(element)
        continue
      }
      let isPending = draw < 62
      if isPending { pending |= 1 << operation }
      guard !inside.isEmpty, !isPending || random.chance(0.8) else { continue }
      let place =
        isSequential ? random.draw(0..<inside.count) : kind.next(inside, &random)
      if !isSequential || random.chance(0.6) {
        let element = inside.remove(at: place)
        labels[operation].output = .integer(Int64(element))
      }
      if random.chance(0.12) { labels[operation].output = nil }
    }
    intervals = intervals.pending(pending)
    return try intervals.history(labels)
  }

  @Test(arguments: kinds) func agreesOnRandomHistories(kind: Kind) throws {
    let model = try Models.named(kind.model)
    var random = SplitMix64(seed: 11)
    var count = RungCount()
    let trials = trials(4000)
    for trial in 0..<trials {
      let history = try trial % 2 == 0 ? faultless(kind, &random) : biased(kind, &random)
      try judge(kind.rung, model, history, &count)
    }
    #expect(count.orders > trials / 8 && count.violations > trials / 8, "\(count)")
    #expect(count.passes <= (kind.mayPass ? trials / 10 : 0), "\(count)")
    RungQuota.expect(kind.rung, decided: count.decided)
  }

  /// A pending removal that was invoked too late does not excuse a lost element: it was in the
  /// way when the other one was taken out. The monitor says so itself, in three operations.
  @Test(arguments: [("stack", "push", "pop"), ("priority-queue", "insert", "delete-min")])
  func aLateRemovalExplainsNothing(model: String, put: String, take: String) throws {
    let other = model == "stack" ? 1 : 2
    let history = try History.text(
      """
      0 invoke \(put) 1
      0 ok \(put) 1
      0 invoke \(put) 2
      0 ok \(put) 2
      0 invoke \(take)
      0 ok \(take) \(other)
      1 invoke \(take)
      """)
    var options = CheckOptions()
    options.model = model
    let result = try Checker.check(history, options)
    #expect(result.algorithm == "\(model)-monitor")
    #expect(result.violations.map(\.operations) == [[0, 1, 2]], "\(model)")
    let early = try History.text(
      """
      0 invoke \(put) 1
      0 ok \(put) 1
      0 invoke \(put) 2
      0 ok \(put) 2
      1 invoke \(take)
      0 invoke \(take)
      0 ok \(take) \(other)
      """)
    #expect(try Checker.check(early, options).verdict == .holds)
  }

  @Test(arguments: kinds) func agreesOnAllSmallHistories(kind: Kind) throws {
    let model = try Models.named(kind.model)
    var count = RungCount()
    for size in 1...(trialFactor > 1 ? 4 : 3) {
      try everyHistory(size) { operation in
        let element = JSON.integer(Int64(operation))
        return [Label(kind.put, element, element), Label(kind.take)]
          + (0..<size).map { Label(kind.take, nil, .integer(Int64($0))) }
      } visit: { history in
        try judge(kind.rung, model, history, &count)
      }
    }
    #expect(count.passes <= (kind.mayPass ? count.orders / 20 : 0), "\(count)")
    #expect(count.orders > 1000 && count.violations > 1000, "\(count)")
  }
}
