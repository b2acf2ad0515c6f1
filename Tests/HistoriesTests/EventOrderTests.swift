import Base
import Histories
import Testing

@Suite("The order of events")
struct EventOrderTests {
  /// An event of a test: process, kind, time, index.
  private typealias Line = (process: Int64, kind: Event.Kind, time: Int64?, index: Int64?)

  private func history(_ lines: [Line], _ order: EventOrder?) throws(HistoryError) -> History {
    var builder = HistoryBuilder(order: order)
    for (place, line) in lines.enumerated() {
      if let index = line.index { builder.keep("index", builder.values.intern(integer: index)) }
      builder.keep("line", builder.values.intern(integer: Int64(place)))
      try builder.add(
        Event(
          line.kind, process: line.process < 0 ? .nemesis : .client(line.process),
          function: builder.function("f"), time: line.time ?? Event.noTime, line: place + 1))
    }
    try builder.putInOrder()
    return builder.build()
  }

  /// The places of the lines in the order of the history.
  private func places(_ lines: [Line], _ order: EventOrder) throws -> [Int64] {
    let history = try history(lines, order)
    return (0..<Int32(history.eventCount)).compactMap { rank in
      history.extra("line", at: rank).flatMap { history.values.integer($0) }
    }
  }

  private func refusal(_ lines: [Line], _ order: EventOrder?) -> String {
    do throws(HistoryError) {
      return "none: \(try history(lines, order).warnings)"
    } catch {
      return error.description
    }
  }

  @Test("lines are sorted with their further fields, by time or by index")
  func sorts() throws {
    let lines: [Line] = [
      (1, .invoke, 30, 2), (1, .ok, 40, 3), (0, .invoke, 10, 0), (0, .ok, 20, 1),
    ]
    #expect(try places(lines, .time) == [2, 3, 0, 1])
    #expect(try places(lines, .index) == [2, 3, 0, 1])
    #expect(try places(lines, .line) == [0, 1, 2, 3])
  }

