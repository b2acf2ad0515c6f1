import Base
import Histories
import Testing

@testable import Experiments

/// Hundreds of clients, and operations that come at a rate; in told time.
struct ManyClientsTests {
  private static let second: Int64 = 1_000_000_000
  private static let millisecond: Int64 = 1_000_000

  /// No client has two operations open at a time, and a process that lost one asks no more.
  private func isWellFormed(_ history: History) -> Bool {
    var free: [Int64: Int32] = [:]
    for operation in 0..<history.count {
      let process = history.processes[operation]
      guard history.invoked[operation] > free[process] ?? -1 else { return false }
      free[process] = history.returned(operation)
    }
    return true
  }

  @Test func inAClosedLoopAllClientsAskAtOnceAndAgainWhenAnswered() throws {
    let bench = try ClientsBench { $0.clients = 500 }
    bench.advance(to: 1)
    #expect(bench.waiting == Array(0..<500))
    #expect(bench.clients.nextDue() == 1 + bench.plan.timeoutNanoseconds)
    bench.answer([7, 499])
    #expect(bench.waiting.count == 498)
    #expect(bench.clients.nextDue().map { $0 <= 1 } == true)
    bench.advance(to: 2)
    #expect(bench.waiting == Array(0..<500))
    #expect(Set(bench.asked.suffix(2)) == [7, 499])
    #expect(bench.clients.counts == .init(invoked: 502, ok: 2))
    let history = try bench.recorded()
    #expect(history.count == 502)
    #expect(isWellFormed(history))
  }

  /// Each of 300 clients does its ten operations of 100 ms a second.
  @Test func nobodyIsForgotten() throws {
    let bench = try ClientsBench { $0.clients = 300 }
    bench.run(to: 2 * Self.second, answeringAfter: 100 * Self.millisecond)
    var counts = [Int](repeating: 0, count: 300)
    for slot in bench.asked { counts[slot] += 1 }
    #expect(counts == [Int](repeating: 20, count: 300))
    let history = try bench.recorded()
    #expect(history.count == 6000)
    #expect(isWellFormed(history))
    #expect(history.invokedTime == history.invokedTime.sorted())
  }

  @Test func timeIsUpForEachAtItsOwnTime() throws {
    let bench = try ClientsBench {
      $0.clients = 200
      $0.timeoutNanoseconds = 50
    }
    bench.advance(to: 1)
    bench.answer(Array(0..<100))
    bench.advance(to: 11)
    #expect(bench.clients.nextDue() == 51)
    bench.advance(to: 50)
    #expect(bench.clients.counts.info == 0)
    bench.advance(to: 51)
    #expect(bench.clients.counts == .init(invoked: 300, ok: 100, fail: 0, info: 100))
    #expect(bench.waiting == Array(0..<100))
    #expect(bench.clients.nextDue() == 61)
    // Who does not know goes on as another process, after a pause.
    bench.advance(to: 61)
    #expect(bench.clients.counts.info == 200)
    #expect(!bench.clients.hasOpen)
    bench.advance(to: 5_000_061)
    let history = try bench.recorded()
    #expect(Array(history.processes.suffix(200)).sorted() == (200..<400).map { Int64($0) })
    #expect(isWellFormed(history))
  }

  @Test func onlyTheClientsOfANodeThatIsKilledLoseTheirOperations() throws {
    let bench = try ClientsBench { $0.clients = 300 }
    bench.advance(to: 1)
    bench.set(1, .ending)
    bench.advance(to: 2)
    #expect(bench.clients.counts == .init(invoked: 300))
    bench.set(1, .down)
    bench.advance(to: 3)
    #expect(bench.clients.counts == .init(invoked: 300, ok: 0, fail: 0, info: 100))
    #expect(bench.waiting == (0..<300).filter { $0 % 3 != 1 })
    // What was not sent did certainly not happen.
    bench.advance(to: 3 + 5 * Self.millisecond)
    #expect(bench.clients.counts == .init(invoked: 400, ok: 0, fail: 100, info: 100))
    bench.set(1, .up)
    bench.advance(to: 3 + 25 * Self.millisecond)
    #expect(bench.waiting == Array(0..<300))
  }

  /// A thousand a second for five seconds, give or take five standard deviations.
  @Test func inAnOpenLoopOperationsComeAtTheirRate() throws {
    for latency in [1, 100] as [Int64] {
      let bench = try ClientsBench {
        $0.clients = 400
        $0.loop = .open
        $0.rate = 1000
      }
      bench.run(to: 5 * Self.second, answeringAfter: latency * Self.millisecond)
      #expect(abs(bench.asked.count - 5000) < 350, "\(latency)")
      // Everybody's turn comes, although few would do.
      #expect(Set(bench.asked).count == 400, "\(latency)")
      #expect(isWellFormed(try bench.recorded()), "\(latency)")
    }
  }

  /// A cluster that stops answering is not spared: all clients get stuck, what comes then waits,
  /// and is asked as soon as there are answers.
  @Test func inAnOpenLoopASlowClusterIsNotSpared() throws {
    let bench = try ClientsBench {
      $0.clients = 200
      $0.loop = .open
      $0.rate = 1000
      $0.timeoutNanoseconds = 60 * Self.second
    }
    for tick in 1...1000 { bench.advance(to: Int64(tick) * Self.millisecond) }
    #expect(bench.waiting == Array(0..<200))
    #expect(bench.clients.nextDue().map { $0 > 59 * Self.second } == true)
    // About 800 more have come; nobody else comes in the microseconds that this takes.
    var rounds = 0
    while bench.waiting.count == 200, rounds < 20 {
      rounds += 1
      bench.answer(bench.waiting)
      bench.advance(to: bench.now + 1)
    }
    #expect(abs(bench.asked.count - 1000) < 160)
    #expect(isWellFormed(try bench.recorded()))
  }

  /// A closed loop has a rate, too, as long as answers come in time.
  @Test func inAClosedLoopARateIsHeld() throws {
    let bench = try ClientsBench {
      $0.clients = 250
      $0.rate = 500
    }
    bench.run(to: 10 * Self.second, answeringAfter: 5 * Self.millisecond)
    // Each client begins at once and then keeps about half a second.
    #expect(abs(bench.asked.count - 5125) < 200)
    #expect(Set(bench.asked).count == 250)
  }

  /// Keys that give way leave nothing behind but their number.
  @Test func keysThatGaveWayAreForgotten() throws {
    let bench = try ClientsBench {
      $0.clients = 50
      $0.keys = 4
      $0.operationsPerKey = 10
    }
    bench.run(to: 2 * Self.second, answeringAfter: 10 * Self.millisecond)
    let seen = Mirror(reflecting: bench.clients).descendant("workload", "seen") as? [Int: JSON]
    // Ten thousand operations, ten a key; those of the last keys may still be under way.
    #expect(bench.asked.count == 10_000)
    #expect((1...54).contains(seen?.count ?? 0))
  }
}
