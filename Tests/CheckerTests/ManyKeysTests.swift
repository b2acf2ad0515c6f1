import Base
import Histories
import Testing

@testable import Checker

/// Long histories of a faultless object, and many keys at once.
@Suite struct ManyKeysTests {
  @Test func longHistoriesAreAccepted() throws {
    var random = SplitMix64(seed: 11)
    var options = CheckOptions()
    options.wantsWitness = true
    for (domain, crashes) in [(5, 0.0), (5, 0.02), (200, 0.02)] {
      let history = try randomHistory(
        SimulatedRegister(domain: Int64(domain)),
        Shape(operations: 2000, clients: 10, crashes: crashes, lies: 0, lost: crashes), &random)
      let result = try Checker.check(history, options)
      #expect(result.verdict == .holds)
      #expect(result.algorithm == "just-in-time")
      #expect(result.witnesses.map(\.key) == [ValueTable.none])
      #expect(result.operations == history.count - history.outcome.count { $0 == .fail })
    }
  }

  /// Keys are independent: one wrong read in each of two keys gives two violations, in the order
  /// of the keys, with one thread and with four.
  @Test(arguments: [1, 4]) func everyKeyIsReported(threads: Int) throws {
    var builder = HistoryBuilder()
    let write = builder.function("write")
    let read = builder.function("read")
    var line = 0
    for number in 0..<50 {
      let key = builder.values.intern(string: "k\(number)")
      let value = builder.values.intern(integer: 1)
      let seen = number % 20 == 7 ? ValueTable.null : value
      for (kind, function, value) in [
        (Event.Kind.invoke, write, value), (.ok, write, value),
        (.invoke, read, ValueTable.null), (.ok, read, seen),
      ] {
        line += 1
        try builder.add(
          Event(
            kind, process: .client(Int64(number)), function: function, key: key, value: value,
            line: line))
      }
    }
    let history = builder.build()
    var options = CheckOptions()
    options.threads = threads
    let progress = Lock<[Int]>([])
    options.progress = { done, keys in progress.withLock { $0.append(done * 100 + keys) } }
    let result = try Checker.check(history, options)
    #expect(result.model == "register")
    #expect(result.keys == 50)
    #expect(progress.withLock { $0.sorted() } == (1...50).map { $0 * 100 + 50 })
    #expect(result.violations.map(\.operations) == [[14, 15], [54, 55], [94, 95]])
    #expect(result.violations.map(\.isMinimal) == [true, true, true])
    #expect(
      result.violations.first?.explanation
        == "Process 7 completed “read → nil” on line 32, and no order of the operations explains "
        + "that: can't read nil from a register that holds 1. It contradicts “write 1” of process "
        + "7 (lines 29–30).")
  }
}
