import Base
import Histories
import Testing

/// Faults are read from what a nemesis wrote, one a step, however often it wrote it.
@Suite struct FaultSpanTests {
  /// A history of what a nemesis did, an event a line; values are texts.
  private func spans(_ events: [(String, String?)], header: JSON? = nil) throws -> [FaultSpan] {
    var builder = HistoryBuilder()
    builder.header = header
    for (name, value) in events {
      var event = Event(
        .info, process: .nemesis, function: builder.function(name),
        time: Int64(builder.eventCount) * 1_000_000, line: builder.eventCount + 1)
      if let value { event.value = builder.values.intern(string: value) }
      try builder.add(event)
    }
    return builder.build().faultSpans()
  }

  @Test func aStepThatJepsenLogsTwiceIsOneFault() throws {
    let found = try spans([
      ("kill", "minority"), ("kill", "n3"), ("start", "all"), ("start", "started"),
      ("start-partition", "one"), ("start-partition", "isolated"), ("stop-partition", nil),
      ("stop-partition", "healed"), ("stop-partition", nil), ("stop-partition", "healed"),
    ])
    #expect(found.map(\.name) == ["kill", "partition"])
    #expect(found.map(\.begin) == [0, 4])
    #expect(found.map(\.end) == [3, 7])
  }

  @Test func aPairIsNamedByWhatItDid() throws {
    let found = try spans([
      ("start", nil), ("start", "Cut off {n1 #{n2}}"), ("stop", nil), ("stop", "fully connected"),
      ("stop-node", "n5"), ("stop-node", "n5"), ("start-node", nil), ("start-node", "n5"),
    ])
    #expect(found.map(\.name) == ["partition", "stop-node"])
    #expect(found.map(\.end) == [3, 7])
    #expect(found.allSatisfy { !$0.isInstant })
  }

  @Test func ourOwnRecordingsWriteOneLineAnEvent() throws {
    let found = try spans(
      [("start-kill", "n1"), ("start-kill", "n2"), ("stop-kill", "n1"), ("stop-kill", "n2")],
      header: ["plumbline": 1, "nodes": ["n1", "n2"]])
    #expect(found.map(\.begin) == [0, 1])
    #expect(found.map(\.end) == [2, 3])
  }

  @Test func whatUndoesNothingIsNoFault() throws {
    let found = try spans([
      ("resume", "all"), ("resume", "all"), ("add-server", "n5"), ("add-server", "done"),
    ])
    #expect(found.map(\.name) == ["add-server"])
    #expect(found.allSatisfy { $0.isInstant })
  }
}
