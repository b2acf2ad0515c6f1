import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// The monitors of sets, against the referee.
@Suite struct SetMonitorTests {
  private func contains(_ element: Int, _ isPresent: Bool) -> Label {
    let name = JSON.integer(Int64(element))
    return Label("contains", name, .array([name, .bool(isPresent)]))
  }

  private func add(_ element: Int) -> Label {
    Label("add", .integer(Int64(element)), .integer(Int64(element)))
  }

  private func read(_ elements: Set<Int>) -> Label {
    Label("read", nil, .array(elements.sorted().map { .integer(Int64($0)) }))
  }

  /// What a faultless set of a few elements did, some answers then replaced.
  private func random(
    _ random: inout SplitMix64, domain: Int, initial: Set<Int>, hasReads: Bool, removes: Bool
  ) throws -> History {
    let count = random.draw(1..<9)
    let intervals = Intervals(
      count, pending: [0, 0.2, 0.4][random.draw(0..<3)], open: [2, 3, 99][random.draw(0..<3)],
      invoking: [0.35, 0.5, 0.65][random.draw(0..<3)], &random)
    let points = intervals.points(&random)
    let lies = [0, 0.1, 0.4][random.draw(0..<3)]
    var labels = [Label](repeating: add(1), count: count)
    var inside = initial
    for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
      let element = random.draw(0..<domain)
      let happens = !intervals.isPending[operation] || random.chance(0.5)
      switch random.draw(0..<10) {
      case 0..<4:
        labels[operation] = add(element)
        if happens { inside.insert(element) }
      case 4..<6 where removes:
        labels[operation] = Label(
          "remove", .integer(Int64(element)), .integer(Int64(element)))
        if happens { inside.remove(element) }
      case 4..<8 where hasReads:
        var shown = inside
        if random.chance(lies) { shown.formSymmetricDifference([element]) }
        labels[operation] = read(shown)
      default:
        labels[operation] = contains(element, inside.contains(element) != random.chance(lies))
      }
    }
    return try intervals.history(labels)
  }

  @Test(arguments: [1, 3, 9]) func growOnlyAgrees(domain: Int) throws {
    var random = SplitMix64(seed: UInt64(domain))
    var count = RungCount()
    let trials = trials(2500)
    for trial in 0..<trials {
      let initial: Set<Int> = trial % 5 == 0 ? [0] : []
      let history = try self.random(
        &random, domain: domain, initial: initial, hasReads: trial % 4 > 0, removes: false)
      try judge(
        "grow-only-set", .set, history,
        initial: trial % 5 == 0 ? .array(initial.map { .integer(Int64($0)) }) : nil, &count)
    }
    #expect(count.orders > trials / 5 && count.violations > trials / 5, "\(count)")
    #expect(count.passes == 0, "\(count)")
    #expect(count.certificates.values.allSatisfy { $0 <= 5 }, "\(count)")
    RungQuota.expect("grow-only-set", decided: count.decided, of: 3)
  }

  @Test(arguments: [1, 2, 4]) func elementsAgree(domain: Int) throws {
    var random = SplitMix64(seed: UInt64(domain))
    var count = RungCount()
    let trials = trials(2500)
    for trial in 0..<trials {
      let initial: Set<Int> = trial % 3 == 0 ? [0] : []
      let history = try self.random(
        &random, domain: domain, initial: initial, hasReads: false, removes: trial % 4 > 0)
      try judge(
        "set-elements", .set, history,
        initial: trial % 3 == 0 ? .array(initial.map { .integer(Int64($0)) }) : nil, &count)
    }
    #expect(count.orders > trials / 5 && count.violations > trials / 10, "\(count)")
    #expect(count.passes == 0, "\(count)")
    RungQuota.expect("set-elements", decided: count.decided, of: 3)
  }

  @Test func agreeOnAllSmallHistories() throws {
    var counts = [RungCount(), RungCount()]
    for size in 1...3 {
      try everyHistory(size) { _ in
        [add(1), add(2), contains(1, true), contains(1, false)]
          + (size < 3 || trialFactor > 1 ? [[], [1], [2], [1, 2]] : [[], [2]]).map { read(Set($0)) }
      } visit: { history in
        try judge("grow-only-set", .set, history, &counts[0])
      }
      try everyHistory(size) { _ in
        [add(1), Label("remove", 1, 1), contains(1, true), contains(1, false), contains(2, false)]
      } visit: { history in
        try judge("set-elements", .set, history, &counts[1])
      }
    }
    for count in counts {
      #expect(count.orders > 1000 && count.violations > 1000 && count.passes == 0, "\(count)")
    }
  }
}
