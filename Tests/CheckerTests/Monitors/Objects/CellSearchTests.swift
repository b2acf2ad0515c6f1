import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// The search over cells, against the referee: sets with whole reads and removals, and registers
/// that transactions write.
@Suite struct CellSearchTests {
  /// Without patience windows are tried at once.
  private static func sets(patience: Int) -> Rung {
    Rung(name: "cell-search") { CellSearch.decide($0, CellColumns.set, patience: patience) }
  }
  private static func registers(patience: Int) -> Rung {
    Rung(name: "cell-search") {
      CellSearch.decide($0, CellColumns.registers, patience: patience)
    }
  }

  @Test(arguments: [1, 2, 3, 6]) func setsAgree(domain: Int) throws {
    var random = SplitMix64(seed: UInt64(domain))
    var count = RungCount()
    let trials = trials(2500)
    for trial in 0..<trials {
      let initial: Set<Int> = trial % 3 == 0 ? [0] : []
      let intervals = Intervals.small(most: 11, &random)
      let points = intervals.points(&random)
      let lies = [0, 0.1, 0.3][random.draw(0..<3)]
      var labels = [Label](repeating: Label("read"), count: points.count)
      var inside = initial
      for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
        let element = random.draw(0..<domain)
        let name = JSON.integer(Int64(element))
        let happens = !intervals.isPending[operation] || random.chance(0.5)
        switch random.draw(0..<8 + trial % 4) {
        case 0..<3:
          labels[operation] = Label("add", name, name)
          if happens { inside.insert(element) }
        case 3..<6:
          labels[operation] = Label("remove", name, name)
          if happens { inside.remove(element) }
        case 6..<8:
          let isIn = inside.contains(element) != random.chance(lies)
          labels[operation] = Label("contains", name, .array([name, .bool(isIn)]))
        default:
          var shown = inside
          if random.chance(lies) { shown.formSymmetricDifference([element]) }
          labels[operation].output = .array(shown.sorted().map { .integer(Int64($0)) })
        }
      }
      try judge(
        Self.sets(patience: trial % 2 * 3000 + 1), .set, intervals.history(labels),
        initial: initial.isEmpty ? nil : .array([0]), &count)
    }
    #expect(count.orders > trials / 3 && count.violations > trials / 20, "\(count)")
    #expect(count.passes == 0, "\(count)")
    RungQuota.expect("cell-search", decided: count.decided, of: 8)
  }

  private func transaction(
    _ held: inout [JSON], _ next: inout Int64, values: Int, lies: Double, happens: Bool,
    _ random: inout SplitMix64
  ) -> Label {
    var asked: [JSON] = []
    var answered: [JSON] = []
    let isReading = random.chance(0.3)
    for _ in 0..<random.draw(1..<4) {
      let key = random.draw(0..<held.count)
      let name = JSON.integer(Int64(key))
      if !isReading, random.chance(0.5) {
        next += 1
        let value = JSON.integer(values == 0 ? next : Int64(random.draw(0..<values)))
        asked.append(.array([.string("write"), name, value]))
        answered.append(.array([.string("write"), name, value]))
        if happens { held[key] = value }
        continue
      }
      var value = held[key]
      if random.chance(lies) {
        value =
          random.chance(0.2)
          ? .null : .integer(Int64(random.draw(0..<(values == 0 ? Int(next) + 2 : values))))
      }
      asked.append(.array([.string("read"), name, .null]))
      answered.append(.array([.string("read"), name, value]))
    }
    return Label("txn", .array(asked), .array(answered))
  }

  @Test(arguments: [0, 1, 2, 3]) func registersAgree(values: Int) throws {
    var random = SplitMix64(seed: UInt64(values) + 40)
    var count = RungCount()
    let trials = trials(2500)
    for trial in 0..<trials {
      let intervals = Intervals.small(most: 10, &random)
      let points = intervals.points(&random)
      let lies = [0, 0.1, 0.3][random.draw(0..<3)]
      var labels = [Label](repeating: Label("txn"), count: points.count)
      var held = [JSON](repeating: .null, count: 1 + trial % 3)
      var next: Int64 = 0
      for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
        labels[operation] = transaction(
          &held, &next, values: values, lies: lies,
          happens: !intervals.isPending[operation] || random.chance(0.5), &random)
      }
      try judge(
        Self.registers(patience: trial % 2 * 3000 + 1), .multiRegister,
        intervals.history(labels), &count)
    }
    #expect(count.orders > trials / 4 && count.violations > trials / 40, "\(count)")
    #expect(count.passes < trials / 3, "\(count)")
    RungQuota.expect("cell-search", decided: count.decided, of: 8)
  }

  @Test func agreesOnAllSmallHistories() throws {
    var counts = [RungCount(), RungCount()]
    for size in 1...3 {
      try everyHistory(size) { _ in
        [Label("add", 1, 1), Label("add", 2, 2), Label("remove", 1, 1)]
          + [Label("contains", 1, .array([1, true])), Label("contains", 1, .array([1, false]))]
          + [[], [1], [1, 2]].prefix(size < 3 || trialFactor > 1 ? 3 : 2).map {
            Label("read", nil, .array($0))
          }
      } visit: { history in
        try judge(Self.sets(patience: 3000), .set, history, &counts[0])
      }
      try everyHistory(size) { _ in
        [
          [("w", "x", 1)], [("w", "x", 2)], [("w", "x", 1), ("w", "y", 1)],
          [("r", "x", 1), ("w", "y", 2)], [("r", "x", 1)],
        ].map { (parts: [(String, String, Int64)]) in
          let value = JSON.array(
            parts.map { .array([.string($0.0), .string($0.1), .integer($0.2)]) })
          return Label("txn", value, value)
        }
      } visit: { history in
        try judge(Self.registers(patience: 3000), .multiRegister, history, &counts[1])
      }
    }
    for count in counts { #expect(count.orders > 1000 && count.violations > 100, "\(count)") }
  }
}
