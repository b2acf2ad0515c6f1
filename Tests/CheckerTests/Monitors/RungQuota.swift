import TestSupport
import Testing

@testable import Checker

/// How many random histories each rung must decide by itself, those that it passes on not counted.
///
/// The numbers are for `PLUMBLINE_TRIALS=1` and grow with it: 50 makes every one of them a hundred
/// thousand and more.
enum RungQuota {
  static let least = [
    "version-order": 3_000, "register-zones": 10_000, "register-saturation": 2_500,
    "queue-monitor": 4_000, "bag-monitor": 4_000, "stack-monitor": 3_600,
    "priority-queue-monitor": 3_600, "set-elements": 7_500, "grow-only-set": 7_500,
    "lock-sections": 5_000, "fenced-lock-tokens": 2_500, "semaphore-sweep": 7_500,
    "counter-slots": 8_000, "counter-bounds": 3_000, "counter-levels": 6_000,
    "text-zones": 5_000, "cell-search": 12_000, "append-log-order": 4_000,
    "queue-pairs": 3_500, "bag-late-takes": 3_500, "stack-windows": 3_500,
    "priority-queue-late-takes": 3_500, "single-elements": 2_000,
    "unique-ids-monitor": 2_500, "revision-order": 3_000,
    Engine.depthFirst: 6_000, Engine.frontier: 6_000, Engine.beam: 2_000,
  ]

  /// Expects a part of what a rung must decide: one of as many tests that have a share in it.
  static func expect(
    _ rung: String, decided: Int, of parts: Int = 1, _ location: SourceLocation = #_sourceLocation
  ) {
    let share = trials(least[rung] ?? Int.max / trialFactor) / parts
    #expect(decided >= share, "\(rung)", sourceLocation: location)
  }
}

@Suite struct RungQuotaTests {
  @Test func everyRungHasOne() {
    let engines = [Engine.depthFirst, Engine.beam, Engine.frontier]
    let rungs = Set(Models.all.flatMap { $0.rungs.map(\.name) })
    #expect(Set(RungQuota.least.keys) == rungs.union(engines))
    #expect(RungQuota.least.values.allSatisfy { $0 >= 2_000 })
  }
}
