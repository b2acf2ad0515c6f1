import Base
import Testing

@testable import Experiments

/// Updates that do not come through: what the history says of them is what is known.
struct UpdateTests {
  /// The error of an operation whose compare-and-sets are all answered like that.
  private func error(
    keyIsThere: Bool, _ answer: @escaping (Request) -> Completion
  ) throws -> String? {
    let bench = try ClientsBench {
      $0.clients = 1
      $0.workload = "counter"
      $0.seed = 3
    }
    bench.advance(to: 1)
    while bench.clients.counts.fail == 0, bench.asked.count < 300 {
      bench.answer([0]) { $0 == .read ? .ok(keyIsThere ? 3 : .null, []) : answer($0) }
      bench.advance(to: 1)
    }
    return try bench.refusals().first
  }

  @Test func aProgramThatCannotCreateAKeySaysSo() throws {
    let words = try error(keyIsThere: false) { _ in .fail("key-does-not-exist: no k0") }
    #expect(
      words == "nothing was changed: its compare-and-set with an absent key was refused, 50 times,"
        + " last: key-does-not-exist: no k0")
  }

  @Test func comparisonsThatFoundAnotherValueSaySo() throws {
    let words = try error(keyIsThere: true) { .ok($0.value, [.init("swapped", false)]) }
    #expect(
      words == "nothing was changed: its compare-and-set was refused, 50 times,"
        + " last: another value was there")
  }
}
