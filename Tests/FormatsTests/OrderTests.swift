import Base
import Formats
import Histories
import Testing

@Suite("The order of lines and times")
struct OrderTests {
  private func line(_ process: Int, _ type: String, _ value: String, _ time: Int, _ index: Int)
    -> String
  {
    #"{"index":\#(index),"process":\#(process),"type":"\#(type)","f":"read","#
      + #""value":\#(value),"time":\#(time)}"#
  }

  /// Two reads, one after another, the second first in the file.
  private var shuffled: [String] {
    [
      line(1, "invoke", "null", 30, 2), line(1, "ok", "1", 40, 3), line(0, "invoke", "null", 10, 0),
      line(0, "ok", "1", 20, 1),
    ]
  }

  private func invoked(_ text: String, _ order: EventOrder?) throws -> [Int64] {
    try read(text, ReadOptions(order: order)).processes
  }

  @Test(
    "every notation that has times and indices is sorted by them",
    arguments: [
      EventOrder.time, .index,
    ]) func sorts(order: EventOrder) throws
  {
    let lines = shuffled.joined(separator: "\n")
    let edn = shuffled.map {
      $0.replacing(/"([a-z]+)":/) { ":\($0.1) " }.replacing("null", with: "nil")
    }
    let texts = [
      lines + "\n", lines, "{\"plumbline\":1}\n" + lines,
      "[" + shuffled.joined(separator: ",\n") + "]",
      edn.joined(separator: "\n"), "[" + edn.joined() + "]",
    ]
    for text in texts {
      #expect(try invoked(text, order) == [0, 1])
      #expect(try invoked(text, .line) == [1, 0])
      let sorted = try read(text, ReadOptions(order: order))
      #expect(sorted.completed == [1, 3])
      #expect(sorted.warnings == [])
      #expect(try read(text).warnings.count == 2)
    }
  }

  @Test("formats without times say which order they have")
  func refused() {
    #expect(
      refusal(of: "0\t:invoke\t:read\tnil\n", ReadOptions(order: .time))
        == "--order time: h is jepsen-log, whose events have no time to sort by; its order is that "
        + "of --order line")
    #expect(
      refusal(of: "[1] call enq(5)\n", ReadOptions(order: .index))
        == "--order index: h is call-return, whose events have no index to sort by; its order is "
        + "that of --order line")
    #expect(!refusal(of: "[1] call enq(5)\n", ReadOptions(order: .line)).contains("--order"))
  }

  @Test("a completion before its invocation is refused where it stands, unless lines are believed")
  func early() throws {
    let text = [line(0, "invoke", "null", 100, 0), line(0, "ok", "1", 50, 1)].joined(
      separator: "\n")
    #expect(
      refusal(of: text).hasPrefix(
        "h:2:1: “read” is completed at the time 50, before it was invoked"))
    #expect(refusal(of: text).contains("--order line"))
    #expect(try read(text, ReadOptions(order: .line)).count == 1)
    #expect(refusal(of: text, ReadOptions(order: .time)).contains("--order time"))
  }
}
