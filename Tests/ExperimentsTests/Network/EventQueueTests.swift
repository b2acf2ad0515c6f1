import Base
import Testing

@testable import Experiments

/// What is due leaves first.
struct EventQueueTests {
  @Test func eventsLeaveByTimeAndThenInTheirOrder() {
    var random = SplitMix64(seed: 4)
    var queue = EventQueue<Int>()
    var due: [Int64] = []
    var left: [Int] = []
    for round in 0..<2_000 {
      due.append(Int64(random.draw(0..<300)) + Int64(round) / 4)
      queue.push(round, due: due[round])
      if random.chance(0.4), let event = queue.pop(now: .max) { left.append(event) }
    }
    // What comes out after the last went in is in order.
    var rest: [Int] = []
    while let next = queue.nextDue, let event = queue.pop(now: next) { rest.append(event) }
    #expect(rest == rest.sorted { (due[$0], $0) < (due[$1], $1) })
    #expect(Set(left + rest).count == 2_000)
    #expect(queue.nextDue == nil)
  }

  @Test func nothingIsTakenBeforeItsTime() {
    var queue = EventQueue<String>()
    queue.push("late", due: 10)
    queue.push("early", due: 5)
    #expect(queue.pop(now: 4) == nil)
    #expect(queue.pop(now: 7) == "early")
    #expect(queue.pop(now: 7) == nil)
    #expect(queue.pop(now: 10) == "late")
  }
}