  @Test("at one instant invocations come before completions, but for a process's own")
  func instants() throws {
    #expect(
      try places([(0, .invoke, 1, nil), (0, .ok, 2, nil), (1, .invoke, 2, nil)], .time) == [
        0, 2, 1,
      ])
    // Nothing takes time.
    #expect(
      try places(
        [(0, .invoke, 5, nil), (0, .ok, 5, nil), (1, .invoke, 5, nil), (1, .ok, 5, nil)], .time)
        == [0, 2, 1, 3])
    // Process 0 goes on at once: its completion comes first, the other's after its next invocation.
    #expect(
      try places(
        [
          (0, .invoke, 1, nil), (1, .invoke, 1, nil), (1, .ok, 2, nil), (0, .ok, 2, nil),
          (0, .invoke, 2, nil), (2, .invoke, 2, nil),
        ], .time) == [0, 1, 5, 3, 4, 2])
    #expect(
      try places([(-1, .info, 2, nil), (0, .invoke, 1, nil), (0, .ok, 2, nil)], .time) == [1, 0, 2])
  }

  @Test("what cannot be sorted is refused with the option that can be taken")
  func refusals() {
    #expect(
      refusal([(0, .invoke, 1, nil), (0, .ok, nil, nil)], .time)
        == "2: this event has no “time”, and --order time needs one of each; --order line takes "
        + "the lines as they come")
    #expect(
      refusal([(0, .invoke, 1, 0), (-1, .info, 1, nil)], .index)
        == "2: this event has no “index”, and --order index needs one of each; --order line takes "
        + "the lines as they come")
    #expect(
      refusal([(0, .invoke, 1, 4), (0, .ok, 1, 4)], .index)
        == "2: found the “index” 4 here and on line 1, and --order index needs each once; --order "
        + "line takes the lines as they come")
    #expect(
      refusal([(0, .invoke, 100, nil), (0, .ok, 50, nil)], .time)
        == "2: process 0 completes “f” (ok) but has no operation open; an invoke must come first "
        + "(--lone-completions earliest takes it as begun before) (in the order of --order time)")
    #expect(
      refusal([(0, .invoke, 100, nil), (0, .ok, 50, nil)], nil)
        == "2: “f” is completed at the time 50, before it was invoked at 100 on line 1; if the "
        + "lines are right and the times are not, say --order line")
    #expect(
      refusal([(0, .invoke, 100, 1), (0, .ok, 50, 2)], nil).hasSuffix(
        "say --order line (--order index sorts by “index”)"))
  }

  @Test("times that go backwards are counted, and the first place is told")
  func warnings() throws {
    let lines: [Line] = [
      (0, .invoke, 10, nil), (1, .invoke, 9, nil), (2, .invoke, nil, nil), (-1, .info, 8, nil),
      (0, .ok, 11, nil),
    ]
    let words = { (count: String) in
      "the times go backwards on \(count), first on line 2 (9 after 10); the order is that of the "
        + "lines (--order time sorts by the times)"
    }
    #expect(try history(lines, nil).warnings == [words("2 lines")])
    #expect(try history(lines, .line).warnings == [words("2 lines")])
    #expect(
      try history([(0, .invoke, 10, nil), (0, .ok, 9, nil)], .line).warnings == [
        words("1 line"),
        "1 operation is completed before being invoked, by the times, first on line 2",
      ])
    #expect(
      try history([(0, .invoke, 20, 1), (0, .ok, 15, 2)], .index).warnings.first
        == "the times go backwards on 1 line, first on line 2 (15 after 20); the order is that of "
        + "“index” (--order time sorts by the times)")
    #expect(try history(Array(lines.prefix(1)), nil).warnings == [])
    #expect(
      try history([(0, .invoke, nil, 1), (0, .ok, nil, 0)], nil).warnings == [
        "the “index” goes backwards on 1 line, first on line 2; the order is that of the lines "
          + "(--order index sorts)"
      ])
    // Not Jepsen's index: it is not on every line, or goes backwards in the order asked for.
    #expect(
      try history([(0, .invoke, nil, 1), (1, .invoke, nil, nil), (0, .ok, nil, 0)], nil).warnings
        == [])
    #expect(try history([(0, .invoke, 1, 1), (0, .ok, 2, 0)], .time).warnings == [])
  }

  @Test("whatever the lines are shuffled to, sorting gives an order that the times allow")
  func random() throws {
    var random = SplitMix64(seed: 12)
    for round in 0..<1000 {
      var lines: [Line] = []
      // Coarse clocks: many events share an instant.
      for process in 0..<Int64(random.draw(1..<5)) {
        var time = Int64(random.draw(0..<3))
        for _ in 0..<random.draw(1..<4) {
          let end = time + Int64(random.draw(0..<3))
          lines.append((process, .invoke, time, nil))
          lines.append((process, .ok, end, nil))
          time = end + Int64(random.draw(0..<2))
        }
      }
      // Lines of one process stay in order where their times are the same: nothing else tells.
      let sorted = lines.enumerated().map { ($0, random.next(), $1) }
        .sorted { ($0.2.process, $0.0) < ($1.2.process, $1.0) }
      var shuffled = sorted
      for place in shuffled.indices.reversed() where place > 0 && random.chance(0.7) {
        let other = random.draw(0..<place)
        if shuffled[other..<place].allSatisfy({
          $0.2.process != shuffled[place].2.process || $0.2.time != shuffled[place].2.time
        }),
          shuffled[(other + 1)...place].allSatisfy({
            $0.2.process != shuffled[other].2.process || $0.2.time != shuffled[other].2.time
          })
        {
          shuffled.swapAt(other, place)
        }
      }
      let found = try history(shuffled.map(\.2), .time)
      #expect(found.count == lines.count / 2, "round \(round)")
      for one in 0..<found.count {
        for two in 0..<found.count where found.completed[one] < found.invoked[two] {
          let (end, start) = (found.completedTime[one], found.invokedTime[two])
          #expect(end <= start)
          if end < start || found.processes[one] == found.processes[two] { continue }
          // Only what follows an operation of its process in that instant may come after others.
          let isHeld = (0..<found.count).contains {
            found.processes[$0] == found.processes[two] && found.completedTime[$0] == start
              && found.completed[$0] < found.invoked[two]
          }
          #expect(isHeld, "round \(round)")
        }
      }
    }
  }
}
