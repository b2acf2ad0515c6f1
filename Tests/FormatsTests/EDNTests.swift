import Base
import Formats
import Histories
import Testing

private let lines = """
  {:process 0, :type :invoke, :f :write, :key "x", :value 3, :time 1200}
  {:process 0, :type :ok, :f :write, :key "x", :value 3, :time 3400}
  {:process 1, :type :invoke, :f :cas, :key "x", :value [3 4], :time 3500}
  {:process :nemesis, :type :info, :f :start-partition, :value [["n1"] #{"n2" "n3"}], :time 4000}
  {:process 1, :type :info, :f :cas, :key "x", :value [3 4], :time 9000, :error :timeout}

  """

@Suite("EDN")
struct EDNTests {
  @Test("one map a line gives these columns, and is written as it came")
  func columnsOfLines() throws {
    let history = try read(lines)
    #expect(
      columns(history) == """
        no header 5
        0 write "x" 3 3 ok 0 1 1200 3400
        1 cas "x" [3,4] [3,4] indeterminate 2 4 3500 9000
        info start-partition [["n1"],["n2","n3"]] 4000 3
        4: error=":timeout"

        """)
    #expect(history.line == [1, 3])
    #expect(history.completedLine == [2, 5])
    #expect(history.warnings == [])
    #expect(String(decoding: EDNWriter.bytes(of: history), as: UTF8.self) == lines)
  }

  @Test(
    "in a vector or a list, without commas, tagged, discarded and commented, it is the same",
    arguments: [
      "[" + lines + "]", "; comment\n( \n" + lines + ")\n",
      lines.replacing(",", with: ""),
      lines.replacing("{:process", with: "#jepsen.history.Op{:process"),
      "#_{:process 9 :type :ok} " + lines.replacing("}\n", with: "} ; and so on\n"),
      lines.replacing(":value", with: "#_ #_ 1 [2 {}] :value"),
      lines.replacing("\n", with: "\r\n"), "\u{FEFF}" + lines.replacing("{:", with: "\n{\n:"),
      lines.replacing(":write", with: "write").replacing(":f ", with: "f "),
      lines.replacing(" :value [3 4]", with: " :value (3 +4)"),
    ])
  func shapes(text: String) throws {
    #expect(columns(try read(text)) == columns(try read(lines)))
  }

  @Test("every kind of value")
  func values() throws {
    let values = #"""
      [nil true false 0 -7 +7 12N 1.50M 2e3 -0.5 123456789012345678901 1/3 0x1F
       "a\"\\\n\u00e9\ud83d\ude00é" \a \newline \u0041 \( :k :a/b sym ##Inf #inst "2020" () {} #{}
       {:b 1 "a" 2 3 [4]} #{3 1 2 "x"} {0 1 "0" 2}]
      """#
    let history = try read("{:process 0 :type :invoke :f :f :value \(values)}")
    #expect(
      history.values.json(history.input[0]).description
        == #"""
        [null,true,false,0,-7,7,12,1.5,2000,-0.5,123456789012345678901,"1/3",31,
        "a\"\\\né😀é","a","\n","A","(",":k",":a/b","sym","##Inf","2020",[],{},[],
        {"3":[4],":b":1,"a":2},[1,2,3,"x"],[[0,1],["0",2]]]
        """#.replacing("\n", with: ""))
  }

  @Test("a header carries what a header of JSON lines does")
  func header() throws {
    // The last name is a value before: the order of members is the file's, not the values'.
    let text = "{:plumbline 1, :model \"set\", \"a b\" [1.5 nil {\"x\" 1}], :z 1, :set 2}\n"
    let history = try read(text)
    #expect(
      history.header?.description
        == "{\"plumbline\":1,\"model\":\"set\",\"a b\":[1.5,null,{\"x\":1}],\"z\":1,"
        + "\"set\":2}")
    #expect(
      String(decoding: EDNWriter.bytes(of: history), as: UTF8.self)
        == text.replacing("1.5", with: "1.5M"))
  }

  @Test("the end is dropped with a warning when it was torn")
  func torn() throws {
    let first = "{:process 0 :type :invoke :f :read}\n"
    for (text, warning) in [
      (
        first + "{:process 0 :type :ok :f \"re",
        "the end, from line 2, column 26, is torn and was dropped: this string is never closed"
      ),
      (
        first + "{:process 0 :ty",
        "the end, from line 2, column 16, is torn and was dropped: found the end of the file, "
          + "expected a value"
      ),
      (
        "[" + first + "{:process 0",
        "the end, from line 2, column 1, is torn and was dropped: found “{” that is never closed"
      ),
      (
        "[" + first + " ",
        "the end, from line 1, column 1, is torn and was dropped: found “[” that is never closed"
      ),
    ] {
      let history = try read(text)
      #expect(history.count == 1)
      #expect(history.warnings == [warning])
    }
    #expect(refusal(of: "[" + first) == "h:1:1: found “[” that is never closed")
  }

  @Test(
    "each bad form is named with what was found and what was expected",
    arguments: [
      (
        "{:process 0}",
        "1:1: found no “type” in this event, expected “invoke”, “ok”, “fail” or “info”"
      ),
      ("{:process 0.5}", "1:11: found 0.5 as :process, expected an integer or :nemesis"),
      ("{:type :done}", "1:8: found \":done\" as :type, expected :invoke, :ok, :fail or :info"),
      ("{:f 3}", "1:5: found 3 as :f, expected a function's name"),
      ("{:time :now}", "1:8: found \":now\" as :time, expected nanoseconds as an integer"),
      ("{:process 0 \"process\" 0}", "1:13: found “process” twice in one event"),
      ("{:process}", "1:10: found “}”, expected the value of “process”"),
      ("{:a {1 2 1.0 3}}", "1:5: found 1 twice in one map"),
      ("{:a {1}}", "1:5: found a map with a key that has no value"),
      ("{3 4}", "1:2: found 3, expected a keyword such as :process"),
      ("{:a 01}", "1:5: found “01”, expected a number"),
      ("{:a 1x}", "1:5: found “1x”, expected a number"),
      ("{:a \\foo}", "1:5: found “\\foo”, expected a character"),
      ("{:a : }", "1:5: found a colon without a name, expected a keyword"),
      ("{:a #(x)}", "1:5: found “#” before “(”, expected a set, a tag or “#_”"),
      ("{:a \"\\q\"}", "1:6: found “\\” before “q”, expected an EDN escape"),
      ("{:a \"\\u00g0\"}", "1:6: found “\\u” without four hexadecimal digits"),
      ("{:a \"\\ud800\"}", "1:6: found half of a surrogate pair, expected a “\\u” pair"),
      ("{:a \"x\u{1}\"}", "1:7: found byte 0x01 in a string, expected it escaped (\\u00…)"),
      ("{:a \0}", "1:5: found byte 0x00, expected a value"),
      ("{:a [1)}", "1:7: found “)”, expected a value"),
      ("3", "1:1: found “3”, expected an event: {:process …}"),
      ("[[]]", "1:2: found “[”, expected an event: {:process …}"),
      ("{:plumbline 2}", "1:1: found a header of another version, expected {:plumbline 1 …}"),
      ("{:plumbline 1 :a 1 \"a\" 2}", "1:1: found “a” twice in the header"),
      (
        "{:process 0 :type :invoke :f :read}\n{:plumbline 1}",
        "2:1: found a header here, expected it as the first map only"
      ),
      (
        "\n {:process 0 :type :ok\n :f :read}",
        "2:2: process 0 completes “read” (ok) but has no operation open; an invoke must come first"
          + " (--lone-completions earliest takes it as begun before)"
      ),
    ])
  func bad(text: String, message: String) {
    #expect(refusal(of: text + "\n", ReadOptions(format: "edn")) == "h:" + message)
  }

  @Test("nesting beyond the limit is refused, discards and all")
  func nesting() {
    for open in ["[", "#{", "{:a ", "#_ "] {
      let text = "{:a " + String(repeating: open, count: 50_000)
      let column = 5 + 128 * open.utf8.count
      #expect(
        refusal(of: text + "\n", ReadOptions(format: "edn"))
          == "h:1:\(column + (open == "#{" ? 1 : 0)): nested deeper than 128 levels")
    }
  }

  @Test("invalid UTF-8 is named")
  func invalidUTF8() {
    let head = Array("{:a \"é".utf8)
    #expect(
      refusal(of: head + [0xFF] + Array("\"}\n".utf8), ReadOptions(format: "edn"))
        == "h:1:5: found byte 0xff in this string, expected valid UTF-8")
    #expect(
      refusal(of: Array("{:a é".utf8) + [0xC0] + Array("}\n".utf8), ReadOptions(format: "edn"))
        == "h:1:7: found byte 0xc0, expected valid UTF-8")
  }
}
