import Glibc
import Testing

@testable import Base

struct SmallThingsTests {
  @Test(arguments: [
    ("8s", 8_000_000_000), ("500ms", 500_000_000), ("1.5m", 90_000_000_000), ("0", 0),
    ("3us", 3000), ("2h", 7_200_000_000_000),
  ])
  func durationsTakeUnits(text: String, nanoseconds: Int64) {
    #expect(Units.nanoseconds(text) == nanoseconds)
  }

  @Test(arguments: ["8", "s", "", "-1s", "1x", "1e3s", "99999999999h"])
  func durationsWithoutAUnitAreRefused(text: String) {
    #expect(Units.nanoseconds(text) == nil)
  }

  @Test func sizesTakeUnits() {
    #expect(Units.bytes("2GiB") == 2_147_483_648)
    #expect(Units.bytes("512") == 512)
    #expect(Units.bytes("1.5kB") == 1500)
    #expect(Units.bytes("-1") == nil)
    #expect(Units.bytes("2 GiB") == nil)
  }

  /// What the process takes counts where it is measured, whoever took it.
  @Test func aBudgetHoldsForTheProcess() {
    let budget = Budget(bytes: 8 << 20, resident: { 6 << 20 })
    #expect(budget.reserve(bytes: 100))
    #expect(!budget.reserve(bytes: 3 << 20))
    #expect(budget.reserve(bytes: 3 << 18))
    #expect(!budget.isNearlyFull)
    #expect(Budget(bytes: 7 << 20, resident: { 6 << 20 }).isNearlyFull)
    #expect(!Budget(bytes: 7 << 20).isNearlyFull)
    #expect(MachineMemory.resident() > 1 << 20)
  }

  /// What was done stays there for whoever asks later.
  @Test func workGoesOnBeside() {
    let steps = Lock(0)
    let one = Beside { () -> Int in
      while steps.withLock({ $0 }) == 0 {}
      return 41
    }
    steps.withLock { $0 = 1 }
    #expect(one.value() + 1 == 42)
  }

  /// Results come in order and none is far ahead, whichever is slow.
  @Test func resultsAreHandedOutInOrder() {
    let (handed, most) = (Lock(0), Lock(0))
    WorkerPool.inOrder(200, threads: 3, ahead: 5) { number in
      let behind = handed.withLock { $0 }
      most.withLock { $0 = max($0, number - behind) }
      if number % 50 == 7 { usleep(2000) }
      return number * number
    } each: { number, result in
      #expect(result == number * number)
      #expect(handed.withLock { $0 } == number)
      handed.withLock { $0 += 1 }
    }
    #expect(handed.withLock { $0 } == 200)
    // What was taken is not yet counted here.
    #expect(most.withLock { $0 } <= 5)
  }

