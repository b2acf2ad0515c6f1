import Base
import Formats
import Histories
import Testing

@Suite("Logs")
struct LogTests {
  @Test("operations are found in a jepsen.log, whatever stands before them")
  func jepsenLog() throws {
    let history = try read(
      """
      2024-01-01 10:00:00,000{GMT}\tINFO\t[main] jepsen.core: Running test :etcd
      INFO  jepsen.util - 3\t:invoke\t:write\t4
      INFO\t[jepsen worker 0] jepsen.util: :nemesis\t:info\t:start\t"Cut off {:n1 #{:n2}}"
      INFO  jepsen.util - 1   :invoke :cas    [4 0]
      INFO  jepsen.util - 3\t:info\t:write\t:timed-out
      INFO  jepsen.util - 1   :fail   :cas    [4 0]\tmismatch, it said

      """)
    #expect(
      columns(history) == """
        no header 5
        3 write - 4 ":timed-out" indeterminate 0 3 \(Event.noTime) \(Event.noTime)
        1 cas - [4,0] [4,0] fail 2 4 \(Event.noTime) \(Event.noTime)
        info start "Cut off {:n1 #{:n2}}" \(Event.noTime) 1
        4: error="mismatch, it said"

        """)
    #expect(history.line == [2, 4])
    #expect(history.completedLine == [5, 6])
    #expect(history.warnings == ["lines skipped because they are no operations: 1"])
  }

  @Test("history.txt is the same without the logger's words")
  func historyText() throws {
    let history = try read("0\t:invoke\t:read\tnil\r\n0\t:ok\t:read\t[1 2]\r\n")
    #expect(
      columns(history) == """
        no header 2
        0 read - null [1,2] ok 0 1 \(Event.noTime) \(Event.noTime)

        """)
    #expect(history.warnings == [])
  }

  @Test("what a line of a log lacks is named")
  func badJepsenLog() throws {
    let first = "0\t:invoke\t:read\tnil\n"
    #expect(
      refusal(of: first + "0\t:ok\t:read\n")
        == "h:2:12: found the end of the line, expected the value of “read”")
    #expect(
      refusal(of: first + "x 0\t:ok\t3\t4\n") == "h:2:9: found 3, expected a function such as :read"
    )
    #expect(
      refusal(of: first + "0\t:ok\t:read\t[1\n")
        == "h:2:13: found “[” that is never closed")
    #expect(
      refusal(of: first + first)
        == "h:2:1: process 0 invokes “read” while its “read” of line 1 is still open; a process "
        + "has one operation open at a time")
    #expect(
      try read(first + "0\t:ok\t:re").warnings == [
        "line 2, the last, is torn and was dropped: found the end of the line, expected the value "
          + "of “re” at column 10"
      ])
  }

  @Test("calls and returns become operations of the model that the object names")
  func callReturn() throws {
    let history = try read(
      """
      # a comment
      # @object atomic-queue
        [1] call enq(5)
      [2] call deq

      [1] return
      [2] return 5
      [1] call deq()
      [1] return empty
      [2] call enq a
      [3] call deq
      [3] return
      [4] call swap(1, true)
      [4] return 2.50
      """)
    #expect(
      columns(history) == """
        {"plumbline":1,"model":"queue"} 11
        1 enqueue - 5 - ok 0 2 \(Event.noTime) \(Event.noTime)
        2 dequeue - null 5 ok 1 3 \(Event.noTime) \(Event.noTime)
        1 dequeue - null null ok 4 5 \(Event.noTime) \(Event.noTime)
        2 enqueue - "a" - indeterminate 6 2147483647 \(Event.noTime) \(Event.noTime)
        3 dequeue - null null ok 7 8 \(Event.noTime) \(Event.noTime)
        4 swap - [1,true] 2.5 ok 9 10 \(Event.noTime) \(Event.noTime)

        """)
    #expect(history.warnings == [])
  }

  @Test("a removal that is called with a value returns it")
  func expectedValue() throws {
    let history = try read("[1] call pop(a)\n[1] return\n")
    #expect(history.input == [ValueTable.null])
    #expect(history.values.string(history.output[0]) == "a")
  }

  @Test("a call that was given up stays unknown, and its process goes on under a new number")
  func givenUp() throws {
    let history = try read("[1] call pop\n[7] call pop\n[1] call pop\n[1] return 3\n")
    #expect(history.processes == [1, 7, 8])
    #expect(history.outcome == [.indeterminate, .indeterminate, .ok])
    #expect(
      history.warnings == [
        "line 3: process 1 calls “pop” before its “pop” of line 1 returned; what became of that "
          + "counts as unknown"
      ])
  }

  @Test("what is no call and no return is named")
  func badCallReturn() throws {
    let first = "[1] call pop\n"
    let expected = "expected “[N] call FUNCTION(VALUE)” or “[N] return VALUE”"
    for bad in ["pop", "[x] call pop", "[1 call pop", "[1] call", "[1] call pop(", "[1] calls pop"]
    {
      #expect(refusal(of: first + bad + "\n") == "h:2:1: found “\(bad)”, \(expected)")
    }
    #expect(
      refusal(of: Array(first.utf8) + [0xFF, 0x0A])
        == "h:2:1: found bytes that are not UTF-8, \(expected)")
    #expect(
      refusal(of: first + "[2] return 3\n")
        == "h:2:1: process 2 completes “return” (ok) but has no operation open; an invoke must "
        + "come first")
    #expect(
      try read(first + "[1] ret").warnings == ["line 2, the last, is torn and was dropped"])
  }
}
