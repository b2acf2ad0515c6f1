import Base
import Formats
import Testing

@Suite("JSON lines that are refused")
struct JSONLinesRefusalTests {
  private static let invoke = "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}\n"

  @Test(
    "each bad line is named with what was found and what was expected",
    arguments: [
      ("{}", "1:1: found no “process” in this event, expected a number"),
      (
        "{\"process\":0}",
        "1:1: found no “type” in this event, expected “invoke”, “ok”, “fail” or “info”"
      ),
      (
        "{\"process\":0,\"type\":\"ok\",\"value\":[]}",
        "1:1: found no “f” in this event, expected a function's name"
      ),
      (
        "{\"process\":\"0\"}",
        "1:12: found \"0\" as “process”, expected an integer or “nemesis”"
      ),
      ("{\"process\":1.5}", "1:12: found 1.5 as “process”, expected an integer or “nemesis”"),
      (
        "{\"process\":18446744073709551616}",
        "1:12: found 18446744073709551616 as “process”, expected an integer or “nemesis”"
      ),
      ("{\"process\":null}", "1:12: found nil as “process”, expected an integer or “nemesis”"),
      (
        "{\"type\":\"done\"}",
        "1:9: found \"done\" as “type”, expected “invoke”, “ok”, “fail” or “info”"
      ),
      ("{\"type\":3}", "1:9: found 3 as “type”, expected “invoke”, “ok”, “fail” or “info”"),
      ("{\"f\":[1]}", "1:6: found [1] as “f”, expected a function's name in quotes"),
      (
        "{\"time\":\"now\"}",
        "1:9: found \"now\" as “time”, expected nanoseconds as an integer"
      ),
      ("{\"time\":0.5}", "1:9: found 0.5 as “time”, expected nanoseconds as an integer"),
      ("{\"process\":0,\"process\":0}", "1:14: found “process” twice in one event"),
      ("{\"node\":0,\"a\":1,\"node\":0}", "1:17: found “node” twice in one event"),
      ("{\"value\":{\"a\":1,\"a\":1}}", "1:17: found \"a\" twice in one object"),
      ("{\"value\":1,}", "1:12: found “}”, expected a name in quotes"),
      ("{\"value\" 1}", "1:10: found “1” after a name, expected “:”"),
      ("{\"value\":1 \"f\"}", "1:12: found “\"” in an object, expected “,” or “}”"),
      ("{\"value\":[1 2]}", "1:13: found “2” in an array, expected “,” or “]”"),
      ("{\"value\":[1,]}", "1:13: found “]”, expected a value"),
      ("{\"value\":x}", "1:10: found “x”, expected a value (text needs quotes)"),
      ("{\"value\":nullx}", "1:10: found “n”, expected a value (text needs quotes)"),
      (
        "{\"value\":01}",
        "1:10: found a number that begins with 0, expected none or “0x…” in quotes"
      ),
      ("{\"value\":-}", "1:11: found “}”, expected a digit"),
      ("{\"value\":1.}", "1:12: found “}”, expected a digit"),
      (
        "{\"value\":1e9999999999}",
        "1:10: found a number whose exponent has more than nine digits"
      ),
      (
        "{\"value\":\"a\tb\"}",
        "1:12: found a tab in a string, expected it escaped (\\n, \\t, \\u00…)"
      ),
      (
        "{\"value\":\"a\0b\"}",
        "1:12: found byte 0x00 in a string, expected it escaped (\\n, \\t, \\u00…)"
      ),
      ("{\"value\":\"\\x\"}", "1:11: found “\\” before “x”, expected a JSON escape"),
      ("{\"value\":\"\\u12\"}", "1:11: found “\\u” without four hexadecimal digits"),
      ("{\"value\":\"\\ud800\"}", "1:11: found half of a surrogate pair, expected a “\\u” pair"),
      ("{\"value\":\"a", "1:10: this string is never closed"),
      ("{\"process\":0", "1:13: found the end of the line in an object, expected “,” or “}”"),
      ("{\"value\":1} x", "1:1: found no “process” in this event, expected a number"),
      (
        "{\"process\":0,\"type\":\"invoke\",\"f\":\"r\"} x",
        "1:39: found “x” after the event, expected the end of the line"
      ),
      ("\0", "1:1: found byte 0x00, expected an event: {\"process\":…}"),
      ("{\"plumbline\":2}", "1:1: found 2 as the version of the format, expected 1"),
      ("{\"plumbline\":1,\"a\":1,\"a\":1}", "1:22: found \"a\" twice in one object"),
    ])
  func bad(line: String, message: String) {
    #expect(refusal(of: line + "\n", ReadOptions(format: "jsonl")) == "h:" + message)
  }

  @Test("a header further down is refused")
  func lateHeader() {
    #expect(
      refusal(of: Self.invoke + "{\"plumbline\":1}\n")
        == "h:2:1: found a header here, expected it on the first line only")
  }

  @Test("invalid UTF-8 is named by its byte")
  func invalidUTF8() {
    for (bytes, name) in [
      ([0xFF], "0xff"), ([0xC0, 0x80], "0xc0"), ([0xED, 0xA0, 0x80], "0xed"),
      ([0xE2, 0x82], "0xe2"), ([0xF5, 0x80, 0x80, 0x80], "0xf5"),
      ([0xF0, 0x80, 0x80, 0x80], "0xf0"),
    ] as [([UInt8], String)] {
      let line = Array("{\"value\":\"é".utf8) + bytes + Array("\"}\n".utf8)
      #expect(
        refusal(of: line)
          == "h:1:13: found byte \(name) in a string, expected valid UTF-8")
    }
  }

  @Test("nesting beyond the limit is refused, up to it it is read")
  func nesting() {
    func nested(_ depth: Int) -> String {
      "{\"process\":0,\"type\":\"invoke\",\"f\":\"a\",\"value\":"
        + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}\n"
    }
    #expect(refusal(of: nested(128)) == "was read: " + nested(128))
    #expect(refusal(of: nested(129)) == "h:1:174: nested deeper than 128 levels")
    #expect(refusal(of: nested(100_000)) == "h:1:174: nested deeper than 128 levels")
  }

  @Test("the rules of the contract are kept")
  func rules() {
    let info = "{\"process\":0,\"type\":\"info\",\"f\":\"read\"}\n"
    #expect(
      refusal(of: Self.invoke + Self.invoke)
        == "h:2:1: process 0 invokes “read” while its “read” of line 1 is still open; a process "
        + "has one operation open at a time")
    #expect(
      refusal(of: info)
        == "h:1:1: process 0 completes “read” (info) but has no operation open; an invoke must "
        + "come first (--lone-completions earliest takes it as begun before)")
    #expect(
      refusal(of: Self.invoke + info + Self.invoke)
        == "h:3:1: process 0 invokes “read” after its operation ended as info on line 2; after an "
        + "info a process must not be used again (go on under a new number)")
  }

  @Test("what is no history at all is refused by its first byte")
  func noHistory() {
    #expect(refusal(of: [0xFF, 0xFE, 0x7B, 0x00]) == "h:1:1: found UTF-16, expected UTF-8")
    #expect(
      refusal(of: "{\"a\":1}\n", ReadOptions(format: "jsnl"))
        == "“jsnl” is no history format; did you mean jsonl? "
        + "(known: \(Formats.all.map(\.name).joined(separator: ", ")))")
  }
}
