import Base
import Formats
import Histories
import Testing

private let small = """
  {"plumbline":1,"model":"cas-register","initial":null}
  {"process":0,"type":"invoke","f":"write","key":"x","value":3,"time":1200}
  {"process":0,"type":"ok","f":"write","key":"x","value":3,"time":3400}
  {"process":1,"type":"invoke","f":"cas","key":"x","value":[3,4],"time":3500}
  {"process":"nemesis","type":"info","f":"start-partition","value":[["n1"],["n2","n3"]],"time":4000}
  {"process":1,"type":"info","f":"cas","key":"x","value":[3,4],"error":"timeout","time":9000}

  """

@Suite("JSON lines")
struct JSONLinesTests {
  @Test("the contract's example gives these columns")
  func example() throws {
    let history = try read(small)
    #expect(
      columns(history) == """
        {"plumbline":1,"model":"cas-register","initial":null} 5
        0 write "x" 3 3 ok 0 1 1200 3400
        1 cas "x" [3,4] [3,4] indeterminate 2 4 3500 9000
        info start-partition [["n1"],["n2","n3"]] 4000 3
        4: error="timeout"

        """)
    #expect(history.line == [2, 4])
    #expect(history.completedLine == [3, 6])
    #expect(history.warnings == [])
  }

  @Test("what was read is written again byte for byte")
  func roundTrip() throws {
    #expect(written(try read(small)) == small)
  }

  @Test("blank lines, comments, CRLF, a byte order mark and spaces change nothing")
  func dressedUp() throws {
    let lines = small.split(separator: "\n")
    let dressed =
      "\u{FEFF}# a comment\r\n\r\n" + lines.map { " \($0)\t\r\n" }.joined(separator: "  # x\r\n")
    #expect(columns(try read(dressed)) == columns(try read(small)))
  }

  @Test("one array of events reads the same, over one line or many")
  func array() throws {
    let lines = small.split(separator: "\n")
    let expected = columns(try read(small))
    #expect(columns(try read("[" + lines.joined(separator: ",") + "]")) == expected)
    let many = try read("[\n" + lines.joined(separator: "\n,\n") + "\n]\n")
    #expect(columns(many) == expected)
    #expect(many.line == [4, 8])
    #expect(refusal(of: "[]") == "was read: ")
    #expect(
      refusal(of: "[{\"process\":0,\n\"type\":\"invoke\",\"f\":\"read\"}\n;]")
        == "h:3:1: found “;” after an event, expected “,” or “]”")
    #expect(
      refusal(of: "[{\"process\":0,\"type\":\"ok\",\"f\":\"read\"}]")
        == "h:1:1: process 0 completes “read” (ok) but has no operation open; an invoke must come "
        + "first (--lone-completions earliest takes it as begun before)")
    #expect(
      refusal(of: "[{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}")
        == "h:1:42: found the end of the file after an event, expected “,” or “]”")
  }

  @Test("numbers are equal by value and keep every digit")
  func numbers() throws {
    let big = "1234567890123456789012345678905e-1"
    let history = try read(
      """
      {"process":-3,"type":"invoke","f":"write","value":\(big)}
      {"process":-3,"type":"ok","f":"write","value":123456789012345678901234567890.5}
      {"process":9223372036854775807,"type":"invoke","f":"write","value":-9223372036854775808}
      {"process":0,"type":"invoke","f":"write","value":10,"time":9223372036854775807}
      {"process":0,"type":"ok","f":"write","value":1.0E1,"time":-1}

      """)
    #expect(
      columns(history) == """
        no header 5
        -3 write - \(big) \(big) ok 0 1 \(Event.noTime) \(Event.noTime)
        9223372036854775807 write - -9223372036854775808 - indeterminate 2 2147483647 \
        \(Event.noTime) \(Event.noTime)
        0 write - 10 10 ok 3 4 9223372036854775807 \(Event.noTime)

        """)
  }

  @Test("a megabyte in one value is read")
  func longLine() throws {
    let long = String(repeating: "ab\\n", count: 400_000)
    let history = try read(
      "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":\"\(long)\"}\n")
    #expect(history.values.utf8(history.input[0]).count == 1_200_000)
  }

  @Test("escapes, surrogates and text beyond ASCII")
  func text() throws {
    let history = try read(
      #"{"process":0,"type":"invoke","f":"\u0077rite","#
        + #""value":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀"}"#
    )
    #expect(history.functionName(0) == "write")
    #expect(history.values.string(history.input[0]) == "a\"\\/\u{8}\u{C}\n\r\té😀é😀")
  }

  @Test("a string that begins with a colon is a keyword, and is written as it was")
  func keywords() throws {
    let line =
      "{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":[\":a/b\",\": a\",\":\"]}\n"
    let history = try read(line)
    let kinds = history.values.parts(of: history.input[0]).map { history.values.kind(of: $0) }
    #expect(kinds == [.keyword, .string, .string])
    #expect(written(history) == line)
  }

  @Test("an event without a function is a transaction when it carries micro-operations")
  func transactions() throws {
    let history = try read("{\"process\":0,\"type\":\"invoke\",\"value\":[[\"r\",1,null]]}\n")
    #expect(history.functionName(0) == "txn")
  }

  @Test("the last line is dropped with a warning when it was torn")
  func torn() throws {
    let whole = "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n"
    let history = try read(whole + "{\"process\":0,\"type\":\"o")
    #expect(history.count == 1)
    #expect(history.completed == [History.never])
    #expect(
      history.warnings == [
        "line 2, the last, is torn and was dropped: this string is never closed at column 21"
      ])
    let zeros = try read(whole + String(repeating: "\0", count: 20))
    #expect(
      zeros.warnings == [
        "line 2, the last, is torn and was dropped: found byte 0x00, expected a value at column 1"
      ])
    let complete = try read(whole + "{\"process\":0,\"type\":\"ok\",\"f\":\"read\"}")
    #expect(complete.outcome == [.ok])
    #expect(complete.warnings == [])
    #expect(
      refusal(of: whole + "{\"process\":0,\"type\":\"o\n")
        == "h:2:21: this string is never closed")
  }

  @Test("a file without events is read, with a warning", arguments: ["", "\n", "# nothing\n\n"])
  func empty(text: String) throws {
    let history = try read(text)
    #expect(history.count == 0)
    #expect(history.warnings == ["the file holds no events"])
  }
}
