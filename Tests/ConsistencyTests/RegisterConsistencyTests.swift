import Base
import Consistency
import Histories
import TestSupport
import Testing

@Suite struct RegisterConsistencyTests {
  private func measure(_ history: History) throws -> RegisterConsistency {
    var values = history.values
    let zero = values.intern(integer: 0)
    return try RegisterConsistency(
      of: history, key: ValueTable.none, rules: RegisterRules(initial: zero))
  }

  /// Everything at once against every order of small histories.
  @Test func agreesWithEveryOrder() throws {
    var counts = [Int](repeating: 0, count: 6)
    for seed in 0..<trials(4000) {
      var random = SplitMix64(seed: UInt64(seed))
      let small = SmallRegister.random(&random)
      let found = try measure(small.history())
      let isAtomic = small.isAtomic(k: 1)
      #expect(found.isAtomic == isAtomic, "seed \(seed)")
      #expect(found.isRegular == small.isRegular, "seed \(seed)")
      let least = (1...9).first { small.isAtomic(k: $0) }
      #expect((found.k == nil) == (least == nil), "seed \(seed)")
      if let k = found.k, let least {
        #expect(k.contains(least), "seed \(seed): \(least) is not in \(k)")
        // What costs little is exact.
        if least <= 2 { #expect(k == least...least, "seed \(seed)") }
        counts[min(least, 4)] += 1
        if k.count > 1 { counts[5] += 1 }
      }
      let range = 0...2 * small.operations.count + 2
      let delta = range.first { small.isAtomic(k: 1, shift: $0) }.map { Int64($0) }
      #expect(found.deltaNanoseconds == delta, "seed \(seed)")
      if isAtomic {
        #expect(found.stale.isEmpty && found.inversions.isEmpty, "seed \(seed)")
      }
      for stale in found.stale {
        #expect(stale.versions < least ?? Int.max, "seed \(seed)")
        #expect(try #require(stale.nanoseconds) <= delta ?? Int64.max, "seed \(seed)")
      }
      if found.isRegular, !found.isAtomic { counts[0] += 1 }
    }
    // Nothing above was empty talk.
    for count in [0, 1, 2, 3] { #expect(counts[count] > 50, "\(counts)") }
  }

  @Test func aStaleReadIsMeasured() throws {
    let history = try History.text(
      """
      0 invoke write 1
      0 ok write 1
      0 invoke write 2
      0 ok write 2
      1 invoke write 3
      1 info write 3
      2 invoke read nil
      2 ok read 3
      3 invoke read nil
      3 ok read 1
      """)
    let found = try measure(history)
    #expect(
      found.stale == [
        StaleRead(operation: 4, writer: 0, overwriter: 1, versions: 2, nanoseconds: nil)
      ])
    #expect(found.inversions == [Inversion(newer: 3, older: 4)])
    #expect(found.k == 3...3)
    #expect(found.deltaNanoseconds == nil && !found.hasTimes)
    #expect(!found.isRegular)
  }

  @Test func regularButNotAtomic() throws {
    let history = try History.text(
      """
      0 invoke write 1
      1 invoke read nil
      1 ok read 1
      1 invoke read nil
      1 ok read 0
      0 ok write 1
      """)
    let found = try measure(history)
    #expect(found.isRegular && !found.isAtomic)
    #expect(found.inversions == [Inversion(newer: 1, older: 2)])
    #expect(found.k == 2...2)
  }

  @Test func compareAndSetsThatTookOneValue() throws {
    let history = try History.text(
      """
      0 invoke cas [0,1]
      1 invoke cas [0,2]
      0 ok cas [0,1]
      1 ok cas [0,2]
      """)
    let found = try measure(history)
    #expect(found.rivals == [[0, 1]])
    #expect(found.stale.isEmpty)
  }

  @Test func whatCannotBeTold() throws {
    let twice = try History.text("0 invoke write 1\n0 ok write 1\n1 invoke write 1\n1 ok write 1")
    #expect(throws: Untellable("the value 1 is written more than once (lines 1 and 3)")) {
      try measure(twice)
    }
    let initial = try History.text("0 invoke write 0\n0 ok write 0")
    #expect(throws: Untellable("the initial value 0 is written again (line 1)")) {
      try measure(initial)
    }
    let queue = try History.text("0 invoke enqueue 0\n0 ok enqueue 0")
    #expect(throws: Untellable("“enqueue” is no operation of a register")) { try measure(queue) }
  }

  @Test func valuesFromNowhereHaveNoBound() throws {
    let nowhere = try measure(History.text("0 invoke read nil\n0 ok read 7"))
    #expect(nowhere.unwritten == [0] && nowhere.k == nil)
    let early = try measure(
      History.text("0 invoke read nil\n0 ok read 1\n1 invoke write 1\n1 ok write 1"))
    #expect(early.early == [0] && early.k == nil && !early.isRegular)
  }

  @Test func anUnknownInitialValueIsTheOneThatNobodyWrote() throws {
    let history = try History.text("0 invoke read nil\n0 ok read 7\n1 invoke read nil\n1 ok read 8")
    let found = try RegisterConsistency(
      of: history, key: ValueTable.none, rules: RegisterRules(initial: nil))
    #expect(found.unwritten == [1])
  }
}