  /// Who throws gets no further result, and jobs that run come to their end.
  @Test func anErrorEndsWhatIsHandedOut() {
    let done = Lock(0)
    #expect(throws: Failure(.usage, "enough")) {
      try WorkerPool.inOrder(1000, threads: 2, ahead: 4) { number in
        done.withLock { $0 += 1 }
        return number
      } each: { (number, _) throws(Failure) in
        if number == 3 { throw Failure(.usage, "enough") }
      }
    }
    #expect((4...8).contains(done.withLock { $0 }))
  }

  /// The least limit on the way up counts, in both versions of control groups.
  @Test func memoryIsThatOfTheContainer() {
    func limit(_ files: [String: String]) -> Int64? {
      MachineMemory.controlGroups { files[$0].map { Array($0.utf8) } }
    }
    let first = "9:name=systemd:/\n4:cpu,memory:/a/b\n0::/\n"
    #expect(limit([:]) == nil)
    #expect(limit(["/proc/self/cgroup": first]) == nil)
    #expect(
      limit([
        "/proc/self/cgroup": first, "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "5000000\n",
        "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
      ]) == 5_000_000)
    #expect(
      limit([
        "/proc/self/cgroup": "0::/x/y\n", "/sys/fs/cgroup/x/y/memory.max": "max\n",
        "/sys/fs/cgroup/x/memory.max": "7000000\n", "/sys/fs/cgroup/memory.max": "8000000\n",
      ]) == 7_000_000)
    #expect(limit(["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "64\n"]) == 64)
    #expect(MachineMemory.limit() > 0)
  }

  @Test func quantitiesReadWell() {
    #expect(Units.describe(nanoseconds: 1_240_000_000) == "1.24 s")
    #expect(Units.describe(nanoseconds: 16_500_000) == "16.5 ms")
    #expect(Units.describe(nanoseconds: 0) == "0 ns")
    #expect(Units.describe(bytes: 2_147_483_648) == "2 GiB")
    #expect(Units.describe(bytes: 1000) == "1000 B")
  }

  @Test func aMistypedWordGetsASuggestion() {
    let known = ["test", "check", "report", "partition", "stale-reads"]
    #expect(Suggestion.nearest(to: "chekc", among: known) == "check")
    #expect(Suggestion.nearest(to: "tset", among: known) == "test")
    #expect(Suggestion.nearest(to: "part", among: known) == "partition")
    #expect(Suggestion.nearest(to: "stale-read", among: known) == "stale-reads")
    #expect(Suggestion.nearest(to: "quux", among: known) == nil)
    #expect(Suggestion.hint(for: "chekc", among: known) == "; did you mean check?")
    #expect(
      Suggestion.hint(for: "tset", among: known, prefix: "--", otherwise: "; see help")
        == "; did you mean --test?")
    #expect(Suggestion.hint(for: "quux", among: known, otherwise: "; see help") == "; see help")
    #expect(Suggestion.hint(for: "quux", among: known) == "")
  }

  @Test func equalSeedsGiveEqualSequences() {
    var first = SplitMix64(seed: 7)
    var second = SplitMix64(seed: 7)
    var other = SplitMix64(seed: 8)
    let drawn = (0..<100).map { _ in first.next() }
    let again = (0..<100).map { _ in second.next() }
    let others = (0..<100).map { _ in other.next() }
    #expect(drawn == again)
    #expect(drawn != others)
    let never = first.chance(0)
    let always = first.chance(1)
    #expect(!never && always)
  }

  @Test func theFirstNumbersAreThePublishedOnes() {
    // The reference sequence of the generator for the seed 1234567.
    var generator = SplitMix64(seed: 1_234_567)
    let drawn = (0..<3).map { _ in generator.next() }
    #expect(
      drawn == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }

  @Test func integersAreWrittenToTheLastDigit() {
    var writer = ByteWriter()
    for value in [0, -1, 10, .max, .min] as [Int64] {
      writer.write(value)
      writer.write(byte: 32)
    }
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == "0 -1 10 9223372036854775807 -9223372036854775808 ")
  }
}

struct BudgetTests {
  @Test func memoryIsRefusedBeforeItIsTaken() {
    let budget = Budget(bytes: 100)
    #expect(budget.reserve(bytes: 60))
    #expect(budget.spent == nil)
    #expect(!budget.reserve(bytes: 41))
    #expect(budget.spent == nil, "whoever was refused stops; others go on")
    #expect(budget.memoryReason == .memory(limit: 100))
    #expect(budget.memoryReason.description == "memory budget of 100 B reached")
    #expect(budget.peakBytes == 60)
  }

  @Test func whatIsGivenBackCanBeTakenAgain() {
    let budget = Budget(bytes: 100)
    #expect(budget.reserve(bytes: 100))
    #expect(budget.reserve(bytes: -100))
    #expect(budget.reserve(bytes: 100))
    #expect(budget.spent == nil)
  }

  @Test func timeRunsOut() {
    #expect(Budget(nanoseconds: 0).spent == .time(limit: 0))
    #expect(Budget(nanoseconds: 3_600_000_000_000).spent == nil)
  }

  @Test func whoeverCancelsIsHeard() {
    let budget = Budget()
    budget.cancel()
    #expect(budget.spent == .cancelled)
  }
}

@Suite("What stands in a text")
struct IncludesTests {
  @Test(
    "is found by its bytes, wherever it is",
    arguments: [
      ("connection reset", "reset", true), ("reset", "reset", true), ("rese", "reset", false),
      ("", "a", false), ("a", "", true), ("", "", true), ("größer", "ß", true),
    ])
  func includes(text: String, part: String, isThere: Bool) {
    #expect(text.includes(part) == isThere)
    #expect(Array(text.utf8).withUnsafeBytes { $0.includes(part) } == isThere)
  }
}
